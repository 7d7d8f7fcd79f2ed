import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineInfo } from '#contract/run-request.ts';
import type { ExperimentNeeds, GenerateCall, PlannedCall } from '#experiments/experiment.ts';
import type { InferCall, TensorTransport } from '#experiments/infer-call.ts';
import type { RepositoryCall } from '#experiments/repository-call.ts';
import type { CallEvent, Gauge } from '#experiments/run-calls.ts';
import type { Log } from '../telemetry/log.ts';
import { toInferRequest, toResponse } from './course-models.ts';
import { gaugesOf } from './gauges.ts';
import { Health } from './health.ts';
import { HttpPool } from './http-pool.ts';
import type { InferAnswer, InferRequest } from './inference.ts';
import { Patience } from './patience.ts';
import { tinyLmBody, tinyLmEvents, tinyLmInputs, tinyLmObject } from './tiny-lm.ts';
import { TritonGrpc } from './triton-grpc.ts';
import { TritonHttp } from './triton-http.ts';
import { callRepository } from './triton-repository.ts';
import type { TritonStatistics } from './triton-statistics.ts';
import { watchCall } from './upstream-call.ts';
import type { UpstreamLimits } from './upstream-limits.ts';
import { describeFault, unreachable } from './upstream-problem.ts';
import type { Upstream } from './upstream.ts';
import { wireEvent } from './wire.ts';

/** Together 0.2 s: requests that failed are never counted as answered. */
const COUNT_LOOKS = 10;
const COUNT_PAUSE_MS = 20;

export interface TritonOptions {
  /** one of the two, or both: then tokens stream over gRPC */
  httpUrl: URL | undefined;
  grpcAddress: { target: string; tls: boolean } | undefined;
  /** a decoupled model with the tensors of `tiny-lm` */
  model: string;
  /** what it runs on, for the badge: Triton itself does not tell */
  device: string;
  limits: UpstreamLimits;
  log: Log;
}

/** A Triton server. Text streams from a decoupled model over gRPC (ModelStreamInfer), or over HTTP (generate_stream) when only that is configured. */
export class TritonUpstream implements Upstream {
  engine: EngineInfo;
  readonly #options: TritonOptions;
  readonly #pool: HttpPool | undefined;
  readonly #http: TritonHttp | undefined;
  readonly #grpc: TritonGrpc | undefined;
  readonly #health: Health;
  /** of models other than the one for text */
  readonly #models = new Map<string, Health>();

  constructor(options: TritonOptions) {
    const { httpUrl, grpcAddress, model, device, limits, log } = options;
    this.#options = options;
    this.engine = { id: 'triton', name: 'Triton', version: '?', device, model };
    this.#pool = httpUrl && new HttpPool(httpUrl, limits.connectMs);
    this.#http = this.#pool && new TritonHttp(this.#pool, limits);
    this.#grpc = grpcAddress && new TritonGrpc(grpcAddress, limits);
    this.#health = new Health(
      () => this.#identify(),
      (reachable, error) =>
        log({ event: 'upstream', upstream: 'triton', reachable, fault: reachable ? undefined : describeFault(error) }),
    );
  }

  reachable(): Promise<boolean> {
    return this.#health.reachable();
  }

  async meets({ models, transports = [] }: ExperimentNeeds): Promise<boolean> {
    if (!transports.every((transport) => (transport === 'grpc' ? this.#grpc : this.#http))) return false;
    const answers = await Promise.all(models.map((name) => this.#modelHealth(name).reachable()));
    return answers.every(Boolean);
  }

  call(call: PlannedCall, signal: AbortSignal): AsyncIterable<CallEvent> {
    return call.kind === 'generate' ? this.#write(call, signal) : this.#answerOnce(call, signal);
  }

  /** Over HTTP only: without it there are no counters. */
  async watch(calls: readonly PlannedCall[]): Promise<() => Promise<readonly Gauge[]>> {
    const asked = calls.filter((call) => call.kind === 'infer');
    const model = asked[0]?.model;
    if (!this.#http || model === undefined) return () => Promise.resolve([]);
    const before = await this.statistics(model);
    return async () => {
      let after = await this.statistics(model);
      // Triton counts an answer a moment after it has sent it.
      for (let look = 1; look < COUNT_LOOKS && after.requests - before.requests < asked.length; look++) {
        await sleep(COUNT_PAUSE_MS);
        after = await this.statistics(model);
      }
      return gaugesOf(before, after);
    };
  }

  #write(call: GenerateCall, signal: AbortSignal): AsyncIterable<CallEvent> {
    const patience = new Patience(this.#options.limits);
    const events = tinyLmEvents(this.#responses(call, patience, signal), patience);
    return watchCall(events, call, signal, (error) => this.#noteFault(error));
  }

  async *#answerOnce(
    call: InferCall | RepositoryCall,
    signal: AbortSignal,
  ): AsyncGenerator<CallEvent, void, undefined> {
    try {
      if (call.kind === 'infer') yield* this.#ask(call, signal);
      else yield await this.#manage(call, signal);
      yield { type: 'ended', reason: 'stop' };
    } catch (error) {
      if (!signal.aborted) throw error;
      yield { type: 'ended', reason: 'canceled' };
    }
  }

  async *#ask(call: InferCall, signal: AbortSignal): AsyncGenerator<CallEvent, void, undefined> {
    const transport = call.transport ?? (this.#grpc ? 'grpc' : 'http-json');
    const startMs = performance.now();
    const answer = await this.infer(toInferRequest(call), transport, signal);
    const latencyMs = performance.now() - startMs;
    if (call.showWire && answer.wire) {
      yield wireEvent('sent', answer.wire.sent);
      yield wireEvent('received', answer.wire.received);
    }
    yield { type: 'response', ...toResponse(call, answer, latencyMs) };
  }

  async #manage(call: RepositoryCall, signal: AbortSignal): Promise<CallEvent> {
    if (!this.#http) throw unreachable();
    const startMs = performance.now();
    const output = await callRepository(this.#http, call, signal);
    return { type: 'response', output, statistics: { latencyMs: performance.now() - startMs } };
  }

  /** One unary inference. Rejects with a ProblemError; engine_unreachable when the transport is not configured. */
  async infer(request: InferRequest, transport: TensorTransport, signal: AbortSignal): Promise<InferAnswer> {
    try {
      if (transport === 'grpc' && this.#grpc) return await this.#grpc.infer(request, signal);
      if (transport === 'http-json' && this.#http) return await this.#http.inferJson(request, signal);
      if (transport === 'http-binary' && this.#http) return await this.#http.inferBinary(request, signal);
      throw unreachable();
    } catch (error) {
      if (!signal.aborted) this.#noteFault(error);
      throw error;
    }
  }

  /** What Triton has counted for a model; over HTTP only. Rejects with a ProblemError. */
  async statistics(model: string): Promise<TritonStatistics> {
    if (!this.#http) throw unreachable();
    return this.#http.statistics(model);
  }

  async close(): Promise<void> {
    this.#grpc?.close();
    await this.#pool?.close();
  }

  async *#responses(
    call: GenerateCall,
    patience: Patience,
    signal: AbortSignal,
  ): AsyncGenerator<Record<string, unknown>, void, undefined> {
    const { model } = this.#options;
    if (this.#grpc) {
      const request = { model, inputs: tinyLmInputs(call) };
      for await (const outputs of this.#grpc.streamInfer(request, patience, signal)) yield tinyLmObject(outputs);
    } else if (this.#http) {
      yield* this.#http.generateStream(model, tinyLmBody(call), patience, signal);
    }
  }

  #modelHealth(name: string): Health {
    const known = this.#models.get(name);
    if (known) return known;
    const health = new Health(
      async () => {
        const transport = this.#grpc ?? this.#http;
        if (!transport) throw unreachable();
        await transport.requireReady(name);
      },
      (loaded, error) =>
        this.#options.log({
          event: 'upstream-model',
          upstream: 'triton',
          model: name,
          loaded,
          fault: loaded ? undefined : describeFault(error),
        }),
    );
    this.#models.set(name, health);
    return health;
  }

  #noteFault(error: unknown): void {
    this.#health.doubt();
    this.#options.log({ event: 'upstream-fault', upstream: 'triton', fault: describeFault(error) });
  }

  /** Asks for version and model. Rejects when it is not ready to answer. */
  async #identify(): Promise<void> {
    const version = await (this.#grpc ?? this.#http)?.identify(this.#options.model);
    if (version === undefined) throw unreachable();
    this.engine = { ...this.engine, version };
  }
}

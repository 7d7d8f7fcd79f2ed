import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProblemError } from '#contract/problem-error.ts';
import { type GrpcAnswer, type GrpcRequest, type GrpcStreamAnswer, fromGrpc, toGrpc } from './infer-grpc.ts';
import type { InferAnswer, InferRequest } from './inference.ts';
import { Patience } from './patience.ts';
import type { Tensor } from './tensor.ts';
import type { UpstreamLimits } from './upstream-limits.ts';
import { Fault, engineBusy, engineFailed, modelNotLoaded, streamBroken, unreachable } from './upstream-problem.ts';

const HEALTH_MS = 2000;
const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  // With the default of 64 KiB a tensor of 1 MiB takes twice as long.
  'grpc-node.flow_control_window': 8 * 1024 * 1024,
  // An engine that is started again is found within seconds.
  'grpc.max_reconnect_backoff_ms': 2000,
};
/** The most an answer may be; grpc-js has the same default, and it is what we count on. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

type Service = Record<
  'ServerMetadata' | 'ModelReady' | 'ModelInfer' | 'ModelStreamInfer',
  grpc.MethodDefinition<object, object>
>;
const service = loadSync(join(import.meta.dirname, 'kserve-v2.proto'), {
  keepCase: true,
  longs: Number,
  defaults: true,
})['inference.GRPCInferenceService'] as unknown as Service;

/** Triton's gRPC protocol. Every method rejects with a ProblemError. */
export class TritonGrpc {
  readonly #client: grpc.Client;
  readonly #limits: UpstreamLimits;

  constructor({ target, tls }: { target: string; tls: boolean }, limits: UpstreamLimits) {
    const credentials = tls ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
    this.#client = new grpc.Client(target, credentials, {
      ...CHANNEL_OPTIONS,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    });
    this.#limits = limits;
  }

  /** The server's version. Rejects unless the server and this model are ready. */
  async identify(model: string): Promise<string> {
    const patience = new Patience({ firstTokenMs: HEALTH_MS, betweenTokensMs: HEALTH_MS });
    const [{ version }] = await Promise.all([
      this.#unary<{ version: string }>(service.ServerMetadata, {}, patience),
      this.requireReady(model),
    ]);
    return version;
  }

  /** Rejects unless the model can answer. */
  async requireReady(model: string): Promise<void> {
    if (!(await this.#isReady(model))) throw modelNotLoaded(new Fault('model not ready'));
  }

  async infer(request: InferRequest, signal: AbortSignal): Promise<InferAnswer> {
    const { ModelInfer } = service;
    const message = ModelInfer.requestSerialize(toGrpc(request));
    if (message.length > this.#limits.tensorBytes) throw engineFailed(new Fault('tensors too large'));
    let responseBytes = 0;
    const counted = {
      ...ModelInfer,
      requestSerialize: () => message,
      responseDeserialize: (bytes: Buffer) => {
        responseBytes = bytes.length;
        return ModelInfer.responseDeserialize(bytes);
      },
    };
    const answer = await this.#unary<GrpcAnswer>(counted, {}, new Patience(this.#limits), signal);
    return {
      modelVersion: answer.model_version,
      outputs: fromGrpc(answer),
      requestBytes: message.length,
      responseBytes,
    };
  }

  /**
   * Responses of one request to a decoupled model, each as its outputs. Ends after Triton's final response and the status OK;
   * leaving the loop cancels the request. What is not read is not fetched.
   */
  async *streamInfer(
    request: InferRequest,
    patience: Patience,
    signal: AbortSignal,
  ): AsyncGenerator<ReadonlyMap<string, Tensor>, void, undefined> {
    signal.throwIfAborted();
    const { path, requestSerialize, responseDeserialize } = service.ModelStreamInfer;
    const metadata = new grpc.Metadata();
    metadata.set('triton_grpc_error', 'true'); // a fault ends the stream with its status, not with words only
    const stream = this.#client.makeBidiStreamRequest(
      path,
      requestSerialize as (value: GrpcRequest) => Buffer,
      responseDeserialize as (value: Buffer) => GrpcStreamAnswer,
      metadata,
    );
    // A cancelled stream tells of it once more, when nobody listens.
    stream.on('error', () => undefined);
    const cancel = () => stream.cancel();
    signal.addEventListener('abort', cancel);
    let hasAnswer = false;
    let isFinal = false;
    try {
      stream.write(toGrpc(request, { triton_enable_empty_final_response: { bool_param: true } }));
      stream.end();
      const answers = stream[Symbol.asyncIterator]() as AsyncIterator<GrpcStreamAnswer, unknown>;
      for (;;) {
        const next = await patience.wait(answers.next());
        if (next.done === true) break;
        hasAnswer = true;
        const { error_message, infer_response } = next.value;
        if (error_message !== '') throw await this.#explainError(request.model);
        if (!infer_response) continue;
        isFinal = infer_response.parameters['triton_final_response']?.bool_param === true;
        if (infer_response.outputs.length > 0) yield fromGrpc(infer_response);
      }
      if (!isFinal) throw streamBroken(new Fault('ended without a final response'));
    } catch (error) {
      throw toProblem(error, hasAnswer);
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  /** A stream tells of an unknown model, as of some other faults, in words only: so the model is asked for. */
  async #explainError(model: string): Promise<ProblemError> {
    const fault = new Fault('error within the stream');
    return (await this.#isReady(model)) ? engineFailed(fault) : modelNotLoaded(fault);
  }

  async #isReady(name: string): Promise<boolean> {
    const patience = new Patience({ firstTokenMs: HEALTH_MS, betweenTokensMs: HEALTH_MS });
    return (await this.#unary<{ ready: boolean }>(service.ModelReady, { name }, patience)).ready;
  }

  async #unary<Answer>(
    { path, requestSerialize, responseDeserialize }: grpc.MethodDefinition<object, object>,
    message: object,
    patience: Patience,
    signal?: AbortSignal,
  ): Promise<Answer> {
    signal?.throwIfAborted();
    let call: grpc.ClientUnaryCall | undefined;
    const cancel = () => call?.cancel();
    signal?.addEventListener('abort', cancel);
    try {
      const answer = new Promise<object>((resolve, reject) => {
        call = this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, (error, value) => {
          if (error) reject(error);
          else resolve(value ?? {});
        });
      });
      return (await patience.wait(answer)) as Answer;
    } catch (error) {
      throw toProblem(error, false);
    } finally {
      signal?.removeEventListener('abort', cancel);
      cancel();
    }
  }
}

/** gRPC status -> Problem. Its `details` name addresses, so they stay in the cause. https://grpc.io/docs/guides/status-codes/ */
function toProblem(error: unknown, hasAnswer: boolean): ProblemError | Error {
  if (!isServiceError(error)) return error as Error;
  const fault = new Fault(`gRPC status ${error.code}`, { cause: error });
  switch (error.code) {
    case grpc.status.NOT_FOUND:
      return modelNotLoaded(fault);
    case grpc.status.RESOURCE_EXHAUSTED:
      return hasAnswer ? streamBroken(fault) : engineBusy(fault);
    case grpc.status.UNAVAILABLE:
    case grpc.status.DEADLINE_EXCEEDED:
    case grpc.status.CANCELLED:
      return hasAnswer ? streamBroken(fault) : unreachable(fault);
    default:
      return engineFailed(fault);
  }
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

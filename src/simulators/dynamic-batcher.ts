import { type BatcherSettings, preparesAhead } from './batcher-settings.ts';
import type { BatcherTrace, RejectReason, TracedBatch, TracedRequest } from './batcher-trace.ts';
import { EventQueue } from './event-queue.ts';
import { type BatchRules, gatherBatch } from './gather-batch.ts';
import { RequestQueue } from './request-queue.ts';

/** The batcher looks up by itself this often; Triton's `default_wait_microseconds`. */
const IDLE_CHECK_MS = 500;
/** A client in a closed loop that was refused waits so long; without a pause it would ask for ever in no time. */
export const REFUSED_PAUSE_MS = 10;

/** Requests that will run together. It grows while it waits for an instance, until it is closed. */
interface Payload {
  requests: TracedRequest[];
  state: 'new' | 'scheduled' | 'closed';
}

type SimulatedEvent =
  | { kind: 'send'; client: number | undefined }
  | { kind: 'arrive'; request: TracedRequest; client: number | undefined }
  | { kind: 'take'; instance: number }
  | { kind: 'end'; instance: number; payload: Payload }
  | { kind: 'look'; version: number };

/**
 * Runs a workload through a model of Triton's dynamic batcher and its instances, event by event, until every request has
 * been answered. Deterministic: the settings are all there is.
 *
 * It follows the source of Triton 2.51 step by step, because the documentation leaves out what decides the batch sizes:
 * batches are made ahead of a free instance (at most two for each instance) and grow while they wait; once one waits, a
 * request that arrives does not wake the batcher unless it completes a preferred size; and an instance that takes a batch
 * merges the next ones into it that are older than the delay.
 * Source: triton-inference-server/core, branch r24.10, src/dynamic_batch_scheduler.cc (BatcherThread, GetDynamicBatch,
 * Enqueue), src/rate_limiter.cc (PayloadSlotAvailable) and src/instance_queue.cc (Dequeue).
 */
export function simulateBatcher(settings: BatcherSettings): BatcherTrace {
  return new Simulation(settings).run();
}

class Simulation {
  readonly #settings: BatcherSettings;
  readonly #events = new EventQueue<SimulatedEvent>();
  readonly #queue: RequestQueue | undefined;
  readonly #prefetches: boolean;
  readonly #rules: BatchRules;
  readonly #idle: number[];
  /** batches that wait for an instance, oldest first */
  readonly #scheduled: Payload[] = [];
  readonly #clientOf = new Map<number, number>();
  readonly #requests: TracedRequest[] = [];
  readonly #batches: TracedBatch[] = [];
  readonly #waiting: { atMs: number; requests: number }[] = [];
  #payload: Payload = { requests: [], state: 'new' };
  #isSaturated = false;
  #nextPreferred = 0;
  #waitsForSlot = false;
  #lastEntryMs = -Infinity;
  #lookVersion = 0;
  /** since when the batcher sleeps over an empty queue */
  #idleSinceMs: number | undefined;
  #nowMs = 0;
  #unstarted = 0;

  constructor(settings: BatcherSettings) {
    const { batching, instances, maxBatchSize } = settings;
    this.#settings = settings;
    this.#queue = batching && new RequestQueue(batching);
    this.#prefetches = !batching || preparesAhead(batching);
    const sizes = batching?.preferredBatchSizes ?? [];
    this.#rules = {
      maxBatchSize,
      maxQueueDelayMs: batching?.maxQueueDelayMs ?? 0,
      preferred: sizes.length > 0 ? sizes.toSorted((a, b) => a - b) : [maxBatchSize],
    };
    this.#idle = Array.from({ length: instances }, (_, instance) => instance);
  }

  run(): BatcherTrace {
    const { workload, instances } = this.#settings;
    if (workload.kind === 'open')
      for (const atMs of workload.arrivalsMs) this.#events.add(atMs, { kind: 'send', client: undefined });
    else for (let client = 0; client < workload.clients; client++) this.#events.add(0, { kind: 'send', client });
    for (let next = this.#events.take(); next; next = this.#events.take()) {
      this.#nowMs = next.atMs;
      this.#handle(next.event);
    }
    return { requests: this.#requests, batches: this.#batches, waiting: this.#waiting, instances };
  }

  #handle(event: SimulatedEvent): void {
    switch (event.kind) {
      case 'send':
        this.#send(event.client);
        break;
      case 'arrive':
        this.#enqueue(event.request);
        break;
      case 'take':
        this.#takeBatch(event.instance);
        break;
      case 'end':
        this.#endBatch(event.instance, event.payload);
        break;
      case 'look':
        if (event.version === this.#lookVersion) this.#lookAgain();
        break;
      default:
        event satisfies never;
    }
  }

  // ---- Clients ----

  #send(client: number | undefined): void {
    const { workload, transferMs, entryGapMs, batching, priorityOf } = this.#settings;
    const id = this.#requests.length;
    if (workload.kind === 'closed' && (this.#nowMs >= workload.durationMs || id >= (workload.maxRequests ?? Infinity)))
      return;
    const queuedAtMs = Math.max(this.#nowMs + transferMs, this.#lastEntryMs + entryGapMs);
    this.#lastEntryMs = queuedAtMs;
    const priority = batching && batching.priorityLevels > 0 ? priorityOf(id) : 0;
    const request: TracedRequest = { id, priority, sentAtMs: this.#nowMs, queuedAtMs };
    this.#requests.push(request);
    if (client !== undefined) this.#clientOf.set(id, client);
    this.#events.add(queuedAtMs, { kind: 'arrive', request, client });
  }

  #answer(request: TracedRequest, pauseMs = 0): void {
    request.answeredAtMs = this.#nowMs + this.#settings.transferMs;
    const client = this.#clientOf.get(request.id);
    if (client !== undefined) this.#events.add(request.answeredAtMs + pauseMs, { kind: 'send', client });
  }

  #reject(request: TracedRequest, reason: RejectReason): void {
    request.rejected = reason;
    this.#answer(request, REFUSED_PAUSE_MS);
  }

  // ---- Queue ----

  #enqueue(request: TracedRequest): void {
    if (!this.#queue) {
      this.#countWaiting(1);
      this.#schedule({ requests: [request], state: 'new' });
      return;
    }
    if (!this.#queue.add(request)) {
      this.#reject(request, 'queue-full');
      return;
    }
    this.#countWaiting(1);
    const isWorthALook =
      this.#isSaturated || this.#payload.state === 'closed' || this.#queue.size >= this.#nextPreferred;
    if (this.#hasSlot() && isWorthALook) this.#wakeBatcher();
    else if (this.#idleSinceMs !== undefined) {
      // It sleeps since it found the queue empty, and will look up at the end of its half second.
      const checks = Math.floor((this.#nowMs - this.#idleSinceMs) / IDLE_CHECK_MS) + 1;
      this.#sleepUntil(this.#idleSinceMs + checks * IDLE_CHECK_MS);
    }
  }

  /** May another batch be made? */
  #hasSlot(): boolean {
    return this.#prefetches
      ? this.#scheduled.length < 2 * this.#settings.instances
      : this.#scheduled.length < this.#idle.length;
  }

  #countWaiting(change: number): void {
    this.#unstarted += change;
    const last = this.#waiting.at(-1);
    if (last?.atMs === this.#nowMs) last.requests = this.#unstarted;
    else this.#waiting.push({ atMs: this.#nowMs, requests: this.#unstarted });
  }

  // ---- Batcher ----

  #wakeBatcher(): void {
    if (!this.#queue || (this.#waitsForSlot && !this.#hasSlot())) return;
    this.#waitsForSlot = false;
    this.#runBatcher(this.#queue);
  }

  /** The batcher's wait is over by itself. */
  #lookAgain(): void {
    if (!this.#waitsForSlot || this.#hasSlot()) {
      this.#wakeBatcher();
      return;
    }
    for (const request of this.#queue?.takeExpired(this.#nowMs) ?? []) this.#dropExpired(request);
    this.#sleepUntil(this.#nowMs + IDLE_CHECK_MS);
  }

  #sleepUntil(atMs: number): void {
    this.#idleSinceMs = undefined;
    this.#events.add(atMs, { kind: 'look', version: ++this.#lookVersion });
  }

  #runBatcher(queue: RequestQueue): void {
    for (;;) {
      if (this.#isSaturated || this.#payload.state === 'closed') {
        this.#payload = { requests: [], state: 'new' };
        this.#isSaturated = false;
        this.#nextPreferred = 0;
      }
      if (queue.size === 0) {
        // No event for a look at an empty queue: there would be no end of them.
        this.#idleSinceMs = this.#nowMs;
        this.#lookVersion++;
        return;
      }
      if (!this.#hasSlot()) {
        this.#waitsForSlot = true;
        this.#sleepUntil(this.#nowMs + IDLE_CHECK_MS);
        return;
      }
      const gathered = gatherBatch(queue, this.#payload.requests.length, this.#nowMs, this.#rules);
      for (const request of gathered.expired) this.#dropExpired(request);
      this.#isSaturated ||= gathered.closes;
      this.#nextPreferred = gathered.nextPreferred ?? this.#nextPreferred;
      if (gathered.lookAtMs !== undefined) {
        this.#sleepUntil(gathered.lookAtMs);
        return;
      }
      this.#payload.requests.push(...queue.take(gathered.count));
      if (this.#payload.state === 'new' && this.#payload.requests.length > 0) this.#schedule(this.#payload);
    }
  }

  #dropExpired(request: TracedRequest): void {
    this.#countWaiting(-1);
    this.#reject(request, 'timeout');
  }

  // ---- Instances ----

  #schedule(payload: Payload): void {
    payload.state = 'scheduled';
    this.#scheduled.push(payload);
    // One idle instance is woken for each batch; a busy one takes its next when it is done.
    const instance = this.#idle[this.#scheduled.length - 1];
    if (instance !== undefined) this.#events.add(this.#nowMs + this.#settings.handOverMs, { kind: 'take', instance });
  }

  /** The instance takes the oldest batch, and merges those behind it that have waited out the delay. */
  #takeBatch(instance: number): void {
    const payload = this.#scheduled[0];
    const place = this.#idle.indexOf(instance);
    if (!payload || place < 0) return;
    this.#idle.splice(place, 1);
    this.#scheduled.shift();
    payload.state = 'closed';
    const { maxBatchSize, maxQueueDelayMs } = this.#rules;
    while (maxQueueDelayMs > 0) {
      const next = this.#scheduled[0];
      if (!next || this.#nowMs <= Math.min(...next.requests.map((each) => each.queuedAtMs)) + maxQueueDelayMs) break;
      next.state = 'closed';
      if (payload.requests.length + next.requests.length > maxBatchSize) break;
      payload.requests.push(...next.requests);
      this.#scheduled.shift();
    }
    const id = this.#batches.length;
    const size = payload.requests.length;
    const endedAtMs = this.#nowMs + this.#settings.serviceMs(size, id);
    const requests = payload.requests.map((request) => request.id);
    this.#batches.push({ id, instance, startedAtMs: this.#nowMs, endedAtMs, requests });
    for (const request of payload.requests) Object.assign(request, { startedAtMs: this.#nowMs, batch: id });
    this.#countWaiting(-size);
    this.#events.add(endedAtMs, { kind: 'end', instance, payload });
    this.#wakeBatcher();
  }

  /** The instance takes its next batch before the batcher has heard that it is free. */
  #endBatch(instance: number, payload: Payload): void {
    for (const request of payload.requests) {
      request.endedAtMs = this.#nowMs;
      this.#answer(request);
    }
    this.#idle.push(instance);
    if (this.#scheduled.length > 0) this.#takeBatch(instance);
    else this.#wakeBatcher();
  }
}

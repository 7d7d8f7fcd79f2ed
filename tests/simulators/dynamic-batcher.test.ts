import { describe, expect, it } from 'vitest';
import { NO_POLICY } from '#simulators/batcher-settings.ts';
import { simulateBatcher } from '#simulators/dynamic-batcher.ts';
import { batching, executions, settings } from './batcher-cases.ts';

describe('the dynamic batcher, by hand', () => {
  it('without dynamic_batching runs every request by itself, in order', () => {
    const trace = simulateBatcher(settings([0, 1, 2], { batching: undefined }));
    expect(executions(trace)).toEqual(['0: 0', '10: 1', '20: 2']);
    expect(trace.waiting).toEqual([
      { atMs: 0, requests: 0 },
      { atMs: 1, requests: 1 },
      { atMs: 2, requests: 2 },
      { atMs: 10, requests: 1 },
      { atMs: 20, requests: 0 },
    ]);
  });

  it('without a delay runs the first request at once, and those that came meanwhile together', () => {
    expect(executions(simulateBatcher(settings([0, 1, 2, 3])))).toEqual(['0: 0', '10: 1 2 3']);
  });

  it('never exceeds max_batch_size; what is left over is the next batch', () => {
    expect(executions(simulateBatcher(settings([0, 1, 2, 3, 4, 5])))).toEqual(['0: 0', '10: 1 2 3 4', '20: 5']);
  });

  it('with a delay waits for company until the oldest request has waited that long', () => {
    const changes = { batching: batching({ maxQueueDelayMs: 5 }) };
    expect(executions(simulateBatcher(settings([0, 3], changes)))).toEqual(['5: 0 1']);
  });

  it('does not wait any longer once the batch is full', () => {
    const changes = { batching: batching({ maxQueueDelayMs: 5 }) };
    expect(executions(simulateBatcher(settings([0, 1, 2, 3], changes)))).toEqual(['3: 0 1 2 3']);
  });

  it('adds the whole delay to a request that nobody joins', () => {
    const changes = { batching: batching({ maxQueueDelayMs: 5 }) };
    expect(simulateBatcher(settings([0], changes)).requests[0]).toMatchObject({ startedAtMs: 5, answeredAtMs: 15 });
  });

  it('sends a preferred size at once, without waiting out the delay', () => {
    const changes = { maxBatchSize: 8, batching: batching({ maxQueueDelayMs: 50, preferredBatchSizes: [2] }) };
    expect(executions(simulateBatcher(settings([0, 1], changes)))).toEqual(['1: 0 1']);
  });

  it('without a delay closes a waiting batch at the first preferred size it reaches, not at the largest', () => {
    // The instance is busy until 10. The batch that grows one by one is closed at 2, though 4 is preferred as well.
    const changes = { maxBatchSize: 8, batching: batching({ preferredBatchSizes: [2, 4] }) };
    expect(executions(simulateBatcher(settings([0, 1, 2, 3, 4], changes)))).toEqual(['0: 0', '10: 1 2', '20: 3 4']);
  });

  it('with a delay does not wake for requests behind a batch that waits for an instance: they come one batch later', () => {
    // 0 runs from 1 to 11. 1 has waited out its delay at 4 and is scheduled; 2 and 3 find nobody awake.
    const changes = { batching: batching({ maxQueueDelayMs: 1 }) };
    expect(executions(simulateBatcher(settings([0, 3, 6, 7], changes)))).toEqual(['1: 0', '11: 1', '21: 2 3']);
  });

  it('merges batches behind the first that have waited out the delay', () => {
    // At 11 batch 1 is taken; the batcher makes batch 2 of what waited, and batch 4 grows while that one waits.
    const changes = {
      maxBatchSize: 8,
      instances: 1,
      batching: batching({ maxQueueDelayMs: 1, preferredBatchSizes: [2] }),
    };
    const trace = simulateBatcher(settings([0, 2, 2, 5, 5, 8], changes));
    expect(executions(trace)).toEqual(['1: 0', '11: 1 2 3 4', '21: 5']);
  });

  it('gives batches to every instance', () => {
    const trace = simulateBatcher(settings([0, 1, 2, 3], { instances: 2 }));
    expect(executions(trace)).toEqual(['0: 0', '1: 1', '10: 2 3']);
    expect(trace.batches.map(({ instance }) => instance)).toEqual([0, 1, 0]);
  });

  it('lets a batch grow until the instance has taken it', () => {
    expect(executions(simulateBatcher(settings([0, 0.5, 2], { handOverMs: 1 })))).toEqual(['1: 0 1', '11: 2']);
  });

  it('counts the way there and back, and lets requests in one by one', () => {
    const trace = simulateBatcher(settings([0, 0], { transferMs: 2, entryGapMs: 1, batching: undefined }));
    expect(trace.requests.map(({ queuedAtMs, answeredAtMs }) => [queuedAtMs, answeredAtMs])).toEqual([
      [2, 14],
      [3, 24],
    ]);
  });

  it('in a closed loop sends a request when the last of the client was answered', () => {
    const workload = { kind: 'closed', clients: 2, durationMs: 25 } as const;
    const trace = simulateBatcher(settings([], { workload, batching: undefined }));
    expect(trace.requests.map(({ sentAtMs }) => sentAtMs)).toEqual([0, 0, 10, 20]);
  });
});

describe('priorities and queue policies, by hand', () => {
  const two = (changes = {}) => batching({ priorityLevels: 2, ...changes });
  /** the named requests are urgent */
  const urgent = (...ids: number[]) => ({ maxBatchSize: 1, priorityOf: (id: number) => (ids.includes(id) ? 1 : 2) });

  it('serve level 1 before level 2, each in order of arrival', () => {
    const trace = simulateBatcher(settings([0, 1, 2, 3, 4], { batching: two(), ...urgent(3, 4) }));
    expect(executions(trace)).toEqual(['0: 0', '10: 3', '20: 4', '30: 1', '40: 2']);
  });

  it('let urgent requests that keep coming starve the others', () => {
    // One every 10 ms, each a millisecond before the instance is free again.
    const everyTen = Array.from({ length: 19 }, (_, index) => 9 + index * 10);
    const changes = { batching: two(), maxBatchSize: 1, priorityOf: (id: number) => (id === 1 ? 2 : 1) };
    const trace = simulateBatcher(settings([0, 1, ...everyTen], changes));
    expect(trace.requests[1]?.startedAtMs).toBe(200);
  });

  it('refuse at once what does not fit into the queue', () => {
    const policy = batching({ defaultPolicy: { ...NO_POLICY, maxQueueSize: 1 } });
    const { requests } = simulateBatcher(settings([0, 1, 2], { batching: policy, maxBatchSize: 1 }));
    expect(requests.map(({ rejected, answeredAtMs }) => [rejected, answeredAtMs])).toEqual([
      [undefined, 10],
      [undefined, 20],
      ['queue-full', 2],
    ]);
  });

  it('refuse an expired request only when its turn comes', () => {
    const policy = batching({ defaultPolicy: { ...NO_POLICY, timeoutMs: 3 } });
    const { requests } = simulateBatcher(settings([0, 1], { batching: policy }));
    expect(requests[1]).toMatchObject({ rejected: 'timeout', answeredAtMs: 10 });
    expect(requests[1]?.batch).toBeUndefined();
  });

  it('under DELAY serve an expired request after the fresh ones', () => {
    const policy = batching({ defaultPolicy: { ...NO_POLICY, timeoutMs: 5, timeoutAction: 'DELAY' } });
    const trace = simulateBatcher(settings([0, 1, 8], { batching: policy, maxBatchSize: 1 }));
    expect(executions(trace)).toEqual(['0: 0', '10: 2', '20: 1']);
  });

  it('look at each level by its own policy', () => {
    const priorityPolicies = { 2: { ...NO_POLICY, maxQueueSize: 1 } };
    const { requests } = simulateBatcher(
      settings([0, 1, 2, 3, 4], { batching: two({ priorityPolicies }), ...urgent(3, 4) }),
    );
    expect(requests.map(({ rejected }) => rejected)).toEqual([
      undefined,
      undefined,
      'queue-full',
      undefined,
      undefined,
    ]);
  });
});

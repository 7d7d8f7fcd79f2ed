import { expect, it } from 'vitest';
import { checkParameters } from '#experiments/experiment.ts';
import { SWEPT_CLIENTS, queueAgainstCompute } from '#experiments/queue-against-compute.ts';

const calls = queueAgainstCompute.plan(checkParameters(queueAgainstCompute, { requestsPerClient: 3 }));

it('gives every point as many clients at once as it names, each with its requests one after the other', () => {
  for (const [point, clients] of SWEPT_CLIENTS.entries()) {
    const own = calls.flatMap((call, index) => (call.point === point ? [{ ...call, index }] : []));
    expect(own).toHaveLength(clients * 3);
    const inside = own.filter(({ after }) => after !== undefined && calls[after]!.point === point);
    // Who waits for a call of the same point is that client's next request; nobody has two.
    expect(new Set(inside.map(({ after }) => after)).size).toBe(inside.length);
    expect(own.length - inside.length).toBe(clients);
  }
});

it('starts a point when the one before is over', () => {
  for (const [index, { after, point }] of calls.entries()) {
    if (point === 0 || calls[after!]!.point === point) continue;
    expect(calls[after!]!.point).toBe(point! - 1);
    expect(calls[after! + 1]!.point).toBe(point);
    expect(after).toBeLessThan(index);
  }
});

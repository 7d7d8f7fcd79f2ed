import { expect, it } from 'vitest';
import type { UpstreamKind } from '#contract/run-request.ts';
import { planRun } from '../../../playground-server/runs/plan-run.ts';
import type { Upstream } from '../../../playground-server/upstreams/upstream.ts';
import { runOf } from '../test-server.ts';

function upstream(id: UpstreamKind, isReachable: boolean | Promise<boolean>): Upstream {
  return {
    engine: { id, name: id, version: '1', device: 'test', model: 'none' },
    reachable: () => isReachable,
    call: () => {
      throw new Error('planning calls no engine');
    },
    close: () => Promise.resolve(),
  };
}
const chosen = async (upstreams: readonly Upstream[], rest: object = {}) =>
  (await planRun({ ...runOf(), parameters: {}, ...rest }, upstreams)).targets[0].engine.id;

const late = (value: boolean) => new Promise<boolean>((resolve) => setImmediate(() => resolve(value)));

it('a real engine that answers comes before the embedded one, whatever the order here', async () => {
  const [embedded, vllm, triton] = [upstream('embedded', true), upstream('vllm', late(true)), upstream('triton', true)];
  expect(await chosen([embedded, triton, vllm])).toBe('vllm');
  expect(await chosen([embedded, triton])).toBe('triton');
  expect(await chosen([embedded])).toBe('embedded');
});

it('one that does not answer is passed over, unless it was asked for', async () => {
  const upstreams = [upstream('vllm', late(false)), upstream('triton', false), upstream('embedded', true)];
  expect(await chosen(upstreams)).toBe('embedded');
  await expect(chosen(upstreams, { upstream: 'vllm' })).rejects.toMatchObject({
    problem: { reason: 'engine_unreachable' },
  });
  expect(await chosen(upstreams, { upstream: 'embedded' })).toBe('embedded');
});

it('one that is not here is not offered', async () => {
  await expect(chosen([upstream('embedded', true)], { upstream: 'triton' })).rejects.toMatchObject({
    problem: { reason: 'experiment_not_offered', details: { allowed: 'embedded' } },
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringUp } from '../../playground-server/engines/bring-up.ts';
import { findKnownAnswer } from '../../playground-server/engines/known-answer.ts';
import type { RunningEngine } from '../../playground-server/engines/running-engines.ts';
import { takeDown } from '../../playground-server/engines/take-down.ts';
import { type InferOptions, tensor, TritonClient } from '../../playground-server/engines/triton-client.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { TritonMetrics } from './triton-metrics.ts';
import { makeTritonPlace, type TritonPlace } from './triton-under-test.ts';

let place: TritonPlace;
let running: RunningEngine;
let client: TritonClient;
const { signal } = new AbortController();

/** `bringUp` checks the answer of every model; what is tested here is how the models behave together and under load. */
beforeAll(async () => {
  place = await makeTritonPlace();
  running = await bringUp(triton, { ...place, signal, onProgress: () => undefined });
  client = new TritonClient(running.urls['http']!, signal);
});
afterAll(async () => {
  await takeDown(running, place.settings.directory);
  place.remove();
});

const scrape = () => TritonMetrics.read(running.urls['metrics']!);

const delay = async (model: string, value: number, options?: InferOptions) => {
  const outputs = await client.infer(model, [tensor('X', 'FP32', [1, 1], [value])], options);
  const number = (name: string) => Number(outputs.get(name)!.data[0]);
  return { y: number('Y'), batchSize: number('BATCH_SIZE'), startedUs: number('STARTED_US') };
};

/** Requests at once, and what Triton counted for them. */
async function load(model: string, count: number) {
  const before = await scrape();
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => delay(model, index)));
  const after = await scrape();
  const difference = (name: string) => after.of(name, model) - before.of(name, model);
  return { answers, items: difference('nv_inference_count'), executions: difference('nv_inference_exec_count') };
}

async function untilPending(model: string, count: number): Promise<void> {
  while ((await scrape()).of('nv_inference_pending_request_count', model) < count) await wait(1);
}

describe('metrics', () => {
  it('of this version are those in the committed list', async () => {
    const list = readFileSync(join(import.meta.dirname, `metrics/triton-${running.version}.txt`), 'utf8');
    expect((await scrape()).families).toEqual(list.trimEnd().split('\n'));
  });
});

describe('dynamic batching', () => {
  it('puts requests that wait into one execution', async () => {
    const { answers, items, executions } = await load('delay-batched', 32);
    expect(items).toBe(32);
    expect(executions).toBeLessThan(items);
    // What the answers say about their batches must add up to what Triton counted.
    const batches = new Map(answers.map(({ startedUs, batchSize }) => [startedUs, batchSize]));
    expect(batches.size).toBe(executions);
    expect([...batches.values()].reduce((sum, size) => sum + size, 0)).toBe(items);
    expect(answers.map(({ y }) => y)).toEqual(answers.map((_, index) => index));
  });

  it('is off where the configuration does not ask for it', async () => {
    const { answers, items, executions } = await load('delay-plain', 8);
    expect([items, executions]).toEqual([8, 8]);
    expect(answers.every(({ batchSize }) => batchSize === 1)).toBe(true);
  });

  it('can be changed by loading the model with another configuration', async () => {
    const url = `${running.urls['http']!}/v2/models/delay-plain/config`;
    const config = (await (await fetch(url)).json()) as Record<string, unknown>;
    const changed = { ...config, dynamic_batching: { max_queue_delay_microseconds: 2000 } };
    const loadModel = async (parameters: Record<string, string>) => {
      const answer = await fetch(`${running.urls['http']!}/v2/repository/models/delay-plain/load`, {
        method: 'POST',
        body: JSON.stringify({ parameters }),
      });
      expect(answer.status).toBe(200);
    };
    await loadModel({ config: JSON.stringify(changed) });
    const { answers } = await load('delay-plain', 16);
    expect(Math.max(...answers.map(({ batchSize }) => batchSize))).toBeGreaterThan(1);
    await loadModel({ config: JSON.stringify(config) });
  });
});

describe('the queue', () => {
  it('serves level 1 before level 3, even when it comes later', async () => {
    const level = (priority: number) => delay('delay-priority', priority, { parameters: { priority } });
    const low = Array.from({ length: 12 }, () => level(3));
    await untilPending('delay-priority', 8);
    const first = await level(1);
    const starts = (await Promise.all(low)).map(({ startedUs }) => startedUs);
    expect(first.startedUs).toBeLessThan(Math.max(...starts));
  });

  it('refuses what exceeds its size, at once and by name', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 24 }, (_, index) => delay('delay-queue', index)));
    const refusals = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => String(reason));
    expect(refusals.some((reason) => reason.includes('Exceeds maximum queue size'))).toBe(true);
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it('refuses what waited longer than the request allows', async () => {
    const patient = Array.from({ length: 4 }, (_, index) => delay('delay-queue', index));
    await untilPending('delay-queue', 1);
    await expect(delay('delay-queue', 0, { parameters: { timeout: 1000 } })).rejects.toThrow('Request timeout expired');
    await Promise.all(patient);
  });
});

describe('memory', () => {
  it('answers the same input from the response cache, without an execution', async () => {
    const before = await scrape();
    const [first, again] = [await delay('delay-cached', 1234), await delay('delay-cached', 1234)];
    const after = await scrape();
    expect(again).toEqual(first);
    const difference = (name: string) => after.of(name, 'delay-cached') - before.of(name, 'delay-cached');
    expect(difference('nv_cache_num_hits_per_model')).toBe(1);
    expect(difference('nv_inference_exec_count')).toBe(1);
  });

  it('of a sequence is its own, whichever order the requests of two come in', async () => {
    const totals: unknown[] = [];
    const add = async (sequence: number, value: number, flags: Record<string, boolean> = {}) => {
      const parameters = { sequence_id: sequence, ...flags };
      const outputs = await client.infer('running-total', [tensor('VALUE', 'INT32', [1, 1], [value])], { parameters });
      totals.push(...outputs.get('TOTAL')!.data);
    };
    await add(11, 1, { sequence_start: true });
    await add(12, 100, { sequence_start: true });
    await add(11, 2);
    await add(12, 200, { sequence_end: true });
    await add(11, 3, { sequence_end: true });
    expect(totals).toEqual([1, 100, 3, 300, 6]);
    await expect(add(13, 1)).rejects.toThrow('must specify the START flag');
  });
});

describe('iterative sequences', () => {
  it('share executions although they started with different numbers of steps', async () => {
    const steps = [2, 4, 6];
    const before = await scrape();
    const answers = await Promise.all(
      steps.map((count, index) =>
        client.generateStream('iterative-steps', {
          STEPS: [[count]],
          sequence_id: 21 + index,
          sequence_start: true,
          sequence_end: true,
        }),
      ),
    );
    const after = await scrape();
    expect(answers.map((responses) => responses.length)).toEqual(steps);
    const executions =
      after.of('nv_inference_exec_count', 'iterative-steps') - before.of('nv_inference_exec_count', 'iterative-steps');
    expect(executions).toBeLessThan(2 + 4 + 6);
  });
});

describe('the digit models', () => {
  const drawing = tensor(
    'DRAWING',
    'UINT8',
    [64, 64],
    Array.from({ length: 64 * 64 }, (_, pixel) => (pixel % 64 > 28 && pixel % 64 < 36 ? 255 : 0)),
  );

  it('give the highest version to a request that names none, and refuse one that is not there', async () => {
    const image = tensor(
      'IMAGE',
      'FP32',
      [1, 64],
      Array.from({ length: 64 }, (_, block) => (block % 3) / 2),
    );
    const answer = async (options?: InferOptions) =>
      (await client.infer('digits', [image], options)).get('PROBABILITIES')!.data;
    const [any, one, two] = [await answer(), await answer({ version: 1 }), await answer({ version: 2 })];
    expect(any).toEqual(two);
    expect(any).not.toEqual(one);
    await expect(answer({ version: 3 })).rejects.toThrow("Request for unknown model: 'digits' version 3");
  });

  it('read an upright bar as 1', async () => {
    const outputs = await client.infer('digits-pipeline', [{ ...drawing, shape: [1, 64, 64] }]);
    const probabilities = outputs.get('PROBABILITIES')!.data.map(Number);
    expect(probabilities.indexOf(Math.max(...probabilities))).toBe(1);
  });

  it('are split by key: a share of the keys gets version 2, and a key always the same', async () => {
    const route = async (key: string, share: number) => {
      const inputs = [drawing, tensor('KEY', 'BYTES', [1], [key]), tensor('SHARE_V2', 'FP32', [1], [share])];
      return Number((await client.infer('digits-router', inputs)).get('VERSION')!.data[0]);
    };
    const keys = Array.from({ length: 60 }, (_, index) => `learner-${index}`);
    const routeAll = (share: number) => Promise.all(keys.map((key) => route(key, share)));
    const [half, again, more] = [await routeAll(0.5), await routeAll(0.5), await routeAll(0.8)];
    expect(again).toEqual(half);
    expect(new Set(half)).toEqual(new Set([1, 2]));
    // Who had version 2 keeps it when the share grows.
    expect(half.every((version, index) => version === 1 || more[index] === 2)).toBe(true);
  });
});

describe('tiny-lm', () => {
  it('writes the same greedy text when eight streams share its steps', async () => {
    const known = await findKnownAnswer(place.settings.modelFolder);
    const body = { PROMPT: known.prompt, MAX_TOKENS: known.maxTokens };
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.generateStream('tiny-lm', body)));
    for (const responses of answers) {
      expect(responses.map(({ TOKEN_ID }) => TOKEN_ID)).toEqual(known.tokenIds);
      expect(responses.every(({ PROMPT_TOKENS }) => PROMPT_TOKENS === known.promptIds.length)).toBe(true);
    }
  });

  it('samples the same text for the same seed', async () => {
    const write = async (SEED: number) => {
      const body = { PROMPT: 'Hello', MAX_TOKENS: 24, TEMPERATURE: 1.5, TOP_K: 50, TOP_P: 0.95, MIN_P: 0.01, SEED };
      return (await client.generateStream('tiny-lm', body)).map(({ TEXT }) => TEXT).join('');
    };
    const [first, again, other] = [await write(1), await write(1), await write(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('says how an answer ended, in its last response only', async () => {
    const responses = await client.generateStream('tiny-lm', { PROMPT: '你好', MAX_TOKENS: 3 });
    expect(responses.map(({ FINISH_REASON }) => FINISH_REASON)).toEqual(['', '', 'length']);
  });

  it.each([
    [{ PROMPT: 'Hello', MAX_TOKENS: 0 }, 'MAX_TOKENS must be 1 or more, is 0'],
    [{ PROMPT: 'Hello', MAX_TOKENS: 5000 }, 'exceed the context of 512'],
    [{ PROMPT: 'word '.repeat(600), MAX_TOKENS: 1 }, 'exceed the context of 512'],
  ])('refuses what cannot be answered (%#)', async (body, reason) => {
    await expect(client.generateStream('tiny-lm', body)).rejects.toThrow(reason);
  });

  it('stops when the client leaves', async () => {
    const before = await scrape();
    const leave = new AbortController();
    const answer = await fetch(`${running.urls['http']!}/v2/models/tiny-lm/generate_stream`, {
      method: 'POST',
      // So hot that the end token is as improbable as any other: the answer would be 500 tokens long.
      body: JSON.stringify({ PROMPT: 'Hi', MAX_TOKENS: 500, TEMPERATURE: 1000 }),
      signal: leave.signal,
    });
    await answer.body!.getReader().read();
    leave.abort();
    let after = await scrape();
    const difference = (name: string) => after.total(name) - before.total(name);
    while (difference('tiny_lm_cancelled_requests') === 0) {
      await wait(5);
      after = await scrape();
    }
    expect(difference('tiny_lm_generated_tokens')).toBeLessThan(500);
    expect(after.total('tiny_lm_running_requests')).toBe(0);
  });

  it('takes special tokens in a prompt as text', async () => {
    const promptTokens = async (PROMPT: string) =>
      Number((await client.generateStream('tiny-lm', { PROMPT, MAX_TOKENS: 1 }))[0]!['PROMPT_TOKENS']);
    expect(await promptTokens('<|end|>')).toBeGreaterThan((await promptTokens('')) + 1);
  });
});

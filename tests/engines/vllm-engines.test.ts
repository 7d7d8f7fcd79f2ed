import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringUp } from '../../playground-server/engines/bring-up.ts';
import { isAlive, listSession } from '../../playground-server/engines/process-session.ts';
import { readRunningEngines, type RunningEngine } from '../../playground-server/engines/running-engines.ts';
import type { Settings } from '../../playground-server/engines/settings.ts';
import { takeDown } from '../../playground-server/engines/take-down.ts';
import { TritonClient } from '../../playground-server/engines/triton-client.ts';
import { tritonLlm } from '../../playground-server/engines/triton-llm.ts';
import { vllm } from '../../playground-server/engines/vllm.ts';
import { makeTritonPlace, type TritonPlace } from './triton-under-test.ts';

const python = process.env['VLLM_PYTHON'];
if (python === undefined) throw new Error('vLLM is not installed: run "npm run engines -- --only vllm" first.');

let place: TritonPlace;
let settings: Settings;
beforeAll(async () => {
  place = await makeTritonPlace();
  settings = { ...place.settings, vllmVenv: dirname(dirname(python)) };
  // Only one engine runs at a time, so Triton's ports serve for all.
  settings.ports = { ...settings.ports, tritonLlm: settings.ports.triton, vllm: settings.ports.triton.http };
});
afterAll(() => place.remove());

/** Starting means: the greedy answer was, token for token, that of the course's own engine. */
const start = (engine: typeof vllm) =>
  bringUp(engine, {
    settings,
    python: place.python,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });

async function untilGone(running: RunningEngine): Promise<void> {
  while (listSession(running.leader).length > 0 || isAlive(running.keeper)) await wait(50);
}

describe('vLLM', () => {
  it('answers as the embedded engine does, and leaves no child behind when it crashes', async () => {
    const running = await start(vllm);
    expect(running.version).toBe('0.32.0');
    expect(listSession(running.leader).length).toBeGreaterThan(1);
    process.kill(running.leader.pid, 'SIGKILL');
    await untilGone(running);
    expect(readRunningEngines(settings.directory)).toEqual([]);
  });
});

describe('vLLM inside Triton', () => {
  it('answers as the embedded engine does, refuses what does not fit, and stops with all of its processes', async () => {
    const running = await start(tritonLlm);
    const client = new TritonClient(running.urls['http']!, new AbortController().signal);
    const ask = (MAX_TOKENS: number) => client.generateStream('llm', { PROMPT: 'Hello', MAX_TOKENS });
    await expect(ask(5000)).rejects.toThrow('exceed the context of 512');
    await expect(ask(0)).rejects.toThrow('max_tokens must be at least 1');
    const [first] = await ask(1);
    expect(first).toMatchObject({ TOKEN_COUNT: 1, FINISH_REASON: 'length' });
    await takeDown(running, settings.directory);
    expect(listSession(running.leader)).toEqual([]);
  });
});

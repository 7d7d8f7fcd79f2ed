import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent, RunEventOf } from '#contract/run-event.ts';
import { CONTRACT_VERSION, EnginesAnswer } from '#contract/run-request.ts';
import { bringUp } from '../../playground-server/engines/bring-up.ts';
import { takeDown } from '../../playground-server/engines/take-down.ts';
import { readRunningEngines } from '../../playground-server/engines/running-engines.ts';
import type { Settings } from '../../playground-server/engines/settings.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { vllm } from '../../playground-server/engines/vllm.ts';
import { readConfig } from '../../playground-server/config.ts';
import { type RunningServer, startServer } from '../../playground-server/main.ts';
import { allEvents } from '../playground-server/test-server.ts';
import { freePort, makeTritonPlace, type TritonPlace } from './triton-under-test.ts';

const python = process.env['VLLM_PYTHON'];
if (python === undefined) throw new Error('vLLM is not installed: run "npm run engines -- --only vllm" first.');

let place: TritonPlace;
let settings: Settings;
let server: RunningServer;
const { signal } = new AbortController();
const start = (engine: typeof vllm) =>
  bringUp(engine, { settings, python: place.python, signal, onProgress: () => undefined });
const stop = async (id: 'vllm' | 'triton') => {
  const running = readRunningEngines(settings.directory).find((engine) => engine.id === id);
  if (running) await takeDown(running, settings.directory);
};

beforeAll(async () => {
  place = await makeTritonPlace();
  settings = { ...place.settings, vllmVenv: dirname(dirname(python)) };
  settings.ports = { ...settings.ports, vllm: await freePort() };
  await start(triton);
  await start(vllm);
  const config = readConfig({ PORT: '0', SITE_DIR: 'no-such-folder', ENGINES_DIR: settings.directory });
  server = await startServer(config, { log: () => undefined });
});
afterAll(async () => {
  await server.close();
  await stop('vllm');
  await stop('triton');
  place.remove();
});

const offered = async () =>
  EnginesAnswer.parse(await (await fetch(`${server.url}engines`)).json()).experiments['same-prompt-two-tracks'];
const run = (parameters: Record<string, number | string>) =>
  fetch(`${server.url}runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contractVersion: CONTRACT_VERSION, experiment: 'same-prompt-two-tracks', parameters }),
  });
const textOf = (events: readonly RunEvent[], request: number) =>
  events.map((event) => (event.type === 'token' && event.request === request ? event.text : '')).join('');

it('runs one prompt on vLLM and Triton at once, and both write the same', async () => {
  expect(await offered()).toEqual(['vllm', 'triton']);
  const events = await allEvents(await run({ prompt: 'What is the KV cache for?', maxTokens: 48 }));
  const started = events.find((event): event is RunEventOf<'started'> => event.type === 'started');
  expect(started?.engines.map(({ name, version }) => `${name} ${version}`)).toEqual(['vLLM 0.32.0', 'Triton 2.51.0']);
  const sent = events.filter((event) => event.type === 'sent');
  expect(sent.map(({ request, upstream }) => [request, upstream])).toEqual([
    [0, 'vllm'],
    [1, 'triton'],
  ]);
  expect(textOf(events, 0).length).toBeGreaterThan(10);
  expect(textOf(events, 1)).toBe(textOf(events, 0));
  expect(events.at(-1)).toMatchObject({ type: 'done', summary: { completedRequests: 2 } });
});

it('is offered no more when one of the two is gone', async () => {
  await stop('vllm');
  await expect.poll(offered, { timeout: 20_000 }).toBeUndefined();
  const refused = await run({});
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ reason: 'engine_unreachable' });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeRandomModelFile } from '../engine/random-model.ts';
import { allEvents, runOf } from './test-server.ts';

const MODEL_FILE = join(mkdtempSync(join(tmpdir(), 'model-')), 'random.safetensors');
writeFileSync(MODEL_FILE, new Uint8Array(makeRandomModelFile(1)));

interface Process {
  child: ChildProcess;
  out: () => string;
  errors: () => string;
  exited: Promise<unknown[]>;
}

function startProcess(environment: Record<string, string>, program = 'main.ts'): Process {
  const child = spawn(process.execPath, [`playground-server/${program}`], {
    env: { PATH: process.env['PATH'], MODEL_FILE, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  return { child, out: () => out, errors: () => errors, exited: once(child, 'exit') };
}

async function urlOf({ out }: Process): Promise<string> {
  await expect.poll(out, { timeout: 10_000 }).toMatch(/^http:.*\n/);
  return out().trim();
}

it.skipIf(process.platform === 'win32')('SIGTERM lets the open run finish, then exits with code 0', async () => {
  const server = startProcess({});
  const url = await urlOf(server);
  const response = await fetch(`${url}runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(runOf({ prompt: 'a private prompt', maxTokens: 60 })),
  });
  server.child.kill('SIGTERM');
  expect((await allEvents(response)).at(-1)!.type).toBe('done');
  expect(await server.exited).toEqual([0, null]);
  const lines = server
    .errors()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  expect(lines.map(({ event }) => event).sort()).toEqual(['drain', 'run']);
  expect(server.errors()).not.toContain('private');
});

it('a port that is taken is a sentence with a remedy, not a stack trace', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as AddressInfo;
  for (const program of ['main.ts', 'start.ts']) {
    const server = startProcess({ PORT: String(port) }, program);
    expect((await server.exited)[0]).toBe(1);
    expect(server.errors()).toContain(`Port ${port} is already in use`);
    expect(server.errors()).toContain(`連接埠 ${port} 已被占用`);
    expect(server.errors()).toMatch(/PORT=\d+ npm start/);
    expect(server.errors()).not.toMatch(/\bat .*\.ts/);
  }
});

it('wrong settings are all named before anything starts', async () => {
  const server = startProcess({ PORT: 'abc', MAX_RUNS: '-1' });
  expect((await server.exited)[0]).toBe(1);
  expect(server.errors()).toMatch(/PORT=abc[^]*MAX_RUNS=-1/);
  expect(server.out()).toBe('');
});

it('a missing model says where to get it', async () => {
  const server = startProcess({ MODEL_FILE: 'no-such-model' });
  expect((await server.exited)[0]).toBe(1);
  expect(server.errors()).toContain('MODEL_FILE');
  expect(server.errors()).toContain('讀不到小模型');
});

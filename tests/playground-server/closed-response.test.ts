import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openRun, openSocket } from './raw-request.ts';
import {
  type Script,
  ScriptedUpstream,
  aborted,
  flooding,
  saying,
  silent,
  stalling,
  token,
} from './scripted-upstream.ts';
import { SOON, type TestServer, allEvents, startTestServer, runOf } from './test-server.ts';

function received(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => {
    let all = '';
    socket.on('data', (chunk) => {
      all += chunk.toString();
      if (all.includes(text)) resolve();
    });
  });
}

/** The engine was told, and the run gave its place back with the right outcome. */
async function expectFreed(server: TestServer, upstream: ScriptedUpstream, outcome = 'run_canceled'): Promise<void> {
  await expect.poll(() => server.lines.filter(({ event }) => event === 'run'), SOON).toHaveLength(1);
  expect(server.lines[0]).toMatchObject({ event: 'run', outcome });
  expect(upstream.signals.map((signal) => signal.aborted)).toEqual([true]);
  upstream.script = saying('next');
  expect((await allEvents(await server.post(runOf()))).at(-1)!.type).toBe('done');
}

const endings: [string, (socket: Socket) => void][] = [
  ['closes', (socket) => void socket.destroy()],
  ['resets', (socket) => void socket.resetAndDestroy()],
];

describe.each(endings)('when the client %s its connection, the engine is told', (_name, end) => {
  it('before the first token', async () => {
    const upstream = new ScriptedUpstream(silent);
    const server = await startTestServer([upstream], { MAX_RUNS: '1' });
    const called = upstream.called();
    const socket = openRun(server.url);
    await called;
    end(socket);
    await expectFreed(server, upstream);
  });

  it('between two events', async () => {
    const upstream = new ScriptedUpstream(stalling);
    const server = await startTestServer([upstream], { MAX_RUNS: '1' });
    const socket = openRun(server.url);
    await received(socket, '"first"');
    end(socket);
    await expectFreed(server, upstream);
  });

  it('while tokens stream', async () => {
    const upstream = new ScriptedUpstream(flooding('x').script);
    const server = await startTestServer([upstream], { MAX_RUNS: '1' });
    const socket = openRun(server.url);
    await received(socket, '"token"');
    end(socket);
    await expectFreed(server, upstream);
  });

  it('while the server waits for the client to read', async () => {
    const flood = flooding('x'.repeat(65_536));
    const upstream = new ScriptedUpstream(flood.script);
    const server = await startTestServer([upstream], { MAX_RUNS: '1' });
    const socket = openRun(server.url);
    socket.pause();
    await heldBack(flood.count);
    end(socket);
    await expectFreed(server, upstream);
  });
});

it('a client that leaves before its body is complete starts nothing', async () => {
  const upstream = new ScriptedUpstream(silent);
  const server = await startTestServer([upstream]);
  const socket = openSocket(server.url);
  socket.write(
    `POST /runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"contractVersion"`,
    () => socket.destroy(),
  );
  await new Promise((resolve) => socket.on('close', resolve));
  expect((await fetch(`${server.url}health`)).status).toBe(200);
  expect(upstream.signals).toHaveLength(0);
});

/** Resolves when the engine has said something and then nothing more for 50 looks: it is being held. */
async function heldBack(count: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await expect
    .poll(
      () => {
        same = count() === last && last > 0 ? same + 1 : 0;
        last = count();
        return same;
      },
      { interval: 10, timeout: 20_000 },
    )
    .toBeGreaterThanOrEqual(50);
  return last;
}

describe('a slow reader', () => {
  const chunk = 'x'.repeat(65_536);

  it('is waited for, and then gets everything', async () => {
    const total = 1000;
    let said = 0;
    const script: Script = async function* (call, signal) {
      for (; said < total; said += 1) {
        yield token(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
      yield* saying('end')(call, signal);
    };
    const server = await startTestServer([new ScriptedUpstream(script)]);
    const socket = openRun(server.url);
    socket.pause();
    // Kernel buffers and the 256 events of the run hold some of the 64 MiB, never all.
    expect(await heldBack(() => said)).toBeLessThan(total * 0.75);
    let bytes = 0;
    let tail = '';
    socket.on('data', (data) => {
      bytes += data.length;
      tail = (tail + data.toString()).slice(-1000);
    });
    socket.resume();
    await expect.poll(() => tail, { timeout: 20_000 }).toContain('"type":"done"');
    expect(bytes).toBeGreaterThan(total * chunk.length);
    socket.destroy();
  });

  it('that takes nothing for too long is cut off, and the engine is told', async () => {
    const flood = flooding(chunk);
    const upstream = new ScriptedUpstream(flood.script);
    const server = await startTestServer([upstream], { WRITE_STALL_MS: '100', MAX_RUNS: '1' });
    const socket = openRun(server.url);
    socket.pause();
    await expect.poll(() => upstream.signals.length, SOON).toBe(1);
    await aborted(upstream.signals[0]!);
    await expectFreed(server, upstream);
    socket.destroy();
  });
});

import { describe, expect, it } from 'vitest';
import { Problem } from '#contract/problem.ts';
import { openSocket, readToEnd } from './raw-request.ts';
import { ScriptedUpstream, silent } from './scripted-upstream.ts';
import { runOf, startTestServer } from './test-server.ts';

const FAST = { HEADERS_TIMEOUT_MS: '100', REQUEST_TIMEOUT_MS: '200', CONNECTIONS_CHECKING_INTERVAL_MS: '20' };
const body = JSON.stringify(runOf());

describe('a client that is slow on purpose is closed', () => {
  it('when its headers never end', async () => {
    const server = await startTestServer([], FAST);
    const socket = openSocket(server.url);
    socket.write('POST /runs HTTP/1.1\r\nhost: x\r\n');
    const answer = await readToEnd(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(Problem.parse(JSON.parse(answer.split('\r\n\r\n')[1]!)).code).toBe('deadline_exceeded');
  });

  it('when it promises a body and never sends it', async () => {
    const server = await startTestServer([], FAST);
    const socket = openSocket(server.url);
    socket.write('POST /runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('when its body comes in chunks for ever: refused at the limit, not at the end', async () => {
    const server = await startTestServer([new ScriptedUpstream(silent)]);
    const socket = openSocket(server.url);
    socket.write(
      'POST /runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const chunk = `1000\r\n${' '.repeat(4096)}\r\n`;
    const sending = setInterval(() => socket.write(chunk), 1);
    const answer = await readToEnd(socket).finally(() => clearInterval(sending));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('body_too_large');
  });
});

it('but a long run is not a slow client: the time for requests does not count for answers', async () => {
  const upstream = new ScriptedUpstream(silent);
  const server = await startTestServer([upstream], { ...FAST, RUN_WALL_MS: '800' });
  const socket = openSocket(server.url);
  socket.write(
    `POST /runs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  expect(await readToEnd(socket)).toContain('run_timed_out');
});

describe('a request that two servers could read differently is refused', () => {
  const head = 'POST /runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  const end = `\r\n${body}`;
  const size = `content-length: ${body.length}\r\n`;
  it.each([
    ['a length and chunks', `${head}${size}transfer-encoding: chunked\r\n${end}`],
    ['two lengths', `${head}${size}content-length: 3\r\n${end}`],
    ['an unknown transfer encoding', `${head}transfer-encoding: xchunked\r\n${end}`],
    ['a space before the colon', `${head}content-length : ${body.length}\r\n${end}`],
    ['a folded header', `${head}${size}x-long: a\r\n b\r\n${end}`],
    ['no host', `POST /runs HTTP/1.1\r\n${size}${end}`],
    ['bare line feeds', `${head}${size}${end}`.replaceAll('\r\n', '\n')],
    ['headers beyond the limit', `${head}${size}x-big: ${'x'.repeat(10_000)}\r\n${end}`],
  ])('%s', async (_name, text) => {
    const upstream = new ScriptedUpstream(silent);
    const server = await startTestServer([upstream]);
    const socket = openSocket(server.url);
    socket.end(text);
    const answer = await readToEnd(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|431|501) /);
    const problem = answer.split('\r\n\r\n')[1]!;
    // A missing Host is Node's own refusal, which has no body.
    if (problem.startsWith('{')) expect(Problem.parse(JSON.parse(problem)).reason).toBe('request_malformed');
    expect(answer).not.toMatch(/node_modules|\.ts\b/);
    expect(upstream.signals).toHaveLength(0);
  });
});

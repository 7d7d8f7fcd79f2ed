import { expect, it } from 'vitest';
import { CONTRACT_VERSION, EnginesAnswer } from '#contract/run-request.ts';
import { ScriptedUpstream, silent } from './scripted-upstream.ts';
import { startTestServer } from './test-server.ts';

it('GET /engines names what is behind the server and what it runs', async () => {
  const upstream = new ScriptedUpstream(silent);
  const server = await startTestServer([upstream]);
  const read = async () => EnginesAnswer.parse(await (await fetch(`${server.url}engines`)).json());
  expect(await read()).toEqual({
    contractVersion: CONTRACT_VERSION,
    engines: [{ ...upstream.engine, reachable: true }],
    experiments: { 'stream-one-prompt': ['embedded'], 'concurrent-streams': ['embedded'] },
  });
  upstream.isReachable = false;
  expect((await read()).engines[0]!.reachable).toBe(false);
});

it('GET /health says whether a run has a chance', async () => {
  const upstream = new ScriptedUpstream(silent);
  const server = await startTestServer([upstream]);
  const read = async () => {
    const response = await fetch(`${server.url}health`);
    return [response.status, (await response.json()) as unknown];
  };
  expect(await read()).toEqual([200, { status: 'ok' }]);
  upstream.isReachable = false;
  expect(await read()).toEqual([503, { status: 'engine_unreachable' }]);
});

it('every answer carries an id of the server’s own and the security headers', async () => {
  const server = await startTestServer([new ScriptedUpstream(silent)]);
  const ids = new Set<string>();
  for (const path of ['engines', 'health', 'runs', 'nowhere']) {
    const response = await fetch(server.url + path, { headers: { 'x-request-id': 'mine' } });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
    if (path === 'engines' || path === 'health')
      expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    ids.add(response.headers.get('x-request-id')!);
  }
  expect(ids.size).toBe(4);
  expect(ids).not.toContain('mine');
});

it('HEAD answers as GET does, without a body', async () => {
  const server = await startTestServer([new ScriptedUpstream(silent)]);
  for (const path of ['engines', 'health']) {
    const response = await fetch(server.url + path, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  }
});

import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ScriptedUpstream, saying } from './scripted-upstream.ts';
import { allEvents, problemOf, runOf, startTestServer } from './test-server.ts';

const COURSE = 'https://course.example';
const start = () => startTestServer([new ScriptedUpstream(saying('hi'))], { ALLOWED_ORIGINS: COURSE });
const json = { 'content-type': 'application/json' };

describe('origins', () => {
  it('the listed page may run and read', async () => {
    const server = await start();
    const response = await server.post(runOf(), { headers: { ...json, origin: COURSE } });
    expect(response.headers.get('access-control-allow-origin')).toBe(COURSE);
    expect(response.headers.get('vary')).toBe('Origin');
    expect((await allEvents(response)).at(-1)!.type).toBe('done');
  });

  it('the listed page may read a refusal and its headers', async () => {
    const server = await start();
    const response = await server.post('{', { headers: { ...json, origin: COURSE } });
    expect(response.status).toBe(400);
    expect(response.headers.get('access-control-allow-origin')).toBe(COURSE);
    expect(response.headers.get('access-control-expose-headers')).toContain('retry-after');
  });

  it("the server's own page and a client without a page may run", async () => {
    const server = await start();
    for (const headers of [json, { ...json, origin: new URL(server.url).origin }]) {
      const response = await server.post(runOf(), { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('vary')).toBe('Origin');
      await allEvents(response);
    }
  });

  it.each([
    'https://evil.example',
    'https://course.example.evil.example',
    'https://sub.course.example',
    'http://course.example',
    'https://course.example:8443',
    'http://127.0.0.1:1',
    'null',
    '',
    'not an origin',
  ])('a page of %j may not', async (origin) => {
    const server = await start();
    for (const path of ['runs', 'engines', 'health']) {
      const response = await fetch(server.url + path, {
        headers: { ...json, origin },
        ...(path === 'runs' && { method: 'POST', body: JSON.stringify(runOf()) }),
      });
      expect(response.status).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await problemOf(response)).toMatchObject({ code: 'permission_denied', reason: 'origin_not_allowed' });
    }
  });

  it('a name that somebody else pointed at this machine is not our own page', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const status = await new Promise((resolve, reject) => {
      httpRequest(
        {
          port,
          host: '127.0.0.1',
          path: '/engines',
          headers: { host: `rebound.example:${port}`, origin: `http://rebound.example:${port}` },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it('answers a preflight of the listed page, and refuses any other', async () => {
    const server = await start();
    const preflight = (origin: string) =>
      fetch(`${server.url}runs`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    const allowed = await preflight(COURSE);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(COURSE);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('POST');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type');
    expect((await preflight('https://evil.example')).status).toBe(403);
  });
});

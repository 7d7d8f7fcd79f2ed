import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSocket, readToEnd } from './raw-request.ts';
import { problemOf, startTestServer } from './test-server.ts';

const outside = mkdtempSync(join(tmpdir(), 'site-'));
const siteDir = join(outside, 'dist');
const files: Record<string, string> = {
  'dist/index.html': '<!doctype html>home',
  'dist/404.html': '<!doctype html>lost 迷路',
  'dist/en/vllm/index.html': '<!doctype html>lesson',
  'dist/_astro/page.Dx9f3a.js': 'export {};',
  'dist/models/tiny-1/config.json': '{}',
  'dist/models/tiny-1/tiny-1.web.safetensors': 'weights',
  'dist/pagefind/pagefind.js': '',
  'dist/long.js': 'export const text = "again and again";\n'.repeat(100),
  'dist/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'dist/.env': 'SECRET=1',
  'secret.txt': 'SECRET=2',
};

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(outside, name)), { recursive: true });
    writeFileSync(join(outside, name), text);
  }
});

const start = () => startTestServer([], { SITE_DIR: siteDir });

/** Sends path and headers as they are; fetch would tidy them up first. */
function rawGet(url: string, path: string, headers = ''): Promise<string> {
  const socket = openSocket(url);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`);
  return readToEnd(socket);
}

describe('the built site', () => {
  it.each([
    ['', 'text/html; charset=utf-8', 'public, max-age=0, must-revalidate'],
    ['en/vllm/', 'text/html; charset=utf-8', 'public, max-age=0, must-revalidate'],
    ['_astro/page.Dx9f3a.js', 'application/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['models/tiny-1/config.json', 'application/json; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['models/tiny-1/tiny-1.web.safetensors', 'application/vnd.safetensors', 'public, max-age=31536000, immutable'],
    ['icon.svg', 'image/svg+xml', 'public, max-age=0, must-revalidate'],
  ])('serves /%s as %s, %s', async (path, type, cacheControl) => {
    const server = await start();
    const response = await fetch(server.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('cache-control')).toBe(cacheControl);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBeTruthy();
    expect((await response.text()).length).toBeGreaterThan(0);
  });

  it.each(['br', 'gzip'])('is sent as %s to who takes it, and says that it depends', async (encoding) => {
    const server = await start();
    const response = await fetch(server.url + 'long.js', { headers: { 'accept-encoding': encoding } });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toContain('accept-encoding');
    expect(await response.text()).toBe(files['dist/long.js']);
  });

  it('lets no other site frame its pages', async () => {
    const server = await start();
    expect((await fetch(server.url)).headers.get('content-security-policy')).toBe("frame-ancestors 'self'");
  });

  it('answers 304 when nothing changed, and HEAD without a body', async () => {
    const server = await start();
    const etag = (await fetch(server.url)).headers.get('etag')!;
    expect(await rawGet(server.url, '/', `if-none-match: ${etag}\r\n`)).toMatch(/^HTTP\/1\.1 304 /);
    const head = await fetch(server.url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('adds the slash a folder needs', async () => {
    const server = await start();
    const response = await fetch(`${server.url}en/vllm`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([301, '/en/vllm/']);
  });

  it.each(['no/such/page', 'en', 'en/', 'models/', '_astro/', '.env', '_astro/page.old.js'])(
    'shows the lost page for /%s, with status 404',
    async (path) => {
      const server = await start();
      const response = await fetch(server.url + path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('迷路');
      expect(response.headers.get('cache-control')).not.toContain('immutable');
    },
  );

  it.each([
    '/../secret.txt',
    '/en/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/en/%2e%2e/%2e%2e/secret.txt',
    '/..\\secret.txt',
    '/..%5csecret.txt',
    '/%252e%252e/secret.txt',
    '//secret.txt',
    '/.%00./secret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/%zz',
    '/.env',
    '/%2eenv',
    'http://elsewhere.example/../secret.txt',
    join(outside, 'secret.txt'),
  ])('gives nothing away for %s', async (path) => {
    const server = await start();
    const answer = await rawGet(server.url, path);
    expect(answer).toMatch(/^HTTP\/1\.1 40[0134] /);
    expect(answer).not.toContain('SECRET');
    expect(answer.replaceAll(path, '')).not.toContain(outside);
    expect(answer).not.toMatch(/node_modules|\.ts\b/);
  });

  it('does not redirect to another site', async () => {
    const server = await start();
    for (const path of ['//evil.example/%2e%2e', '//evil.example', '/\\evil.example/..', '//en/vllm']) {
      const answer = await rawGet(server.url, path);
      expect(answer).not.toMatch(/location: (\/\/|\/\\|https?:)/i);
    }
  });

  it('knows its API by exact path: an unknown method there is a Problem, not a page', async () => {
    const server = await start();
    for (const [method, path] of [
      ['GET', 'runs'],
      ['DELETE', 'engines'],
      ['POST', 'en/vllm/'],
    ] as const) {
      const response = await fetch(server.url + path, { method });
      expect(response.status).toBe(404);
      expect((await problemOf(response)).reason).toBe('not_found');
    }
  });
});

it('without a built site, a page is a Problem and the API works', async () => {
  const server = await startTestServer([]);
  const response = await fetch(server.url);
  expect(response.status).toBe(404);
  expect((await problemOf(response)).reason).toBe('not_found');
  expect((await fetch(`${server.url}engines`)).status).toBe(200);
});

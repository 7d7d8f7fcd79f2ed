import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';

/** A server that knows files and nothing of ours. */
export interface StaticHost {
  /** address of the site's root, without the slash at its end */
  origin: string;
  stop(): Promise<void>;
}

type Start = (folder: string, basePath: string) => Promise<StaticHost>;

/** What such servers are like: one written here after GitHub Pages, one from npm, and nginx where it is installed. */
export const staticHosts: Readonly<Record<string, Start>> = {
  pages: startPagesHost,
  'fastify-static': startFastifyHost,
  ...(hasNginx() && { nginx: startNginx }),
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.wasm': 'application/wasm',
};

/** Like GitHub Pages: a folder without its slash is redirected, and 404.html answers for what is not there. */
async function startPagesHost(folder: string, basePath: string): Promise<StaticHost> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname));
    const file = path.startsWith(basePath) ? join(folder, path.slice(basePath.length)) : undefined;
    const kind = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
    const send = (from: string, status: number) => {
      const type = types[extname(from)] ?? 'application/octet-stream';
      response.writeHead(status, { 'content-type': type, 'content-length': statSync(from).size });
      createReadStream(from).pipe(response);
    };
    if (file !== undefined && kind?.isFile()) send(file, 200);
    else if (file !== undefined && kind?.isDirectory() && !path.endsWith('/'))
      response.writeHead(301, { location: `${path}/` }).end();
    else if (file !== undefined && kind?.isDirectory() && existsSync(join(file, 'index.html')))
      send(join(file, 'index.html'), 200);
    else send(join(folder, '404.html'), 404);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

async function startFastifyHost(folder: string, basePath: string): Promise<StaticHost> {
  const app = fastify({ forceCloseConnections: true });
  app.register(fastifyStatic, { root: resolve(folder), prefix: basePath, redirect: true });
  app.setNotFoundHandler((_, reply) =>
    reply
      .code(404)
      .type('text/html; charset=utf-8')
      .send(readFileSync(join(folder, '404.html'))),
  );
  return { origin: await app.listen({ port: 0, host: '127.0.0.1' }), stop: () => app.close() };
}

function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0;
}

/** nginx with the file that the build wrote for it, in a folder of its own. */
async function startNginx(folder: string, basePath: string): Promise<StaticHost> {
  const home = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = 20_000 + (process.pid % 20_000) + basePath.length;
  const own = readFileSync(join(folder, 'hosting/nginx.conf'), 'utf8')
    .replaceAll('SITE_FOLDER', resolve(folder))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('include mime.types;', 'include /etc/nginx/mime.types;');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${home}/${name};`,
  );
  writeFileSync(
    join(home, 'nginx.conf'),
    // As root, its workers would be somebody who may not read the folder.
    `${userInfo().uid === 0 ? 'user root; ' : ''}daemon off; pid ${home}/pid; error_log ${home}/error.log; events {} http { access_log off; ${temporary.join(' ')}\n${own} }`,
  );
  const child = spawn('nginx', ['-p', home, '-c', join(home, 'nginx.conf')], { stdio: 'inherit' });
  const origin = `http://127.0.0.1:${port}`;
  await untilItAnswers(origin + basePath);
  return {
    origin,
    stop: () =>
      new Promise((stopped) => {
        child.once('exit', () => {
          rmSync(home, { recursive: true });
          stopped();
        });
        child.kill('SIGTERM');
      }),
  };
}

async function untilItAnswers(url: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    if (await fetch(url).catch(() => undefined)) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`nothing answers at ${url}`);
}

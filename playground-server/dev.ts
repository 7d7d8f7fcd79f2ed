/*
 * `npm run dev`, for authors: the companion server on a free port, and Astro's development server in front of it, which
 * passes /runs, /engines and /health on (astro.config.mjs reads COMPANION_PORT). Both end together.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readConfig } from './config.ts';
import { explainStartError } from './explain-start-error.ts';
import { type RunningServer, startServer } from './main.ts';

try {
  const page = readConfig(process.env);
  // Listens on this machine only, whatever HOST says: the page's server is what others talk to.
  const server = await startServer({ ...page, host: '127.0.0.1', port: 0 });
  runAstro(server, page.host, page.port);
} catch (error) {
  process.stderr.write(`${explainStartError(error, process.env)}\n`);
  process.exitCode = 1;
}

function runAstro(server: RunningServer, host: string, port: number): void {
  const program = fileURLToPath(new URL('../node_modules/astro/bin/astro.mjs', import.meta.url));
  const astro = spawn(process.execPath, [program, 'dev', '--host', host, '--port', String(port)], {
    stdio: 'inherit',
    env: { ...process.env, COMPANION_PORT: new URL(server.url).port },
  });
  astro.on('exit', (code) => {
    process.exitCode = code ?? 0;
    void server.close();
  });
  // A terminal tells both of Ctrl-C; a process manager tells only this one.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void astro.kill(signal));
}

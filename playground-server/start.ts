/*
 * `npm start`: builds what is stale, then serves site and API on one origin. Programs are started by their path with
 * this Node, never through a shell, so that it works the same on every platform.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Config, readConfig } from './config.ts';
import { explainStartError } from './explain-start-error.ts';
import { closeOnSignal, startServer } from './main.ts';

try {
  const config = readConfig(process.env);
  await requireFreePort(config); // before a build that takes a minute
  if (await buildIsFresh()) {
    const server = await startServer(config);
    closeOnSignal(server);
    const engines = server.upstreams.map(
      ({ engine }) => `${engine.name} ${engine.version}, ${engine.model}, ${engine.device}`,
    );
    process.stdout.write(
      `\n  Efficient Inference & Serving · 高效推理與服務\n\n` +
        `  ${server.url}\n\n` +
        `  Engine 引擎: ${engines.join('; ')}\n` +
        `  Ctrl-C stops it 按 Ctrl-C 結束\n\n`,
    );
  } else {
    process.stderr.write('The site could not be built; the reason stands above.\n網站建置失敗，原因在上面。\n');
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`${explainStartError(error, process.env)}\n`);
  process.exitCode = 1;
}

async function requireFreePort({ port, host }: Config): Promise<void> {
  const probe = createServer().listen(port, host);
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}

async function buildIsFresh(): Promise<boolean> {
  const program = fileURLToPath(new URL('../src/site/build.ts', import.meta.url));
  const build = spawn(process.execPath, [program, '--if-stale'], { stdio: 'inherit' });
  const [code] = (await once(build, 'exit')) as [number | null];
  return code === 0;
}

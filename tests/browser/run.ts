/** `npm run test:browser [-- playwright arguments]`: the built site under the real server, in a real Chromium. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

const playwright = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../../node_modules/playwright/cli.js', import.meta.url)),
    'test',
    '--config',
    'tests/browser/playwright.config.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env, COURSE_PORT: process.env['COURSE_PORT'] ?? String(await freePort()) } },
);
playwright.on('exit', (code) => process.exit(code ?? 1));

/** `npm run test:hosting [-- playwright arguments]`: the site built for `/` and for `/course/`, on plain static servers, in a real Chromium. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtSites } from './built-sites.ts';

const own = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function run(script: string, args: string[], env: Record<string, string> = {}): void {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

for (const { folder, basePath } of builtSites)
  run(own('src/site/build.ts'), ['--if-stale'], {
    OUT_DIR: folder,
    BASE_PATH: basePath,
    SITE_URL: 'https://school.example',
    PLAYGROUND_ORIGIN: 'none',
  });
run(own('node_modules/playwright/cli.js'), [
  'test',
  '--config',
  'tests/hosting/playwright.config.ts',
  ...process.argv.slice(2),
]);

/** `npm test`: everything that a machine without GPU and without apt can prove, in order; stops at the first failure. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = (path: string) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const own = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const steps: [name: string, script: string, ...rest: string[]][] = [
  ['formatting', bin('prettier/bin/prettier.cjs'), '--check', '.'],
  ['lint', bin('eslint/bin/eslint.js'), '--max-warnings', '0', '.'],
  ['build', own('src/site/build.ts')],
  ['types of pages', bin('@astrojs/check/bin/astro-check.js'), '--minimumFailingSeverity', 'warning'],
  ['types of code', bin('typescript/bin/tsc'), '--noEmit'],
  ['unit, server and content', bin('vitest/vitest.mjs'), 'run'],
  ['browser', own('tests/browser/run.ts')],
  ['hosting', own('tests/hosting/run.ts')],
];

for (const [name, script, ...rest] of steps) {
  const startedMs = performance.now();
  console.log(`\n== ${name}`);
  const { status, signal } = spawnSync(process.execPath, [script, ...rest], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\n== ${name} failed (${signal ?? `exit ${String(status)}`})`);
    process.exit(1);
  }
  console.log(`== ${name}: ok, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
}

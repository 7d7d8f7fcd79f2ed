/**
 * `npm run bench:pages`: Lighthouse mobile, median of five, our pages beside an untouched Starlight page of the same run.
 * Prints a table and fails when a page is below 95 and more than 3 points under the untouched page, or not fully accessible.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright';
import { pagePaths } from '../browser/pages.ts';
import { chromiumLaunch } from '#site/chromium.ts';
import { percentile } from '#metrics/percentile.ts';

const ROUNDS = 5;
const MIN_PERFORMANCE = 95;
const MAX_BEHIND = 3;
const COMPANION_PORT = 4700;
const UNTOUCHED_PORT = 4701;
const DEBUG_PORT = 4702;

/** Builds Starlight with nothing of ours but one page of ordinary length. Answers the folder of the built site. */
function buildUntouched(): string {
  // Below this folder, so that it finds the same node_modules.
  const folder = resolve('.cache/untouched-starlight');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src/content/docs'), { recursive: true });
  writeFileSync(
    join(folder, 'astro.config.mjs'),
    `import starlight from '@astrojs/starlight';
export default { site: 'http://localhost', integrations: [starlight({ title: 'Untouched' })] };\n`,
  );
  writeFileSync(
    join(folder, 'src/content.config.ts'),
    `import { defineCollection } from 'astro:content';
import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';
export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };\n`,
  );
  const section = (n: number) =>
    `## Section ${n}\n\n${'A sentence of ordinary length that a lesson might hold. '.repeat(24)}\n\n\`\`\`python\nprint("section ${n}")\n\`\`\`\n\n`;
  writeFileSync(
    join(folder, 'src/content/docs/index.md'),
    `---\ntitle: Untouched\ndescription: Starlight as it comes.\n---\n\n${Array.from({ length: 10 }, (_, n) => section(n)).join('')}`,
  );
  // Astro bundles a theme only when the project names it.
  writeFileSync(
    join(folder, 'package.json'),
    '{ "type": "module", "dependencies": { "astro": "*", "@astrojs/starlight": "*" } }\n',
  );
  const astro = fileURLToPath(new URL('../../node_modules/astro/bin/astro.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [astro, 'build'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the untouched Starlight did not build:\n${stderr}`);
  return join(folder, 'dist');
}

/** Starts the companion over a built site; the same server for ours and for the untouched one. */
async function serve(siteFolder: string, port: number): Promise<() => void> {
  const server = spawn(process.execPath, ['playground-server/main.ts'], {
    env: { ...process.env, PORT: String(port), SITE_DIR: siteFolder },
    stdio: 'ignore',
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok) return () => server.kill();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill();
  throw new Error(`no server on port ${port}; is the site built? npm run build`);
}

const untouchedFolder = buildUntouched();
const stops = [await serve('dist', COMPANION_PORT), await serve(untouchedFolder, UNTOUCHED_PORT)];
const { executablePath, args, env } = await chromiumLaunch();
const browser = await chromium.launch({
  executablePath,
  env,
  args: [...args, `--remote-debugging-port=${DEBUG_PORT}`],
});
try {
  const untouchedUrl = `http://127.0.0.1:${UNTOUCHED_PORT}/`;
  const urls = [untouchedUrl, ...pagePaths().map((path) => `http://127.0.0.1:${COMPANION_PORT}${path}`)];
  const scores = new Map(urls.map((url) => [url, { performance: [] as number[], accessibility: [] as number[] }]));
  // Rounds are interleaved, so that a slow minute of the machine hits every page.
  for (let round = 0; round < ROUNDS; round++) {
    for (const url of urls) {
      const result = await lighthouse(url, {
        port: DEBUG_PORT,
        logLevel: 'error',
        onlyCategories: ['performance', 'accessibility'],
      });
      for (const category of ['performance', 'accessibility'] as const)
        scores.get(url)![category].push(Math.round((result!.lhr.categories[category]!.score ?? 0) * 100));
    }
  }
  const median = (values: number[]) => percentile(values, 50);
  const reference = median(scores.get(untouchedUrl)!.performance);
  console.log(
    `Lighthouse mobile, median of ${ROUNDS}, ${cpus()[0]?.model ?? 'unknown CPU'} x ${cpus().length}, Chromium ${browser.version()}`,
  );
  let failed = false;
  for (const [url, { performance, accessibility }] of scores) {
    const [fast, accessible] = [median(performance), median(accessibility)];
    const ok =
      url === untouchedUrl || ((fast >= MIN_PERFORMANCE || fast >= reference - MAX_BEHIND) && accessible === 100);
    failed ||= !ok;
    console.log(
      `${ok ? 'ok  ' : 'FAIL'} performance ${fast} (${performance.join(' ')}) accessibility ${accessible} ${url === untouchedUrl ? 'untouched Starlight' : new URL(url).pathname}`,
    );
  }
  process.exitCode = failed ? 1 : 0;
} finally {
  await browser.close();
  for (const stop of stops) stop();
  rmSync(join(untouchedFolder, '..'), { recursive: true, force: true });
}

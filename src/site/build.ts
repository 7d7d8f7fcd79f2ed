import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/*
 * `npm run build` builds the site into dist/, or OUT_DIR. With `--if-stale` it does so only where the inputs are not those of the last build,
 * by content and not by date: a fresh clone has fresh dates. A build that only warned about a fault counts as failed.
 */
const root = join(import.meta.dirname, '../..');
const stamp = join(root, process.env['OUT_DIR'] || 'dist', '.inputs-sha256');
const inputs = [
  'astro.config.mjs',
  'content.config.ts',
  'package.json',
  'package-lock.json',
  'content',
  'src',
  'public',
];
const settings = ['SITE_URL', 'BASE_PATH', 'PLAYGROUND_ORIGIN', 'OUT_DIR'];

/** Warnings that say nothing about our pages; every other one fails the build, since it hides a fault from the reader. */
const harmless = [
  /Could not render `\/404` from route/, // our bilingual 404 page takes the place of Starlight's, on purpose
  /Entry docs → 404 was not found/,
];

const current = hashInputs();
const reason = staleness();
if (process.argv.includes('--if-stale') && reason === undefined) {
  console.log('The built site is up to date.');
} else {
  console.log(`Building the site: ${reason ?? 'asked to'}.`);
  const faults = await runAstro();
  if (faults.length > 0) {
    console.error(`\nThe build warned about:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    process.exit(1);
  }
  writeFileSync(stamp, current);
}

/** Why dist/ cannot be used as it is; undefined when it can. */
function staleness(): string | undefined {
  if (!existsSync(stamp)) return 'there is no finished build';
  return readFileSync(stamp, 'utf8') === current
    ? undefined
    : 'a page, source file or setting has changed since the last build';
}

function hashInputs(): string {
  const hash = createHash('sha256');
  for (const name of settings) hash.update(`${name}=${process.env[name] ?? ''}\n`);
  for (const input of inputs)
    for (const file of filesOf(join(root, input))) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

/** A file itself, or the files below a folder, in a fixed order. */
function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** Runs `astro build`, showing what it says; resolves to the warnings that count, or exits as Astro did. */
function runAstro(): Promise<string[]> {
  const child = spawn(process.execPath, [join(root, 'node_modules/astro/bin/astro.mjs'), 'build'], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
  });
  let output = '';
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    from.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      to.write(chunk);
    });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (code !== 0) process.exit(code ?? 1);
      const lines = stripVTControlCharacters(output).split('\n');
      resolve(lines.filter((line) => /\[WARN\]|\[ERROR\]/.test(line) && !harmless.some((known) => known.test(line))));
    });
  });
}

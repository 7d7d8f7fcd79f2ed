import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

it('gives every direct dependency its reason in the README, and names no other', () => {
  const rows = readme.slice(readme.indexOf('## Dependencies'), readme.indexOf('## Platforms')).split('\n');
  const explained = rows
    .filter((row) => row.startsWith('| `'))
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]));
  expect(explained.sort()).toEqual(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort());
});

it('names only scripts that exist', () => {
  const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
});

it('links only to files that exist', () => {
  const linked = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
  expect(linked.filter((path) => !existsSync(path))).toEqual([]);
});

it('has scripts that need no shell: each starts one program with plain arguments', () => {
  for (const name of ['start', 'dev', 'build', 'test'])
    expect(manifest.scripts[name], name).toMatch(/^node [\w./-]+\.ts$/);
});

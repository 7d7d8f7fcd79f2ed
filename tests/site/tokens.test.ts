import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, difference, visionNames } from './colour.ts';

const css = readFileSync('src/styles/tokens.css', 'utf8');

/** The colours of one theme by name, from the block that its selector opens. */
function theme(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(selector)).split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/(--c-[a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [name, hex]),
  );
}

const themes = { light: theme(":root,\n[data-theme='light']"), dark: theme("\n[data-theme='dark']") };
const origins = ['--c-live', '--c-browser', '--c-recorded', '--c-simulated'];
const states = ['--c-good', '--c-warn', '--c-bad'];
const phases = ['--c-queue', '--c-prefill', '--c-decode'];
const series = [1, 2, 3, 4, 5, 6].map((n) => `--c-series-${n}`);

describe.each(Object.entries(themes))('the %s theme', (_name, colours) => {
  const hex = (name: string) => {
    const found = colours.get(name);
    if (found === undefined) throw new Error(`${name} is not a hex colour here`);
    return found;
  };

  it('sets text at 4.5:1 or better on paper and on both surfaces', () => {
    for (const text of ['--c-ink', '--c-ink-muted', '--c-accent', ...origins, ...states])
      for (const ground of ['--c-paper', '--c-surface', '--c-surface-2'])
        expect(contrast(hex(text), hex(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(hex('--c-accent-ink'), hex('--c-accent'))).toBeGreaterThanOrEqual(4.5);
  });

  it('draws focus, phases and series at 3:1 or better', () => {
    for (const mark of ['--c-focus', ...phases, ...series])
      for (const ground of ['--c-paper', '--c-surface'])
        expect(contrast(hex(mark), hex(ground)), `${mark} on ${ground}`).toBeGreaterThanOrEqual(3);
  });

  it.each(visionNames)('keeps series and phases apart with %s colour vision', (vision) => {
    for (const group of [series, phases])
      for (const [at, one] of group.entries())
        for (const other of group.slice(at + 1))
          expect(difference(hex(one), hex(other), vision), `${one} and ${other}`).toBeGreaterThan(15);
  });
});

it('both themes name the same colours', () => {
  expect([...themes.dark.keys()]).toEqual([...themes.light.keys()]);
  expect(themes.light.size).toBe(25);
});

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { VFile } from 'vfile';
import { diagramAlt, diagramPath } from '#site/diagrams/diagram-source.ts';
import { remarkDiagrams } from '#site/diagrams/remark-diagrams.ts';

const source = '%% alt: A request waits.\nflowchart TB\n  a --> b';

function build(markdown: string): unknown {
  const file = new VFile({ path: 'content/docs/en/a.md', value: markdown });
  const processor = unified().use(remarkParse).use(remarkDiagrams);
  return processor.runSync(processor.parse(file), file);
}

describe('a diagram', () => {
  it('is named by its source, whatever the line ends and the blank lines around it', () => {
    expect(basename(diagramPath(source))).toMatch(/^[0-9a-f]{12}\.svg$/);
    expect(diagramPath(`\n${source.replaceAll('\n', '\r\n')}\n`)).toBe(diagramPath(source));
    expect(diagramPath(`${source} --> c`)).not.toBe(diagramPath(source));
  });

  it('has words for those who cannot see it, or fails the build at its line', () => {
    expect(diagramAlt(source)).toBe('A request waits.');
    expect(() => build('text\n\n```mermaid\nflowchart TB\n  a --> b\n```\n')).toThrow(
      'content/docs/en/a.md:3: This diagram has no words',
    );
  });

  it('whose picture is not committed fails the build with the fix', () => {
    expect(() => build(`\`\`\`mermaid\n${source}\n\`\`\`\n`)).toThrow('run `npm run diagrams` and commit the SVG');
  });

  it('leaves other fences alone', () => {
    expect(() => build('```python\nprint(1)\n```\n')).not.toThrow();
  });
});

it('every committed picture takes its colours from the theme and carries no style block', () => {
  const folder = 'src/site/diagrams';
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.svg'))) {
    const svg = readFileSync(join(folder, name), 'utf8');
    expect(svg, name).not.toContain('<style');
    expect(svg.match(/style="[^"]*(?:fill|stroke):(?!var\(--dg-|none)[^;"]*/)?.[0], name).toBeUndefined();
  }
});

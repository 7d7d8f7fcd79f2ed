import { createRequire } from 'node:module';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { chromiumLaunch } from '../chromium.ts';
import { diagramAlt, diagramPath } from './diagram-source.ts';
import { drawWithVariables } from './draw-with-variables.ts';

/*
 * `npm run diagrams`: draws every ```mermaid fence of content/docs that has no picture yet, and removes pictures no fence asks for.
 * The SVGs are committed, so builds need no browser and readers load no Mermaid. Drawn anew only when a source changes, since
 * Mermaid's bytes are not the same from one run to the next.
 */
const docs = join(import.meta.dirname, '../../../content/docs');
const mermaid = join(dirname(createRequire(import.meta.url).resolve('mermaid')), 'mermaid.min.js');

const wanted = new Map(sources().map((source) => [diagramPath(source), source]));
const drawn = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.svg'))
  .map((name) => join(import.meta.dirname, name));

for (const path of drawn.filter((path) => !wanted.has(path))) {
  rmSync(path);
  console.log(`removed ${basename(path)}: no page has its source any more`);
}
const missing = [...wanted].filter(([path]) => !drawn.includes(path));
if (missing.length > 0) await drawAll(missing);
console.log(`${wanted.size} diagrams, ${missing.length} drawn now`);

/** The text of every ```mermaid fence below content/docs, in both languages. */
function sources(): string[] {
  const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((path) => /\.mdx?$/.test(path));
  return pages.flatMap((page) => {
    const text = readFileSync(join(docs, page), 'utf8').replaceAll('\r\n', '\n');
    return [...text.matchAll(/^```mermaid[^\n]*\n([\s\S]*?)\n```$/gm)].map(([, source = '']) => source);
  });
}

async function drawAll(diagrams: [path: string, source: string][]): Promise<void> {
  const browser = await chromium.launch(await chromiumLaunch());
  try {
    const page = await browser.newPage();
    await page.setContent(
      '<!doctype html><html lang="zh-TW"><body style="font-family: \'Noto Sans TC\'"></body></html>',
    );
    await page.addScriptTag({ path: mermaid });
    await assertChineseFont(page);
    for (const [path, source] of diagrams) {
      diagramAlt(source); // its absence would only show at the next build
      const svg = await page.evaluate(drawWithVariables, { id: `diagram-${basename(path, '.svg')}`, source });
      writeFileSync(path, `${svg}\n`);
      console.log(`drew ${basename(path)}`);
    }
  } finally {
    await browser.close();
  }
}

/** Without the font every Chinese character is a narrow box, and the drawn boxes would be too small for their words. */
async function assertChineseFont(page: Page): Promise<void> {
  const width = await page.evaluate(async () => {
    await document.fonts.ready;
    const context = document.createElement('canvas').getContext('2d');
    if (!context) return 0;
    context.font = '16px "Noto Sans TC"';
    return context.measureText('連續批次處理器').width;
  });
  if (Math.abs(width - 7 * 16) > 4)
    throw new Error(`Seven Chinese characters at 16 px are ${width} px wide, not 112: no Chinese font`);
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIndex } from 'pagefind';

/** A page of the fixture site: address and all its words. */
export interface FixturePage {
  url: string;
  language: 'en' | 'zh-TW';
  text: string;
}

interface Entry {
  topic: string;
  en: Piece;
  zh: Piece;
}
interface Piece {
  questions: string[];
  answer: string;
}

const ENTRIES_A_PAGE = 3;
const corpus = 'playground-server/engines/tiny-model/corpus';

/** A site about the course's subject, written by people: the tiny model's corpus, three entries a page, in both languages. */
export function fixturePages(): FixturePage[] {
  const entries = readdirSync(corpus)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(corpus, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Entry);
  const pages: FixturePage[] = [];
  for (let from = 0; from < entries.length; from += ENTRIES_A_PAGE)
    for (const [language, folder, key] of [
      ['en', 'en', 'en'],
      ['zh-TW', 'zh-tw', 'zh'],
    ] as const) {
      const pieces = entries.slice(from, from + ENTRIES_A_PAGE).map((entry) => entry[key]);
      const text = pieces.map(({ questions, answer }) => `${questions[0]}\n${answer}`).join('\n');
      pages.push({ url: `/${folder}/fixture/${from / ENTRIES_A_PAGE}/`, language, text });
    }
  return pages;
}

/** Indexes pages with Pagefind, as the build does, and writes the index below `folder`. */
export async function writeFixtureIndex(pages: readonly FixturePage[], folder: string): Promise<void> {
  const { index } = await createIndex({});
  if (!index) throw new Error('Pagefind gave no index');
  for (const { url, language, text } of pages) {
    const paragraphs = text.split('\n').map((line) => `<p>${line.replaceAll('<', '&lt;')}</p>`);
    const content = `<html lang="${language}"><body><main data-pagefind-body><h1>${url}</h1>${paragraphs.join('')}</main></body></html>`;
    const { errors } = await index.addHTMLFile({ url, content });
    if (errors.length > 0) throw new Error(errors.join('\n'));
  }
  await index.writeFiles({ outputPath: folder });
  await index.deleteIndex();
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { spellingsOf } from '#components/overrides/search-query.ts';
import { synonymGroups } from '#site/search-synonyms.ts';
import { pagePaths } from './pages.ts';
import { fixturePages, writeFixtureIndex, type FixturePage } from './search-fixture.ts';

const LEAST_RECALL = 0.95;
const LEAST_PRECISION = 0.9;

const terms = {
  'zh-TW': [
    ...['推理', '推論', '推測解碼', '投機解碼', '連續批次處理', '動態批次處理', '批次', '佇列', '吞吐量', '輸送量'],
    ...['延遲', '記憶體', '快取', '前綴快取', 'KV 快取', 'KV cache', '模型儲存庫', '模型倉庫', '執行個體', '後端'],
    ...['排程器', '取樣', '採樣', '溫度', '量化', '權重', '串流', '請求', '回應', '伺服器'],
    ...['首個 token 延遲', '端到端延遲', '並行', '併發', '部署', '監控', '指標', '負載平衡', '逾時', '背壓'],
    ...['暖機', '搶占', '預填', '解碼', 'token', 'GPU', 'vLLM', 'Triton', 'ensemble', '模型組合'],
    ...[
      '前處理',
      '後處理',
      '分詞器',
      'prefill',
      'decode',
      'PagedAttention',
      'config.pbtxt',
      'max_batch_size',
      'TTFT',
      'gRPC',
    ],
    ...[
      '張量',
      '貪婪解碼',
      '亂數種子',
      '頻寬',
      'continuous batching',
      'throughput',
      'speculative decoding',
      '排程',
      '調度',
      '不存在的詞彙',
    ],
  ],
  en: [
    ...['inference', 'throughput', 'latency', 'queue', 'prefill', 'decode', 'KV cache', 'speculative decoding'],
    ...[
      'continuous batching',
      'dynamic batching',
      'ensemble',
      'PagedAttention',
      'config.pbtxt',
      'quantization',
      'TTFT',
    ],
    ...[
      'scheduler',
      'tokenizer',
      'model repository',
      'backend',
      'percentile',
      'preemption',
      'streaming',
      'batching',
      'weights',
    ],
  ],
} as const;

/** The addresses of every result that the dialog shows, to the last. */
async function search(page: Page, term: string): Promise<string[]> {
  const dialog = page.locator('.search-dialog');
  await dialog.locator('input').fill(term);
  await expect(dialog.locator('.search-status')).toContainText(term);
  await expect(dialog.locator('.search-status')).not.toContainText(/Searching|正在搜尋/);
  const more = dialog.locator('.search-more');
  while (await more.isVisible()) await more.click();
  return dialog
    .locator('.search-page')
    .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
}

/** Searches every term in the dialog and compares with the pages whose text holds the term or a declared synonym. */
async function measure(page: Page, language: FixturePage['language'], pages: readonly FixturePage[]) {
  const own = pages.filter((each) => each.language === language);
  const misses: string[] = [];
  let [right, found, wanted] = [0, 0, 0];
  for (const term of terms[language]) {
    const spellings = spellingsOf(term, synonymGroups);
    const truth = new Set(
      own
        .filter(({ text }) => spellings.some((spelling) => text.toLowerCase().includes(spelling)))
        .map(({ url }) => url),
    );
    const results = await search(page, term);
    // Where no page holds a Latin word, its other forms are shown on purpose (`streaming`: pages on a `stream`): neither right nor wrong.
    if (truth.size === 0 && /^[\x21-\x7e]+$/.test(term)) continue;
    const hits = results.filter((url) => truth.has(url)).length;
    [right, found, wanted] = [right + hits, found + results.length, wanted + truth.size];
    if (hits < truth.size || hits < results.length)
      misses.push(`${term}: ${hits} of ${truth.size}, ${results.length} shown`);
  }
  console.log(`${language}: recall ${right}/${wanted}, precision ${right}/${found}. ${misses.join('; ')}`);
  expect(right / wanted, misses.join('\n')).toBeGreaterThanOrEqual(LEAST_RECALL);
  expect(right / found, misses.join('\n')).toBeGreaterThanOrEqual(LEAST_PRECISION);
}

async function openSearch(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator('button[data-open-modal]').click();
}

test.describe('search over a fixture site', () => {
  const pages = fixturePages();
  let folder: string;
  test.beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'search-fixture-'));
    await writeFixtureIndex(pages, folder);
  });
  test.afterAll(() => rmSync(folder, { recursive: true }));

  for (const language of ['zh-TW', 'en'] as const)
    test(`finds what holds the words, and little else, on at least 40 pages in ${language}`, async ({ page }) => {
      expect(pages.filter((each) => each.language === language).length).toBeGreaterThanOrEqual(40);
      await page.route('**/pagefind/**', (route) => {
        const name = new URL(route.request().url()).pathname.replace(/^.*\/pagefind\//, '');
        return route.fulfill({
          body: readFileSync(join(folder, name)),
          contentType: name.endsWith('.js') ? 'text/javascript' : 'application/octet-stream',
        });
      });
      await openSearch(page, `/${language.toLowerCase()}/`);
      await measure(page, language, pages);
    });
});

test.describe('search over the real site', () => {
  for (const language of ['zh-TW', 'en'] as const)
    test(`finds what holds the words, and little else, in ${language}`, async ({ page }) => {
      const folder = `/${language.toLowerCase()}/`;
      const pages: FixturePage[] = [];
      for (const url of pagePaths().filter((path) => path.startsWith(folder))) {
        await page.goto(url);
        const text = await page.locator('main').evaluate((main) => {
          // What is not the page's prose: controls, drawings, and what only readers without scripts see.
          const other =
            '[data-pagefind-ignore], script, style, template, noscript, svg, form, button, select, textarea';
          for (const element of main.querySelectorAll(other)) element.remove();
          return main.textContent.replace(/\s+/g, ' ');
        });
        pages.push({ url, language, text });
      }
      await openSearch(page, folder);
      await measure(page, language, pages);
    });

  test('推論 finds the pages on 推理, and nothing of search is loaded before it opens', async ({ page }) => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto('/zh-tw/');
    await page.waitForLoadState('networkidle');
    expect(asked.filter((path) => /pagefind|synonyms/.test(path))).toEqual([]);
    await page.locator('button[data-open-modal]').click();
    expect(await search(page, '推論')).toContain('/zh-tw/vllm/lab-2-1/basic-inference/');
  });
});

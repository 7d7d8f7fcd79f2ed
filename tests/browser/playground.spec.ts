import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { chromium, expect, test, type Locator, type Page } from 'playwright/test';
import { chromiumLaunch } from '#site/chromium.ts';
import { startCompanion } from './companion.ts';
import { settle } from './pages.ts';

const LESSON = 'vllm/lab-2-1/basic-inference/';
const WORDS = {
  'zh-tw': { run: '執行', stop: '停止', skip: '略過', live: '即時', browser: '在瀏覽器執行' },
  en: { run: 'Run', stop: 'Stop', skip: 'Skip', live: 'Live', browser: 'In your browser' },
} as const;
const LANGUAGES = ['zh-tw', 'en'] as const;

const playground = (page: Page, id: string) => page.locator(`lab-playground#${id}`);
const badge = (element: Locator) => element.locator('[data-part="badge"]');
const output = (element: Locator) => element.locator('[data-part="output"]');
const run = (element: Locator) => element.locator('[data-action="run"]');

/** Opens a page and waits until the playground listens. */
async function open(page: Page, url: string, id: string): Promise<Locator> {
  await page.goto(url);
  const element = playground(page, id);
  await expect(run(element)).toBeEnabled();
  return element;
}

/** A plain static host: files and 404, nothing of ours. */
async function startStaticHost(folder: string): Promise<Server> {
  const types: Record<string, string> = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
    '.json': 'application/json',
  };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname));
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) response.writeHead(404).end('not found');
    else {
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-length': statSync(file).size,
      });
      createReadStream(file).pipe(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

for (const language of LANGUAGES) {
  test(`${language}: Run on the landing page streams tokens of the embedded engine @phone`, async ({
    page,
    baseURL,
  }) => {
    const element = await open(page, `${baseURL!}/${language}/`, 'landing-stream');
    await expect(badge(element)).toHaveAttribute('data-origin', 'none');
    await run(element).click();
    await expect(element).toHaveAttribute('data-state', 'done');
    await expect(badge(element)).toHaveAttribute('data-origin', 'live');
    await expect(badge(element)).toContainText(WORDS[language].live);
    await expect(badge(element)).toContainText('tiny-engine');
    expect((await output(element).innerText()).length).toBeGreaterThan(10);
  });

  test(`${language}: with the server stopped the open page streams from the browser engine and says why`, async ({
    page,
  }) => {
    const companion = await startCompanion();
    const element = await open(page, `${companion.url}/${language}/`, 'landing-stream');
    await run(element).click();
    await expect(element).toHaveAttribute('data-state', 'done');
    const live = await output(element).innerText();
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.web.safetensors')),
    );
    await settle(page);
    await companion.kill();
    await run(element).click();
    await expect(badge(element)).toHaveAttribute('data-origin', 'browser');
    await expect(element).toHaveAttribute('data-state', 'done');
    await expect(badge(element)).toContainText(WORDS[language].browser);
    await expect(element.locator('[data-rung="live"]')).toHaveAttribute('data-status', 'unavailable');
    await expect(element.locator('[data-rung="live"] .rung-status')).toContainText('npm start');
    // The same weights, the same greedy tokens, on both rungs.
    expect(await output(element).innerText()).toBe(live);
  });
}

test('on a plain static host without a companion the next rung stands ready within 3 s, with the cause in words', async ({
  page,
}) => {
  const host = await startStaticHost('dist');
  try {
    const element = await open(page, `${urlOf(host)}/zh-tw/`, 'landing-stream');
    await run(element).focus();
    await expect(element.locator('[data-rung="live"]')).toHaveAttribute('data-status', 'unavailable', {
      timeout: 3000,
    });
    await expect(element.locator('[data-rung="live"] .rung-status')).not.toBeEmpty();
    await expect(element.locator('[data-rung="browser"]')).toHaveAttribute('data-status', 'ready');
    await run(element).click();
    await expect(element).toHaveAttribute('data-state', 'done');
    await expect(badge(element)).toHaveAttribute('data-origin', 'browser');
  } finally {
    host.close();
    host.closeAllConnections();
  }
});

test('asks nothing of any server before the reader touches a playground, and does not poll afterwards', async ({
  page,
  baseURL,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await open(page, `${baseURL!}/en/${LESSON}`, 'first-stream');
  await settle(page);
  expect(asked.filter((path) => /engines|runs|safetensors/.test(path))).toEqual([]);
  await run(playground(page, 'first-stream')).focus();
  await expect(playground(page, 'first-stream').locator('[data-rung="live"]')).toHaveAttribute('data-status', 'ready');
  expect(asked.filter((path) => path === '/runs')).toEqual([]);
  expect(asked.filter((path) => path === '/engines')).toEqual(['/engines']);
});

test('asks for a prediction before the first run, and shows it beside result and reason afterwards', async ({
  page,
  baseURL,
}) => {
  const element = await open(page, `${baseURL!}/en/${LESSON}`, 'first-stream');
  await run(element).click();
  await expect(element.locator('[data-part="status"]')).not.toBeEmpty();
  await expect(element).toHaveAttribute('data-state', 'idle');
  const predict = element.locator('lab-predict');
  await predict.getByRole('radio').nth(1).check();
  await predict.getByRole('button').first().click();
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'done');
  const comparison = element.locator('[data-part="comparison"]');
  await expect(comparison).toBeVisible();
  await expect(comparison.locator('[data-part="predicted"]')).toContainText('After one longer wait');
  await expect(comparison.locator('[data-part="reason"]')).toContainText('median');
});

test('works by keyboard alone: skip, run, read a token, stop the next run @phone', async ({ page, baseURL }) => {
  const element = await open(page, `${baseURL!}/zh-tw/${LESSON}`, 'first-stream');
  const press = async (target: Locator, key: string) => {
    await target.focus();
    await page.keyboard.press(key);
  };
  await press(element.locator('[data-action="skip"]'), 'Enter');
  await expect(element.locator('lab-predict')).toHaveAttribute('data-state', 'skipped');
  await press(element.getByRole('button', { name: WORDS['zh-tw'].run, exact: true }), 'Enter');
  await expect(element).toHaveAttribute('data-state', 'done');
  const strip = element.locator('.token-strip');
  await strip.focus();
  const before = await strip.getAttribute('aria-valuetext');
  await page.keyboard.press('ArrowRight');
  expect(await strip.getAttribute('aria-valuetext')).not.toBe(before);
});

test('Stop ends a run at once and another can be started', async ({ page, baseURL }) => {
  const element = await open(page, `${baseURL!}/en/${LESSON}?many-streams.concurrency=32`, 'many-streams');
  await element.locator('[data-action="skip"]').click();
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'running');
  await element.locator('[data-action="stop"]').click();
  await expect(element).toHaveAttribute('data-state', 'stopped');
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'done');
  const lanes = element.locator('[data-plot="request-lanes"] details.chart-exact');
  await lanes.locator('summary').click();
  await expect(lanes.locator('tbody tr')).toHaveCount(32);
});

test('shows an exact-value table beside every chart, and the whole run in the drawer', async ({ page, baseURL }) => {
  const element = await open(page, `${baseURL!}/en/${LESSON}`, 'first-stream');
  await element.locator('[data-action="skip"]').click();
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'done');
  const tables = element.locator('[data-part="plots"] details.chart-exact');
  await expect(tables).toHaveCount(await element.locator('[data-part="plots"] figure').count());
  for (const table of await tables.all()) {
    await table.locator('summary').click();
    await expect(table.locator('tbody tr').first()).toBeVisible();
  }
  await element.locator('[data-part="drawer"] > summary').click();
  const request = JSON.parse(await element.locator('[data-part="request"]').innerText()) as { experiment: string };
  expect(request.experiment).toBe('stream-one-prompt');
  await expect(element.locator('[data-part="events"]')).toContainText('"done"');
});

test('keeps parameters in the URL, and refuses what a link may not ask for', async ({ page, baseURL }) => {
  const element = await open(
    page,
    `${baseURL!}/en/${LESSON}?first-stream.maxTokens=7&first-stream.temperature=99`,
    'first-stream',
  );
  await expect(element.locator('[data-parameter="maxTokens"]')).toHaveValue('7');
  await expect(element.locator('[data-parameter="temperature"]')).toHaveValue('0');
  await expect(element.locator('[data-part="status"]')).not.toBeEmpty();
  await element.locator('[data-parameter="maxTokens"]').fill('9');
  expect(new URL(page.url()).searchParams.get('first-stream.maxTokens')).toBe('9');
});

test('the language switch keeps page, section and the state of the widgets', async ({ page, baseURL }) => {
  await open(page, `${baseURL!}/en/${LESSON}?first-stream.maxTokens=7#sampling`, 'first-stream');
  await page.getByRole('link', { name: '中文' }).first().click();
  await page.waitForURL(/\/zh-tw\//);
  const url = new URL(page.url());
  expect([url.pathname, url.search, url.hash]).toEqual([`/zh-tw/${LESSON}`, '?first-stream.maxTokens=7', '#sampling']);
  await expect(playground(page, 'first-stream').locator('[data-parameter="maxTokens"]')).toHaveValue('7');
});

test('a prompt that is too long is refused in words before anything is sent', async ({ page, baseURL }) => {
  const element = await open(page, `${baseURL!}/en/${LESSON}`, 'first-stream');
  await element.locator('[data-action="skip"]').click();
  const sent: string[] = [];
  page.on('request', (request) => request.url().endsWith('/runs') && sent.push(request.url()));
  await element.locator('[data-parameter="prompt"]').fill('long '.repeat(100));
  await run(element).click();
  await expect(
    element.locator('[data-parameter="prompt"]:invalid, [data-parameter="prompt"][aria-invalid="true"]'),
  ).toHaveCount(1);
  expect(sent).toEqual([]);
  await element.locator('[data-parameter="prompt"]').fill('What is TTFT?');
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'done');
});

test('says why the run ended, and keeps the focus on Run', async ({ page, baseURL }) => {
  const element = await open(page, `${baseURL!}/en/?landing-stream.maxTokens=5`, 'landing-stream');
  await run(element).focus();
  await page.keyboard.press('Enter');
  await expect(element).toHaveAttribute('data-state', 'done');
  await expect(element.locator('[data-part="status"]')).toContainText('reached the limit');
  await expect(run(element)).toBeFocused();
  await element.locator('[data-action="reset"]').click();
  await run(element).click();
  await expect(element.locator('[data-part="status"]')).toContainText('ended by itself');
  await expect(element.locator('.token-strip .token').last()).toHaveText('<|end|>');
});

test('marks a result that belongs to other parameters than the form now holds', async ({ page, baseURL }) => {
  const element = await open(page, `${baseURL!}/en/`, 'landing-stream');
  const note = element.locator('.stale-note');
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'done');
  await expect(note).toBeHidden();
  await element.locator('[data-parameter="prompt"]').fill('What is TTFT?');
  await expect(note).toBeVisible();
  await run(element).click();
  await expect(note).toBeHidden();
});

test('a prediction leaves the focus on what replaced its form', async ({ page, baseURL }) => {
  const element = await open(page, `${baseURL!}/en/${LESSON}`, 'first-stream');
  await element.locator('lab-predict').getByRole('radio').first().check();
  await page.keyboard.press('Enter');
  await expect(element.locator('.predict-settled')).toBeFocused();
});

test('a run that fails before its first token leaves no empty chart, no zero and no engine behind', async ({
  page,
  baseURL,
}) => {
  const element = await open(page, `${baseURL!}/en/`, 'landing-stream');
  await page.route('**/runs', (route) => route.abort());
  await page.route('**/*.safetensors', (route) => route.abort());
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'failed');
  await expect(element.locator('[data-part="problem"]')).toBeVisible();
  await expect(badge(element)).toHaveAttribute('data-origin', 'none');
  for (const part of ['.chart', '[data-part="numbers"]', '[data-part="output"]'])
    await expect(element.locator(part).filter({ visible: true })).toHaveCount(0);
});

test('the sampler takes a prompt of one’s own as it is typed', async ({ page, baseURL }) => {
  await page.goto(`${baseURL!}/en/${LESSON}`);
  const sampler = page.locator('explorable-sampler');
  await sampler.locator('[data-action="load"]').focus();
  await page.keyboard.press('Enter');
  await expect(sampler).toHaveAttribute('data-state', 'ready');
  await expect(sampler.locator('[data-action="draw"]')).toBeFocused();
  await sampler.locator('[data-parameter="prompt"]').pressSequentially('What is TTFT?');
  await expect(sampler.locator('[data-part="prompt"]')).toHaveText('What is TTFT?');
});

test('by plain http from another machine runs in the browser, and shows what it may not copy', async ({ baseURL }) => {
  const launch = await chromiumLaunch();
  const rules = '--host-resolver-rules=MAP course.test 127.0.0.1';
  const browser = await chromium.launch({ ...launch, args: [...launch.args, rules] });
  try {
    const page = await browser.newPage();
    const url = `http://course.test:${new URL(baseURL!).port}/en/`;
    await page.route('**/engines*', (route) => route.fulfill({ status: 404 }));
    const element = await open(page, url, 'landing-stream');
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await run(element).click();
    await expect(element).toHaveAttribute('data-state', 'done');
    await expect(badge(element)).toHaveAttribute('data-origin', 'browser');
    await element.locator('[data-action="share"]').click();
    await expect(element.locator('textarea.copy-text')).toBeFocused();
    await expect(element.locator('textarea.copy-text')).toHaveValue(`${url}#landing-stream`);
    await element.locator('[data-part="drawer"] > summary').click();
    await element.locator('[data-action="copy-curl"]').click();
    await expect(element.locator('[data-part="drawer"] textarea.copy-text')).toHaveValue(/^curl /);
  } finally {
    await browser.close();
  }
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  for (const language of LANGUAGES)
    test(`${language}: the lesson shows figure and table of every playground and explorable @phone`, async ({
      page,
      baseURL,
    }) => {
      await page.goto(`${baseURL!}/${language}/${LESSON}`);
      const first = playground(page, 'first-stream');
      await expect(first.locator('figure, [data-part="drawing"]').first()).toBeVisible();
      await expect(first.locator('noscript table, table').first()).toBeVisible();
      await expect(page.locator('explorable-sampler table').first()).toBeVisible();
      await expect(run(first)).toBeDisabled();
    });
});

test('shows the end state without motion to readers who ask for less', async ({ page, baseURL }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const element = await open(page, `${baseURL!}/en/`, 'landing-stream');
  await run(element).click();
  await expect(element).toHaveAttribute('data-state', 'done');
  const moving = await element.evaluate(
    (root) => root.getAnimations({ subtree: true }).filter((animation) => animation.playState === 'running').length,
  );
  expect(moving).toBe(0);
});

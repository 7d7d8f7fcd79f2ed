import { expect, test, type Page } from 'playwright/test';
import { pagePaths, settle, watchFaults } from '../browser/pages.ts';
import { builtSites } from './built-sites.ts';
import { staticHosts, type StaticHost } from './static-hosts.ts';

/** Directives that a page's own policy refused. */
async function watchPolicy(page: Page): Promise<string[]> {
  const violations: string[] = [];
  await page.exposeFunction('onViolation', (what: string) => violations.push(what));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (globalThis as unknown as { onViolation(what: string): void }).onViolation(`${violatedDirective} ${blockedURI}`),
    );
  });
  return violations;
}

for (const { folder, basePath } of builtSites)
  for (const [name, start] of Object.entries(staticHosts))
    test.describe(`at ${basePath} of the host ${name}, without a companion`, () => {
      let host: StaticHost;
      test.beforeAll(async () => (host = await start(folder, basePath)));
      test.afterAll(() => host.stop());
      const site = (path: string) => host.origin + basePath.replace(/\/$/, '') + path;

      test('every page loads without console error, failed request or refusal by its policy, and has no dead link', async ({
        page,
      }) => {
        const faults = watchFaults(page, host.origin);
        const violations = await watchPolicy(page);
        const linked = new Set<string>();
        for (const path of pagePaths()) {
          await page.goto(site(path));
          await settle(page);
          const addresses = await page
            .locator('a[href], link[href], img[src]')
            .evaluateAll((all) =>
              all.map((element) => ('src' in element ? element.src : (element as HTMLAnchorElement).href) as string),
            );
          for (const address of addresses) linked.add(address.replace('https://school.example', host.origin));
        }
        expect(faults).toEqual({ consoleErrors: [], failedRequests: [], thirdParty: [] });
        expect(violations).toEqual([]);
        expect(
          await deadLinks(
            page,
            [...linked].filter((address) => address.startsWith(host.origin)),
          ),
        ).toEqual([]);
      });

      test('a playground runs in the browser, and no companion is asked for', async ({ page }) => {
        const faults = watchFaults(page, host.origin);
        const violations = await watchPolicy(page);
        const asked: string[] = [];
        page.on('request', (request) => asked.push(new URL(request.url()).pathname));
        await page.goto(site('/zh-tw/'));
        const element = page.locator('lab-playground#landing-stream');
        await element.locator('[data-action="run"]').click();
        await expect(element).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
        await expect(element.locator('[data-part="badge"]')).toHaveAttribute('data-origin', 'browser');
        await expect(element.locator('[data-rung="live"] .rung-status')).toContainText('實驗伺服器');
        expect(asked.filter((path) => path.endsWith('/engines'))).toEqual([]);
        expect(faults).toEqual({ consoleErrors: [], failedRequests: [], thirdParty: [] });
        expect(violations).toEqual([]);
      });

      test('search answers, and its results lead to pages', async ({ page }) => {
        const faults = watchFaults(page, host.origin);
        await page.goto(site('/en/'));
        await page.locator('button[data-open-modal]').click();
        await page.locator('.search-dialog input').fill('prefill');
        const result = page.locator('.search-results .search-page').first();
        await expect(result).toHaveAttribute('href', new RegExp(`^${basePath}en/`));
        await result.click();
        await expect(page.locator('h1')).toBeVisible();
        expect(faults).toEqual({ consoleErrors: [], failedRequests: [], thirdParty: [] });
      });

      test('the front door leads to a language, and an unknown address to a page that says so', async ({ page }) => {
        await page.goto(site('/'));
        await page.waitForURL(site('/zh-tw/'));
        const answer = await page.goto(site('/en/no/such/page/'));
        expect(answer?.status()).toBe(404);
        await expect(page.locator('h1')).toContainText('Page not found');
        await page.locator('main a', { hasText: 'front page' }).click();
        await page.waitForURL(site('/en/'));
      });

      test('a page can be copied as Markdown', async ({ page, context }) => {
        await context.grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.goto(site('/en/start/how-this-course-works/'));
        await page.getByRole('button', { name: 'Copy as Markdown' }).click();
        await expect(page.locator('page-actions [role="status"]')).toHaveText('Copied');
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        expect(copied).toMatch(/^# How this course works\n/);
        expect(copied).toBe(await (await page.request.get(site('/en/start/how-this-course-works.md'))).text());
      });
    });

/** Addresses that answer anything but 200, or lack the place after their #. */
async function deadLinks(page: Page, addresses: readonly string[]): Promise<string[]> {
  const dead: string[] = [];
  const bodies = new Map<string, string | undefined>();
  for (const address of addresses) {
    const [file = '', place = ''] = address.split('#');
    if (!bodies.has(file)) {
      const answer = await page.request.get(file);
      bodies.set(file, answer.status() === 200 ? await answer.text() : undefined);
    }
    const body = bodies.get(file);
    if (body === undefined || (place !== '' && !body.includes(`id="${decodeURIComponent(place)}"`))) dead.push(address);
  }
  return dead;
}

import { gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from 'playwright/test';
import { pagePaths, settle, watchFaults } from './pages.ts';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const MAX_PAGE_BYTES = 130 * 1024;
const MAX_OWN_SCRIPT_BYTES = 30 * 1024;

// The page for lost readers is a page too; it is asked for by its file name, since its own answer is a 404.
for (const path of [...pagePaths(), '/404.html']) {
  test.describe(path, () => {
    test('loads without console errors, failed or third-party requests, layout shift or dead links @phone', async ({
      page,
      baseURL,
    }) => {
      const faults = watchFaults(page, baseURL!);
      await page.addInitScript(() => {
        Object.assign(globalThis, { layoutShift: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            (globalThis as unknown as { layoutShift: number }).layoutShift += (
              entry as unknown as { value: number }
            ).value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(path);
      await settle(page);
      expect(faults).toEqual({ consoleErrors: [], failedRequests: [], thirdParty: [] });
      expect(await page.evaluate(() => (globalThis as unknown as { layoutShift: number }).layoutShift)).toBe(0);
      const links = await page
        .locator('a[href]')
        .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
      const internal = [
        ...new Set(links.filter((href) => href.startsWith(baseURL!)).map((href) => href.replace(/#.*/, ''))),
      ];
      for (const href of internal) expect((await page.request.get(href)).status(), href).toBe(200);
    });

    test('fits its screen: nothing overflows in either theme @phone', async ({ page }) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(path);
        await settle(page);
        const tooWide = await page.evaluate(() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll('main *')]
            .filter((element) => element.getBoundingClientRect().right > width + 1)
            .map((element) => element.outerHTML.slice(0, 120));
        });
        expect(tooWide).toEqual([]);
      }
    });

    test('is accessible by WCAG 2.2 AA in light and dark @phone', async ({ page }) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(path);
        await settle(page);
        const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
        );
        expect(found, colorScheme).toEqual([]);
      }
    });

    test('weighs at most 130 KB gzip before Run, our scripts at most 30 KB, and loads no search UI', async ({
      page,
    }) => {
      const sizes = new Map<string, number>();
      page.on('response', async (response) => {
        const body = await response.body().catch(() => Buffer.alloc(0));
        sizes.set(response.url(), gzipSync(body, { level: 9 }).length);
      });
      await page.goto(path);
      await settle(page);
      const table = [...sizes].map(([url, bytes]) => `${new URL(url).pathname} ${bytes}`).join('\n');
      const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
      expect(total, table).toBeLessThanOrEqual(MAX_PAGE_BYTES);
      const scripts = [...sizes].filter(([url]) => url.endsWith('.js'));
      expect(
        scripts.reduce((sum, [, bytes]) => sum + bytes, 0),
        table,
      ).toBeLessThanOrEqual(MAX_OWN_SCRIPT_BYTES);
      expect(scripts.filter(([url]) => url.includes('pagefind'))).toEqual([]);
      console.log(`${path}: ${total} bytes gzip in all`);
    });
  });
}

import { expect, test } from 'playwright/test';
import { staticHosts, type StaticHost } from './static-hosts.ts';

let host: StaticHost;
test.beforeAll(async () => (host = await staticHosts['pages']!('.cache/hosting/root', '/')));
test.afterAll(() => host.stop());

test('an old tab is told of a new deploy when it comes back into sight, and keeps what the reader did', async ({
  page,
}) => {
  await page.clock.install();
  const asked: string[] = [];
  await page.route('**/build.json', (route) => {
    asked.push(route.request().url());
    return route.fulfill({ json: { id: 'another-build' } });
  });
  await page.goto(`${host.origin}/en/?landing-stream.maxTokens=9`);
  const notice = page.locator('site-update');
  const comeBack = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await comeBack();
  expect(asked).toEqual([]);
  await page.clock.fastForward('10:00');
  expect(asked).toEqual([]); // a tab that stays in sight does not poll
  await comeBack();
  await expect(notice).toBeVisible();
  await expect(notice).toContainText('updated');
  await comeBack();
  expect(asked).toHaveLength(1);
  await notice.getByRole('button', { name: 'Reload' }).click();
  await expect(notice).toBeHidden();
  await expect(page.locator('#landing-stream [data-parameter="maxTokens"]')).toHaveValue('9');
});

test('a script that the new deploy has removed is explained, and the page stays', async ({ page }) => {
  await page.route('**/build.json', (route) => route.fulfill({ json: { id: 'another-build' } }));
  await page.goto(`${host.origin}/en/`);
  await page.evaluate(() => dispatchEvent(new Event('vite:preloadError')));
  await expect(page.locator('site-update')).toContainText('updated');
  await expect(page.locator('h1')).toBeVisible();
});

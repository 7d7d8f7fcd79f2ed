import { expect, test } from 'playwright/test';
import { staticHosts, type StaticHost } from './static-hosts.ts';

let host: StaticHost;
test.beforeAll(async () => (host = await staticHosts['pages']!('.cache/hosting/root', '/')));
test.afterAll(() => host.stop());

test('a lesson prints whole: solutions and answers open, the sampler’s table at its first state, no buttons', async ({
  page,
}) => {
  await page.goto(`${host.origin}/en/vllm/lab-2-1/basic-inference/`);
  await page.emulateMedia({ media: 'print' });
  const solution = page.locator('.worked-solution').first();
  await expect(solution).toBeVisible();
  expect((await solution.boundingBox())?.height).toBeGreaterThan(40);
  await expect(page.locator('explorable-sampler table').first()).toBeVisible();
  await expect(page.locator('.playground-actions').first()).toBeHidden();
  await expect(page.locator('page-actions')).toBeHidden();
});

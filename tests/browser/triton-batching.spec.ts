import { expect, test } from 'playwright/test';
import { startCompanion } from './companion.ts';
import { settle, watchFaults } from './pages.ts';

const LESSON = 'triton/lab-2-1/model-repository-design/';
const WORDS = {
  'zh-tw': { simulated: '模擬', notOffered: '實驗伺服器', skip: '略過' },
  en: { simulated: 'Simulated', notOffered: 'does not offer this experiment', skip: 'Skip' },
} as const;

for (const language of ['zh-tw', 'en'] as const) {
  test(`${language}: without a Triton, T12 says so and runs the simulator, under its own badge @phone`, async ({
    page,
  }) => {
    const companion = await startCompanion({ ENGINES_DIR: 'no-such-folder' });
    const faults = watchFaults(page, companion.url);
    await page.goto(`${companion.url}/${language}/${LESSON}`);
    const playground = page.locator('lab-playground#batching');
    const words = WORDS[language];
    await expect(playground.locator('[data-action="run"]')).toBeEnabled();
    await playground.getByRole('button', { name: words.skip }).press('Enter');
    await playground.locator('[data-action="run"]').press('Enter');
    await expect(playground).toHaveAttribute('data-state', 'done');
    await expect(playground.locator('[data-part="badge"]')).toHaveAttribute('data-origin', 'simulated');
    await expect(playground.locator('[data-part="badge"]')).toContainText(words.simulated);
    await expect(playground.locator('[data-rung="live"]')).toContainText(words.notOffered);
    await expect(playground.locator('[data-part="residual"]')).toBeVisible();
    await expect(playground.locator('[data-gauge="executions"]')).toBeVisible();
    for (const plot of ['inference-lanes', 'batch-sizes', 'rate-latency'])
      await expect(playground.locator(`[data-plot="${plot}"] svg`)).toBeVisible();

    // The exact values are the same numbers: as many rows as requests.
    const lanes = playground.locator('[data-plot="inference-lanes"]');
    await lanes.locator('summary').press('Enter');
    await expect(lanes.locator('tbody tr')).toHaveCount(32);
    await lanes.locator('.chart-plot').focus();
    await page.keyboard.press('End');
    await expect(lanes.locator('.chart-readout')).toContainText('32');
    await settle(page);
    expect(faults).toEqual({ consoleErrors: [], failedRequests: [], thirdParty: [] });
    await companion.kill();
  });
}

test('the simulator runs on after the server is gone', async ({ page }) => {
  const companion = await startCompanion({ ENGINES_DIR: 'no-such-folder' });
  await page.goto(`${companion.url}/en/${LESSON}`);
  const playground = page.locator('lab-playground#batching');
  await playground.getByRole('button', { name: 'Skip' }).click();
  await expect(playground.locator('[data-rung="live"]')).toContainText(WORDS.en.notOffered);
  await settle(page);
  await companion.kill();
  await playground.locator('[data-action="run"]').click();
  await expect(playground).toHaveAttribute('data-state', 'done');
  await expect(playground.locator('[data-part="badge"]')).toHaveAttribute('data-origin', 'simulated');
});

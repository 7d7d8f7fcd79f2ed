import { defineConfig, devices } from 'playwright/test';
import { chromiumLaunch } from '#site/chromium.ts';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results/hosting',
  timeout: 60_000,
  workers: 2,
  forbidOnly: true,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    channel: undefined,
    launchOptions: await chromiumLaunch(),
    viewport: { width: 1280, height: 800 },
    locale: 'zh-TW',
  },
});

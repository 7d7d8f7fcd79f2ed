import { defineConfig, devices } from 'playwright/test';
import { chromiumLaunch } from '#site/chromium.ts';

const port = process.env['COURSE_PORT'];
if (!port) throw new Error('COURSE_PORT is not set. Start the browser tests with: npm run test:browser');

const launchOptions = await chromiumLaunch();
const shared = { launchOptions, channel: undefined, locale: 'zh-TW' };

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results',
  timeout: 90_000,
  expect: { timeout: 30_000 }, // a run of 32 streams on two busy cores takes a while
  workers: 2,
  forbidOnly: true,
  reporter: [['list']],
  use: { baseURL: `http://127.0.0.1:${port}`, trace: 'off', screenshot: 'only-on-failure' },
  projects: [
    { name: 'desktop', use: { ...devices['Desktop Chrome'], ...shared, viewport: { width: 1280, height: 800 } } },
    {
      name: 'phone',
      grep: /@phone/,
      use: { ...devices['Pixel 7'], ...shared, viewport: { width: 360, height: 740 } },
    },
  ],
  // The reader's own command: it builds what is stale, then serves site and companion on one origin.
  webServer: {
    command: 'npm start',
    url: `http://127.0.0.1:${port}/health`,
    env: { PORT: port },
    timeout: 600_000,
    stdout: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  },
});

import { type Browser, chromium, expect as expectPage } from 'playwright/test';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunch } from '#site/chromium.ts';
import { bringUp } from '../../playground-server/engines/bring-up.ts';
import { takeDown } from '../../playground-server/engines/take-down.ts';
import type { RunningEngine } from '../../playground-server/engines/running-engines.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { readConfig } from '../../playground-server/config.ts';
import { type RunningServer, startServer } from '../../playground-server/main.ts';
import { makeTritonPlace, type TritonPlace } from './triton-under-test.ts';

/* The built site in a real browser, a real Triton behind its server: what `npm run engines -- --only triton && npm start` gives. */

let place: TritonPlace;
let running: RunningEngine;
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  place = await makeTritonPlace();
  const { signal } = new AbortController();
  running = await bringUp(triton, { ...place, signal, onProgress: () => undefined });
  // Found as `npm start` finds it: by the file that `npm run engines` leaves.
  server = await startServer(readConfig({ PORT: '0', ENGINES_DIR: place.settings.directory }), {
    log: () => undefined,
  });
  browser = await chromium.launch(await chromiumLaunch());
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await takeDown(running, place.settings.directory);
  place.remove();
});

it.each(['zh-tw', 'en'])('%s: T12 is live on Triton 2.51, and the badge says so', async (language) => {
  const page = await browser.newPage();
  await page.goto(`${server.url}${language}/triton/lab-2-1/model-repository-design/`);
  const playground = page.locator('lab-playground#batching');
  await playground.locator('[data-action="run"]:enabled').waitFor();
  await playground.locator('lab-predict [data-action="skip"]').click();
  await playground.locator('[data-action="run"]').click();
  await expectPage(playground).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  const badge = playground.locator('[data-part="badge"]');
  expect(await badge.getAttribute('data-origin')).toBe('live');
  expect(await badge.innerText()).toContain('Triton 2.51.0');
  expect(await playground.locator('[data-part="residual"]').isVisible()).toBe(false);
  expect(await playground.locator('[data-gauge="inferences"] dd').innerText()).toBe('32');
  const executions = Number(await playground.locator('[data-gauge="executions"] dd').innerText());
  expect(executions).toBeGreaterThan(0);
  expect(executions).toBeLessThan(32);
  await page.close();
});

import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Page, Response } from 'playwright/test';

/** Address paths of every page of the course, from its sources: `/en/vllm/lab-2-1/basic-inference/`. */
export function pagePaths(): string[] {
  const root = 'content/docs';
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.mdx?$/.test(entry.name) && entry.name !== '404.md')
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .map((file) => `/${file.replace(/\.mdx?$/, '').replace(/(^|\/)index$/, '$1')}/`.replaceAll('//', '/'))
    .sort();
}

/** What went wrong while a page was open. */
export interface PageFaults {
  consoleErrors: string[];
  failedRequests: string[];
  thirdParty: string[];
}

/** Collects console errors, page errors, failed requests and requests to other origins; call before `goto`. */
export function watchFaults(page: Page, origin: string): PageFaults {
  const faults: PageFaults = { consoleErrors: [], failedRequests: [], thirdParty: [] };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => faults.consoleErrors.push(error.message));
  page.on('requestfailed', (request) =>
    faults.failedRequests.push(`${request.url()} ${request.failure()?.errorText ?? ''}`),
  );
  page.on('response', (response: Response) => {
    if (response.status() >= 400) faults.failedRequests.push(`${response.status()} ${response.url()}`);
    const url = new URL(response.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) faults.thirdParty.push(response.url());
  });
  return faults;
}

/** The page is at rest: loaded, upgraded, fonts in; Starlight sets some tabindexes late. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 2000 }));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

import { expect, test } from 'playwright/test';
import { settle } from './pages.ts';

const LESSON = { en: '/en/vllm/lab-2-1/basic-inference/', 'zh-TW': '/zh-tw/vllm/lab-2-1/basic-inference/' };

test('a term and a source open and close by keyboard, and the source is next in the tab order', async ({ page }) => {
  await page.goto(LESSON.en);
  await settle(page);
  const open = page.locator('.note-card:popover-open');
  const term = page.getByRole('button', { name: /^Definition of/ }).first();
  for (const key of ['Enter', 'Space']) {
    await term.focus();
    await page.keyboard.press(key);
    await expect(open).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(open).toHaveCount(0);
    await expect(term).toBeFocused();
  }

  await page.locator('.source-mark').first().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(open.locator('a')).toBeFocused();
});

test('a second press on a term closes its definition @phone', async ({ page }) => {
  await page.goto(LESSON.en);
  await settle(page);
  await page.locator('.term').first().scrollIntoViewIfNeeded();
  const { x, y } = (await page.locator('.term').first().boundingBox())!;
  const open = page.locator('.note-card:popover-open');
  await page.mouse.click(x + 4, y + 4);
  await expect(open).toHaveCount(1);
  await page.mouse.click(x + 4, y + 4);
  await expect(open).toHaveCount(0);
});

test('a long term breaks across lines like the words around it @phone', async ({ page }, { project }) => {
  await page.goto(LESSON['zh-TW']);
  await settle(page);
  const lines = await page.locator('.term').evaluateAll((terms) => terms.map((term) => term.getClientRects().length));
  if (project.name === 'phone') expect(Math.max(...lines)).toBeGreaterThan(1);
  expect(lines).not.toContain(0);
});

test('a part of a lab file has the whole file below it, imports included', async ({ page }) => {
  await page.goto(LESSON.en);
  await settle(page);
  const file = page.locator('.lab-file', { hasText: 'stream_chat.py' }).first();
  await expect(file.getByText('from openai import OpenAI')).toBeHidden();
  await file.getByText('The whole file').click();
  await expect(file.getByText('from openai import OpenAI')).toBeVisible();
});

test('an open definition stays on a phone screen @phone', async ({ page }) => {
  await page.goto(LESSON['zh-TW']);
  await settle(page);
  const width = page.viewportSize()!.width;
  for (const term of await page.locator('.term').all()) {
    await term.click();
    const card = (await page.locator('.note-card:popover-open').boundingBox())!;
    expect(card.x).toBeGreaterThanOrEqual(0);
    expect(card.x + card.width).toBeLessThanOrEqual(width);
    await page.keyboard.press('Escape');
  }
});

test('a quiz asks for every answer, counts, reviews mistakes, and keeps the result in both languages', async ({
  page,
}) => {
  await page.goto(LESSON.en);
  await settle(page);
  const quiz = page.locator('course-quiz').first();
  const questions = quiz.locator('fieldset');
  const total = await questions.count();
  const status = quiz.getByRole('status');

  await quiz.getByRole('button', { name: 'Check' }).click();
  await expect(status).toContainText('Answer every question first');

  // By keyboard, all right but the first.
  for (let index = 0; index < total; index++) {
    const kind = index === 0 ? ':not([data-correct])' : '[data-correct]';
    for (const option of await questions.nth(index).locator(`.quiz-option${kind} input`).all()) {
      await option.focus();
      await page.keyboard.press('Space');
      if (index === 0) break;
    }
  }
  await quiz.getByRole('button', { name: 'Check' }).press('Enter');
  await expect(status).toHaveText(`${total - 1} of ${total} correct.`);
  await expect(questions.first().locator('.quiz-feedback:visible')).toHaveCount(1);

  await quiz.getByRole('button', { name: 'Review mistakes' }).click();
  await expect(quiz.locator('fieldset:visible')).toHaveCount(1);

  await page.goto(LESSON['zh-TW']);
  await expect(status).toHaveText(`${total} 題中答對 ${total - 1} 題。`);
  await quiz.getByRole('button', { name: '重設' }).click();
  await expect(status).toHaveText('');
  await page.reload();
  await expect(quiz.locator('input:checked')).toHaveCount(0);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('definitions open and every quiz question shows its answer', async ({ page }) => {
    await page.goto(LESSON.en);
    await page.locator('.term').first().click();
    await expect(page.locator('.note-card:popover-open')).toHaveCount(1);
    const question = page.locator('course-quiz fieldset').first();
    await question.locator('summary').click();
    await expect(question.locator('details li')).toHaveCount(await question.locator('.quiz-option').count());
    await expect(question.locator('details li').first()).toBeVisible();
    await expect(question.locator('input').first()).toBeHidden();
  });
});

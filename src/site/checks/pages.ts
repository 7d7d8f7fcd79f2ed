import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import type { Lesson, LessonItem } from './lesson.ts';
import { notRunReason } from '../not-run.ts';

const place = (lesson: Lesson, item: LessonItem) => `${lesson.path}:${item.line}`;

/** Every heading carries the id both languages share, once a page, and is h2, h3 or h4. */
export function checkHeadings(lesson: Lesson): Finding[] {
  const seen = new Set<string>();
  return lesson.items.flatMap((item) => {
    if (item.kind !== 'heading') return [];
    const at = (error: string) => [{ place: place(lesson, item), error: `heading "${item.text}": ${error}` }];
    if (item.level === 1) return at('the title is in the frontmatter, so start with ##.');
    if (item.level > 4) return at('use at most ####.');
    if (item.id === undefined) return at('add an id of small Latin letters, the same in both languages: ## … [#id].');
    if (seen.has(item.id)) return at(`the id ${item.id} is taken on this page: choose another.`);
    seen.add(item.id);
    return [];
  });
}

/** Title and description, both in words. */
export function checkFrontmatter(lesson: Lesson): Finding[] {
  return ['title', 'description'].flatMap((key) => {
    const value = lesson.frontmatter[key];
    return typeof value === 'string' && value.trim() !== ''
      ? []
      : [{ place: lesson.path, error: `frontmatter has no ${key}: add one sentence for search results.` }];
  });
}

/**
 * Code that a reader may copy comes from a lab file, which is run. A fence is a diagram, or names the test that runs it
 * (`run-by="tests/…"`), or says why nobody did (`not-run="…"`).
 */
export function checkFences(lesson: Lesson, root: string): Finding[] {
  return lesson.items.flatMap((item) => {
    if (item.kind !== 'fence' || item.language === 'mermaid' || notRunReason(item.meta) !== undefined) return [];
    const test = /(?:^|\s)run-by="([^"]+)"/.exec(item.meta)?.[1];
    if (test !== undefined && existsSync(join(root, test))) return [];
    const error =
      test === undefined
        ? 'put this code in content/labs/<lab>/ and show it with <LabFile>, name the test that runs it with run-by="tests/…", or give the fence not-run="why nobody ran it".'
        : `run-by names ${test}, which is not there: name the test that runs this code.`;
    return [{ place: place(lesson, item), error }];
  });
}

import { parseLesson, type Language, type Lesson } from '../../src/site/checks/lesson.ts';

const HEAD = '---\ntitle: T\ndescription: D\n---\n';

/** A page with this body, as the checks see it. Its body starts on line 5. */
export function lessonOf(body: string, language: Language = 'en'): Lesson {
  const folder = language === 'en' ? 'en' : 'zh-tw';
  return parseLesson(HEAD + body, { language, slug: 'x', path: `content/docs/${folder}/x.mdx` });
}

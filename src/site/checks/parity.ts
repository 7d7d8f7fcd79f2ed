import type { Finding } from './finding.ts';
import type { Lesson, LessonFence, LessonHeading, LessonItem, LessonWidget } from './lesson.ts';
import type { Literal } from './literal-value.ts';

/** Props that hold words of the page's language. Everything else must be the same in both languages. */
const WORD_PROPS = [
  'question',
  'text',
  'feedback',
  'because',
  'title',
  'label',
  'alt',
  'caption',
  'description',
  'quote',
];

/** Widgets that stand inside sentences, where the two languages may need another order or number: compared as a set. */
const INLINE_WIDGETS = ['Term', 'Source', 'Given'];

/** Both languages of the whole course -> where they are out of step. */
export function checkParity(english: readonly Lesson[], chinese: readonly Lesson[]): Finding[] {
  const other = new Map(chinese.map((lesson) => [lesson.slug, lesson]));
  const known = new Set(english.map((lesson) => lesson.slug));
  return [
    ...english.flatMap((lesson) => {
      const counterpart = other.get(lesson.slug);
      return counterpart ? comparePages(lesson, counterpart) : [missingPage(lesson, 'zh-tw')];
    }),
    ...chinese.filter((lesson) => !known.has(lesson.slug)).map((lesson) => missingPage(lesson, 'en')),
  ];
}

function missingPage(lesson: Lesson, folder: 'en' | 'zh-tw'): Finding {
  const wanted = lesson.path.replace(/^content\/docs\/[^/]+/, `content/docs/${folder}`);
  return { place: lesson.path, error: `has no counterpart. Write ${wanted}.` };
}

interface Section {
  heading: LessonHeading | undefined;
  items: LessonItem[];
}

function comparePages(english: Lesson, chinese: Lesson): Finding[] {
  if (english.path.endsWith('.md') !== chinese.path.endsWith('.md'))
    return [{ place: chinese.path, error: `give it the file ending of ${english.path}.` }];
  const sections = { en: sectionsOf(english), zh: sectionsOf(chinese) };
  return [
    ...compareHeadings(english, [...sections.en.keys()], [...sections.zh.keys()]),
    ...[...sections.en].flatMap(([id, section]) => {
      const counterpart = sections.zh.get(id);
      return counterpart ? compareSections(`${english.slug}#${id}`, section, counterpart) : [];
    }),
  ];
}

/** Heading id -> its section; '' is what stands before the first heading. A heading without id is another check's finding. */
function sectionsOf(lesson: Lesson): Map<string, Section> {
  let current: Section = { heading: undefined, items: [] };
  const sections = new Map([['', current]]);
  for (const item of lesson.items) {
    if (item.kind === 'heading' && item.id !== undefined) {
      current = { heading: item, items: [] };
      sections.set(item.id, current);
    } else current.items.push(item);
  }
  return sections;
}

function compareHeadings(lesson: Lesson, english: string[], chinese: string[]): Finding[] {
  const at = (id: string) => `${lesson.slug}#${id}`;
  const missing = [
    ...english
      .filter((id) => !chinese.includes(id))
      .map((id) => ({
        place: at(id),
        error: `section #${id} is in en only. Write it in zh-tw, or take it out of en.`,
      })),
    ...chinese
      .filter((id) => !english.includes(id))
      .map((id) => ({
        place: at(id),
        error: `section #${id} is in zh-tw only. Write it in en, or take it out of zh-tw.`,
      })),
  ];
  const common = english.filter((id) => chinese.includes(id));
  const moved = chinese.filter((id) => english.includes(id));
  const first = common.findIndex((id, index) => id !== moved[index]);
  if (first <= 0) return missing;
  return [
    ...missing,
    {
      place: at(common[first]!),
      error: `section #${common[first]!} follows #${common[first - 1]!} in en, where zh-tw has #${moved[first]!}. Put the sections in the same order.`,
    },
  ];
}

function compareSections(place: string, english: Section, chinese: Section): Finding[] {
  const findings: Finding[] = [];
  if (english.heading?.level !== chinese.heading?.level)
    findings.push({
      place,
      error: `heading has level ${english.heading?.level ?? 0} in en and ${chinese.heading?.level ?? 0} in zh-tw. Give both the same number of #.`,
    });
  findings.push(
    ...compareLists(place, 'code block', fences(english).map(fenceKey), fences(chinese).map(fenceKey)),
    ...compareLists(place, 'widget', blockWidgets(english).map(widgetKey), blockWidgets(chinese).map(widgetKey)),
  );
  for (const name of INLINE_WIDGETS) {
    const keys = { en: inlineKeys(english, name), zh: inlineKeys(chinese, name) };
    for (const key of keys.en.filter((each) => !keys.zh.includes(each)))
      findings.push({ place, error: `${key} is in en only. Add it to zh-tw, or take it out of en.` });
    for (const key of keys.zh.filter((each) => !keys.en.includes(each)))
      findings.push({ place, error: `${key} is in zh-tw only. Add it to en, or take it out of zh-tw.` });
  }
  return findings;
}

/** The first difference of two lists, with both sides. */
function compareLists(place: string, noun: string, english: string[], chinese: string[]): Finding[] {
  const length = Math.max(english.length, chinese.length);
  const index = Array.from({ length }, (_, at) => at).find((at) => english[at] !== chinese[at]);
  if (index === undefined) return [];
  const side = (list: string[]) => list[index] ?? 'nothing';
  return [
    {
      place,
      error: `${noun} ${index + 1} of the section differs. en: ${side(english)} — zh-tw: ${side(chinese)}. Make both the same.`,
    },
  ];
}

const fences = (section: Section) => section.items.filter((item): item is LessonFence => item.kind === 'fence');
const widgets = (section: Section) => section.items.filter((item): item is LessonWidget => item.kind === 'widget');
const blockWidgets = (section: Section) => widgets(section).filter(({ name }) => !INLINE_WIDGETS.includes(name));

/** Code must be byte-identical. A diagram holds words, so only its number of lines must agree. */
function fenceKey(fence: LessonFence): string {
  return fence.language === 'mermaid'
    ? `mermaid diagram of ${fence.code.split('\n').length} lines`
    : `\`\`\`${fence.language} ${JSON.stringify(fence.code)}`;
}

function widgetKey(widget: LessonWidget): string {
  return `<${widget.name} ${JSON.stringify(withoutWords(widget.props))}>`;
}

function inlineKeys(section: Section, name: string): string[] {
  return [
    ...new Set(
      widgets(section)
        .filter((widget) => widget.name === name)
        .map(inlineKey),
    ),
  ];
}

/** A source is the same when its address and day are; an assumption has nothing but words. */
function inlineKey(widget: LessonWidget): string {
  const { id, url, openedOn } = widget.props;
  if (widget.name === 'Source') return `<Source url=${JSON.stringify(url)} openedOn=${JSON.stringify(openedOn)}>`;
  return id === undefined ? `<${widget.name}>` : `<${widget.name} id=${JSON.stringify(id)}>`;
}

/** Keys sorted, word props gone: two widgets that differ only in language become equal. */
function withoutWords(value: Literal): Literal {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !WORD_PROPS.includes(key))
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, each]) => [key, withoutWords(each)]),
  );
}

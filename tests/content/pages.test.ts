import { describe, expect, it } from 'vitest';
import { checkFences, checkFrontmatter, checkHeadings } from '../../src/site/checks/pages.ts';
import { checkWidgets } from '../../src/site/checks/widgets.ts';
import { lessonOf } from './lessons.ts';

const around = { root: process.cwd(), today: '2026-11-21' };

describe('pages', () => {
  const rows: [what: string, body: string, error: RegExp][] = [
    ['a heading without id', '## Words', /add an id/],
    ['an id used twice', '## A [#a]\n\n## B [#a]', /taken on this page/],
    ['a first-level heading', '# A [#a]', /start with ##/],
    ['code that nobody runs', '```bash\nls\n```', /content\/labs.*not-run=/],
    [
      'code run by a test that is not there',
      '```bash run-by="tests/none.ts"\nls\n```',
      /tests\/none\.ts, which is not there/,
    ],
    ['an unknown term', '<Term id="nothing" />', /no such term: "nothing"/],
    ['a source without https', '<Source url="http://a.example" openedOn="2026-01-01">c</Source>', /https/],
    ['a source opened tomorrow', '<Source url="https://a.example" openedOn="2026-11-22">c</Source>', /after today/],
    ['a source opened on no day', '<Source url="https://a.example" openedOn="2026-13-01">c</Source>', /YYYY-MM-DD/],
    ['a source without a claim', '<Source url="https://a.example" openedOn="2026-01-01" />', /needs the claim/],
    ['an unknown experiment', '<Playground id="p" experiment="x" />', /no such experiment.*stream-one-prompt/],
    [
      'a preset out of range',
      '<Playground id="p" experiment="stream-one-prompt" preset={{ temperature: 9 }} />',
      /parameter_out_of_range "temperature". Allowed: 0 to 2. Received: 9/,
    ],
    ['an id used by two widgets', '<Explorable id="a" />\n\n<Worked id="a" />', /"a", which is taken/],
    ['a widget with the id of a heading', '## A [#a]\n\n<Explorable id="a" />', /"a", which is taken/],
    ['a widget without id', '<Explorable />', /needs an id/],
    [
      'a quiz with two options',
      quiz("{ text: 'a', correct: true, feedback: 'f' }, { text: 'b', feedback: 'f' }"),
      /at least 3/,
    ],
    ['a quiz without a right option', quiz(option('a') + option('b') + option('c')), /correct: true/],
    ['an option without feedback', quiz(`${option('a')}${option('b')}{ text: 'c', correct: true }`), /feedback/],
    ['a lab that is not there', '<LabFile lab="none" file="a.py" />', /lab\.json is missing/],
  ];
  for (const [what, body, error] of rows)
    it(`reports ${what}`, () => {
      const lesson = lessonOf(body);
      const findings = [...checkHeadings(lesson), ...checkFences(lesson, around.root), ...checkWidgets(lesson, around)];
      expect(findings).toHaveLength(1);
      expect(findings[0]?.place).toMatch(/^content\/docs\/en\/x\.mdx:\d+$/);
      expect(findings[0]?.error).toMatch(error);
    });

  it('accepts a diagram, and a fence that says who ran it or why nobody did', () => {
    const fences = [
      '```mermaid\nflowchart TB\n```',
      '```bash title="x" not-run="needs 8 GPUs"\nls\n```',
      '```bash run-by="tests/content/pages.test.ts"\nls\n```',
    ];
    expect(checkFences(lessonOf(fences.join('\n\n')), around.root)).toEqual([]);
  });

  it('asks for title and description', () => {
    const lesson = lessonOf('');
    lesson.frontmatter = { title: 'T' };
    expect(checkFrontmatter(lesson)).toEqual([
      { place: 'content/docs/en/x.mdx', error: expect.stringContaining('no description') as string },
    ]);
  });
});

function option(text: string): string {
  return `{ text: '${text}', feedback: 'f' }, `;
}

function quiz(options: string): string {
  return `<Quiz id="q" questions={[{ id: 'a', question: 'Q', options: [${options}] }]} />`;
}

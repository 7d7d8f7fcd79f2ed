import { describe, expect, it } from 'vitest';
import { checkParity } from '../../src/site/checks/parity.ts';
import { lessonOf } from './lessons.ts';

const compare = (english: string, chinese: string) => checkParity([lessonOf(english)], [lessonOf(chinese, 'zh-TW')]);

const PAGE = `
## One [#one]

Words <Term id="token" /> and <Source url="https://a.example/" openedOn="2026-01-01">claim</Source>.

\`\`\`bash not-run="x"
echo 1
\`\`\`

## Two [#two]

<Playground id="p" experiment="stream-one-prompt" preset={{ temperature: 0 }} />

<Quiz id="q" questions={[{ id: 'a', question: 'Why?', options: [{ text: 'x', correct: true, feedback: 'f' }] }]} />

## Three [#three]
`;

describe('two languages in step', () => {
  it('says nothing when only the words differ', () => {
    const chinese = PAGE.replace('## One', '## 一')
      .replace('Words', '文字')
      .replace("question: 'Why?'", "question: '為什麼？'")
      .replace("text: 'x'", "text: '對'")
      .replace('claim', '主張');
    expect(compare(PAGE, chinese)).toEqual([]);
  });

  it('does not mind another order of terms and sources in a sentence', () => {
    expect(
      compare(
        '<Term id="token" /> of a <Term id="prompt" />',
        '<Term id="prompt" /> 的 <Term id="token" /><Term id="token" />',
      ),
    ).toEqual([]);
  });

  const rows: [what: string, change: (page: string) => string, place: string, error: RegExp][] = [
    [
      'a section is missing',
      (page) => page.replace(/## Two[^]*(?=## Three)/, ''),
      'x#two',
      /#two is in en only.*Write it in zh-tw/,
    ],
    ['a section is new', (page) => `${page}\n## Four [#four]`, 'x#four', /#four is in zh-tw only.*Write it in en/],
    [
      'sections changed places',
      (page) => page.replace(/(## One[^]*)(## Two[^]*)(?=## Three)/, '$2$1'),
      'x#one',
      /#one follows # in en/,
    ],
    [
      'a heading has another level',
      (page) => page.replace('## Two', '### Two'),
      'x#two',
      /level 2 in en and 3 in zh-tw/,
    ],
    ['code differs by one byte', (page) => page.replace('echo 1', 'echo 1 '), 'x#one', /code block 1.*echo 1"/],
    [
      'a preset differs',
      (page) => page.replace('temperature: 0', 'temperature: 1'),
      'x#two',
      /widget 1.*"temperature":0.*"temperature":1/,
    ],
    ['another option is correct', (page) => page.replace('correct: true', 'correct: false'), 'x#two', /widget 2/],
    ['a widget is missing', (page) => page.replace(/<Quiz.*/, ''), 'x#two', /widget 2.*zh-tw: nothing/],
    [
      'a term is missing',
      (page) => page.replace('<Term id="token" />', ''),
      'x#one',
      /<Term id="token"> is in en only/,
    ],
    ['a source differs', (page) => page.replace('a.example', 'b.example'), 'x#one', /b\.example.*is in zh-tw only/],
  ];
  for (const [what, change, place, error] of rows)
    it(`names the section when ${what}`, () => {
      const findings = compare(PAGE, change(PAGE));
      expect(findings.map((finding) => finding.place)).toContain(place);
      expect(findings.map((finding) => finding.error).join('\n')).toMatch(error);
      expect(new Set(findings.map((finding) => finding.place))).toEqual(new Set([place]));
    });

  it('names a page that one language lacks, with the path to write', () => {
    expect(checkParity([lessonOf(PAGE)], [])).toEqual([
      { place: 'content/docs/en/x.mdx', error: 'has no counterpart. Write content/docs/zh-tw/x.mdx.' },
    ]);
    expect(checkParity([], [lessonOf(PAGE, 'zh-TW')])[0]?.error).toContain('content/docs/en/x.mdx');
  });

  it('asks for props that are written out, because computed ones cannot be compared', () => {
    expect(lessonOf('<Playground id={name} />').findings).toEqual([
      { place: 'content/docs/en/x.mdx:5', error: expect.stringContaining('Write its value out') as string },
    ]);
  });

  it('reports a page that is not MDX instead of passing it', () => {
    expect(lessonOf('<Term>').findings[0]?.error).toMatch(/cannot be read as MDX/);
  });
});

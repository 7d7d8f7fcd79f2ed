import { expect, it } from 'vitest';
import { renderInline } from '../../src/site/inline-markup.ts';

const rows: [text: string, html: string][] = [
  ['plain', 'plain'],
  ['a `<b>` c', 'a <code>&lt;b&gt;</code> c'],
  ['**bold** and `code`', '<strong>bold</strong> and <code>code</code>'],
  ['`a ** b ** c`', '<code>a ** b ** c</code>'],
  ['<img src=x onerror="alert(1)"> & co', '&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; co'],
  ['**<i>**', '<strong>&lt;i&gt;</strong>'],
  ['a ` alone and ** alone', 'a ` alone and ** alone'],
];
for (const [text, html] of rows)
  it(`draws ${JSON.stringify(text)}`, () => {
    expect(renderInline(text)).toBe(html);
  });

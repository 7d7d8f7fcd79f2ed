import { describe, expect, it } from 'vitest';
import { checkUiWords, checkWords } from '../../src/site/checks/words.ts';
import { lessonOf } from './lessons.ts';

const check = (body: string) => checkWords(lessonOf(body, 'zh-TW'));

describe('zh-TW words', () => {
  const good = [
    '**重點**：動態批次處理把請求併成一批。',
    '用 `vllm serve` 啟動，預設 500 µs，約 34%，見 [vLLM 文件](https://a.example/)。',
    '部隊列隊前進，團隊列出清單，演算法不變。', // listed words only by accident, between two words
    '看 <Term id="kv-cache">KV 快取</Term>，或 <Term id="token" />的定義。',
    '程式碼裡的字不管：`服務器`',
    '```text not-run="x"\n服務器\n```',
    '他說：「這樣比較快。」',
    'vLLM, PyTorch and Triton (in English).',
    ':::note[小提示]\n\n文字。\n\n:::',
    '<li>\n  <strong>標題</strong>\n  文字，<span>一段</span>接著。\n</li>',
    '<Quiz id="軟件" />', // ids are not words
  ];
  for (const text of good)
    it(`accepts ${JSON.stringify(text)}`, () => {
      expect(check(text).errors).toEqual([]);
    });

  const bad: [text: string, error: RegExp][] = [
    ['送到服務器', /「服務器」 → 「伺服器」/],
    ['說明请求', /「请」 is a simplified character/],
    ['**重點：**內容', /move the punctuation out of the bold: \*\*重點\*\*：/],
    ['使用GPU', /space between Chinese and Latin/],
    ['GPU使用率', /space between Latin, digits or code and Chinese/],
    ['執行`vllm`', /space between Chinese and Latin/],
    ['請求 ，回應', /no space beside full-width/],
    ['請求,回應', /full-width punctuation after Chinese/],
    ['請求(request)', /full-width brackets/],
    ['這是“引號”', /no curly quotes/],
    ['約 34 %', /no space before %/],
    ['第一行\n第二行', /one line for the whole paragraph/],
    ['## 軟件 [#software]', /「軟件」 → 「軟體」/],
    ['<Predict id="a" question="打印什麼" />', /「打印」 → 「印出」/],
    ["<Quiz id='a' questions={[{ id: 'b', options: [{ text: '默認值' }] }]} />", /「默認」 → 「預設」/],
    ['![集群圖](a.svg)', /「集群」 → 「叢集」/],
    ['- 項\n- 加載', /「加載」 → 「載入」/],
    ['<p>緩存</p>', /「緩存」 → 「快取」/],
  ];
  for (const [text, error] of bad)
    it(`rejects ${JSON.stringify(text)}`, () => {
      const { errors } = check(text);
      expect(errors.map((finding) => finding.error).join('\n')).toMatch(error);
      expect(errors[0]?.place).toMatch(/^content\/docs\/zh-tw\/x\.mdx:\d+$/);
    });

  it('only warns where a person must judge', () => {
    const { errors, warnings } = check('運行速度');
    expect(errors).toEqual([]);
    expect(warnings[0]?.error).toContain('「運行」 → 「執行」');
  });

  it('reads title and description of the frontmatter too', () => {
    const lesson = lessonOf('', 'zh-TW');
    lesson.frontmatter = { title: '軟件' };
    expect(checkWords(lesson).errors[0]?.place).toBe('content/docs/zh-tw/x.mdx:1');
  });

  it('checks interface words, where a placeholder counts as a number', () => {
    const check = (text: string) => checkUiWords({ key: text }, 'zh-TW.json').errors;
    expect(check('共 {{count}} 個')).toEqual([]);
    expect(check('共{{count}}個')).not.toEqual([]);
    expect(check('完成！')[0]?.error).toContain('！');
  });
});

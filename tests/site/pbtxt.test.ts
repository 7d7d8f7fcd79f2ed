import { createHighlighterCore, createJavaScriptRegexEngine } from 'shiki';
import githubLight from 'shiki/themes/github-light.mjs';
import { expect, it } from 'vitest';
import { pbtxt } from '#site/pbtxt.ts';

it('tells the parts of a Triton configuration apart', async () => {
  const highlighter = await createHighlighterCore({
    langs: [pbtxt],
    themes: [githubLight],
    engine: createJavaScriptRegexEngine(),
  });
  const code = 'kind: KIND_CPU # one\nname: "a\\"b" dynamic_batching { eager_batching: true delay: -500 }';
  const { tokens } = highlighter.codeToTokens(code, { lang: 'pbtxt', theme: 'github-light', includeExplanation: true });
  const scopes = new Map(
    tokens
      .flat()
      .flatMap(({ explanation = [] }) =>
        explanation.map(({ content, scopes }) => [content.trim(), scopes.at(-1)?.scopeName]),
      ),
  );
  expect(scopes.get('kind')).toBe('entity.name.tag.pbtxt');
  expect(scopes.get('dynamic_batching')).toBe('entity.name.tag.pbtxt');
  expect(scopes.get('KIND_CPU')).toBe('support.constant.enum.pbtxt');
  expect(scopes.get('# one')).toBe('comment.line.number-sign.pbtxt');
  expect(scopes.get('\\"')).toBe('constant.character.escape.pbtxt');
  expect(scopes.get('true')).toBe('constant.language.boolean.pbtxt');
  expect(scopes.get('-500')).toBe('constant.numeric.pbtxt');
  highlighter.dispose();
});

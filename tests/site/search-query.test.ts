import { describe, expect, it } from 'vitest';
import { spellingsOf } from '#components/overrides/search-query.ts';
import { synonymGroups } from '#site/search-synonyms.ts';

const groups = [
  ['推理', '推論', 'inference'],
  ['連續批次處理', '連續批次'],
  ['batch', '批次'],
];

describe('the spellings of a search', () => {
  it('begin with the reader’s own and go on with the words that mean the same', () => {
    expect(spellingsOf('推論', groups)).toEqual(['推論', '推理', 'inference']);
    expect(spellingsOf('Inference', groups)).toEqual(['inference', '推理', '推論']);
  });

  it('stand in for a word within others', () => {
    expect(spellingsOf('推論伺服器', groups)).toContain('推理伺服器');
  });

  it('take the longest word, and Latin words whole', () => {
    expect(spellingsOf('連續批次處理', [groups[1]!])).toEqual(['連續批次處理', '連續批次']);
    expect(spellingsOf('max_batches', groups)).toEqual(['max_batches']);
  });

  it('are few', () => {
    expect(spellingsOf('推理 batch 連續批次', [...groups, ...synonymGroups]).length).toBeLessThanOrEqual(6);
  });
});

it('no group of synonyms holds a word twice', () => {
  for (const group of synonymGroups) expect(new Set(group).size, group.join()).toBe(group.length);
});

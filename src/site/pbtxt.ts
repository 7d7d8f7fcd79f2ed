import type { LanguageRegistration } from 'shiki';

/** Protocol buffer text format, the language of Triton's config.pbtxt, which Shiki does not ship. */
export const pbtxt: LanguageRegistration = {
  name: 'pbtxt',
  aliases: ['textproto', 'prototxt'],
  scopeName: 'source.pbtxt',
  repository: {},
  patterns: [
    { name: 'comment.line.number-sign.pbtxt', match: '#.*$' },
    { name: 'entity.name.tag.pbtxt', match: '[A-Za-z_][A-Za-z0-9_]*(?=\\s*[:{\\[<])' },
    {
      name: 'string.quoted.pbtxt',
      begin: '(["\'])',
      end: '\\1',
      patterns: [{ name: 'constant.character.escape.pbtxt', match: '\\\\.' }],
    },
    { name: 'constant.language.boolean.pbtxt', match: '\\b(?:true|false|True|False)\\b' },
    { name: 'constant.numeric.pbtxt', match: '-?\\b(?:0x[0-9a-fA-F]+|\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?f?)\\b' },
    { name: 'support.constant.enum.pbtxt', match: '\\b[A-Z][A-Z0-9_]+\\b' },
    { name: 'punctuation.separator.pbtxt', match: '[:,;{}\\[\\]<>]' },
  ],
};

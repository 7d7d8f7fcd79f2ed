/**
 * Characters used in mainland China only: those of GB 2312 that Big5, Taiwan's set, lacks. Both sets are computed from the
 * decoders that come with the platform, so there is no list to keep. Source: https://encoding.spec.whatwg.org/
 */
export const SIMPLIFIED_ONLY: ReadonlySet<string> = new Set(decodeGb2312()).difference(new Set(decodeBig5()));

/** The 6,763 Chinese characters of GB 2312: lead bytes B0 to F7. */
function decodeGb2312(): string[] {
  return decodePairs('gbk', range(0xb0, 0xf7), range(0xa1, 0xfe));
}

/** The 13,053 Chinese characters of Big5 (A440 to F9D5), without the Hong Kong additions around them. */
function decodeBig5(): string[] {
  return decodePairs('big5', range(0xa4, 0xf9), [...range(0x40, 0x7e), ...range(0xa1, 0xfe)]);
}

function decodePairs(encoding: 'gbk' | 'big5', leads: number[], trails: number[]): string[] {
  const decoder = new TextDecoder(encoding);
  return leads.flatMap((lead) =>
    trails.map((trail) => decoder.decode(Uint8Array.of(lead, trail))).filter((text) => /^\p{Script=Han}$/u.test(text)),
  );
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

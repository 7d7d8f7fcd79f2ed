import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extendHashes, hashBlock } from '#engine/block-hash.ts';
import { sha256 } from '#engine/sha256.ts';

test('SHA-256 is that of every other implementation, at every length around a block', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  for (let length = 0; length <= 200; length++) {
    const message = Uint8Array.from({ length }, (_, index) => (index * 31 + length) % 256);
    expect(hex(sha256(message)), `${length} bytes`).toBe(createHash('sha256').update(message).digest('hex'));
  }
});

describe('a chain of block hashes', () => {
  const chain = (tokenIds: number[], blockSize = 2) => {
    const hashes: string[] = [];
    extendHashes(hashes, tokenIds, blockSize);
    return hashes;
  };

  test('names full blocks only, and the same ones however it grew', () => {
    expect(chain([1, 2, 3])).toHaveLength(1);
    const grown = chain([1, 2, 3]);
    extendHashes(grown, [1, 2, 3, 4, 5], 2);
    expect(grown).toEqual(chain([1, 2, 3, 4, 5]));
  });

  test('gives equal tokens after different parents different names', () => {
    expect(chain([1, 2, 9, 9])[1]).not.toBe(chain([1, 3, 9, 9])[1]);
    expect(hashBlock(undefined, [1, 23])).not.toBe(hashBlock(undefined, [12, 3]));
  });

  test('agrees for two texts exactly as far as their full blocks do', () => {
    const tokens = fc.array(fc.nat(2), { maxLength: 12 });
    fc.assert(
      fc.property(tokens, tokens, fc.integer({ min: 1, max: 4 }), (a, b, blockSize) => {
        const [left, right] = [chain(a, blockSize), chain(b, blockSize)];
        for (let index = 0; index < Math.min(left.length, right.length); index++) {
          const end = (index + 1) * blockSize;
          expect(left[index] === right[index]).toBe(a.slice(0, end).join() === b.slice(0, end).join());
        }
      }),
    );
  });
});

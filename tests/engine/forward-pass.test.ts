import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matmul } from '#engine/matmul.ts';
import { applyRope, makeRopeTables } from '#engine/rope.ts';
import { rmsNorm } from '#engine/rms-norm.ts';
import { seededRandom } from '#experiments/seeded-random.ts';

describe('matmul', () => {
  test('equals its definition to the last bit, for any tile that rows and tokens leave over', () => {
    const sizes = fc.record({
      tokens: fc.integer({ min: 1, max: 7 }),
      rows: fc.integer({ min: 1, max: 11 }),
      columns: fc.integer({ min: 1, max: 8 }).map((half) => half * 2),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, ({ tokens, rows, columns, seed }) => {
        const random = seededRandom(seed);
        const input = Float32Array.from({ length: tokens * columns }, () => random() - 0.5);
        const weights = Float32Array.from({ length: rows * columns }, () => random() - 0.5);
        const expected = Float32Array.from({ length: tokens * rows }, (_, index) => {
          const token = Math.floor(index / rows);
          let sum = 0;
          for (let k = 0; k < columns; k++) sum += weights[(index % rows) * columns + k]! * input[token * columns + k]!;
          return sum;
        });
        const output = new Float32Array(tokens * rows);
        matmul(output, input, weights, tokens, rows, columns);
        expect(output).toEqual(expected);
      }),
    );
  });
});

describe('RMSNorm', () => {
  test('divides each token by its own root mean square and scales each element', () => {
    const output = new Float32Array(4);
    rmsNorm(output, Float32Array.of(3, 4, 0.3, 0.4), Float32Array.of(1, 2), 2, 2, 0);
    // sqrt((9 + 16) / 2) = 3.5355
    const expected = [3 / 3.5355339, 8 / 3.5355339, 3 / 3.5355339, 8 / 3.5355339];
    output.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 6));
  });
});

describe('RoPE', () => {
  const tables = makeRopeTables(64, 8, 10000);
  const rotated = (vector: number[], position: number) => {
    const copy = Float32Array.from(vector);
    applyRope(copy, 0, 1, 8, position, tables);
    return copy;
  };

  test('leaves position 0 alone and turns the first pair by one radian a position', () => {
    const vector = [1, 2, 3, 4, 5, 6, 7, 8];
    expect([...rotated(vector, 0)]).toEqual(vector);
    const turned = rotated([1, 0, 0, 0, 0, 0, 0, 0], 1);
    expect(turned[0]).toBeCloseTo(Math.cos(1), 6);
    expect(turned[4]).toBeCloseTo(Math.sin(1), 6);
  });

  test('makes the product of query and key depend on their distance only', () => {
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    const query = [0.3, -1, 2, 0.5, 1, -0.2, 0.7, 0.1];
    const key = [1, 0.2, -0.4, 1.5, 0.6, 0.9, -1, 0.3];
    const near = dot(rotated(query, 7), rotated(key, 3));
    expect(dot(rotated(query, 57), rotated(key, 53))).toBeCloseTo(near, 4);
    expect(Math.abs(dot(rotated(query, 30), rotated(key, 3)) - near)).toBeGreaterThan(0.01);
  });
});

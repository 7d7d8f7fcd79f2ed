/**
 * Widens IEEE 754 half precision to single precision. Every half has an exact single, so nothing is lost.
 * Input -> output: bits [n] -> values [n]; 0x3c00 -> 1, 0x0001 -> 2^-24, 0x7c00 -> Infinity.
 */
export function widenFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer);
  for (let index = 0; index < halves.length; index++) {
    const half = halves[index]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      // Zero and subnormals: fraction x 2^-24, which is a normal single.
      values[index] = fraction * 2 ** -24;
      bits[index] = bits[index]! | sign;
    } else if (exponent === 0x1f) {
      bits[index] = sign | 0x7f800000 | (fraction << 13);
    } else {
      // The bias of the exponent is 15 in a half and 127 in a single.
      bits[index] = sign | ((exponent + 112) << 23) | (fraction << 13);
    }
  }
  return values;
}

import { Fault, engineFailed } from './upstream-problem.ts';

/*
 * Tensors of the KServe v2 protocol, little-endian on the wire.
 * https://github.com/kserve/open-inference-protocol, binary tensor data extension
 */

const NUMERIC = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Float16Array,
  /** the bits of each number: JavaScript has no bfloat16 */
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const;

export type NumericType = keyof typeof NUMERIC;
export type NumericData = InstanceType<(typeof NUMERIC)[NumericType]>;

export interface NumericTensor {
  name: string;
  datatype: NumericType;
  shape: readonly number[];
  /** row-major */
  data: NumericData;
}
/** Elements are bytes; text is UTF-8. */
export interface BytesTensor {
  name: string;
  datatype: 'BYTES';
  shape: readonly number[];
  data: readonly Uint8Array[];
}
export type Tensor = NumericTensor | BytesTensor;

/** The datatype of an answer as one we know. Throws engine_failed. */
export function requireNumericType(datatype: string): NumericType {
  if (!Object.hasOwn(NUMERIC, datatype)) throw engineFailed(new Fault('unknown tensor type'));
  return datatype as NumericType;
}

const encoder = new TextEncoder();

/** Texts -> a BYTES tensor of that many elements, or of `shape`. */
export function textTensor(name: string, texts: readonly string[], shape: readonly number[] = [texts.length]): Tensor {
  return { name, datatype: 'BYTES', shape, data: texts.map((text) => encoder.encode(text)) };
}

/** Numbers -> a tensor of the type. INT64 and UINT64 take whole numbers that JavaScript holds exactly. */
export function numberTensor(
  name: string,
  datatype: NumericType,
  numbers: readonly number[],
  shape: readonly number[] = [numbers.length],
): Tensor {
  const isBig = datatype === 'INT64' || datatype === 'UINT64';
  const values = isBig ? numbers.map((value) => BigInt(value)) : numbers;
  const type = NUMERIC[datatype] as unknown as { from(values: readonly (number | bigint)[]): NumericData };
  return { name, datatype, shape, data: type.from(values) };
}

/** Texts of a BYTES tensor. Throws engine_failed when it holds numbers or what is no UTF-8. */
export function textsOf(tensor: Tensor | undefined): string[] {
  if (tensor?.datatype !== 'BYTES') throw engineFailed(new Fault('an output of text is missing'));
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return tensor.data.map((bytes) => decoder.decode(bytes));
  } catch (cause) {
    throw engineFailed(cause);
  }
}

/** Numbers of a tensor; 64-bit ones are rounded to what JavaScript holds. Throws engine_failed when it holds text. */
export function numbersOf(tensor: Tensor | undefined): number[] {
  if (tensor === undefined || tensor.datatype === 'BYTES')
    throw engineFailed(new Fault('an output of numbers is missing'));
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** Tensor -> its bytes on the wire: numbers little-endian; each BYTES element after its length in four bytes. */
export function encodeTensor(tensor: Tensor): Uint8Array {
  if (tensor.datatype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = tensor.data;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  return Buffer.concat(
    tensor.data.flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Bytes on the wire -> tensor. Throws engine_failed when they are not what type and shape say: an engine with a broken numpy sends none at all. */
export function decodeTensor(name: string, datatype: string, shape: readonly number[], bytes: Uint8Array): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (datatype === 'BYTES') {
    const data = splitElements(bytes);
    if (data.length !== count) throw engineFailed(new Fault('tensor and shape disagree'));
    return { name, datatype, shape, data };
  }
  const numericType = requireNumericType(datatype);
  const type = NUMERIC[numericType];
  if (bytes.length !== count * type.BYTES_PER_ELEMENT) throw engineFailed(new Fault('tensor and shape disagree'));
  // A copy: a view must begin at a multiple of the element's size, and these bytes may begin anywhere. (A Buffer's `slice` copies nothing.)
  return { name, datatype: numericType, shape, data: new type(new Uint8Array(bytes).buffer) };
}

function splitElements(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 4 <= bytes.length ? at + 4 + view.getUint32(at, true) : Infinity;
    if (end > bytes.length) throw engineFailed(new Fault('tensor ends within an element'));
    elements.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return elements;
}

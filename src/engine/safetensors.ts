import { widenFloat16 } from './float16.ts';

/** A model file that cannot be read. The message says what was expected, where, and what stood there. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

export interface Tensor {
  shape: readonly number[];
  /** row-major, widened to single precision */
  values: Float32Array;
}

export interface Safetensors {
  metadata: Readonly<Record<string, string>>;
  tensors: ReadonlyMap<string, Tensor>;
}

const LENGTH_BYTES = 8;
const BYTES_PER_VALUE = { F16: 2, F32: 4 };

/**
 * Reads a safetensors file: 8 bytes of header length, a JSON header, then the tensors' bytes.
 * F16 is widened to F32 exactly; other types, and a file that is cut short or inconsistent, throw a ModelFileError.
 * Source: https://huggingface.co/docs/safetensors/index#format
 */
export function readSafetensors(file: ArrayBuffer): Safetensors {
  if (file.byteLength < LENGTH_BYTES) throw new ModelFileError(`The file has ${file.byteLength} bytes: no header.`);
  const headerBytes = Number(new DataView(file).getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + headerBytes;
  if (dataStart > file.byteLength)
    throw new ModelFileError(
      `The header should have ${headerBytes} bytes, but the file has only ${file.byteLength}: not a safetensors file, or cut short.`,
    );
  const { __metadata__: metadata = {}, ...entries } = parseHeader(file, headerBytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries)) tensors.set(name, readTensor(file, dataStart, name, entry));
  return { metadata: metadata as Record<string, string>, tensors };
}

function parseHeader(file: ArrayBuffer, headerBytes: number): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(file, LENGTH_BYTES, headerBytes)));
    if (typeof header === 'object' && header !== null) return header as Record<string, unknown>;
  } catch (error) {
    throw new ModelFileError('The header is not JSON.', { cause: error });
  }
  throw new ModelFileError('The header is not a JSON object.');
}

function readTensor(file: ArrayBuffer, dataStart: number, name: string, entry: unknown): Tensor {
  const { dtype, shape, data_offsets: offsets } = entry as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (dtype !== 'F16' && dtype !== 'F32')
    throw new ModelFileError(`Tensor ${name} has type ${JSON.stringify(dtype)}; F16 and F32 can be read.`);
  if (!isWholeNumbers(shape) || !isWholeNumbers(offsets) || offsets.length !== 2)
    throw new ModelFileError(`Tensor ${name} lacks its shape or its two data offsets.`);
  const [begin, end] = offsets as [number, number];
  const count = shape.reduce((product, size) => product * size, 1);
  if (end - begin !== count * BYTES_PER_VALUE[dtype])
    throw new ModelFileError(
      `Tensor ${name} of shape [${shape.join(', ')}] needs ${count * BYTES_PER_VALUE[dtype]} bytes, its offsets span ${end - begin}.`,
    );
  if (dataStart + end > file.byteLength)
    throw new ModelFileError(
      `Tensor ${name} ends at byte ${dataStart + end}, the file at ${file.byteLength}: cut short.`,
    );
  // A copy, because a view would have to start at a multiple of the value's size.
  const bytes = file.slice(dataStart + begin, dataStart + end);
  return { shape, values: dtype === 'F16' ? widenFloat16(new Uint16Array(bytes)) : new Float32Array(bytes) };
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

import { Fault, streamBroken } from './upstream-problem.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf];
const DATA = [0x64, 0x61, 0x74, 0x61];
const FIRST_LINE_BYTES = 1024;

export interface SseLimits {
  /** bytes from one blank line to the next */
  eventBytes: number;
  streamBytes: number;
}

/**
 * Bytes of an event stream -> the data of each event, however the bytes are cut into chunks. Fields other than `data` are
 * skipped. Throws stream_broken when a bound is passed or the bytes are not UTF-8; memory never exceeds `eventBytes` by much.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseReader {
  readonly #limits: SseLimits;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** the unfinished line, in the first `#lineLength` bytes */
  #line = new Uint8Array(FIRST_LINE_BYTES);
  #lineLength = 0;
  #data: string[] = [];
  #eventLength = 0;
  #streamLength = 0;
  #isFirstLine = true;
  /** the last byte was CR: an LF now belongs to it */
  #afterCr = false;

  constructor(limits: SseLimits) {
    this.#limits = limits;
  }

  /** The events that these bytes complete. */
  read(chunk: Uint8Array): string[] {
    this.#streamLength += chunk.length;
    if (this.#streamLength > this.#limits.streamBytes) throw streamBroken(new Fault('stream too long'));
    const events: string[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === LF && this.#afterCr) {
        start = at + 1;
        this.#afterCr = false;
        continue;
      }
      this.#afterCr = byte === CR;
      if (byte !== LF && byte !== CR) continue;
      this.#append(chunk.subarray(start, at));
      start = at + 1;
      const event = this.#endLine();
      if (event !== undefined) events.push(event);
    }
    this.#append(chunk.subarray(start));
    return events;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#lineLength + bytes.length;
    this.#eventLength += bytes.length;
    if (this.#eventLength > this.#limits.eventBytes) throw streamBroken(new Fault('event too long'));
    if (length > this.#line.length) {
      // Doubled, so that a line that comes byte by byte is not copied once for each.
      const larger = new Uint8Array(Math.max(length, 2 * this.#line.length));
      larger.set(this.#line.subarray(0, this.#lineLength));
      this.#line = larger;
    }
    this.#line.set(bytes, this.#lineLength);
    this.#lineLength = length;
  }

  /** The line is whole. Returns an event's data when the line is the blank one after it. */
  #endLine(): string | undefined {
    const hasBom = this.#isFirstLine && BOM.every((byte, at) => this.#line[at] === byte) && this.#lineLength >= 3;
    const line = this.#line.subarray(hasBom ? BOM.length : 0, this.#lineLength);
    this.#lineLength = 0;
    this.#isFirstLine = false;
    this.#eventLength += 1; // a flood of empty lines is bounded by the stream, one of short lines by this
    if (line.length > 0) {
      this.#readField(line);
      return undefined;
    }
    this.#eventLength = 0;
    if (this.#data.length === 0) return undefined;
    const event = this.#data.join('\n');
    this.#data = [];
    return event;
  }

  #readField(line: Uint8Array): void {
    const isData = DATA.every((byte, at) => line[at] === byte);
    if (!isData || (line.length > DATA.length && line[DATA.length] !== COLON)) return;
    const from = DATA.length + (line[DATA.length + 1] === SPACE ? 2 : 1);
    try {
      this.#data.push(this.#decoder.decode(line.subarray(from)));
    } catch (cause) {
      throw streamBroken(cause);
    }
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import { SseReader } from '../../../playground-server/upstreams/sse.ts';

const limits = { eventBytes: 1024, streamBytes: 65_536 };
const bytesOf = (text: string) => new TextEncoder().encode(text);

function readAll(chunks: readonly Uint8Array[], bounds = limits): string[] {
  const reader = new SseReader(bounds);
  return chunks.flatMap((chunk) => reader.read(chunk));
}
const read = (text: string) => readAll([bytesOf(text)]);

it.each([
  ['one event', 'data: a\n\n', ['a']],
  ['events one after the other', 'data: a\n\ndata: b\n\n', ['a', 'b']],
  ['lines that end with CR LF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
  ['lines that end with CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
  ['all line ends mixed', 'data: a\n\r\ndata: b\r\ndata: c\r\n\r', ['a', 'b\nc']],
  ['several data lines as one', 'data: a\ndata: b\n\n', ['a\nb']],
  ['no space after the colon', 'data:a\n\n', ['a']],
  ['only one space as part of the format', 'data:  a\n\n', [' a']],
  ['data without a colon as empty', 'data\n\n', ['']],
  ['a byte order mark first', '\uFEFFdata: a\n\n', ['a']],
  ['a byte order mark within data as text', 'data: \uFEFFa\n\n', ['\uFEFFa']],
  ['comments and other fields as nothing', ': hello\nid: 1\nevent: x\nretry: 5\ndata: a\n\n', ['a']],
  ['fields that only begin with data as nothing', 'database: x\ndat: y\n\n', []],
  ['blank lines as nothing', '\n\n\r\n\rdata: a\n\n\n\n', ['a']],
  ['an event without its blank line as nothing', 'data: a\n', []],
  ['an emoji', 'data: 🚀\n\n', ['🚀']],
])('reads %s', (_name, text, events) => {
  expect(read(text)).toEqual(events);
});

it('reads the same events at every cut, and byte by byte', () => {
  const text = '\uFEFFdata: 快取 🚀\r\n\r\n: c\rdata: b\r\rdata:c\ndata: d\n\ndata: {"a":"é"}\r\n\r\n';
  const bytes = bytesOf(text);
  const whole = read(text);
  expect(whole).toEqual(['快取 🚀', 'b', 'c\nd', '{"a":"é"}']);
  for (let at = 0; at <= bytes.length; at++)
    expect(readAll([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole);
  expect(readAll(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
});

it('reads the same events however any stream is cut', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
    fc.constantFrom('', '', 'data', ': comment', 'id: 1'),
  );
  const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')).map((parts) => parts.join('')));
  let total = 0;
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200)), (lines, cuts) => {
      const bytes = bytesOf(lines.join(''));
      const chunks: Uint8Array[] = [];
      let rest = bytes;
      for (const cut of cuts) {
        chunks.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      const events = readAll([...chunks, rest], { eventBytes: 1e6, streamBytes: 1e7 });
      total += events.length;
      expect(events).toEqual(readAll([bytes], { eventBytes: 1e6, streamBytes: 1e7 }));
    }),
    { numRuns: 2000 },
  );
  expect(total).toBeGreaterThan(0);
});

describe('refuses, as a broken stream,', () => {
  it.each([
    ['a line that never ends', [bytesOf('data: '), ...Array.from({ length: 20 }, () => bytesOf('x'.repeat(100)))]],
    ['an event of too many lines', Array.from({ length: 200 }, () => bytesOf('data: x\n'))],
    ['comments without end', Array.from({ length: 200 }, () => bytesOf(': keep alive\n'))],
    ['a stream that is too long', Array.from({ length: 10_000 }, () => bytesOf('data: x\n\n'))],
    ['a flood of empty lines', [new Uint8Array(70_000).fill(0x0a)]],
    ['a byte that is not UTF-8', [bytesOf('data: a'), Uint8Array.of(0xff), bytesOf('\n\n')]],
    ['a character that is cut off by the end of its line', [Uint8Array.of(...bytesOf('data: '), 0xf0, 0x9f, 0x0a)]],
  ])('%s', (_name, chunks) => {
    expect(() => readAll(chunks)).toThrow(ProblemError);
    expect(() => readAll(chunks)).toThrow('stream_broken');
  });
});

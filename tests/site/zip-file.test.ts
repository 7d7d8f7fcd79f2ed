import { expect, it } from 'vitest';
import { crc32, inflateRawSync } from 'node:zlib';
import { zipOf } from '#site/hosting/zip-file.ts';

/** Reads a zip by its directory, as every unpacker does. */
function unpack(zip: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [sum, packed, nameLength, start] = [16, 20, 28, 42].map((field) =>
      field === 28 ? zip.readUInt16LE(at + field) : zip.readUInt32LE(at + field),
    ) as [number, number, number, number];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const body = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const bytes = inflateRawSync(zip.subarray(body, body + packed));
    expect(crc32(bytes)).toBe(sum);
    files.set(name, bytes.toString());
    at += 46 + nameLength;
  }
  return files;
}

it('packs files that come out as they went in, the same bytes each time', () => {
  const files = [
    { name: 'zh-tw/index.html', bytes: Buffer.from('推理') },
    { name: 'empty', bytes: Buffer.alloc(0) },
  ];
  expect([...unpack(zipOf(files))]).toEqual([
    ['zh-tw/index.html', '推理'],
    ['empty', ''],
  ]);
  expect(zipOf(files)).toEqual(zipOf(files));
});

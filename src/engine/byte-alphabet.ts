/**
 * Byte-level BPE writes every byte as one printable character, so that a vocabulary is plain text: printable Latin-1
 * stands for itself, the other 68 bytes for U+0100 onwards (a space is 'Ġ'). Index: byte, value: character.
 * Source: bytes_to_unicode in https://github.com/openai/gpt-2/blob/master/src/encoder.py
 */
export const byteToCharacter: readonly string[] = makeAlphabet();

/** The inverse of `byteToCharacter`. */
export const characterToByte: ReadonlyMap<string, number> = new Map(
  byteToCharacter.map((character, byte) => [character, byte]),
);

function makeAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

import { describe, expect, it } from 'vitest';
import { type Mode, open, seal } from '../src/index.js';
import { type FlipFile, flipFile, flipped, REFUSALS } from './flip-file.js';
import { codeOf, content, world } from './world.js';

// One flipped bit, wherever it is, is refused with one of few codes: none is harmless. Here a sample; test/full flips every bit.

/** Every `step`-th byte, the bit wandering, of a part of the file. */
function* sample(from: number, to: number, step: number): Generator<number> {
  for (let at = from; at < to; at += step) yield at * 8 + ((at / step) & 7);
}

const codes = async (file: FlipFile, bits: Iterable<number>) => [...(await flipped(file, bits)).keys()].sort();

describe.each<[Mode, number]>([
  ['classic', 5],
  // a post-quantum header is long and its many places are alike
  ['pq', 61],
])('one flipped bit of a file with every part, %s', (kind, step) => {
  it('is refused with a code, wherever it is', async () => {
    const file = await flipFile(kind);
    const { bytes, header, opened } = file;
    expect(await opened(bytes)).toBe('accepted');
    // The text is no longer a header; the recipient's own stanza no longer opens; anything else breaks the MAC.
    expect(await codes(file, sample(0, header, step))).toEqual(['HEADER_INVALID', 'MAC_INVALID', 'NO_MATCH']);
    expect(await codes(file, sample(header, header + 16, 1))).toEqual(['PAYLOAD_MISMATCH']);
    expect(await codes(file, sample(header + 16, bytes.length, 4999))).toEqual(['PAYLOAD_INVALID']);
    expect(await codes(file, sample(bytes.length - 40, bytes.length, 1))).toEqual(['PAYLOAD_INVALID']);
    // and what was flipped back opens
    expect(await opened(bytes)).toBe('accepted');
  });
});

it('one flipped bit of a rotated file is refused', async () => {
  const file = await flipFile('classic', { rotated: true });
  expect(await file.opened(file.bytes)).toBe('accepted');
  const found = await codes(file, sample(0, file.header, 13));
  expect(found.filter((code) => !REFUSALS.includes(code))).toEqual([]);
});

it('a file cut anywhere is refused with a code', async () => {
  const w = await world('classic');
  const sealed = await seal(content(40), w.sealing);
  const found = new Set<string>();
  for (let end = 0; end < sealed.bytes.length; end++)
    found.add(await codeOf(() => open(sealed.bytes.subarray(0, end), w.opening)));
  expect([...found].sort()).toEqual(['HEADER_INVALID', 'PAYLOAD_INVALID']);
});

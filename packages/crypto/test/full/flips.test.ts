import { expect, it } from 'vitest';
import type { Mode } from '../../src/index.js';
import { flipFile, flipped, REFUSALS } from '../flip-file.js';

/** Every bit of the header, of the payload's nonce and of the second chunk; of the first chunk's 64 KiB one in each place of a block. */
function* bits(header: number, length: number): Generator<number> {
  const first = (header + 16) * 8;
  const second = first + (65_536 + 16) * 8;
  for (let bit = 0; bit < first; bit++) yield bit;
  for (let bit = first; bit < second; bit += 521) yield bit;
  for (let bit = second; bit < length * 8; bit++) yield bit;
}

it.each<[Mode, boolean]>([
  ['classic', false],
  ['classic', true],
  ['pq', false],
])('every single flipped bit of a file with all parts is refused, %s (rotated: %s)', async (kind, rotated) => {
  const file = await flipFile(kind, { rotated });
  expect(await file.opened(file.bytes)).toBe('accepted');
  const outcomes = await flipped(file, bits(file.header, file.bytes.length));
  // No harmless bit is known; one that is found would have to be listed here with its reason.
  expect([...outcomes.keys()].filter((code) => !REFUSALS.includes(code))).toEqual([]);
  const count = [...outcomes.values()].reduce((sum, one) => sum + one, 0);
  expect(count).toBeGreaterThan(file.header * 8);
});

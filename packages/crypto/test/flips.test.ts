import { describe, expect, it } from 'vitest';
import { type Mode, open, seal } from '../src/index.js';
import { codeOf, content, world } from './world.js';

// Every byte of a small file, changed in one bit (which one wanders): never accepted, and always with one of few codes.

async function flipEach(file: Uint8Array, opened: (changed: Uint8Array) => Promise<string>, step: number) {
  const codes: string[] = [];
  for (let at = 0; at < file.length; at += step) {
    const changed = file.slice();
    changed[at]! ^= 1 << (at % 8);
    codes.push(await opened(changed));
  }
  return codes;
}

describe.each<[Mode, number]>([
  ['classic', 1],
  // a post-quantum header is long and its many places are alike: every seventh byte here, every byte in test/full
  ['pq', 7],
])('one flipped bit, %s', (kind, step) => {
  it('is refused with a code, wherever it is', async () => {
    const w = await world(kind);
    const options = { ...w.sealing, recipients: [w.bob.entry] };
    const { custodian: _, ...sealing } = options;
    const sealed = await seal(content(40), sealing);
    const opened = (changed: Uint8Array) => codeOf(() => open(changed, w.opening));
    expect(await opened(sealed.bytes)).toBe('accepted');

    const header = sealed.header.length;
    const codes = await flipEach(sealed.bytes, opened, step);
    const inHeader = new Set(codes.filter((_, i) => i * step < header));
    const inNonce = new Set(codes.filter((_, i) => i * step >= header && i * step < header + 16));
    const inChunks = new Set(codes.filter((_, i) => i * step >= header + 16));
    // The text is no longer a header; the recipient's own stanza no longer opens; anything else breaks the MAC.
    expect([...inHeader].sort()).toEqual(['HEADER_INVALID', 'MAC_INVALID', 'NO_MATCH']);
    expect([...inNonce]).toEqual(['PAYLOAD_MISMATCH']);
    expect([...inChunks]).toEqual(['PAYLOAD_INVALID']);
  });
});

it('a file cut anywhere is refused with a code', async () => {
  const w = await world('classic');
  const sealed = await seal(content(40), w.sealing);
  const codes = new Set<string>();
  for (let end = 0; end < sealed.bytes.length; end++)
    codes.add(await codeOf(() => open(sealed.bytes.subarray(0, end), w.opening)));
  expect([...codes].sort()).toEqual(['HEADER_INVALID', 'PAYLOAD_INVALID']);
});

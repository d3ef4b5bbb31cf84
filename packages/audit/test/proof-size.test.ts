import { beforeAll, describe, expect, it } from 'vitest';
import { type ReceiptExpectations, verifyReceipt } from '../src/index.js';
import { parseProof } from '../src/tlog-proof.js';
import { codeOf, START } from './support/events.js';
import { ENTRIES, INDEX, largeProof } from './support/large-proof.js';

let receipt: string;
let expected: ReceiptExpectations;

beforeAll(async () => {
  ({ receipt, expected } = await largeProof());
});

describe('a receipt of a log with 2^20 entries and one witness', () => {
  it('has at most 2.0 kB with leaf, opening and cosignature', async () => {
    expect(parseProof(receipt).hashes).toHaveLength(20);
    expect(new TextEncoder().encode(receipt).length).toBeLessThanOrEqual(2000);
  });

  it('is verified against the witnesses too', async () => {
    const { index, checkpoint } = await verifyReceipt(receipt, expected);
    expect(index).toBe(INDEX);
    expect(checkpoint).toMatchObject({ size: ENTRIES, cosignatures: [{ witness: 'neighbour', timestamp: START }] });
    const alone = receipt.slice(0, receipt.lastIndexOf('\u2014'));
    expect(await codeOf(verifyReceipt(alone, expected))).toBe('QUORUM_MISSING');
    const late = { ...expected, now: () => START + 61_000 };
    expect(await codeOf(verifyReceipt(receipt, late))).toBe('CHECKPOINT_STALE');
    const { witnesses: _, maxAge: __, ...unwitnessed } = expected;
    expect((await verifyReceipt(alone, unwitnessed)).checkpoint.cosignatures).toEqual([]);
  });
});

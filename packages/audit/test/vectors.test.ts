import { describe, expect, it } from 'vitest';
import { type EventType, verifyReceipt } from '../src/index.js';
import file from '../vectors/receipts.json' with { type: 'json' };
import { codeOf } from './support/events.js';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe('vectors/receipts.json', () => {
  it.each(file.vectors)('$name', async (vector) => {
    const { nonce, headerDigest, object, actor, type } = vector.expected;
    const work = verifyReceipt(vector.receipt, {
      logKey: file.logKey,
      nonce: bytes(nonce),
      headerDigest: bytes(headerDigest),
      object,
      actor,
      type: type as EventType,
    });
    if (vector.result === 'invalid') expect(await codeOf(work)).toBe(vector.code);
    else expect(await work).toMatchObject({ index: vector.index, checkpoint: { size: vector.size } });
  });
});

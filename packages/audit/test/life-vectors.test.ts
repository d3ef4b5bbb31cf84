import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { type EventType, verifyReceipt, verifySuccession } from '../src/index.js';
import { decodeMergedFrom } from '../src/merge-evidence.js';
import file from '../vectors/life.json' with { type: 'json' };
import { codeOf, hexOf } from './support/events.js';

/** docs/spec/evidence.md, word for word. */
function idThatFollows(time: number, parts: readonly string[]): string {
  const digest = sha256(new TextEncoder().encode(['wardseal.org/audit/v0 event id', ...parts].join('\0')));
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(time / 256 ** (5 - i)) & 255;
  bytes.set(digest.slice(0, 10), 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe('vectors/life.json', () => {
  it.each(file.ids)('the id of $entry follows', ({ time, parts, id }) => expect(idThatFollows(time, parts)).toBe(id));

  it.each(file.evidence)('$name', ({ kind, data, origin, index }) => {
    const good = bytes(data);
    expect(decodeMergedFrom({ kind, data: good })).toMatchObject({ origin, index });
    const text = new TextDecoder().decode(good);
    const others = [
      '',
      'x',
      text.slice(0, -1),
      `${text}\n`,
      text.replace('\n0\n', '\n00\n'),
      `\n${text}`,
      text.replace('=', ''),
    ];
    for (const other of others) expect(decodeMergedFrom({ kind, data: new TextEncoder().encode(other) })).toBeNull();
    expect(decodeMergedFrom({ kind: 'checkpoint', data: good })).toBeNull();
    expect(decodeMergedFrom(undefined)).toBeNull();
  });

  it.each(file.successions)('succession: $name', async (vector) => {
    const { receipt, checkpoint, logKey, predecessorKey } = vector;
    const work = verifySuccession(
      { receipt, policy: { logKey }, ...(checkpoint && { checkpoint }) },
      { logKey: predecessorKey },
    );
    if (vector.result === 'invalid') expect(await codeOf(work)).toBe(vector.code);
    else expect(await work).toMatchObject({ predecessor: { size: vector.size } });
  });

  it.each(file.emergencies.vectors)('emergency receipt: $name', async ({ receipt, type, pinned, result, code }) => {
    const { logKey, emergencyKey, object } = file.emergencies;
    const work = verifyReceipt(receipt, {
      logKey,
      ...(pinned !== false && { emergencyKey }),
      nonce: null,
      actor: 'person-1',
      headerDigest: null,
      object,
      type: type as EventType | null,
    });
    if (result === 'invalid') expect(await codeOf(work)).toBe(code);
    else expect(await work).toMatchObject({ emergency: true, index: 0 });
  });
});

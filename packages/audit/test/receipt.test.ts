import { everyByteFlip, seededRandom } from '@wardseal/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AuditEvent,
  memoryKeyStore,
  openLog,
  type ReceiptExpectations,
  verifyCheckpoint,
  verifyReceipt,
} from '../src/index.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, START, testClock, UNWITNESSED } from './support/events.js';
import { memoryStore } from './support/memory-store.js';

const nonce = seededRandom('nonce')(32);
const digest = new Uint8Array(32).fill(0xab);
const DIGEST_TEXT = 'q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s';
let receipt = '';
let event: AuditEvent;
let expected: ReceiptExpectations;

beforeAll(async () => {
  const { signer, vkey } = await demoSigner();
  const make = eventMaker('receipts');
  const log = await openLog({
    origin: ORIGIN,
    store: memoryStore(),
    keys: memoryKeyStore(),
    signer,
    clock: testClock(),
    random: seededRandom('receipts'),
    unwitnessed: UNWITNESSED,
  });
  await Promise.all(Array.from({ length: 11 }, () => log.append(make())));
  event = make({ object: { kind: 'item', id: 'item-7', contentHash: DIGEST_TEXT } });
  receipt = (await log.append(event, { await: 'integrated', nonce })).receipt!;
  await log.close();
  expected = {
    logKey: vkey,
    nonce,
    object: 'item-7',
    actor: event.actor.id,
    headerDigest: digest,
    type: 'image.view',
    organisation: 'RX1',
    outcome: 'success',
    subject: null,
    recordedWithin: 60_000,
    now: () => START,
  };
  expected = { ...expected, subject: (await verifyReceipt(receipt, expected)).leaf.subjectHandle! };
});

describe('verifyReceipt', () => {
  it('accepts the receipt of this request', async () => {
    const verified = await verifyReceipt(receipt, expected);
    expect(verified.unchecked).toEqual([]);
    expect(verified.checkpoint.origin).toBe(ORIGIN);
    expect(verified.leaf.id).toBe(event.id);
    expect(verified.entry).toMatchObject({
      actor: { id: event.actor.id },
      object: { id: 'item-7', contentHash: digest },
    });
    expect(await verifyReceipt(new TextEncoder().encode(receipt), expected)).toEqual(verified);
  });

  it('says what was left unchecked', async () => {
    const { logKey, nonce, headerDigest } = expected;
    const unknown = { object: null, actor: null, type: null };
    const { unchecked } = await verifyReceipt(receipt, { logKey, nonce, headerDigest, ...unknown, outcome: null });
    expect(unchecked).toEqual(['object', 'actor', 'type', 'organisation', 'outcome', 'subject', 'recordedWithin']);
  });

  it.each<[string, Partial<ReceiptExpectations>]>([
    ['NONCE_MISMATCH', { nonce: new Uint8Array(32) }],
    ['OBJECT_MISMATCH', { object: 'item-8' }],
    ['ACTOR_MISMATCH', { actor: 'person-other' }],
    ['HEADER_MISMATCH', { headerDigest: new Uint8Array(32) }],
    ['TYPE_MISMATCH', { type: 'image.export' }],
    ['ORGANISATION_MISMATCH', { organisation: 'RX2' }],
    ['OUTCOME_MISMATCH', { outcome: 'intent' }],
    ['SUBJECT_MISMATCH', { subject: new Uint8Array(32) }],
    ['TIME_MISMATCH', { now: () => START + 60_001 }],
    ['TIME_MISMATCH', { now: () => START - 60_001 }],
    ['RangeError', { subject: new Uint8Array(31) }],
    ['RangeError', { recordedWithin: Number.NaN }],
    ['RangeError', { nonce: new Uint8Array(16) }],
    ['KEY_INVALID', { logKey: 'nonsense' }],
  ])('refuses with %s', async (code, change) => {
    expect(await codeOf(verifyReceipt(receipt, { ...expected, ...change }))).toBe(code);
  });

  it('refuses another key of the same name, and another log', async () => {
    const other = await demoSigner('other');
    expect(await codeOf(verifyReceipt(receipt, { ...expected, logKey: other.vkey }))).toBe('CHECKPOINT_UNSIGNED');
    const elsewhere = await demoSigner('signer', 'audit.elsewhere.example/2026');
    expect(await codeOf(verifyReceipt(receipt, { ...expected, logKey: elsewhere.vkey }))).toBe('ORIGIN_MISMATCH');
  });

  it.each(['nonce', 'object', 'actor', 'headerDigest', 'type'])('wants %s said, even if it is null', async (fact) => {
    const forgetful = { ...expected, [fact]: undefined } as unknown as ReceiptExpectations;
    expect(await codeOf(verifyReceipt(receipt, forgetful))).toBe('TypeError');
  });

  it('refuses every change of a single byte', async () => {
    const bytes = new TextEncoder().encode(receipt);
    for (const mutant of everyByteFlip(bytes)) {
      const code = await codeOf(verifyReceipt(mutant, expected));
      expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)+$/);
    }
  });

  it.each<[string, (text: string) => string]>([
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['a leading zero', (text) => text.replace('index 11', 'index 011')],
    ['no final newline', (text) => text.slice(0, -1)],
    ['a newline more', (text) => `${text}\n`],
    ['a blank behind base64', (text) => text.replace(/\n(?=index)/, ' \n')],
    ['no extra line', (text) => text.replace(/extra .*\n/, '')],
    ['a second extra line', (text) => text.replace(/(extra .*\n)/, '$1$1')],
    ['another format', (text) => text.replace('@v1', '@v2')],
    ['an extension line', (text) => text.replace(/\n\n\u2014/, '\nextension\n\n\u2014')],
    ['a path too long', (text) => text.replace(/(index 11\n)/, `$1${'A'.repeat(43)}=\n`)],
    ['a megabyte', (text) => text + 'x'.repeat(1_000_000)],
    ['nothing', () => ''],
    ['a signature twice', (text) => text + text.slice(text.lastIndexOf('\u2014'))],
  ])('refuses %s', async (_, change) => {
    expect(await codeOf(verifyReceipt(change(receipt), expected))).toMatch(
      /^(RECEIPT_INVALID|CHECKPOINT_INVALID|INCLUSION_INVALID|SIGNATURE_INVALID|ORIGIN_MISMATCH)$/,
    );
  });

  it('ignores a signature of an unknown witness', async () => {
    const witnessed = `${receipt}\u2014 witness.example AAAAAAAAAAAAAAAAAAAAAAAA\n`;
    expect((await verifyReceipt(witnessed, expected)).index).toBe(11);
  });
});

describe('verifyCheckpoint', () => {
  it('refuses every other spelling of a size', async () => {
    const text = receipt.slice(receipt.indexOf('\n\n') + 2);
    const { size } = await verifyCheckpoint(text, { logKey: expected.logKey });
    expect(size).toBe(12);
    for (const bad of ['012', '+12', '1e1', '9007199254740992', '-1', ''])
      expect(await codeOf(verifyCheckpoint(text.replace('\n12\n', `\n${bad}\n`), { logKey: expected.logKey }))).toBe(
        'CHECKPOINT_INVALID',
      );
  });
});

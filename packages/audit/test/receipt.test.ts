import { everyByteFlip, seededRandom } from '@wardseal/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkProof, NO_FACTS } from '../src/check-proof.js';
import {
  type AuditEvent,
  memoryKeyStore,
  openLog,
  type ReceiptExpectations,
  readProof,
  verifyCheckpoint,
  verifyInclusion,
  verifyProof,
  verifyReceipt,
} from '../src/index.js';
import { formatProof, parseProof } from '../src/tlog-proof.js';
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

  it.each<[string, Partial<ReceiptExpectations>, string]>([
    ['NONCE_MISMATCH', { nonce: new Uint8Array(32) }, 'nonce'],
    ['OBJECT_MISMATCH', { object: 'item-8' }, 'object'],
    ['ACTOR_MISMATCH', { actor: 'person-other' }, 'actor'],
    ['HEADER_MISMATCH', { headerDigest: new Uint8Array(32) }, 'header digest'],
    ['TYPE_MISMATCH', { type: 'image.export' }, 'type'],
    ['ORGANISATION_MISMATCH', { organisation: 'RX2' }, 'organisation'],
    ['OUTCOME_MISMATCH', { outcome: 'intent' }, 'outcome'],
    ['SUBJECT_MISMATCH', { subject: new Uint8Array(32) }, 'subject'],
    ['TIME_MISMATCH', { now: () => START + 60_001 }, 'time'],
    ['TIME_MISMATCH', { now: () => START - 60_001 }, 'time'],
  ])('refuses with %s', async (code, change, fact) => {
    await expect(verifyReceipt(receipt, { ...expected, ...change })).rejects.toMatchObject({
      name: 'AuditError',
      code,
      message: `the receipt is for another ${fact}`,
    });
  });

  it('takes a clock that is just as far off as may be, in either direction', async () => {
    for (const now of [START + 60_000, START - 60_000, START])
      expect((await verifyReceipt(receipt, { ...expected, now: () => now })).index).toBe(11);
    expect((await verifyReceipt(receipt, { ...expected, recordedWithin: 0 })).index).toBe(11);
  });

  it.each<[Partial<ReceiptExpectations>, string]>([
    [{ subject: new Uint8Array(31) }, 'nonce, header digest and subject are 32 bytes'],
    [{ nonce: new Uint8Array(16) }, 'nonce, header digest and subject are 32 bytes'],
    [{ headerDigest: new Uint8Array(33) }, 'nonce, header digest and subject are 32 bytes'],
    [{ recordedWithin: Number.NaN }, 'recordedWithin must be a time in ms'],
    [{ recordedWithin: -1 }, 'recordedWithin must be a time in ms'],
    [{ emergencyKey: 'the same' }, 'the emergency journal needs an origin of its own'],
  ])('wants facts that can be: %j', async (change, message) => {
    const keyed = 'emergencyKey' in change ? { emergencyKey: expected.logKey } : change;
    await expect(verifyReceipt(receipt, { ...expected, ...keyed })).rejects.toThrow(new RangeError(message));
  });

  it('refuses a key that is none', async () => {
    expect(await codeOf(verifyReceipt(receipt, { ...expected, logKey: 'nonsense' }))).toBe('KEY_INVALID');
  });

  it('refuses a proof without its opening, which proves the entry all the same', async () => {
    const closed = formatProof({ ...parseProof(receipt), opening: null });
    await expect(verifyReceipt(closed, expected)).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
      message: 'the receipt holds no opening',
    });
    const { index, entry, leaf } = await verifyProof(closed, { logKey: expected.logKey });
    expect([index, entry, leaf.id]).toEqual([11, null, event.id]);
    expect(readProof(closed).entry).toBe(null);
  });

  it('says of a proof without its opening which facts nothing was held against', async () => {
    const closed = formatProof({ ...parseProof(receipt), opening: null });
    const policy = { logKey: expected.logKey };
    expect(await checkProof(closed, policy, NO_FACTS)).toMatchObject({ verdict: 'proved', problem: null });
    const fact = { nonce, object: 'item-7', actor: event.actor.id, headerDigest: digest };
    for (const [name, value] of Object.entries(fact)) {
      const facts = { ...NO_FACTS, type: 'image.view' as const, [name]: value };
      const opened = await checkProof(receipt, policy, facts);
      expect([opened.verdict, opened.unchecked.includes(name as 'nonce')]).toEqual(['proved', false]);
      const { verdict, problem, unchecked } = await checkProof(closed, policy, facts);
      expect([verdict, problem?.code, unchecked.includes(name as 'nonce')]).toEqual(['unknown', 'ENTRY_CLOSED', true]);
      expect(unchecked).not.toContain('type');
    }
  });

  it('refuses facts of an object and a subject where the entry has none', async () => {
    const { signer, vkey } = await demoSigner();
    const store = memoryStore();
    const log = await openLog({
      origin: ORIGIN,
      store,
      keys: memoryKeyStore(),
      signer,
      clock: testClock(),
      random: seededRandom('bare'),
      unwitnessed: UNWITNESSED,
    });
    const { object: _, subject: __, ...bare } = eventMaker('bare')();
    const own = (await log.append(bare, { await: 'integrated', nonce })).receipt!;
    await log.close();
    const known = { logKey: vkey, nonce, object: null, actor: null, headerDigest: null, type: null };
    expect((await verifyReceipt(own, known)).index).toBe(0);
    for (const [code, change] of [
      ['OBJECT_MISMATCH', { object: 'item-7' }],
      ['HEADER_MISMATCH', { headerDigest: digest }],
      ['SUBJECT_MISMATCH', { subject: digest }],
    ] as const)
      expect(await codeOf(verifyReceipt(own, { ...known, ...change }))).toBe(code);
  });

  it('refuses an opening of something else, whoever asks', async () => {
    const parts = parseProof(receipt);
    const opening = { ...parts.opening!, r: new Uint8Array(32) };
    const mismatch = { code: 'COMMITMENT_MISMATCH', message: 'the opening is not what the leaf commits to', index: 11 };
    const changed = formatProof({ ...parts, opening });
    await expect(verifyReceipt(changed, expected)).rejects.toMatchObject(mismatch);
    expect(() => readProof(changed)).toThrow(expect.objectContaining(mismatch));
    expect(readProof(receipt)).toMatchObject({
      index: 11,
      hashes: parts.hashes,
      checkpoint: parts.checkpoint,
      leaf: { id: event.id },
      entry: { actor: { id: event.actor.id } },
    });
  });

  it('refuses an entry, a place or a path that do not belong together', async () => {
    const { leaf, ...proof } = parseProof(receipt);
    const policy = { logKey: expected.logKey };
    const message = 'the path does not lead to the root of the checkpoint';
    for (const [wrong, index] of [
      [{ ...proof, index: 10 }, 10],
      [{ ...proof, index: 12 }, 12],
      [{ ...proof, hashes: proof.hashes.slice(1) }, 11],
      [{ ...proof, hashes: proof.hashes.toReversed() }, 11],
    ] as const)
      await expect(verifyInclusion(leaf, wrong, policy)).rejects.toMatchObject({
        code: 'INCLUSION_INVALID',
        index,
        message,
      });
    expect((await verifyInclusion(leaf, proof, policy)).size).toBe(12);
  });

  it('refuses another key of the same name, and another log', async () => {
    const other = await demoSigner('other');
    expect(await codeOf(verifyReceipt(receipt, { ...expected, logKey: other.vkey }))).toBe('CHECKPOINT_UNSIGNED');
    const elsewhere = await demoSigner('signer', 'audit.elsewhere.example/2026');
    expect(await codeOf(verifyReceipt(receipt, { ...expected, logKey: elsewhere.vkey }))).toBe('ORIGIN_MISMATCH');
  });

  it.each(['nonce', 'object', 'actor', 'headerDigest', 'type'])('wants %s said, even if it is null', async (fact) => {
    const forgetful = { ...expected, [fact]: undefined } as unknown as ReceiptExpectations;
    await expect(verifyReceipt(receipt, forgetful)).rejects.toThrow(
      new TypeError(`${fact} must be given, or null to leave it unchecked`),
    );
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

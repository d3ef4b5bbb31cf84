import { leafHash, rootFromInclusion } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { signCheckpoint, signText } from '../src/cosignature.js';
import {
  type AuditEvent,
  memoryKeyStore,
  openLog,
  parsePolicy,
  type ReceiptExpectations,
  verifyReceipt,
} from '../src/index.js';
import { formatNote, parseNote } from '../src/note.js';
import { formatProof, parseProof } from '../src/tlog-proof.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, START, testClock, UNWITNESSED } from './support/events.js';
import { memoryStore } from './support/memory-store.js';
import { cosigner } from './support/witnesses.js';

const ENTRIES = 2 ** 20;
const INDEX = 777_777;
const nonce = seededRandom('nonce')(32);
let event: AuditEvent;
let receipt: string;
let expected: ReceiptExpectations;

/** A receipt as a log makes it, put where it would stand in a log of 2^20 entries. */
beforeAll(async () => {
  const { signer, vkey } = await demoSigner();
  const witness = await cosigner('witness.other-trust.example');
  event = eventMaker('large')({
    reason: 'asked for by the on-call registrar',
    session: 'session-1',
    request: 'request-1',
  });
  const log = await openLog({
    origin: ORIGIN,
    store: memoryStore(),
    keys: memoryKeyStore(),
    signer,
    clock: testClock(),
    random: seededRandom('large'),
    unwitnessed: UNWITNESSED,
  });
  const own = parseProof((await log.append(event, { await: 'integrated', nonce })).receipt!);
  await log.close();
  // Any 20 hashes beside the way up belong to some log of that size: its root is where they lead.
  const hashes = Array.from({ length: 20 }, (_, i) => seededRandom(`sibling ${i}`)(32));
  const root = new Uint8Array(rootFromInclusion(INDEX, ENTRIES, leafHash(own.leaf), hashes)!);
  const note = parseNote(await signCheckpoint({ origin: ORIGIN, size: ENTRIES, root }, [signer], START))!;
  const cosignature = await signText(note.text, witness.signer, START);
  const checkpoint = formatNote({ text: note.text, signatures: [...note.signatures, cosignature] });
  receipt = formatProof({ ...own, index: INDEX, hashes, checkpoint });
  const policy = `log ${vkey}\nwitness neighbour ${witness.vkey}\nquorum neighbour\n`;
  expected = {
    logKey: vkey,
    witnesses: parsePolicy(policy),
    maxAge: 60_000,
    now: () => START + 1000,
    nonce,
    object: event.object!.id,
    actor: event.actor.id,
    headerDigest: null,
    type: 'image.view',
  };
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

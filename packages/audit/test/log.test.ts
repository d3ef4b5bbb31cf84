import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import {
  type AuditEvent,
  auditLog,
  decodeLeaf,
  memoryKeyStore,
  openLog,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  verifyReceipt,
} from '../src/index.js';
import {
  b64url,
  codeOf,
  demoSigner,
  eventMaker,
  ORIGIN,
  START,
  testClock,
  UNWITNESSED,
  uuid7,
} from './support/events.js';
import { memoryReader, memoryStore } from './support/memory-store.js';
import { mth, path, proof } from './support/model.js';

async function demoLog(seed = 'log') {
  const store = memoryStore();
  const keys = memoryKeyStore();
  const clock = testClock();
  const { signer, vkey } = await demoSigner();
  const random = seededRandom(seed);
  const options = { origin: ORIGIN, store, keys, signer, clock, random, unwitnessed: UNWITNESSED };
  return { store, keys, clock, vkey, options, log: await openLog(options), make: eventMaker(seed, () => clock.now()) };
}

describe('append', () => {
  it('gives rising indices, and the tree of RFC 6962', async () => {
    const { log, make, store, vkey } = await demoLog();
    const checkpoints = [log.checkpoint()];
    for (let index = 0; index < 12; index++) {
      const { index: at } = await log.append(make(), { await: 'integrated' });
      expect(at).toBe(index);
      checkpoints.push(log.checkpoint());
    }
    const leaves = store.entries.map(({ leaf }) => leaf);
    for (const [size, text] of checkpoints.entries()) {
      const checkpoint = await verifyCheckpoint(text, { logKey: vkey });
      expect(checkpoint).toEqual({ origin: ORIGIN, size, root: mth(leaves.slice(0, size)), cosignatures: [] });
    }
    for (let from = 0; from <= 12; from++)
      for (let to = from; to <= 12; to++) {
        const hashes = await log.consistencyProof(from, to);
        expect(hashes).toEqual(proof(from, leaves.slice(0, to)));
        await verifyConsistency(checkpoints[from]!, checkpoints[to]!, hashes, { logKey: vkey });
      }
    for (let index = 0; index < 12; index++) {
      const found = await log.inclusionProof(index);
      expect(found.hashes).toEqual(path(index, leaves));
      await verifyInclusion(leaves[index]!, found, { logKey: vkey });
    }
    await log.close();
  });

  it('keeps names and the subject out of the leaf', async () => {
    const { log, make } = await demoLog();
    const event = make();
    const { leaf } = await log.append(event);
    const text = String.fromCharCode(...leaf);
    for (const secret of [
      'moss',
      event.object!.id,
      'dermatologist',
      'Clinic',
      String.fromCharCode(...Array(32).fill(7)),
    ])
      expect(text).not.toContain(secret);
    expect(leaf.length).toBeLessThanOrEqual(256);
    expect(decodeLeaf(leaf)).toMatchObject({ id: event.id, type: 'image.view', org: 'RX1', recordedAt: START });
    await log.close();
  });

  it('writes no leaf that it would not read: the longest organisation code, every field', async () => {
    const { log, make, store, vkey, keys } = await demoLog();
    await log.append(make());
    const actor = { ...make().actor, org: 'RX1SITE99' };
    const event = make({ actor, links: { parentIndex: 0 } });
    const { leaf, receipt } = await log.append(event, { await: 'integrated' });
    expect(decodeLeaf(leaf).org).toBe('RX1SITE99');
    expect(leaf.length).toBe(230);
    const unchecked = { nonce: null, object: null, headerDigest: null, type: null };
    await verifyReceipt(receipt!, { logKey: vkey, actor: actor.id, ...unchecked });
    expect(await log.append(event)).toMatchObject({ index: 1, duplicate: true });
    const report = await auditLog(memoryReader(store), { logKey: vkey }, { keys });
    expect(report).toMatchObject({ verdict: 'good', checked: { entries: 2 } });
    await log.close();
  });

  it('gives one subject one handle in one log, and another in another', async () => {
    const [one, two] = [await demoLog('one'), await demoLog('two')];
    const handles: string[] = [];
    for (const { log, make } of [one, one, two]) {
      const { leaf } = await log.append(make());
      handles.push(b64url(decodeLeaf(leaf).subjectHandle!));
    }
    expect(handles[0]).toBe(handles[1]);
    expect(handles[2]).not.toBe(handles[0]);
  });

  it('answers the same event with the first index, and refuses another under its id', async () => {
    const { log, make, store, vkey } = await demoLog();
    const nonce = new Uint8Array(32).fill(1);
    const event = make();
    const first = await log.append(event, { await: 'integrated', nonce });
    await log.append(make());
    const again = await log.append(event, { await: 'integrated', nonce });
    expect(again).toMatchObject({ index: 0, duplicate: true, leaf: first.leaf });
    await verifyReceipt(again.receipt!, {
      logKey: vkey,
      nonce,
      object: event.object!.id,
      actor: event.actor.id,
      headerDigest: null,
      type: 'image.view',
    });
    expect(store.entries).toHaveLength(2);
    const others: AuditEvent[] = [
      { ...event, outcome: 'major' },
      { ...event, reason: 'another reason' },
      { ...event, subject: { handle: b64url(new Uint8Array(32).fill(8)) } },
      { ...event, object: { kind: 'item', id: 'item-other' } },
    ];
    for (const other of others) expect(await codeOf(log.append(other, { nonce }))).toBe('EVENT_CONFLICT');
    expect(await codeOf(log.append(event))).toBe('EVENT_CONFLICT');
    expect(store.entries).toHaveLength(2);
    await log.close();
  });

  it('keeps one entry of an event that comes many times at once', async () => {
    const { log, make, store } = await demoLog();
    const event = make();
    const results = await Promise.all(Array.from({ length: 20 }, () => log.append(event, { await: 'integrated' })));
    expect(new Set(results.map(({ index }) => index))).toEqual(new Set([0]));
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(store.entries).toHaveLength(1);
  });

  it('writes 64 concurrent callers in at most 4 groups', async () => {
    const { log, make, store } = await demoLog();
    await Promise.all(Array.from({ length: 64 }, () => log.append(make())));
    expect(store.entries).toHaveLength(64);
    expect(store.appends.length).toBeLessThanOrEqual(4);
    await log.close();
  });

  it('refuses an outside id more than 24 h off, and takes it from the outbox', async () => {
    const { log, make } = await demoLog();
    const random = seededRandom('old');
    for (const off of [-86_400_001, 86_400_001]) {
      const event = make({ id: uuid7(START + off, random) });
      expect(await codeOf(log.append(event))).toBe('EVENT_STALE');
      expect(await codeOf(log.append(event, { source: 'outbox' }))).toBe('none');
      expect((await log.append(event, { source: 'merge' })).duplicate).toBe(true);
    }
    expect(await codeOf(log.append(make({ id: uuid7(START - 86_400_000, random) })))).toBe('none');
  });

  it('refuses a parent that is not in the log, a wrong nonce, and work after closing', async () => {
    const { log, make } = await demoLog();
    expect(await codeOf(log.append(make({ links: { parentIndex: 0 } })))).toBe('EVENT_INVALID');
    await log.append(make({ outcome: 'intent' }));
    const { leaf } = await log.append(make({ links: { parentIndex: 0 } }));
    expect(decodeLeaf(leaf).parent).toBe(0);
    expect(await codeOf(log.append(make(), { nonce: new Uint8Array(31) }))).toBe('RangeError');
    // A word that it does not know must not get less than was asked for.
    expect(await codeOf(log.append(make(), { await: 'signed' as never }))).toBe('RangeError');
    expect(await codeOf(log.append(make(), { source: 'Caller' as never }))).toBe('RangeError');
    expect(log.size).toBe(2);
    await log.close();
    await log.close();
    expect(await codeOf(log.append(make()))).toBe('LOG_CLOSED');
  });

  it('publishes what is durable within the interval', async () => {
    const { log, make, clock, vkey } = await demoLog();
    await log.append(make());
    expect((await verifyCheckpoint(log.checkpoint(), { logKey: vkey })).size).toBe(0);
    expect(await codeOf(log.inclusionProof(0))).toBe('ENTRY_OUT_OF_RANGE');
    clock.advance(1000);
    await expect.poll(async () => (await verifyCheckpoint(log.checkpoint(), { logKey: vkey })).size).toBe(1);
  });

  it('rests between checkpoints that nobody waits for', async () => {
    const { log, make, clock, vkey } = await demoLog();
    const covered = async () => (await verifyCheckpoint(log.checkpoint(), { logKey: vkey })).size;
    const bundle = () => Promise.all(Array.from({ length: 256 }, () => log.append(make())));
    await bundle();
    await expect.poll(covered).toBe(256);
    await bundle();
    clock.advance(49);
    // Whatever the log had begun would be done by the time this further entry is durable.
    await log.append(make());
    expect(await covered()).toBe(256);
    clock.advance(1);
    await expect.poll(covered).toBe(513);
    await bundle();
    // Who waits does not rest.
    await log.append(make(), { await: 'integrated' });
    expect(await covered()).toBe(770);
    await log.close();
  });

  it('keeps the raw clock; an audit flags the jump', async () => {
    const { log, make, clock, store, vkey } = await demoLog();
    await log.append(make());
    clock.advance(-60_000);
    const { leaf } = await log.append(make());
    expect(decodeLeaf(leaf).recordedAt).toBe(START - 60_000);
    await log.close();
    const report = await auditLog(memoryReader(store), { logKey: vkey });
    expect(report).toMatchObject({ verdict: 'good', clockJumps: [1] });
  });

  it('makes what the auditor accepts, side records included', async () => {
    const { log, make, store, keys, vkey } = await demoLog();
    await Promise.all(Array.from({ length: 300 }, () => log.append(make())));
    await log.append(make({ subject: { handle: b64url(new Uint8Array(32).fill(9)) }, facts: { open: true } }));
    await log.close();
    const report = await auditLog(memoryReader(store), { logKey: vkey }, { keys });
    expect(report).toMatchObject({ verdict: 'good', findings: [], unintegrated: 0, sidesErased: 0 });
    expect(report.checked).toMatchObject({ entries: 301, sidesOpened: 602, journal: true });
  });

  it('goes on after a store that failed once', async () => {
    const { options, make } = await demoLog();
    const store = memoryStore();
    const log = await openLog({ ...options, store });
    const append = store.append;
    store.append = async () => {
      throw new Error('once');
    };
    expect(await codeOf(log.append(make()))).toBe('Error');
    store.append = append;
    expect(await codeOf(log.append(make(), { await: 'integrated' }))).toBe('none');
    expect(store.entries).toHaveLength(1);
  });

  it('stops when the store lost what it acknowledged, as a standby does that was behind', async () => {
    const { log, make, store } = await demoLog();
    await log.append(make(), { await: 'integrated' });
    await log.append(make());
    store.entries.length = 1;
    expect(await codeOf(log.integrate())).toBe('LOG_ROLLED_BACK');
    expect(await codeOf(log.append(make()))).toBe('LOG_ROLLED_BACK');
    expect(store.entries).toHaveLength(1);
  });

  it('signs nothing that the store does not hold, though others wrote in its place', async () => {
    const { log, make, store, options, vkey } = await demoLog();
    await log.append(make(), { await: 'integrated' });
    await log.append(make());
    store.entries.length = 1;
    const other = await openLog(options);
    await other.append(make());
    expect(await codeOf(log.integrate())).toBe('LOG_ROLLED_BACK');
    await other.append(make(), { await: 'integrated' });
    expect(await auditLog(memoryReader(store), { logKey: vkey })).toMatchObject({ verdict: 'good', findings: [] });
  });

  it('takes nothing while the signer does not sign for its key', async () => {
    const { options, make } = await demoLog();
    const store = memoryStore();
    let broken = false;
    const signer = {
      vkey: options.signer.vkey,
      sign: (message: Uint8Array) => (broken ? new Uint8Array(64) : options.signer.sign(message)),
    };
    const log = await openLog({ ...options, store, signer });
    broken = true;
    expect(await codeOf(log.append(make(), { await: 'integrated' }))).toBe('KEY_INVALID');
    expect(await codeOf(log.append(make()))).toBe('KEY_INVALID');
    broken = false;
    expect(await codeOf(log.append(make(), { await: 'integrated' }))).toBe('none');
    await log.close();
  });
});

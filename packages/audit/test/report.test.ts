import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { type AuditEvent, type KeyStore, memoryKeyStore, type StoredEntry, verifyReceipt } from '../src/index.js';
import {
  type Disclosure,
  describeRow,
  exportEvent,
  exposure,
  type Row,
  render,
  subjectAccess,
  viewings,
} from '../src/report.js';
import { verifyProof } from '../src/verify.js';
import { type DemoLog, type DemoLogOptions, demoLog, patient } from './support/demo-log.js';
import { erase } from './support/erasure.js';
import { b64url, codeOf, hexOf } from './support/events.js';

const NURSE: AuditEvent['actor'] = { id: 'person-nurse-reed', kind: 'practitioner', role: 'ward nurse', org: 'RX1' };
const OUTSIDER: AuditEvent['actor'] = { id: 'person-gp-hill', kind: 'outsider', org: 'Y02' };
const item = (id: string) => ({ kind: 'item', id });

/** Two patients, an item seen before anybody knew whose it is, intents with and without outcome, one emergency. */
async function ward(options: DemoLogOptions = {}): Promise<DemoLog> {
  const demo = await demoLog(options);
  const mine = { subject: { handle: patient(1) } };
  await demo.add({ actor: NURSE, object: item('item-early'), subject: undefined as never });
  await demo.add({ type: 'item.handled', ...mine, object: item('item-early') });
  await demo.add({ ...mine, object: item('item-a') });
  await demo.add({ subject: { handle: patient(2) }, object: item('item-b') });
  const intent = await demo.add({ ...mine, outcome: 'intent', object: item('item-a') });
  await demo.add({ ...mine, object: item('item-a'), links: { parentIndex: intent } });
  await demo.add({ ...mine, outcome: 'intent', actor: OUTSIDER, object: item('item-a') });
  await demo.add({ ...mine, actor: NURSE, purpose: 'BTG', reason: 'no consultant on site', object: item('item-a') });
  await demo.add({ ...mine, type: 'access.deny', actor: OUTSIDER, object: item('item-a') });
  await demo.add({ ...mine, type: 'expire', object: item('item-a') });
  await demo.log.integrate();
  return demo;
}

const places = (rows: readonly Row[]): number[] => rows.map(({ index }) => index);

describe.each([['replay'], ['index']] as const)('subjectAccess by %s', (searched) => {
  const options = { indexed: searched === 'index' };

  it('lists who looked, also before it was known whose item it is, and nobody else', async () => {
    const demo = await ward(options);
    const report = await subjectAccess({ sources: demo, subject: patient(1), clock: demo.clock });
    expect(places(report.rows)).toEqual([0, 2, 5, 6, 7, 8]);
    expect(report.completeness).toEqual({ searched, entries: 10, matching: 7 });
    expect(report.log).toMatchObject([{ origin: demo.log.origin, size: 10, unwitnessed: true }]);
    expect(report.rows.map(({ outcome }) => outcome)).toEqual([
      'success',
      'success',
      'success',
      'intent',
      'success',
      'success',
    ]);
    expect(report.rows[4]).toMatchObject({ breakGlass: true, reason: 'no consultant on site', purpose: 'BTG' });
    expect(report.notes.join(' ')).toMatch(/1 line is from before.* 2 further entries/);
  });

  it('finds each patient its own, by a plain filter over what was logged', async () => {
    const demo = await demoLog(options);
    const next = seededRandom(`plain ${searched}`);
    const truth = new Map<number, number[]>();
    for (let i = 0; i < 120; i++) {
      const n = next(1)[0]! % 7;
      await demo.add({ subject: { handle: patient(n) } });
      truth.set(n, [...(truth.get(n) ?? []), i]);
    }
    await demo.log.integrate();
    for (const [n, expected] of truth) {
      const report = await subjectAccess({ sources: demo, subject: patient(n), clock: demo.clock });
      expect(places(report.rows)).toEqual(expected);
    }
  });

  it('gives an item that was filed under the wrong patient to the one whose it is', async () => {
    const demo = await demoLog(options);
    await demo.add({ object: item('x'), subject: undefined as never });
    await demo.add({ type: 'item.handled', subject: { handle: patient(1) }, object: item('x') });
    await demo.add({ type: 'item.handled', subject: { handle: patient(2) }, object: item('x') });
    await demo.log.integrate();
    const rows = async (n: number) => (await subjectAccess({ sources: demo, subject: patient(n) })).rows;
    expect(places(await rows(1))).toEqual([]);
    expect(places(await rows(2))).toEqual([0]);
  });

  it("is refused with another log's secrets, or none: it would say that nobody looked", async () => {
    const demo = await demoLog(options);
    await demo.add({ subject: { handle: patient(1) } });
    await demo.log.integrate();
    const other = { ...demo, keys: memoryKeyStore() };
    expect(await codeOf(subjectAccess({ sources: other, subject: patient(1) }))).toBe('SECRET_MISSING');
    expect((await subjectAccess({ sources: demo, subject: patient(1) })).rows.length).toBe(1);
  });

  it('finds what was seen last year of an item that was handled, or handled anew, this year', async () => {
    const keys = memoryKeyStore();
    const old = await demoLog({ ...options, keys, origin: 'audit.demo-trust.example/2025' });
    await old.add({ object: item('x'), subject: undefined as never });
    await old.add({ object: item('y'), subject: undefined as never });
    await old.add({ type: 'item.handled', subject: { handle: patient(1) }, object: item('y') });
    const now = await demoLog({ ...options, keys });
    now.clock.advance(60_000);
    for (const id of ['x', 'y'])
      await now.add({ type: 'item.handled', subject: { handle: patient(2) }, object: item(id) });
    for (const log of [old, now]) await log.log.integrate();
    for (const sources of [
      [old, now],
      [now, old],
    ]) {
      const found = await subjectAccess({ sources, subject: patient(2) });
      expect(found.rows.map(({ origin, index }) => [origin.slice(-4), index])).toEqual([
        ['2025', 0],
        ['2025', 1],
      ]);
      expect(found.notes.join(' ')).toContain('2 lines are from before');
      expect((await subjectAccess({ sources, subject: patient(1) })).rows).toEqual([]);
    }
  });

  it('finds what was seen under the wrong patient, but not what an erased one left', async () => {
    const demo = await demoLog(options);
    await demo.add({ type: 'item.handled', subject: { handle: patient(1) }, object: item('x') });
    await demo.add({ subject: { handle: patient(1) }, object: item('x') });
    await demo.add({ type: 'item.handled', subject: { handle: patient(2) }, object: item('x') });
    await demo.log.integrate();
    expect(places((await subjectAccess({ sources: demo, subject: patient(2) })).rows)).toEqual([1]);
    expect((await erase(demo, 1)).erased).toBe(true);
    expect((await subjectAccess({ sources: demo, subject: patient(2) })).rows).toEqual([]);
  });

  it('keeps to a time range, half open', async () => {
    const demo = await ward(options);
    const from = Date.parse('2026-03-01T09:00:03.000Z');
    const until = Date.parse('2026-03-01T09:00:08.000Z');
    const report = await subjectAccess({ sources: demo, subject: patient(1), from, until });
    expect(places(report.rows)).toEqual([2, 5, 6]);
    expect(report).toMatchObject({ from: '2026-03-01T09:00:03.000Z', until: '2026-03-01T09:00:08.000Z' });
  });

  it('reads several years, the older first', async () => {
    const keys = memoryKeyStore();
    const old = await ward({ ...options, keys, origin: 'audit.demo-trust.example/2025' });
    const now = await ward({ ...options, keys });
    const report = await subjectAccess({ sources: [old, now], subject: patient(1) });
    expect(report.rows.map(({ origin }) => origin.slice(-4))).toEqual([
      ...Array(6).fill('2025'),
      ...Array(6).fill('2026'),
    ]);
  });
});

describe('naming staff', () => {
  it('is off until local policy decides, and says why, row by row', async () => {
    const demo = await ward();
    const silent = await subjectAccess({ sources: demo, subject: patient(1) });
    expect(silent.rows[0]!.actor).toEqual({
      withheld: 'no decision to name staff was recorded',
      kind: 'practitioner',
      role: 'ward nurse',
    });
    expect(JSON.stringify(silent)).not.toMatch(/person-/);
    const report = await subjectAccess({
      sources: demo,
      subject: patient(1),
      disclose: ({ actor }) =>
        actor && 'id' in actor && actor.kind === 'outsider' ? { withheld: 'not our employee' } : { name: 'A. Reed' },
    });
    expect(report.rows[0]!.actor).toMatchObject({ id: 'person-nurse-reed', name: 'A. Reed' });
    expect(report.rows[3]!.actor).toEqual({ withheld: 'not our employee', kind: 'outsider' });
  });

  it('gives openings only when asked, and only of rows whose person is named', async () => {
    const demo = await ward();
    const disclose = ({ actor }: Row): Disclosure =>
      actor && 'id' in actor && actor.kind === 'outsider' ? { withheld: 'no' } : {};
    const closed = await subjectAccess({ sources: demo, subject: patient(1), disclose });
    const open = await subjectAccess({ sources: demo, subject: patient(1), disclose, openings: true });
    const facts = { logKey: demo.vkey, nonce: null, headerDigest: null, object: null, type: 'image.view' } as const;
    expect(await codeOf(verifyReceipt(closed.rows[0]!.proof!, { ...facts, actor: NURSE.id }))).toBe('RECEIPT_INVALID');
    await verifyReceipt(open.rows[0]!.proof!, { ...facts, actor: NURSE.id });
    expect(await codeOf(verifyReceipt(open.rows[3]!.proof!, { ...facts, actor: OUTSIDER.id }))).toBe('RECEIPT_INVALID');
  });

  it('survives a staff part that was destroyed', async () => {
    const demo = await ward();
    const keys: KeyStore = {
      ...demo.keys,
      get: async (name) => (name.endsWith('-actor-Y02') ? null : demo.keys.get(name)),
    };
    const { rows } = await subjectAccess({
      sources: { ...demo, keys },
      subject: patient(1),
      disclose: () => ({ name: 'X' }),
    });
    expect(rows[3]!.actor).toEqual({ withheld: 'the staff part of the entry was destroyed' });
  });
});

describe('every row', () => {
  it('has a proof that any verifier accepts', async () => {
    const demo = await ward();
    const { rows } = await subjectAccess({ sources: demo, subject: patient(1) });
    for (const { proof, index } of rows) expect((await verifyProof(proof!, demo.policy)).index).toBe(index);
  });

  it('is held against the signed checkpoint: a store that lies gives no report', async () => {
    const demo = await ward();
    const swap = (at: number): StoredEntry => demo.store.entries[at === 2 ? 7 : at === 7 ? 2 : at]!;
    const lying = {
      ...demo,
      reader: {
        ...demo.reader,
        async *readEntries(start: number, end = 10) {
          for (let at = start; at < end; at++) yield swap(at);
        },
      },
    };
    expect(await codeOf(subjectAccess({ sources: lying, subject: patient(1) }))).toBe('LOG_CORRUPT');
    const indexed = {
      ...lying,
      reader: {
        ...lying.reader,
        select: async function* () {
          yield* [0, 2];
        },
      },
    };
    expect(await codeOf(subjectAccess({ sources: indexed, subject: patient(1) }))).toBe('INCLUSION_INVALID');
  });

  it('is looked for in all entries: a replay that leaves one out is noticed', async () => {
    const demo = await ward();
    const short = {
      ...demo,
      reader: {
        ...demo.reader,
        async *readEntries(start: number, end = 10) {
          yield* demo.store.entries.slice(start, end).filter((_, i) => start + i !== 7);
        },
      },
    };
    expect(await codeOf(subjectAccess({ sources: short, subject: patient(2) }))).toBe('LOG_CORRUPT');
  });

  it('is of the pinned log only', async () => {
    const demo = await ward();
    const other = await demoLog({ origin: 'audit.demo-trust.example/2025' });
    expect(await codeOf(subjectAccess({ sources: { ...demo, policy: other.policy }, subject: patient(1) }))).toBe(
      'ORIGIN_MISMATCH',
    );
    expect(await codeOf(subjectAccess({ sources: [], subject: patient(1) }))).toBe('RangeError');
    expect(await codeOf(subjectAccess({ sources: [demo, demo], subject: patient(1) }))).toBe('RangeError');
    expect(await codeOf(subjectAccess({ sources: demo, subject: 'AAAA' }))).toBe('RangeError');
  });
});

describe('exposure', () => {
  const could = [
    { actor: NURSE.id, org: 'RX1', from: 0, why: 'ward team' },
    { actor: 'person-locum-dale', org: 'RX1', from: 0, why: 'on call' },
    { actor: 'person-doctor-moss', org: 'RX1', from: 0, until: Date.parse('2026-03-01T09:00:04.000Z'), why: 'clinic' },
  ];

  it('sets who could against who did, and finds who did without', async () => {
    const demo = await ward();
    const report = await exposure({ sources: demo, of: { subject: patient(1) }, could });
    expect(report.couldAndDid).toMatchObject([
      { actor: NURSE.id, did: 2, first: '2026-03-01T09:00:01.000Z', last: '2026-03-01T09:00:08.000Z' },
      { actor: 'person-doctor-moss', did: 1 },
    ]);
    expect(report.couldAndDidNot).toMatchObject([{ actor: 'person-locum-dale', did: 0 }]);
    // The doctor after the clinic, and the outsider's attempt of which no outcome is known; a refused one is no act.
    expect(places(report.didWithoutCould)).toEqual([5, 6]);
    expect(report.rows.filter(({ marks }) => marks).map(({ index }) => index)).toEqual([5, 6]);
  });

  it('is of one item or one person as well', async () => {
    const demo = await ward();
    const ofItem = await exposure({ sources: demo, of: { object: item('item-early') }, could });
    expect(places(ofItem.rows)).toEqual([0]);
    const ofCase = await exposure({ sources: demo, of: { objects: [item('item-early'), item('item-b')] }, could });
    expect(places(ofCase.rows)).toEqual([0, 3]);
    expect((await exposure({ sources: demo, of: { objects: [] }, could })).rows).toEqual([]);
    const ofOne = await exposure({ sources: demo, of: { actor: { id: OUTSIDER.id, org: 'Y02' } }, could: [] });
    expect([places(ofOne.rows), places(ofOne.didWithoutCould)]).toEqual([[6, 8], [6]]);
    const right = { actor: OUTSIDER.id, org: 'Y02', from: 0, why: 'referral', object: item('item-b') };
    const narrow = await exposure({ sources: demo, of: { actor: { id: OUTSIDER.id, org: 'Y02' } }, could: [right] });
    expect(places(narrow.didWithoutCould)).toEqual([6]);
  });

  it('has its rows told in the words of the rendered page', async () => {
    const demo = await ward();
    const nameOf = (id: string) => (id === NURSE.id ? 'Jo Reed' : undefined);
    const { rows } = await exposure({ sources: demo, of: { subject: patient(1) }, could, nameOf });
    const told = rows.map((row) => describeRow(row));
    const emergency = { who: 'Jo Reed', role: 'ward nurse', done: 'Looked at a picture', item: 'item-a' };
    expect(told.find(({ why }) => why === 'Emergency access')).toMatchObject(emergency);
    expect(told.find(({ who }) => who === OUTSIDER.id)?.done).toContain('no outcome was recorded');
    expect(told[0]?.when).toMatch(/^1 March 2026, 09:00 GMT$/);
    const nobody = describeRow({ ...rows[0]!, actor: { withheld: 'works elsewhere' } });
    expect([nobody.who, nobody.role]).toEqual(['withheld', '']);
  });

  it('refuses an entitlement that ends before it begins', async () => {
    const demo = await ward();
    const backwards = [{ actor: 'a', org: 'RX1', from: 5, until: 4, why: '' }];
    expect(await codeOf(exposure({ sources: demo, of: { subject: patient(1) }, could: backwards }))).toBe('RangeError');
  });
});

describe.each([['replay'], ['index']] as const)('viewings by %s', (searched) => {
  it('has every one that was begun, by the id that its mark holds', async () => {
    const demo = await ward({ indexed: searched === 'index' });
    const found = await viewings({ sources: demo, objects: [item('item-a')], nameOf: () => 'Jo Reed' });
    // The intent at 4 and its outcome at 5: the viewer held a receipt of the first. The refusal at 8 showed nothing.
    expect(places(found)).toEqual([2, 4, 5, 6, 7]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(5);
    for (const { id, proof, actor } of found) {
      expect((await verifyProof(proof ?? '', demo.policy)).leaf.id).toBe(id);
      expect(actor).toMatchObject({ name: 'Jo Reed' });
    }
    expect(places(await viewings({ sources: demo, objects: [item('item-b'), item('item-early')] }))).toEqual([0, 3]);
    const [from, until] = [Date.parse(found[1]!.recordedAt), Date.parse(found[3]!.recordedAt)];
    expect(places(await viewings({ sources: demo, objects: [item('item-a')], from, until }))).toEqual([4, 5]);
    expect(await viewings({ sources: demo, objects: [] })).toEqual([]);
  });
});

describe('exportEvent', () => {
  it('logs what was handed out, so that the next report shows it', async () => {
    const demo = await ward();
    const report = await subjectAccess({ sources: demo, subject: patient(1), clock: demo.clock });
    const rendered = render(report, 'json');
    const event = exportEvent(report, {
      actor: NURSE,
      subject: patient(1),
      rendered,
      clock: demo.clock,
      reference: 'SAR-17',
    });
    await demo.log.append(event);
    await demo.log.integrate();
    const again = await subjectAccess({ sources: demo, subject: patient(1) });
    expect(again.rows.slice(report.rows.length)).toMatchObject([
      { type: 'sar.export', purpose: 'PATRQT', object: { kind: 'report' } },
    ]);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(rendered));
    expect(event.object?.contentHash).toBe(b64url(new Uint8Array(digest)));
    expect(hexOf(new Uint8Array(digest))).toHaveLength(64);
  });
});

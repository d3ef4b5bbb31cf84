import { leafHash } from '@wardseal/primitives';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  AuditError,
  type AuditEvent,
  auditLog,
  decodeLeaf,
  eventOf,
  type MergeOptions,
  mergeEmergency,
  openEmergencyJournal,
  verifyMerge,
  verifyReceipt,
} from '../src/index.js';
import { readOpened } from '../src/log-source.js';
import { encodeMergedFrom } from '../src/merge-evidence.js';
import { b64url, codeOf, eventMaker, START, UNWITNESSED } from './support/events.js';
import { type Place, placeOf } from './support/life.js';

const JOURNAL = 'emergency.demo-trust.example/2026';
const actor = { id: 'service-audit', kind: 'system', org: 'RX1' } as const;
const nonce = new Uint8Array(32).fill(9);
const makeAny = eventMaker('emergency');
let main: Place;
let journal: Place;

function make(change: Partial<AuditEvent> = {}): AuditEvent {
  return makeAny({ type: 'breakglass.open', purpose: 'BTG', reason: 'unconscious, log down', ...change });
}

function openJournal() {
  return openEmergencyJournal({ ...journal.options, unwitnessed: UNWITNESSED });
}

/** A journal of three openings, closed. */
async function filled(): Promise<AuditEvent[]> {
  const events = [make(), make({ subject: { handle: b64url(new Uint8Array(32).fill(5)) } }), make()];
  const open = await openJournal();
  for (const [i, event] of events.entries()) await open.append(event, i === 1 ? { nonce } : {});
  await open.close();
  return events;
}

function merging(log: MergeOptions['log']): MergeOptions {
  return { log, journal: journal.source, actor, clock: main.clock };
}

const typesIn = (place: Place): string[] => place.store.entries.map(({ leaf }) => decodeLeaf(leaf).type);

beforeEach(async () => {
  main = await placeOf();
  journal = await placeOf(JOURNAL, { seed: 'custodian' });
});

describe('the emergency journal', () => {
  it('takes break-glass openings, and nothing that speaks of another log', async () => {
    const open = await openJournal();
    const { receipt } = await open.append(make(), { await: 'integrated' });
    expect(receipt).not.toBeNull();
    expect(open).toMatchObject({ origin: JOURNAL, size: 1 });
    const refused = [
      makeAny(),
      make({ links: { parentIndex: 0 } }),
      make({ evidence: { kind: 'checkpoint', data: 'AAAA' } }),
      { ...make(), type: 'nonsense' } as never,
    ];
    for (const event of refused) expect(await codeOf(open.append(event))).toBe('EMERGENCY_REFUSED');
    expect(await codeOf(open.append(make({ reason: '' })))).toBe('EVENT_INVALID');
    expect(open.checkpoint()).toContain(`${JOURNAL}\n1\n`);
    await open.close();
  });

  it('gives receipts that count for breaking the glass, under its own key only', async () => {
    const event = make();
    const open = await openJournal();
    const { receipt } = await open.append(event, { await: 'integrated', nonce });
    const expected = { nonce, object: event.object!.id, actor: event.actor.id, headerDigest: null } as const;
    const pinned = { logKey: main.vkey, emergencyKey: journal.vkey, ...expected };
    const verified = await verifyReceipt(receipt!, { ...pinned, type: 'breakglass.open' });
    expect(verified).toMatchObject({ emergency: true, checkpoint: { origin: JOURNAL } });
    // Without the pinned key, or with another one of the same name, it is nothing.
    const { emergencyKey: _, ...unpinned } = pinned;
    expect(await codeOf(verifyReceipt(receipt!, { ...unpinned, type: null }))).toBe('ORIGIN_MISMATCH');
    const { vkey: forged } = await placeOf(JOURNAL, { seed: 'forger' });
    expect(await codeOf(verifyReceipt(receipt!, { ...pinned, emergencyKey: forged, type: null }))).toBe(
      'CHECKPOINT_UNSIGNED',
    );
    const same = { ...pinned, emergencyKey: main.vkey, type: null };
    expect(await codeOf(verifyReceipt(receipt!, same))).toBe('RangeError');
    // The log's own receipts are what they were.
    const log = await main.open();
    const own = await log.append(event, { await: 'integrated', nonce });
    expect(await verifyReceipt(own.receipt!, { ...pinned, type: null })).toMatchObject({ emergency: false });
    await log.close();
    await open.close();
  });

  it('cannot vouch for an ordinary view, though its key signed it', async () => {
    const event = makeAny();
    const log = await journal.open();
    const { receipt } = await log.append(event, { await: 'integrated' });
    const pinned = { logKey: main.vkey, emergencyKey: journal.vkey, nonce: null, object: null, actor: null };
    const code = await codeOf(verifyReceipt(receipt!, { ...pinned, headerDigest: null, type: 'image.view' }));
    expect(code).toBe('TYPE_MISMATCH');
    await log.close();
    expect(await codeOf(mergeEmergency(merging(await main.open())))).toBe('MERGE_INVALID');
  });
});

describe('mergeEmergency', () => {
  it('brings every opening into the log as it was, with where it stood, and says so', async () => {
    const events = await filled();
    const log = await main.open();
    await log.append(makeAny());
    main.clock.advance(9 * 86_400_000);
    const merged = await mergeEmergency(merging(log));
    expect(merged).toMatchObject({ added: 3, index: 4, journal: { origin: JOURNAL, size: 3 } });
    await log.close();
    const found = [];
    for await (const opened of readOpened(main.source, main.origin, 5)) found.push(opened);
    for (const [i, event] of events.entries()) {
      const { evidence, ...rest } = eventOf(found[i + 1]!);
      expect(rest).toEqual(event);
      expect(evidence!.kind).toBe('emergency-entry');
      expect(found[i + 1]!.actor!.nonce).toEqual(i === 1 ? nonce : undefined);
      expect(found[i + 1]!.leaf.recordedAt).toBe(START + 9 * 86_400_000);
    }
    const proven = await verifyMerge({ log: main.source, journal: journal.source });
    expect(proven).toMatchObject({ entries: [1, 2, 3], mergedAt: 4 });
    expect(await auditLog(main.source.reader, main.source.policy, { keys: main.keys })).toMatchObject({
      verdict: 'good',
    });
  });

  it('changes nothing the second time, by another person and later; merges what came after', async () => {
    await filled();
    const log = await main.open();
    await mergeEmergency(merging(log));
    main.clock.advance(60_000);
    const again = await mergeEmergency({ ...merging(log), actor: { ...actor, id: 'somebody-else' } });
    expect(again).toMatchObject({ added: 0, index: 3 });
    const open = await openJournal();
    await open.append(make());
    await open.close();
    expect(await mergeEmergency(merging(log))).toMatchObject({ added: 1, index: 5 });
    await log.close();
    const kinds = [
      'breakglass.open',
      'breakglass.open',
      'breakglass.open',
      'log.merge',
      'breakglass.open',
      'log.merge',
    ];
    expect(typesIn(main)).toEqual(kinds);
    const proven = await verifyMerge({ log: main.source, journal: journal.source });
    expect(proven).toMatchObject({ entries: [0, 1, 2, 4], mergedAt: 5 });
  });

  it('loses and doubles nothing when it is killed at any write, before or after it took effect', async () => {
    for (const effect of [false, true]) {
      for (let kill = 0; kill < 12; kill++) {
        main = await placeOf();
        journal = await placeOf(JOURNAL, { seed: 'custodian' });
        await filled();
        const log = await main.open();
        await log.append(makeAny());
        const { append, integrate } = main.store;
        let writes = 0;
        const dying = async <T>(work: () => Promise<T>): Promise<T> => {
          if (writes++ === kill) {
            if (effect) await work();
            throw new AuditError('STORE_FAILED', 'killed');
          }
          // Nothing after the kill gets through.
          if (writes > kill) throw new AuditError('STORE_FAILED', 'dead');
          return work();
        };
        main.store.append = (batch) => dying(() => append(batch));
        main.store.integrate = (work) => dying(() => integrate(work));
        await mergeEmergency(merging(log)).catch(() => undefined);
        Object.assign(main.store, { append, integrate });
        const reopened = await main.open();
        await mergeEmergency(merging(reopened));
        await reopened.close();
        expect(typesIn(main).slice(1)).toEqual([...Array(3).fill('breakglass.open'), 'log.merge']);
        expect(await verifyMerge({ log: main.source, journal: journal.source })).toMatchObject({ mergedAt: 4 });
      }
    }
  });

  it('recognises an event that the log had after all, and merges one whose id the log gave to another', async () => {
    const events = await filled();
    const log = await main.open();
    await log.append(events[0]!);
    await log.append({ ...events[2]!, reason: 'another opening under that id' });
    const { added, index } = await mergeEmergency(merging(log));
    expect({ added, index }).toEqual({ added: 2, index: 4 });
    expect(await mergeEmergency(merging(log))).toMatchObject({ added: 0, index: 4 });
    await log.close();
    const proven = await verifyMerge({ log: main.source, journal: journal.source });
    expect(proven.entries).toEqual([0, 2, 3]);
  });

  it('merges an empty journal to nothing', async () => {
    await (await openJournal()).close();
    const log = await main.open();
    expect(await mergeEmergency(merging(log))).toMatchObject({ added: 0, index: null });
    await log.close();
    expect(await verifyMerge({ log: main.source, journal: journal.source })).toMatchObject({
      entries: [],
      mergedAt: null,
    });
  });

  it('refuses a journal that is open, damaged, unsigned, without its secrets, or the log itself', async () => {
    await filled();
    const log = await main.open();
    const refused = async (change: Partial<MergeOptions['journal']>) =>
      codeOf(mergeEmergency({ ...merging(log), journal: { ...journal.source, ...change } }));
    expect(await refused({ policy: { logKey: main.vkey } })).toBe('MERGE_INVALID');
    expect(await refused({ keys: main.keys })).toBe('MERGE_INVALID');
    const { readEntries: _, ...publicOnly } = journal.source.reader;
    expect(await refused({ reader: publicOnly })).toBe('MERGE_INVALID');
    expect(await refused(main.source)).toBe('MERGE_INVALID');
    const entry = journal.store.entries[1]!;
    journal.store.entries[1] = { ...entry, actor: entry.actor.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) };
    expect(await refused({})).toBe('MERGE_INVALID');
    journal.store.entries[1] = entry;
    journal.store.entries.push(journal.store.entries[0]!);
    expect(await refused({})).toBe('MERGE_INVALID');
    journal.store.entries.pop();
    const open = await openJournal();
    await open.append(make());
    expect(await refused({})).toBe('MERGE_INVALID');
    await open.close();
    expect(typesIn(main)).toEqual([]);
    expect(await refused({})).toBe('none');
    await log.close();
  });
});

describe('verifyMerge', () => {
  const check = () => verifyMerge({ log: main.source, journal: journal.source });

  it('finds an entry that is missing, changed, or that no merge speaks of', async () => {
    const events = await filled();
    const log = await main.open();
    await log.append(events[0]!);
    await log.integrate();
    expect(await check().catch((error: unknown) => error)).toMatchObject({ code: 'MERGE_INVALID', index: 1 });
    await log.append(events[1]!, { nonce });
    await log.append({ ...events[2]!, outcome: 'minor' });
    await log.integrate();
    expect(await check().catch((error: unknown) => error)).toMatchObject({ code: 'MERGE_INVALID', index: 2 });
    await log.close();
    main = await placeOf();
    const bare = await main.open();
    await bare.append(events[0]!);
    await bare.append(events[1]!, { nonce });
    await bare.append(events[2]!);
    await bare.close();
    expect(await codeOf(check())).toBe('MERGE_INVALID');
  });

  it('finds an entry that claims another place, or stands there twice', async () => {
    const [first] = await filled();
    const log = await main.open();
    const { leaf } = journal.store.entries[0]!;
    const merged = (leafHash: Uint8Array<ArrayBuffer>, id = first!.id) => {
      const evidence = encodeMergedFrom({ origin: JOURNAL, index: 0, leafHash });
      return log.append({ ...first!, id, evidence }, { source: 'merge' });
    };
    await merged(new Uint8Array(32));
    await log.integrate();
    expect(await check().catch((error: unknown) => error)).toMatchObject({
      message: 'an entry of the journal stands in the log otherwise',
      index: 0,
    });
    await log.close();
    main = await placeOf();
    const again = await main.open();
    const hash = leafHash(leaf);
    const append = (id: string) =>
      again.append(
        { ...first!, id, evidence: encodeMergedFrom({ origin: JOURNAL, index: 0, leafHash: hash }) },
        { source: 'merge' },
      );
    await append(first!.id);
    await append(make().id);
    await again.close();
    expect(await check().catch((error: unknown) => error)).toMatchObject({
      message: 'an entry of the journal stands in the log twice',
      index: 0,
    });
  });

  it('still holds when a subject was erased from the log', async () => {
    await filled();
    const log = await main.open();
    await mergeEmergency(merging(log));
    await log.close();
    const { LogKeys } = await import('../src/log-keys.js');
    const keys = new LogKeys(
      main.keys,
      main.origin,
      () => new Uint8Array(32),
      () => START,
    );
    const { subjectHandle } = decodeLeaf(main.store.entries[1]!.leaf);
    await keys.destroySubject(new Uint8Array(32).fill(5), subjectHandle!);
    for await (const { index, subject } of readOpened(main.source, main.origin, 3))
      expect(subject === null).toBe(index === 1);
    expect(await check()).toMatchObject({ entries: [0, 1, 2] });
  });
});

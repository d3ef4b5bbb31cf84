import { describe, expect, it } from 'vitest';
import { type AuditEvent, createEventId, parseEvent, type StoredEntry } from '../src/index.js';
import { readOpened } from '../src/log-source.js';
import {
  type Flag,
  flagEvent,
  flaggedEntries,
  flagger,
  flagId,
  flagReport,
  flagRules,
  followFlags,
  raiseFlags,
} from '../src/report.js';
import { demoLog, patient } from './support/demo-log.js';
import { codeOf, ORIGIN, START } from './support/events.js';

const MONITOR: AuditEvent['actor'] = { id: 'monitor', kind: 'system', org: 'RX1' };

async function busyLog() {
  const demo = await demoLog();
  for (let n = 0; n < 3; n++) await demo.add({ where: { geofence: 'outside' } });
  await demo.add({ subject: { handle: patient(2) }, type: 'image.export' });
  await demo.log.integrate();
  const rules = flagRules({ watchList: new Set([patient(2)]) });
  const flags = async (): Promise<Flag[]> => {
    const running = flagger(rules, { origin: ORIGIN });
    const found: Flag[] = [];
    for await (const entry of readOpened(demo, ORIGIN, demo.log.size)) found.push(...running.push(entry));
    return found;
  };
  return { ...demo, rules, flags };
}

describe('flag.raise entries', () => {
  it('are events that the log takes, name nobody, and give their entries back', () => {
    const flag = {
      id: flagId(ORIGIN, 'bulk', 'k'),
      rule: 'bulk',
      origin: ORIGIN,
      since: START,
      at: START,
      entries: [0, 7, 2 ** 47],
      reason: '61 views in an hour',
    };
    const event = parseEvent(JSON.parse(JSON.stringify(flagEvent(flag, MONITOR))));
    expect(event).toMatchObject({ type: 'flag.raise', object: { kind: 'flag', id: flag.id } });
    expect(event.subject).toBeUndefined();
    const data = Uint8Array.from(atob(event.evidence!.data.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    expect(flaggedEntries({ kind: event.evidence!.kind, data })).toEqual(flag.entries);
    const many = { ...flag, entries: Array.from({ length: 500 }, (_, n) => 2 ** 47 + n) };
    expect(parseEvent(flagEvent(many, MONITOR)).id).toBe(event.id);
  });

  it('refuse no entries, too many, and another order', () => {
    const flag = { id: 'a.b', rule: 'a', origin: ORIGIN, since: START, at: START, reason: 'r' };
    for (const entries of [[], [2, 1], [1, 1], Array.from({ length: 501 }, (_, n) => n)])
      expect(() => flagEvent({ ...flag, entries }, MONITOR)).toThrow(RangeError);
    expect(() => flagId(ORIGIN, 'Bulk', 'k')).toThrow(RangeError);
    expect(() => flagId(ORIGIN, '', 'k')).toThrow(RangeError);
  });

  it('of hostile evidence are read as none', () => {
    const kind = 'flag-entries';
    expect(flaggedEntries({ kind, data: new Uint8Array(5) })).toBeNull();
    expect(flaggedEntries({ kind, data: new Uint8Array(12) })).toBeNull();
    expect(flaggedEntries({ kind: 'other', data: new Uint8Array(6) })).toBeNull();
    expect(flaggedEntries(undefined)).toBeNull();
    expect(flaggedEntries({ kind, data: new Uint8Array(6).fill(255) })).toEqual([2 ** 48 - 1]);
  });

  it('stand in the log once, whoever raises them and however often', async () => {
    const { log, flags } = await busyLog();
    const found = await flags();
    const once = await raiseFlags(log, found, MONITOR);
    expect(once.added.map(({ flag }) => flag.rule).sort()).toEqual([
      'out-of-hours',
      'outside-geofence',
      'taken-out',
      'watch-list',
    ]);
    expect(once.added.map(({ index }) => index)).toEqual([4, 5, 6, 7]);
    const again = await raiseFlags(log, found, MONITOR);
    expect(again).toMatchObject({ added: [], conflicts: [] });
    expect(again.known).toHaveLength(4);
    // A monitor that lost its memory and began in the middle finds the same flag by other entries.
    const late = found
      .filter(({ rule }) => rule === 'outside-geofence')
      .map((flag) => ({ ...flag, at: flag.at + 2000, entries: [2], first: true }));
    expect((await raiseFlags(log, late, MONITOR)).conflicts).toHaveLength(3);
    expect(log.size).toBe(8);
    await log.close();
  });

  it('pass over what is not first, and let other faults through', async () => {
    const { log, flags } = await busyLog();
    const [flag] = await flags();
    expect(await raiseFlags(log, [{ ...flag!, first: false }], MONITOR)).toEqual({
      added: [],
      known: [],
      conflicts: [],
    });
    await expect(raiseFlags(log, [{ ...flag!, reason: 'of 999 000 0018' }], MONITOR)).rejects.toMatchObject({
      code: 'EVENT_INVALID',
    });
    await log.close();
  });
});

describe('the flag report', () => {
  it('puts entries of one flag together, proves them, and shows where the flag stands in the log', async () => {
    const demo = await busyLog();
    await raiseFlags(demo.log, await demo.flags(), MONITOR);
    await demo.log.integrate();
    const report = await flagReport({ sources: demo, rules: demo.rules, clock: demo.clock, nameOf: () => 'Dr Moss' });
    const outside = report.flags.find(({ rule }) => rule === 'outside-geofence');
    expect(outside).toMatchObject({ entries: [0, 1, 2], title: 'Outside the geofence', loggedAt: expect.any(Number) });
    expect(report.flags.every(({ loggedAt }) => loggedAt !== undefined)).toBe(true);
    expect(report.rows.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(report.rows[3]!.marks).toEqual(expect.arrayContaining(['Watched patient', 'Screenshot or export']));
    expect(report.rows.every(({ proof }) => proof?.startsWith('c2sp.org/tlog-proof@v1'))).toBe(true);
    expect(report.ruleSet).toBe('wardseal.org/audit/flags/v0');
    expect(report.rules.find(({ id }) => id === 'own-record')).toMatchObject({ flags: 0, idle: expect.any(String) });
    expect(report.tables!.find(({ title }) => title === 'Outside the geofence')!.rows[0]).toEqual(
      expect.arrayContaining(['Dr Moss', '0, 1, 2']),
    );
    expect(report.completeness).toMatchObject({ searched: 'replay', entries: 8 });
    await demo.log.close();
  });

  it('shows what the custodian raised, with the entries it names', async () => {
    const demo = await demoLog();
    const index = await demo.add();
    const id = flagId(ORIGIN, 'same-surname', 'moss');
    const flag = {
      id,
      rule: 'same-surname',
      origin: ORIGIN,
      since: START,
      at: START,
      entries: [index],
      reason: 'same surname as the patient',
    };
    await demo.log.append(flagEvent(flag, { ...MONITOR, id: 'custodian' }), { source: 'outbox' });
    // One without evidence, and one that points beyond itself, are shown and prove nothing.
    await demo.add({ type: 'flag.raise', object: { kind: 'flag', id: 'odd' }, reason: '<b>odd</b>' });
    await demo.log.append(
      { ...flagEvent({ ...flag, id: 'same-surname.x', entries: [99] }, MONITOR), id: createEventId() },
      { source: 'outbox' },
    );
    await demo.log.integrate();
    const report = await flagReport({ sources: demo, rules: [], clock: demo.clock });
    expect(report.flags).toMatchObject([
      {
        rule: 'raised',
        title: 'Raised by others: same-surname',
        entries: [0],
        loggedAt: 1,
        reason: 'same surname as the patient',
      },
      { rule: 'raised', title: 'Raised by others: odd', entries: [], loggedAt: 2 },
      { entries: [], loggedAt: 3 },
    ]);
    expect(report.rows.map((row) => row.index)).toEqual([0]);
    await demo.log.close();
  });

  it('shows flags of the time asked for, and learns from before', async () => {
    const demo = await busyLog();
    const all = await flagReport({ sources: demo, rules: demo.rules, clock: demo.clock });
    const from = START + 4000;
    const part = await flagReport({ sources: demo, rules: demo.rules, clock: demo.clock, from });
    expect(all.flags.length).toBeGreaterThan(part.flags.length);
    expect(part.flags.every(({ at }) => Date.parse(at) >= from)).toBe(true);
    const none = await flagReport({ sources: demo, rules: demo.rules, clock: demo.clock, until: START });
    expect(none).toMatchObject({ flags: [], rows: [] });
    await demo.log.close();
  });

  it('on an empty log says so', async () => {
    const demo = await demoLog();
    await demo.log.integrate();
    const report = await flagReport({ sources: demo, rules: flagRules(), clock: demo.clock });
    expect(report).toMatchObject({ flags: [], rows: [], completeness: { entries: 0, matching: 0 } });
    await demo.log.close();
  });
});

describe('followFlags', () => {
  it('judges each entry once, whenever it is called, and what time makes due', async () => {
    const demo = await demoLog();
    const rules = flagRules();
    await demo.add({ type: 'image.print' });
    await demo.log.integrate();
    const first = await followFlags({ source: demo, rules, clock: demo.clock });
    expect(first.flags.map(({ rule, entries }) => [rule, entries])).toContainEqual(['taken-out', [0]]);
    const idle = await followFlags({ source: demo, rules, saved: first.saved, clock: demo.clock });
    expect(idle).toMatchObject({ flags: [], size: 1 });
    for (let n = 0; n < 300; n++) await demo.add({ type: 'auth.login', subject: undefined as never });
    await demo.add({ type: 'breakglass.open', purpose: 'BTG', reason: 'r' });
    await demo.log.integrate();
    const second = await followFlags({ source: demo, rules, saved: idle.saved, clock: demo.clock });
    expect(second).toMatchObject({ flags: [], size: 302 });
    demo.clock.advance(25 * 3_600_000);
    const third = await followFlags({ source: demo, rules, saved: second.saved, clock: demo.clock });
    expect(third.flags).toMatchObject([{ rule: 'break-glass', entries: [301], first: true }]);
    await demo.log.close();
  });

  it('refuses a log that became shorter, or whose entries are not those of the tree', async () => {
    const demo = await demoLog();
    const rules = flagRules();
    await demo.add();
    await demo.log.integrate();
    const before = demo.store.files.get('checkpoint')!;
    await demo.add();
    await demo.log.integrate();
    const { saved } = await followFlags({ source: demo, rules, clock: demo.clock });
    const [one, two] = demo.store.entries as [StoredEntry, StoredEntry];
    demo.store.entries.splice(0, 2, two, one);
    expect(await codeOf(followFlags({ source: demo, rules, clock: demo.clock }))).toBe('LOG_CORRUPT');
    demo.store.entries.splice(1);
    expect(await codeOf(followFlags({ source: demo, rules, clock: demo.clock }))).toBe('LOG_CORRUPT');
    demo.store.files.set('checkpoint', before);
    expect(await codeOf(followFlags({ source: demo, rules, saved, clock: demo.clock }))).toBe('LOG_ROLLED_BACK');
    demo.store.files.delete('checkpoint');
    expect(await codeOf(followFlags({ source: demo, rules, clock: demo.clock }))).toBe('CHECKPOINT_INVALID');
  });
});

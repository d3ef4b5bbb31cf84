import { seededNumbers } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { type AuditEvent, memoryKeyStore, type OpenedEntry } from '../src/index.js';
import { readOpened } from '../src/log-source.js';
import { type BreachOptions, type BreachReport, breachPack } from '../src/report.js';
import { type DemoLog, demoLog, patient } from './support/demo-log.js';
import { erase } from './support/erasure.js';
import { codeOf, ORIGIN, START } from './support/events.js';

const HOUR = 3_600_000;
const person = (name: string): AuditEvent['actor'] => ({ id: `person-${name}`, kind: 'practitioner', org: 'RX1' });
const item = (id: string) => ({ kind: 'item', id });
const of = (n: number) => ({ subject: { handle: patient(n) } });

async function pack(
  demo: DemoLog | readonly DemoLog[],
  about: BreachOptions['about'],
  options: Partial<BreachOptions> = {},
): Promise<BreachReport> {
  const logs = Array.isArray(demo) ? (demo as readonly DemoLog[]) : [demo as DemoLog];
  for (const { log } of logs) await log.integrate();
  return breachPack({ sources: logs, about, awareAt: START, clock: logs[0]!.clock, ...options });
}

const handles = ({ subjects }: BreachReport): string[] => subjects.map(({ handle }) => handle).sort();
const places = ({ rows }: BreachReport): number[] => rows.map(({ index }) => index);

describe.each([['replay'], ['index']] as const)('the breach pack by %s', (searched) => {
  const open = () => demoLog({ indexed: searched === 'index' });

  it('finds whom a person looked at, what, first, last and how often', async () => {
    const demo = await open();
    await demo.add({ ...of(1), actor: person('moss'), object: item('a') });
    await demo.add({ ...of(2), actor: person('heron'), object: item('b') });
    await demo.add({ ...of(1), actor: person('moss'), object: item('c'), type: 'image.export' });
    await demo.add({ ...of(3), actor: person('moss'), object: item('d'), type: 'send' });
    await demo.add({ ...of(4), actor: person('moss'), object: item('e'), type: 'access.deny' });
    const report = await pack(demo, { actor: { id: 'person-moss', org: 'RX1' } });
    expect(report.completeness).toEqual({ searched, entries: 5, matching: 4 });
    expect(report.subjects).toEqual([
      {
        handle: patient(1),
        seen: 2,
        shared: 0,
        first: new Date(START + 1000).toISOString(),
        last: new Date(START + 3000).toISOString(),
        types: { 'image.export': 1, 'image.view': 1 },
        objects: [item('a'), item('c')],
        unnamedObjects: 0,
        entries: [{ origin: ORIGIN, indices: [0, 2] }],
      },
      expect.objectContaining({ handle: patient(3), seen: 0, shared: 1 }),
    ]);
    expect(report.article33).toMatchObject({ subjects: 2, records: 3, recordCategories: ['item'], erasedSubjects: 0 });
    expect(places(report)).toEqual([0, 2, 3, 4]);
    expect(report.rows.map(({ marks }) => marks?.[0])).toEqual([
      'content was shown',
      'content was shown',
      'content was made available',
      undefined,
    ]);
    await demo.log.close();
  });

  it('takes objects, times and entries, alone and together', async () => {
    const demo = await open();
    for (let n = 0; n < 6; n++)
      await demo.add({ ...of(n), actor: person(n % 2 === 0 ? 'moss' : 'heron'), object: item(`i${n % 3}`) });
    const moss = { actor: { id: 'person-moss', org: 'RX1' } };
    expect(places(await pack(demo, { objects: [item('i0'), item('i1')] }))).toEqual([0, 1, 3, 4]);
    expect(places(await pack(demo, { ...moss, objects: [item('i0'), item('i1')] }))).toEqual([0, 4]);
    const times = { from: START + 2000, until: START + 5000 };
    expect(places(await pack(demo, times))).toEqual([1, 2, 3]);
    expect(places(await pack(demo, { ...moss, ...times }))).toEqual([2]);
    const entries = [5, 0, 5, 99].map((index) => ({ origin: ORIGIN, index }));
    expect(places(await pack(demo, { entries }))).toEqual([0, 5]);
    expect(places(await pack(demo, { ...moss, ...times, entries }))).toEqual([0, 2, 5]);
    expect(places(await pack(demo, { entries: [{ origin: 'other.example', index: 1 }] }))).toEqual([]);
    expect(places(await pack(demo, { actor: { id: 'person-moss', org: 'RX2' } }))).toEqual([]);
    await demo.log.close();
  });

  it('knows whose an item is by what another year says, the last word of all, and counts an item once', async () => {
    const keys = memoryKeyStore();
    const indexed = searched === 'index';
    const old = await demoLog({ indexed, keys, origin: 'audit.demo-trust.example/2025' });
    const now = await demoLog({ indexed, keys });
    for (const id of ['x', 'y', 'z'])
      await old.add({ subject: undefined as never, actor: person('moss'), object: item(id) });
    await old.add({ ...of(1), type: 'item.handled', object: item('y') });
    now.clock.advance(60_000);
    for (const id of ['x', 'y']) await now.add({ ...of(2), type: 'item.handled', object: item(id) });
    await now.add({ ...of(2), actor: person('moss'), object: item('x') });
    for (const logs of [
      [old, now],
      [now, old],
    ]) {
      const report = await pack(logs, { actor: { id: 'person-moss', org: 'RX1' } }, { clock: now.clock });
      expect(handles(report)).toEqual([patient(2)]);
      expect(report.subjects[0]).toMatchObject({ seen: 3, unnamedObjects: 0 });
      expect(report.subjects[0]!.objects.map(({ id }) => id).sort()).toEqual(['x', 'y']);
      expect(report.article33).toMatchObject({ subjects: 1, records: 3, unknownSubjects: 1 });
    }
    for (const { log } of [old, now]) await log.close();
  });

  it('agrees with a plain count over all entries', async () => {
    const demo = await open();
    const next = seededNumbers(`breach ${searched}`);
    const types = ['image.view', 'image.export', 'send', 'access.deny', 'auth.login', 'item.handled'] as const;
    for (let n = 0; n < 120; n++)
      await demo.add({
        ...of(next() % 9),
        actor: person(['moss', 'heron'][next() % 2]!),
        object: item(`i${next() % 12}`),
        type: types[next() % types.length]!,
        outcome: (['success', 'success', 'minor', 'serious'] as const)[next() % 4]!,
      });
    await demo.log.integrate();
    const all: OpenedEntry[] = [];
    for await (const entry of readOpened(demo, ORIGIN, demo.log.size)) all.push(entry);
    const [from, until] = [START + 20_000, START + 100_000];
    const hits = all.filter(
      ({ leaf, actor }) =>
        actor!.actor.id === 'person-moss' &&
        leaf.recordedAt >= from &&
        leaf.recordedAt < until &&
        ['image.view', 'image.export', 'send'].includes(leaf.type) &&
        leaf.outcome !== 'serious',
    );
    const report = await pack(demo, { actor: { id: 'person-moss', org: 'RX1' }, from, until });
    expect(handles(report)).toEqual([...new Set(hits.map(({ subject }) => subject!.handle))].sort());
    expect(report.article33.records).toBe(new Set(hits.map(({ actor }) => actor!.object!.id)).size);
    expect(report.subjects.flatMap(({ entries }) => entries[0]!.indices).sort((a, b) => a - b)).toEqual(
      hits.map(({ index }) => index),
    );
    await demo.log.close();
  });

  it('counts an act with its outcome once and as it ended; without one it happened', async () => {
    const demo = await open();
    const view = (n: number, change: Partial<AuditEvent>) =>
      demo.add({ ...of(n), actor: person('moss'), object: item(`i${n}`), ...change });
    const good = await view(1, { outcome: 'intent' });
    const bad = await view(2, { outcome: 'intent' });
    const third = await view(3, { outcome: 'intent' });
    await view(1, { links: { parentIndex: good } });
    await view(2, { outcome: 'serious', links: { parentIndex: bad } });
    // Something else that failed says nothing about the view.
    await view(3, { type: 'advise', outcome: 'serious', links: { parentIndex: third } });
    const report = await pack(demo, { actor: { id: 'person-moss', org: 'RX1' } });
    expect(report.subjects.map(({ handle, seen }) => [handle, seen]).sort()).toEqual(
      [
        [patient(1), 1],
        [patient(3), 1],
      ].sort(),
    );
    expect(places(report)).toEqual([2, 3, 4, 5]);
    await demo.log.close();
  });

  it('finds whose an item is that was seen before anybody knew; the last handling counts', async () => {
    const demo = await open();
    const early = { subject: undefined as never, actor: person('moss') };
    await demo.add({ ...early, object: item('early') });
    await demo.add({ ...early, object: item('never') });
    await demo.add({ type: 'item.handled', ...of(7), object: item('early'), actor: person('custodian') });
    await demo.add({ type: 'item.handled', ...of(8), object: item('early'), actor: person('custodian') });
    const report = await pack(demo, { actor: { id: 'person-moss', org: 'RX1' } });
    expect(handles(report)).toEqual([patient(8)]);
    expect(report.article33).toMatchObject({ subjects: 1, unknownSubjects: 1, records: 2 });
    expect(report.notes.join()).toMatch(/never linked to a patient/);
    await demo.log.close();
  });

  it('lists the containment that has to do with it, and no other', async () => {
    const demo = await open();
    await demo.add({ type: 'recall', ...of(1), object: item('a') });
    const made = await demo.add({ ...of(1), actor: person('moss'), object: item('a'), type: 'link.create' });
    await demo.add({ type: 'recall', ...of(9), object: item('a') });
    await demo.add({
      type: 'link.revoke',
      subject: undefined as never,
      object: { kind: 'link', id: 'l' },
      links: { parentIndex: made },
    });
    await demo.add({ type: 'suspend', subject: undefined as never, object: { kind: 'person', id: 'person-moss' } });
    await demo.add({ type: 'suspend', subject: undefined as never, object: { kind: 'person', id: 'person-heron' } });
    await demo.add({ type: 'erase', ...of(1), object: { kind: 'subject', id: 'x' } });
    await demo.add({ type: 'member.remove', outcome: 'serious', object: { kind: 'person', id: 'person-moss' } });
    await demo.add({ type: 'recall', ...of(2), object: item('other') });
    await demo.add({ type: 'expire', ...of(1), object: item('a') });
    const report = await pack(demo, { actor: { id: 'person-moss', org: 'RX1' } });
    expect(report.containment.map(({ index }) => index)).toEqual([2, 3, 4, 6]);
    expect(report.article33.measuresTaken).toHaveLength(4);
    expect(report.article33.measuresTaken[0]).toBe('Recalled an item: a, 1 March 2026, 09:00 GMT (entry 2)');
    await demo.log.close();
  });

  it('counts people who were erased and names none of them', async () => {
    const demo = await open();
    for (const n of [1, 2]) await demo.add({ ...of(n), actor: person('moss'), object: item(`i${n}`) });
    await erase(demo, 1);
    const report = await pack(demo, { actor: { id: 'person-moss', org: 'RX1' } });
    expect(handles(report)).toEqual([patient(2)]);
    expect(report.article33).toMatchObject({ subjects: 2, erasedSubjects: 1, records: 2 });
    expect(JSON.stringify(report)).not.toContain(patient(1));
    await demo.log.close();
  });

  it('finds what an emergency journal brought in late, by when it happened', async () => {
    const demo = await open();
    const happened = new Date(demo.clock.now()).toISOString();
    demo.clock.advance(72 * HOUR);
    await demo.add({ ...of(1), type: 'breakglass.open', purpose: 'BTG', reason: 'r', occurredAt: happened });
    await demo.add({ ...of(2) });
    const report = await pack(demo, { from: START - HOUR, until: START + HOUR });
    expect(handles(report)).toEqual([patient(1)]);
    await demo.log.close();
  });

  it('joins the logs of two years by patient', async () => {
    const one = await open();
    const two = await demoLog({
      origin: 'audit.demo-trust.example/2027',
      clock: one.clock,
      indexed: searched === 'index',
    });
    await one.add({ ...of(1), actor: person('moss'), object: item('a') });
    await two.add({ ...of(1), actor: person('moss'), object: item('b') });
    await two.add({ ...of(2), actor: person('moss'), object: item('b') });
    const report = await pack([one, two], { actor: { id: 'person-moss', org: 'RX1' } });
    expect(report.subjects.find(({ handle }) => handle === patient(1))).toMatchObject({
      seen: 2,
      entries: [
        { origin: ORIGIN, indices: [0] },
        { origin: 'audit.demo-trust.example/2027', indices: [0] },
      ],
    });
    expect(report.log).toHaveLength(2);
    await one.log.close();
    await two.log.close();
  });
});

describe('the breach pack', () => {
  it('hands the guardians’ blob on untouched, the newest', async () => {
    const demo = await demoLog();
    for (const sealed of ['b2xk', 'bmV3']) await demo.add({ subject: { handle: patient(1), sealed } });
    const report = await pack(demo, { from: 0 });
    expect(report.subjects[0]!.sealed).toBe('bmV3');
    await demo.log.close();
  });

  it('says what the notification still needs, and is quiet when it has everything', async () => {
    const demo = await demoLog();
    await demo.add();
    const bare = await pack(demo, { from: 0 });
    expect(bare.article33.missing).toHaveLength(4);
    demo.clock.advance(80 * HOUR);
    const late = await pack(demo, { from: 0 });
    expect(late.article33.missing.at(-1)).toMatch(/reasons for the delay/);
    expect(late.clock).toMatchObject({ overdue: true, stage: 3 });
    const form = {
      nature: 'a nurse looked at records of neighbours',
      consequences: 'distress',
      measuresPlanned: ['training'],
      contact: { name: 'DPO', email: 'dpo@trust.example' },
      delayReason: 'the log was checked first',
    };
    const whole = await pack(demo, { from: 0 }, { form, highRisk: { decision: true, reason: 'special category' } });
    expect(whole.article33.missing).toEqual([]);
    expect(whole.tables!.map(({ title }) => title)).toEqual([
      'Notification',
      'People to write to',
      'Who did it',
      'Containment',
    ]);
    expect(bare.tables![1]!.title).toBe('People affected');
    await demo.log.close();
  });

  it('refuses questions that ask for nothing or cannot be', async () => {
    const demo = await demoLog();
    await demo.log.integrate();
    const bad: BreachOptions['about'][] = [
      {},
      { objects: [] },
      { from: Number.NaN },
      { from: 5, until: 5 },
      { entries: [{ origin: ORIGIN, index: -1 }] },
      { objects: Array.from({ length: 10_001 }, () => item('x')) },
    ];
    for (const about of bad) await expect(pack(demo, about)).rejects.toThrow(RangeError);
    await expect(pack(demo, { from: 0 }, { awareAt: START + HOUR })).rejects.toThrow(RangeError);
    expect(await pack(demo, { from: 0 })).toMatchObject({ subjects: [], rows: [], containment: [] });
    await demo.log.close();
  });

  it('shows nothing of a log that was changed', async () => {
    const demo = await demoLog();
    await demo.add();
    await demo.add();
    await demo.log.integrate();
    demo.store.entries.splice(1, 1);
    expect(await codeOf(pack(demo, { from: 0 }))).toBe('LOG_CORRUPT');
  });
});

import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import {
  AuditError,
  auditLog,
  createEventId,
  decodeLeaf,
  type OpenLogOptions,
  type OpenYearsOptions,
  openYears,
  originOfYear,
  proveEntry,
  verifySuccession,
  verifySuccessions,
  type YearLogs,
} from '../src/index.js';
import { codeOf, demoSigner, eventMaker, type TestClock, testClock, UNWITNESSED, uuid7 } from './support/events.js';
import { type Place, placeOf, policyOf } from './support/life.js';
import { demoWitness } from './support/witnesses.js';

const BASE = 'audit.demo-trust.example';
const EVE = Date.parse('2026-12-31T23:59:59.000Z');
const HOUR = 3_600_000;
const actor = { id: 'service-audit', kind: 'system', org: 'RX1' } as const;

/** A chain of logs whose stores outlive each opening. */
async function chain(start: number, since = 2026) {
  const clock: TestClock = testClock(start);
  const places = new Map<string, Place>();
  const asked: string[] = [];
  let broken = false;
  const options: OpenYearsOptions = {
    base: BASE,
    since,
    actor,
    clock,
    async open(origin) {
      asked.push(origin);
      if (broken) throw new Error('no key for that year');
      const place = places.get(origin) ?? (await placeOf(origin, { clock, seed: origin }));
      places.set(origin, place);
      return { ...place.options, unwitnessed: UNWITNESSED };
    },
  };
  const make = eventMaker('years', () => clock.now());
  const typesOf = (year: number) =>
    (places.get(`${BASE}/${year}`)?.store.entries ?? []).map(({ leaf }) => decodeLeaf(leaf).type);
  const setBroken = (value: boolean): void => {
    broken = value;
  };
  return { clock, options, make, typesOf, places, asked, setBroken, open: () => openYears(options) };
}

/** Walks the whole chain as an outsider, and audits every year. */
async function walk(places: Map<string, Place>): Promise<void> {
  const [first, ...rest] = [...places.values()].sort((a, b) => a.origin.localeCompare(b.origin));
  const steps = await Promise.all(
    rest.map(async ({ source: { reader, keys, policy } }) => ({
      receipt: await proveEntry(reader, 0, policy, keys),
      policy,
    })),
  );
  for (const { source } of places.values()) {
    const report = await auditLog(source.reader, source.policy, { keys: source.keys });
    expect(report).toMatchObject({ verdict: 'good', findings: [] });
  }
  await verifySuccessions(first!.source.policy, steps);
}

describe('openYears', () => {
  it('logs into the year of the clock, and turns it at midnight UTC', async () => {
    const { clock, make, typesOf, open, places } = await chain(EVE);
    const logs = await open();
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2026`, index: 0 });
    clock.advance(999);
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2026`, index: 1 });
    clock.advance(1);
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2027`, index: 1 });
    await logs.close();
    expect(typesOf(2026)).toEqual(['image.view', 'image.view']);
    expect(typesOf(2027)).toEqual(['log.succeed', 'image.view']);
    await walk(places);
  });

  it('does so once for a hundred callers around midnight, and keeps each event once', async () => {
    const { clock, make, typesOf, open, places } = await chain(EVE);
    const logs = await open();
    const events = Array.from({ length: 100 }, () => make());
    const before = events.slice(0, 50).map((event) => logs.append(event));
    clock.advance(2000);
    const after = events.map((event) => logs.append(event));
    const results = await Promise.all([...before, ...after]);
    const where = results.map(({ origin, index }) => `${origin} ${index}`);
    expect(where.slice(50, 100)).toEqual(where.slice(0, 50));
    expect(new Set(where).size).toBe(100);
    await logs.close();
    expect([typesOf(2026), typesOf(2027)].flat().filter((type) => type === 'image.view')).toHaveLength(100);
    expect(typesOf(2027).filter((type) => type === 'log.succeed')).toHaveLength(1);
    await walk(places);
  });

  it('waits for what is being written when the year turns, so that its retry is recognised', async () => {
    const { clock, make, typesOf, open, places } = await chain(EVE);
    const logs = await open();
    const { store } = places.get(`${BASE}/2026`)!;
    const { append } = store;
    let began = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    store.append = async (batch) => {
      began();
      await new Promise((resolve) => setTimeout(resolve, 40));
      return append(batch);
    };
    const [event, other] = [make(), make()];
    const { outcome: _, ...intended } = other;
    const first = logs.append(event);
    const audited = logs.withAudit(intended, () => 1);
    await begun;
    clock.advance(2000);
    const [retry] = await Promise.all([logs.append(event), first, audited]);
    expect(retry).toMatchObject({ origin: `${BASE}/2026`, duplicate: true });
    expect((await logs.append({ ...other, outcome: 'intent' })).origin).toBe(`${BASE}/2026`);
    expect(typesOf(2027).filter((type) => type === 'image.view')).toEqual([]);
    await logs.close();
    await walk(places);
  });

  it('names where last year ended once, though it is closed twice', async () => {
    const { clock, make, typesOf, open, places } = await chain(EVE);
    const logs = await open();
    const { outcome: _, ...event } = make();
    await logs.withAudit(event, async () => {
      clock.advance(2000);
      await logs.append(make());
    });
    await logs.close();
    clock.advance(HOUR);
    await (await open()).close();
    expect(typesOf(2027)).toEqual(['log.succeed', 'image.view', 'log.succeed']);
    await walk(places);
  });

  it("answers a late retry from last year's log, after a restart too, and closes that log two days later", async () => {
    const { clock, make, typesOf, open, asked, places } = await chain(EVE);
    const first = await open();
    const event = make();
    await first.append(event);
    clock.advance(HOUR);
    expect(await first.append(event)).toMatchObject({ origin: `${BASE}/2026`, index: 0, duplicate: true });
    await first.close();
    clock.advance(20 * HOUR);
    const second = await open();
    expect(await second.append(event, { await: 'integrated' })).toMatchObject({
      origin: `${BASE}/2026`,
      duplicate: true,
    });
    clock.advance(26 * HOUR);
    // An outbox may come later than a caller.
    expect(await second.append(event, { source: 'outbox' })).toMatchObject({ duplicate: true });
    clock.advance(2 * HOUR);
    await expect
      .poll(() =>
        places
          .get(`${BASE}/2026`)!
          .store.append([])
          .catch(({ code }) => code),
      )
      .toBe('LOG_CLOSED');
    expect(await second.append(make())).toMatchObject({ origin: `${BASE}/2027` });
    await second.close();
    asked.length = 0;
    await (await open()).close();
    expect(asked).toEqual([`${BASE}/2027`]);
    expect(typesOf(2027)).toEqual(['log.succeed', 'image.view']);
    await walk(places);
  });

  it('keeps intent and outcome in one log across midnight, and names where last year ended in the end', async () => {
    const { clock, make, typesOf, open, places } = await chain(EVE);
    const logs = await open();
    const { outcome: _, ...event } = make();
    const { intent, outcome, origin } = await logs.withAudit(event, async () => {
      clock.advance(2000);
      await logs.append(make());
      return 1;
    });
    expect([intent.index, outcome.index, origin]).toEqual([0, 1, `${BASE}/2026`]);
    clock.advance(49 * HOUR);
    await expect.poll(() => typesOf(2027)).toEqual(['log.succeed', 'image.view', 'log.succeed']);
    await logs.close();
    const again = await open();
    await again.close();
    expect(typesOf(2027)).toHaveLength(3);
    await walk(places);
  });

  it('does not go back when the clock does', async () => {
    const { clock, make, typesOf, open, places } = await chain(EVE);
    const logs = await open();
    clock.advance(2000);
    await logs.append(make());
    clock.advance(-5000);
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2027` });
    await logs.close();
    // After a restart it cannot know; the chain still joins.
    const again = await open();
    expect(await again.append(make())).toMatchObject({ origin: `${BASE}/2026` });
    clock.advance(9000);
    expect(await again.append(make())).toMatchObject({ origin: `${BASE}/2027` });
    await again.close();
    expect(typesOf(2027).filter((type) => type === 'log.succeed')).toHaveLength(2);
    for (const { source } of places.values())
      expect(await auditLog(source.reader, source.policy)).toMatchObject({ verdict: 'good' });
  });

  it('opens the years that nobody was there for, in one chain', async () => {
    const { clock, make, typesOf, open, places } = await chain(EVE);
    const first = await open();
    await first.append(make());
    await first.close();
    clock.advance(3 * 366 * 24 * HOUR);
    const logs = await open();
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2030` });
    await logs.close();
    expect([2027, 2028, 2029].map((year) => typesOf(year))).toEqual(Array(3).fill(['log.succeed']));
    await walk(places);
  });

  it('turns several years while it is open', async () => {
    const { clock, make, open, places, typesOf } = await chain(EVE);
    const logs = await open();
    for (let year = 2026; year < 2030; year++) {
      expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/${year}` });
      clock.advance(365 * 24 * HOUR);
    }
    await logs.close();
    expect(typesOf(2029)).toEqual(['log.succeed', 'image.view']);
    await walk(places);
  });

  it('goes on in the old year when the new one cannot be opened, tells, and tries again after a minute', async () => {
    const { clock, make, typesOf, options, setBroken, asked, places } = await chain(EVE);
    const told: unknown[] = [];
    const logs = await openYears({ ...options, onTurnFailure: (error) => told.push(error) });
    setBroken(true);
    await expect(logs.checkNext()).rejects.toThrow('no key for that year');
    clock.advance(2000);
    const events = [make(), make(), make()];
    for (const event of events) expect(await logs.append(event)).toMatchObject({ origin: `${BASE}/2026` });
    expect(told).toEqual([new Error('no key for that year')]);
    setBroken(false);
    asked.length = 0;
    clock.advance(59_999);
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2026` });
    expect(asked).toEqual([]);
    clock.advance(1);
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2027`, index: 1 });
    expect(await logs.append(events[0]!)).toMatchObject({ origin: `${BASE}/2026`, duplicate: true });
    expect(told).toHaveLength(1);
    await logs.close();
    expect(typesOf(2026)).toHaveLength(4);
    await walk(places);
  });

  it('turns with its witnesses, and waits for them in the old year when they sleep at midnight', async () => {
    const { clock, make, options, places } = await chain(EVE);
    const name = 'witness.one.example';
    const keys = await Promise.all([2026, 2027].map((year) => demoSigner(`${BASE}/${year}`, `${BASE}/${year}`)));
    const { client } = await demoWitness(name, { logs: keys.map(({ vkey }) => vkey), clock });
    const policy = await policyOf([name], 1);
    let asleep = false;
    const sleeper: typeof client = {
      ...client,
      addCheckpoint: (request) => {
        if (asleep) throw new AuditError('WITNESS_UNAVAILABLE', 'asleep');
        return client.addCheckpoint(request);
      },
    };
    const told: unknown[] = [];
    const logs = await openYears({
      ...options,
      onTurnFailure: (error) => told.push(error),
      async open(origin, year) {
        const { unwitnessed: _, ...rest } = await options.open(origin, year);
        return { ...rest, witnesses: { policy, clients: [sleeper] } } as OpenLogOptions;
      },
    });
    await logs.append(make(), { await: 'witnessed' });
    asleep = true;
    clock.advance(2000);
    expect(await logs.append(make())).toMatchObject({ origin: `${BASE}/2026` });
    expect(told).toMatchObject([{ code: 'WITNESS_UNREACHABLE' }]);
    asleep = false;
    clock.advance(60_000);
    expect(await logs.append(make(), { await: 'witnessed' })).toMatchObject({ origin: `${BASE}/2027` });
    await logs.close();
    const { reader, keys: secrets, policy: own } = places.get(`${BASE}/2027`)!.source;
    const step = { receipt: await proveEntry(reader, 0, own, secrets), policy: { ...own, witnesses: policy } };
    const { vkey } = places.get(`${BASE}/2026`)!;
    const verified = await verifySuccession(step, { logKey: vkey, witnesses: policy });
    expect(verified.predecessor).toMatchObject({ size: 2, cosignatures: [{ witness: 'w0' }] });
  });

  it("finds next year's wrong key in December", async () => {
    const { options } = await chain(EVE);
    const { signer } = await demoSigner('this year', `${BASE}/2026`);
    const logs = await openYears({
      ...options,
      open: async (origin, year) => ({ ...(await options.open(origin, year)), signer }),
    });
    expect(await codeOf(logs.checkNext())).toBe('RangeError');
    await logs.close();
  });

  it("refuses a log that does not follow last year's, a first year to come, and work after closing", async () => {
    const { options, open, places, clock } = await chain(EVE);
    expect(await codeOf(openYears({ ...options, since: 2027 }))).toBe('RangeError');
    expect(await codeOf(openYears({ ...options, since: 1800 }))).toBe('RangeError');
    const logs: YearLogs = await open();
    await logs.close();
    await logs.close();
    expect(await codeOf(logs.append({} as never))).toBe('LOG_CLOSED');
    clock.advance(5000);
    const place = await placeOf(`${BASE}/2027`, { clock, seed: `${BASE}/2027` });
    places.set(place.origin, place);
    const stranger = await place.open();
    await stranger.append(eventMaker('stranger', () => clock.now())());
    await stranger.close();
    expect(await codeOf(open())).toBe('SUCCESSION_INVALID');
    // Nothing is left open behind a failed start.
    for (const { store } of places.values()) expect(await codeOf(store.append([]))).toBe('LOG_CLOSED');
  });

  it('leaves nothing open when last year cannot be opened', async () => {
    const { clock, open, places, setBroken, options } = await chain(EVE);
    await (await open()).close();
    clock.advance(HOUR);
    await (await open()).close();
    const half = {
      ...options,
      open: (origin: string, year: number) => {
        setBroken(year === 2026);
        return options.open(origin, year);
      },
    };
    await expect(openYears(half)).rejects.toThrow('no key for that year');
    for (const { store } of places.values()) expect(await codeOf(store.append([]))).toBe('LOG_CLOSED');
  });

  it('still refuses a stale id, and takes any age from the outbox', async () => {
    const { make, open } = await chain(EVE);
    const logs = await open();
    const id = uuid7(EVE - 25 * HOUR, seededRandom('stale'));
    expect(await codeOf(logs.append(make({ id })))).toBe('EVENT_STALE');
    expect(await codeOf(logs.append(make({ id }), { source: 'outbox' }))).toBe('none');
    await logs.close();
  });
});

describe('originOfYear', () => {
  it('goes by UTC', () => {
    expect(originOfYear(BASE, Date.parse('2026-12-31T23:59:59.999Z'))).toBe(`${BASE}/2026`);
    expect(originOfYear(BASE, Date.parse('2027-01-01T00:00:00.000Z'))).toBe(`${BASE}/2027`);
    expect(createEventId()).toHaveLength(36);
  });
});

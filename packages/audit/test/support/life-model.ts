import fc from 'fast-check';
import { expect } from 'vitest';
import {
  AuditError,
  type AuditEvent,
  type AuditLog,
  auditLog,
  decodeLeaf,
  eventOf,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  verifyReceipt,
} from '../../src/index.js';
import { LogKeys } from '../../src/log-keys.js';
import { readOpened } from '../../src/log-source.js';
import { b64url, codeOf, eventMaker, hexOf, START } from './events.js';
import { type Place, placeOf } from './life.js';
import { mth, path, proof } from './model.js';

const SUBJECTS = 3;

function subjectOf(n: number): Uint8Array {
  return new Uint8Array(32).fill(100 + n);
}

/** What must be so: plain lists, and every question answered by walking them. */
export class Model {
  /** The entries, in the log's order. */
  readonly entries: { event: AuditEvent; leaf: Uint8Array; recordedAt: number; erased: boolean }[] = [];
  /** Entries that the newest checkpoint must cover at least. */
  signed = 0;
  /** Every checkpoint ever seen. */
  readonly seen: { text: string; size: number }[] = [];
  now = START;

  get leaves(): Uint8Array[] {
    return this.entries.map(({ leaf }) => leaf);
  }
}

/** The log under test; `log` changes when it is opened again. */
export interface Real {
  readonly place: Place;
  log: AuditLog;
  readonly make: (change?: Partial<AuditEvent>) => AuditEvent;
}

type Command = fc.AsyncCommand<Model, Real>;

/** A command whose text shows in a counterexample. */
function command(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  check?: (model: Readonly<Model>) => boolean,
): Command {
  return { check: (model) => check?.(model) ?? true, run, toString: () => name };
}

/** Notes a checkpoint, and holds its root against the slow tree. */
async function look(model: Model, { place, log }: Real): Promise<void> {
  const text = log.checkpoint();
  const { size, root } = await verifyCheckpoint(text, { logKey: place.vkey });
  expect(size).toBeGreaterThanOrEqual(model.signed);
  expect(size).toBeLessThanOrEqual(model.entries.length);
  expect(hexOf(root)).toBe(hexOf(mth(model.leaves.slice(0, size))));
  if (model.seen.at(-1)?.text !== text) model.seen.push({ text, size });
  model.signed = size;
}

const wait = fc.constantFrom('durable', 'integrated') as fc.Arbitrary<'durable' | 'integrated'>;
const at = fc.nat();

function added(model: Model, event: AuditEvent, leaf: Uint8Array): void {
  model.entries.push({ event, leaf, recordedAt: model.now, erased: false });
}

const append = fc.tuple(wait, fc.nat(SUBJECTS - 1)).map(([wait, subject]) =>
  command(`append(${wait}, subject ${subject})`, async (model, real) => {
    const event = real.make({ subject: { handle: b64url(subjectOf(subject)) } });
    const result = await real.log.append(event, { await: wait });
    expect(result).toMatchObject({ index: model.entries.length, duplicate: false });
    added(model, event, result.leaf);
    if (wait === 'durable') return expect(result.receipt).toBeNull();
    model.signed = model.entries.length;
    const expected = { logKey: real.place.vkey, nonce: null, headerDigest: null, actor: null };
    await verifyReceipt(result.receipt!, { ...expected, object: event.object!.id, type: event.type });
    await look(model, real);
  }),
);

const together = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.boolean()).map(([count, twice]) =>
  command(`${count} at once${twice ? ', each twice' : ''}`, async (model, real) => {
    const events = Array.from({ length: count }, () => real.make());
    const calls = twice ? [...events, ...events] : events;
    const results = await Promise.all(calls.map((event) => real.log.append(event)));
    const first = model.entries.length;
    const order = [...results.slice(0, count).entries()].sort(([, a], [, b]) => a.index - b.index);
    for (const [i, [which, result]] of order.entries()) {
      expect(result.index).toBe(first + i);
      if (twice) expect(results[count + which]).toMatchObject({ index: result.index, leaf: result.leaf });
      added(model, events[which]!, result.leaf);
    }
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(count);
  }),
);

const again = fc.tuple(at, wait).map(([at, wait]) =>
  command(
    `append entry ${at} again (${wait})`,
    async (model, { log }) => {
      const index = at % model.entries.length;
      const { event, leaf } = model.entries[index]!;
      const result = await log.append(event, { await: wait, source: 'outbox' });
      expect(result).toMatchObject({ index, leaf, duplicate: true });
      if (wait === 'integrated') model.signed = Math.max(model.signed, index + 1);
    },
    ({ entries }) => entries.length > 0,
  ),
);

const conflict = at.map((at) =>
  command(
    `another event under the id of entry ${at}`,
    async (model, { log }) => {
      const { event } = model.entries[at % model.entries.length]!;
      expect(await codeOf(log.append({ ...event, reason: 'another' }, { source: 'outbox' }))).toBe('EVENT_CONFLICT');
    },
    ({ entries }) => entries.length > 0,
  ),
);

const integrate = fc.constant(
  command('integrate', async (model, real) => {
    await real.log.integrate();
    model.signed = model.entries.length;
    await look(model, real);
  }),
);

/** The process dies: nothing is closed, nothing in memory is left. */
const crash = fc.boolean().map((closed) =>
  command(closed ? 'close, open' : 'crash, open', async (model, real) => {
    if (closed) await real.log.close();
    real.log = await real.place.open();
    // What was durable is signed when the log is open again.
    model.signed = model.entries.length;
    expect(real.log.size).toBe(model.entries.length);
    await look(model, real);
  }),
);

/** The store fails once, before or after it wrote; the caller tries again, as it must. */
const fail = fc.tuple(fc.constantFrom('append', 'integrate'), fc.boolean()).map(([method, after]) =>
  command(`the store fails once: ${method}, ${after ? 'after' : 'before'} it took effect`, async (model, real) => {
    const { store } = real.place;
    const whole = { append: store.append, integrate: store.integrate };
    const once = (): never => {
      Object.assign(store, whole);
      throw new AuditError('STORE_FAILED', 'once');
    };
    if (method === 'append')
      store.append = async (batch) => {
        if (after) await whole.append(batch);
        return once();
      };
    else
      store.integrate = async (work) => {
        // The tree was made, whether or not it reached the disk.
        await whole.integrate(async (state) => {
          const made = await work(state);
          return after ? made : once();
        });
        once();
      };
    const event = real.make();
    expect(await codeOf(real.log.append(event, { await: 'integrated' }))).toBe('STORE_FAILED');
    const result = await real.log.append(event, { await: 'integrated' });
    expect(result).toMatchObject({ index: model.entries.length, duplicate: method === 'integrate' || after });
    expect(await real.log.indexOf(event.id)).toBe(result.index);
    added(model, event, result.leaf);
    model.signed = model.entries.length;
    await look(model, real);
  }),
);

/** Another process of the same log appends, signs perhaps, and is gone. */
const other = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).map(([count, signs]) =>
  command(`another process appends ${count}${signs ? ' and signs' : ''}`, async (model, real) => {
    const log = await real.place.open();
    // Opening signs what was durable.
    model.signed = model.entries.length;
    for (let i = 0; i < count; i++) {
      const event = real.make();
      const { index, leaf } = await log.append(event);
      expect(index).toBe(model.entries.length);
      added(model, event, leaf);
    }
    if (signs) await log.integrate();
    // The process under test learns of it with its own next entry.
    const event = real.make();
    const { index, leaf } = await real.log.append(event, { await: 'integrated' });
    expect(index).toBe(model.entries.length);
    added(model, event, leaf);
    model.signed = model.entries.length;
    await look(model, real);
  }),
);

const inclusion = at.map((at) =>
  command(
    `prove entry ${at}`,
    async (model, real) => {
      await look(model, real);
      const index = at % model.entries.length;
      if (index >= model.signed) return expect(await codeOf(real.log.inclusionProof(index))).toBe('ENTRY_OUT_OF_RANGE');
      const found = await real.log.inclusionProof(index);
      expect(found.hashes).toEqual(path(index, model.leaves.slice(0, model.signed)));
      await verifyInclusion(model.entries[index]!.leaf, found, { logKey: real.place.vkey });
    },
    ({ entries }) => entries.length > 0,
  ),
);

const consistency = fc.tuple(at, at).map(([a, b]) =>
  command(
    `consistency of checkpoints ${a} and ${b}`,
    async (model, { log, place }) => {
      const pair = [model.seen[a % model.seen.length]!, model.seen[b % model.seen.length]!];
      const [older, newer] = pair.sort((x, y) => x.size - y.size) as [(typeof pair)[0], (typeof pair)[0]];
      const hashes = await log.consistencyProof(older.size, newer.size);
      expect(hashes).toEqual(proof(older.size, model.leaves.slice(0, newer.size)));
      await verifyConsistency(older.text, newer.text, hashes, { logKey: place.vkey });
    },
    ({ seen }) => seen.length > 0,
  ),
);

/** Forwards and backwards: the log keeps the raw clock. */
const time = fc.integer({ min: -50_000_000, max: 80_000_000 }).map((ms) =>
  command(`the clock moves by ${ms} ms`, async (model, { place }) => {
    place.clock.advance(ms);
    model.now += ms;
  }),
);

const erase = fc.nat(SUBJECTS - 1).map((subject) =>
  command(`the secret of subject ${subject} is destroyed`, async (model, real) => {
    const handle = subjectOf(subject);
    const ours = model.entries.filter(({ event }) => event.subject!.handle === b64url(handle));
    const keys = new LogKeys(
      real.place.keys,
      real.place.origin,
      () => new Uint8Array(32),
      () => model.now,
    );
    for (const leafHandle of new Set(
      ours.filter(({ erased }) => !erased).map(({ leaf }) => decodeLeaf(leaf).subjectHandle!),
    ))
      await keys.destroySubject(handle, leafHandle);
    for (const entry of ours) entry.erased = true;
    // A running log learns of it when it is opened again.
    real.log = await real.place.open();
    model.signed = model.entries.length;
  }),
);

/** Everything is where the model says, and the auditor finds nothing. */
export async function settled(model: Model, { place }: Real): Promise<void> {
  expect(place.store.entries.map(({ leaf }) => hexOf(leaf))).toEqual(model.leaves.map(hexOf));
  const report = await auditLog(place.source.reader, place.source.policy);
  expect(report).toMatchObject({ verdict: 'good', findings: [], checked: { entries: model.entries.length } });
  const times = model.entries.map(({ recordedAt }) => recordedAt);
  expect(report.clockJumps).toEqual(times.flatMap((time, i) => (i > 0 && time < times[i - 1]! - 2000 ? [i] : [])));
  for await (const opened of readOpened(place.source, place.origin, model.entries.length)) {
    const { event, recordedAt, erased } = model.entries[opened.index]!;
    expect(opened.leaf.recordedAt).toBe(recordedAt);
    expect(opened.subject === null).toBe(erased);
    if (!erased) expect(eventOf(opened)).toEqual(event);
  }
}

/** Runs `count` random sequences of at most `length` commands, all from one seed. */
export async function runSequences(count: number, length: number, seed: number): Promise<void> {
  const all = [
    append,
    append,
    together,
    again,
    conflict,
    integrate,
    crash,
    fail,
    other,
    inclusion,
    consistency,
    time,
    erase,
  ];
  const property = fc.asyncProperty(fc.commands(all, { maxCommands: length, size: 'max' }), async (commands) => {
    const place = await placeOf();
    const model = new Model();
    const make = eventMaker('model', () => model.now);
    const real: Real = { place, log: await place.open(), make };
    await fc.asyncModelRun(() => ({ model, real }), commands);
    await real.log.close();
    await settled(model, real);
  });
  await fc.assert(property, { numRuns: count, seed });
}

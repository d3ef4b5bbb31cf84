import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Directory, type DirectoryEntry, signingKeyThumbprint, verifySnapshot } from '../src/index.js';
import { digestOf, snapshotOf } from './directory-craft.js';
import { codeOf, NOW, ORGANISATION, organisationKeys, type Person, person } from './world.js';

// The life of a directory as random sequences of what happens to it, against a plain model: a list of who held which key when.
// A client follows it and is sometimes shown something old or forked.

const IDS = ['ann', 'ben', 'cat'] as const;
const KEYS_EACH = 4;
const YEAR = 365 * 86_400;

/** One tenure of one key. */
interface Tenure {
  readonly person: string;
  readonly keys: Person;
  from: number;
  to: number;
  revokedAt?: number;
}

interface Model {
  now: number;
  tenures: Tenure[];
  published: Uint8Array[];
}

interface Real {
  readonly pool: ReadonlyMap<string, Person[]>;
  readonly root: string;
  used: Map<string, number>;
  client: Directory | null;
}

const entryOf = (tenure: Tenure): DirectoryEntry => ({
  ...tenure.keys.entry,
  validFrom: tenure.from,
  validTo: tenure.to,
  ...(tenure.revokedAt === undefined ? {} : { revokedAt: tenure.revokedAt }),
});

const counts = (tenure: Tenure, at: number) =>
  at >= tenure.from && at < tenure.to && (tenure.revokedAt === undefined || at < tenure.revokedAt);

const current = (model: Readonly<Model>, id: string) =>
  model.tenures.find((tenure) => tenure.person === id && counts(tenure, model.now));

/** What the client knows must be what the model says, at any time. */
function agree(model: Model, directory: Directory): void {
  for (const id of IDS) {
    for (const at of [NOW - 1, model.now - 5, model.now, model.now + 5]) {
      const expected = model.tenures.find((tenure) => tenure.person === id && counts(tenure, at));
      expect(directory.person(id, at)).toEqual(expected === undefined ? null : entryOf(expected));
    }
  }
  for (const tenure of model.tenures) {
    const entry = entryOf(tenure);
    const kid = signingKeyThumbprint(entry.signingKey);
    expect(directory.resolveSender({ org: ORGANISATION, person: tenure.person, kid })).toEqual(entry);
    expect(directory.holds(entry)).toBe(true);
    expect(directory.holds({ ...entry, validTo: entry.validTo + 1 })).toBe(false);
  }
}

type Act = fc.AsyncCommand<Model, Real>;
const act = (name: string, check: Act['check'], run: Act['run']): Act => ({ check, run, toString: () => name });

async function tenureFor(id: string, model: Model, real: Real): Promise<void> {
  const used = real.used.get(id) ?? 0;
  const keys = real.pool.get(id)![used];
  if (keys === undefined) return; // no fresh keys left: a key never comes back
  real.used.set(id, used + 1);
  model.tenures.push({ person: id, keys, from: model.now, to: model.now + YEAR });
}

const join = (id: string) =>
  act(
    `join ${id}`,
    (model) => current(model, id) === undefined,
    (model, real) => tenureFor(id, model, real),
  );

const leave = (id: string) =>
  act(
    `leave ${id}`,
    (model) => current(model, id) !== undefined,
    async (model) => {
      current(model, id)!.revokedAt = model.now;
    },
  );

const suspend = (id: string) =>
  act(
    `suspend ${id}`,
    (model) => (current(model, id)?.from ?? model.now) < model.now,
    async (model) => {
      current(model, id)!.to = model.now;
    },
  );

const changeKey = (id: string) =>
  act(
    `change key of ${id}`,
    (model) => current(model, id) !== undefined,
    async (model, real) => {
      current(model, id)!.revokedAt = model.now;
      await tenureFor(id, model, real);
    },
  );

const wait = (seconds: number) =>
  act(
    `wait ${seconds}`,
    () => true,
    async (model) => {
      model.now += seconds;
    },
  );

const publish = () =>
  act(
    'publish',
    () => true,
    async (model, real) => {
      const last = model.published.at(-1);
      const previous = last === undefined ? {} : { previous: digestOf(last) };
      const entries = model.tenures.map(entryOf);
      const bytes = await snapshotOf(entries, { epoch: model.published.length + 1, now: model.now, ...previous });
      const since = real.client === null ? {} : { since: real.client };
      real.client = await verifySnapshot(bytes, { rootThumbprint: real.root, now: model.now, ...since });
      model.published.push(bytes);
      agree(model, real.client);
    },
  );

const showOld = (back: number) =>
  act(
    `show the snapshot ${back} back`,
    (model) => model.published.length > back,
    async (model, real) => {
      const old = model.published.at(-1 - back)!;
      const shown = (more: object) =>
        codeOf(() => verifySnapshot(old, { rootThumbprint: real.root, now: model.now, ...more }));
      const refused = back === 0 ? 'accepted' : 'ROLLBACK';
      expect(await shown({})).toBe('accepted'); // who has seen nothing later cannot know
      expect(await shown({ since: real.client! })).toBe(refused);
      expect(await shown({ notBelowEpoch: real.client!.epoch })).toBe(refused);
    },
  );

const showFork = (ahead: boolean) =>
  act(
    `show a fork ${ahead ? 'ahead' : 'beside'}`,
    (model) => model.published.length > 1,
    async (model, real) => {
      const epoch = real.client!.epoch + (ahead ? 1 : 0);
      const rival = { epoch, previous: digestOf(model.published.at(-2)!), now: model.now - 1 };
      const bytes = await snapshotOf([], rival);
      if (digestOf(bytes) === real.client!.digest) return; // of the same second and nobody in it: no fork but the same one
      const options = { rootThumbprint: real.root, now: model.now, since: real.client! };
      expect(await codeOf(() => verifySnapshot(bytes, options))).toBe('ROLLBACK');
    },
  );

describe('the life of a directory', () => {
  it('is what a plain model says, whatever happens to it', async () => {
    const pool = new Map<string, Person[]>();
    for (const id of IDS)
      pool.set(id, await Promise.all(Array.from({ length: KEYS_EACH }, () => person(id, 'classic'))));
    const { root } = await organisationKeys();
    const who = fc.constantFrom(...IDS);
    const commands = [
      who.map(join),
      who.map(leave),
      who.map(suspend),
      who.map(changeKey),
      fc.integer({ min: 1, max: 20 }).map(wait),
      fc.constant(publish()),
      fc.nat(3).map(showOld),
      fc.boolean().map(showFork),
    ];
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { size: '+1', maxCommands: 40 }), async (sequence) => {
        await fc.asyncModelRun(
          () => ({
            model: { now: NOW, tenures: [], published: [] },
            real: { pool, root: root.kid, used: new Map(), client: null },
          }),
          sequence,
        );
      }),
      { numRuns: 40 },
    );
  });
});

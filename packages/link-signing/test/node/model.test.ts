import { hex } from '@wardseal/primitives';
import { seededNumbers, seededRandom } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import type { LinkStore, NewLink } from '../../src/index.js';
import { modelStore } from './model.js';
import { KINDS, withStores } from './stores.js';

const SEQUENCES = 16;
const COMMANDS = 100;
const WINDOW = 60;
const LIMIT = 3;

/** Ids, keys and ctis from so small a world that commands meet each other. */
function smallWorld(seed: string) {
  const random = seededRandom(seed);
  const some = (count: number) => Array.from({ length: count }, () => random(32));
  return { ids: some(7), ctis: some(9), keys: some(4), proofs: some(3), objects: some(2), people: some(3), random };
}

/** The first commands of a sequence: trees of links, so that the rest meets some. Each hangs from the one named, if any. */
const TREE = [null, null, 0, 2, 1];

/** A random command, as something any store can be told. */
function command(
  world: ReturnType<typeof smallWorld>,
  draw: () => number,
  now: number,
  parents: Map<string, Uint8Array | null>,
  step: number,
) {
  const one = <T>(list: readonly T[]): T => list[draw() % list.length]!;
  const root = TREE[step];
  const id = root === undefined ? one(world.ids) : world.ids[step]!;
  const chainOf = (leaf: Uint8Array): Uint8Array[] => {
    const parent = parents.get(hex(leaf));
    return parent ? [leaf, ...chainOf(parent)] : [leaf];
  };
  const kind = root === undefined ? draw() % 16 : 3;
  if (kind < 2) {
    const share = { cti: one(world.ctis), sealedShare: world.random(48), expires: now + (draw() % 300) };
    return (store: LinkStore) => store.prepare(share);
  }
  if (kind < 4) {
    const link: NewLink = {
      id,
      cti: root === undefined ? one(world.ctis) : world.ctis[step]!,
      grant: world.random(40),
      object: one(world.objects),
      recipient: draw() % 2 === 0 ? one(world.people) : null,
      issuerUser: one(world.people),
      parent: root === undefined ? (draw() % 2 === 0 ? one(world.ids) : null) : root === null ? null : world.ids[root]!,
      expires: now + 100 + (draw() % 900),
      maxUses: 1 + (draw() % 5),
      passcode: draw() % 3 === 0 ? world.random(60) : null,
      withShare: root === undefined && draw() % 3 === 0,
    };
    return async (store: LinkStore) => {
      const outcome = await store.put(link, now);
      if (outcome === 'stored') parents.set(hex(id), link.parent);
      return outcome;
    };
  }
  const key = one(world.keys);
  if (kind < 9) {
    const proof = draw() % 2 === 0 ? { proof: { id: one(world.proofs), until: now + (draw() % 200) } } : {};
    const sealed = draw() % 6 === 0 ? null : world.random(100);
    const chain = draw() % 8 === 0 ? [...new Set([id, one(world.ids)])] : chainOf(id);
    const take = { chain, key, sealed, now, window: WINDOW, failureLimit: LIMIT, ...proof };
    const andRelease = draw() % 3 === 0;
    return async (store: LinkStore) =>
      andRelease ? [await store.take(take), await store.release(chain[0]!, key, now, WINDOW)] : store.take(take);
  }
  if (kind < 11) return (store: LinkStore) => store.release(id, key, now, WINDOW);
  if (kind === 11) return (store: LinkStore) => store.attempt(id, LIMIT);
  if (kind === 12 && draw() % 2 === 0)
    return async (store: LinkStore) => {
      for (let i = 1; i < LIMIT; i++) if (await store.attempt(id, LIMIT)) await store.judge(id, false);
      return [await store.attempt(id, LIMIT), await store.judge(id, false)];
    };
  if (kind === 12) {
    const right = draw() % 2 === 0;
    return (store: LinkStore) => store.judge(id, right);
  }
  if (kind === 13) {
    const by = one([{ id }, { id }, { object: one(world.objects) }, { recipient: one(world.people) }, { issuerUser: one(world.people) }]); // biome-ignore format: one list
    if (draw() % 4 > 0) return (store: LinkStore) => store.read(id, key);
    return async (store: LinkStore) => (await store.revoke(by, now)).map((found) => hex(found.id)).sort();
  }
  if (kind === 14) {
    const away = draw() % 3 === 0;
    return async (store: LinkStore) => {
      const told: string[] = [];
      await store.sweep(now, WINDOW, async (ctis) => {
        if (away) throw new Error('away');
        told.push(...ctis.map(hex));
      });
      return told.sort();
    };
  }
  return (store: LinkStore) => store.read(id, key);
}

async function told(run: (store: LinkStore) => Promise<unknown>, store: LinkStore): Promise<string> {
  const answer = await run(store).catch(() => 'rejected');
  return JSON.stringify(answer ?? null, (_, value) => {
    if (value instanceof Uint8Array) return hex(value);
    // The order of fields says nothing.
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
  });
}

test(`${SEQUENCES} random sequences of ${COMMANDS} commands: every store answers as the model does`, async () => {
  const answers = new Map<string, number>();
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    const draw = seededNumbers(`model ${sequence}`);
    const world = smallWorld(`model ${sequence}`);
    const parents = new Map<string, Uint8Array | null>();
    let now = 1_000_000;
    const commands: { run: (store: LinkStore) => Promise<unknown>; wanted: string }[] = [];
    const model = modelStore();
    for (let i = 0; i < COMMANDS; i++) {
      now += draw() % 12;
      const run = command(world, draw, now, parents, i);
      const wanted = await told(run, model);
      commands.push({ run, wanted });
      for (const [, name, bare] of wanted.matchAll(/"(?:outcome|reason)":"([a-z]+)"|^"([a-z]+)"$/g))
        answers.set((name ?? bare)!, (answers.get((name ?? bare)!) ?? 0) + 1);
    }
    // In the end every row is looked at as well.
    for (const id of world.ids) {
      const run = (store: LinkStore) => store.read(id);
      commands.push({ run, wanted: await told(run, model) });
    }
    for (const kind of Object.keys(KINDS))
      await withStores(kind, async ({ store }) => {
        for (const [i, { run, wanted }] of commands.entries())
          expect([kind, sequence, i, await told(run, store)]).toEqual([kind, sequence, i, wanted]);
      });
  }
  // Every answer there is was given, or the suite shows little.
  for (const name of ['duplicate', 'exhausted', 'expired', 'locked', 'orphan', 'rejected', 'released', 'replayed', 'revoked', 'stale', 'stored', 'taken', 'unknown', 'unprepared']) // biome-ignore format: one list
    expect([name, (answers.get(name) ?? 0) > 2]).toEqual([name, true]);
});

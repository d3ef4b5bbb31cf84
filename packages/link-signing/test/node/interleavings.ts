import { seededNumbers } from '@wardseal/testkit';
import { expect } from 'vitest';
import { createRedeemer, LinkError, type LinkStore, type Redeemer, type ReleaseOutcome } from '../../src/index.js';
import { world } from '../world.js';
import type { Stores } from './stores.js';

/** Thrown where a process would have died: no step after it runs. */
class Crash extends Error {}

interface Model {
  /** Openings that were counted, by the opener's number. */
  taken: Map<number, number>;
  revoked: boolean;
}

type Gate = () => Promise<void>;

/** A store whose every step first waits for its turn, and at which the process may die, before or after the step. */
function gated(
  store: LinkStore,
  gate: Gate,
  crash: (step: string) => 'before' | 'after' | null,
  revoked: () => boolean,
  releasedLate: () => void,
): LinkStore {
  return new Proxy(store, {
    get:
      (target, name: keyof LinkStore) =>
      async (...args: unknown[]) => {
        await gate();
        const when = crash(name);
        if (when === 'before') throw new Crash();
        // One that the store granted before may still be on its way back: what counts is when it was asked for.
        const late = revoked();
        const answer = await (target[name] as (...all: unknown[]) => unknown).apply(target, args);
        if (name === 'release' && (answer as ReleaseOutcome).outcome === 'released' && late) releasedLate();
        if (when === 'after') throw new Crash();
        return answer;
      },
  });
}

/**
 * Random interleavings of take, audit, release, revoke, retry and crash over one link at a time, against a plain model:
 * after a revoke has returned nothing is released; no use is counted twice, or above the limit, or for nothing but a crash.
 */
export async function interleave(stores: Stores, rounds: number, seed: string): Promise<Record<string, number>> {
  const draw = seededNumbers(seed);
  const below = (limit: number): number => draw() % limit;
  const seen: Record<string, number> = { released: 0, repeated: 0, crashed: 0, auditFailed: 0, revoked: 0, gone: 0 };
  const waiting: (() => void)[] = [];
  const gate: Gate = () => new Promise((resolve) => waiting.push(resolve));
  let free = true;
  let chaos = 0;
  const maybe: (step: string) => 'before' | 'after' | null = () =>
    below(100) < chaos ? (below(2) === 0 ? 'before' : 'after') : null;
  const step = async (): Promise<void> => (free ? undefined : gate());
  let model: Model = { taken: new Map(), revoked: false };
  let lateReleases = 0;
  const openers: Redeemer[] = await Promise.all(Array.from({ length: 4 }, () => createRedeemer()));

  const { issuer, request, redeem } = await world({
    store: gated(
      stores.store,
      step,
      (name) => (free || name === 'revoke' ? null : maybe(name)),
      () => model.revoked,
      () => {
        lateReleases += 1;
      },
    ),
    shares: stores.shares,
    seed,
    audit: async () => {
      await step();
      if (!free && below(100) < chaos) throw new Error('log is away');
    },
  });

  for (let round = 0; round < rounds; round++) {
    chaos = below(4) * 8;
    free = true;
    const of = 1 + below(3);
    const { cti } = await issuer.prepare();
    const { handle, id } = await issuer.grant(request({ cti, maxUses: of }));
    model = { taken: new Map(), revoked: false };
    free = false;

    const open = async (opener: number): Promise<void> => {
      try {
        const { use, repeated } = await redeem(handle, openers[opener]!);
        expect(use).toBe(model.taken.get(opener) ?? use);
        model.taken.set(opener, use);
        expect(use).toBeLessThanOrEqual(of);
        seen[repeated ? 'repeated' : 'released']! += 1;
      } catch (error) {
        const link = error as LinkError;
        if (!(link instanceof LinkError)) throw error;
        if (link.code === 'AUDIT_FAILED') seen['auditFailed']! += 1;
        else if (link.code === 'STORE_FAILED' && link.cause instanceof Crash) seen['crashed']! += 1;
        else if (link.code === 'LINK_GONE') seen['gone']! += 1;
        else throw error;
      }
    };
    const late: Promise<void>[] = [];
    const revoke = async (): Promise<void> => {
      await issuer.revoke({ id });
      model.revoked = true;
      seen['revoked']! += 1;
      // Nobody gets anything any more: not those who had it, not the new ones.
      free = true;
      for (const opener of openers) {
        const error = await redeem(handle, opener).then(
          () => null,
          (thrown: LinkError) => thrown,
        );
        expect(error?.reason).toBe('revoked');
      }
      expect(await stores.shares.get(cti)).toBeNull();
      free = false;
    };
    const tasks = Array.from({ length: 3 + below(4) }, () => () => open(below(openers.length)));
    if (below(2) === 0) tasks.splice(below(tasks.length + 1), 0, revoke);
    // Each task starts at a random moment, and at each moment one waiting step, drawn at random, goes on.
    let running = 0;
    while (tasks.length > 0 || running > 0) {
      if (tasks.length > 0 && below(3) === 0) {
        running += 1;
        late.push(tasks.shift()!().finally(() => (running -= 1)));
      } else if (waiting.length > 0) waiting.splice(below(waiting.length), 1)[0]!();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(late);

    free = true;
    const { used } = await issuer.inspect(handle);
    expect(lateReleases).toBe(0);
    const uses = [...model.taken.values()];
    expect(new Set(uses).size).toBe(uses.length);
    expect(used).toBeLessThanOrEqual(of);
    expect(used).toBeGreaterThanOrEqual(uses.length);
    if (!model.revoked && chaos === 0) expect(used).toBe(model.taken.size);
    // What a crash or a silent log left taken, its opener can still fetch: no use was lost, and none is gained.
    if (!model.revoked) {
      let opened = 0;
      for (const opener of openers) if (await redeem(handle, opener).then(() => true, () => false)) opened += 1; // biome-ignore format: one try each
      expect(opened).toBe(of);
      expect(await issuer.inspect(handle)).toMatchObject({ used: of, state: 'exhausted' });
    }
  }
  return seen;
}

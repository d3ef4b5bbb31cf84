import { seededNumbers } from '@wardseal/testkit';
import { describe, expect, test } from 'vitest';
import {
  delegate,
  encodeGrant,
  type LinkError,
  type LinkEvent,
  type LinkStore,
  memoryStore,
  replay,
} from '../../src/index.js';
import { forPerson, passedOn, person } from '../people.js';
import { refusal, type World, world } from '../world.js';
import { KINDS, withStores } from './stores.js';

/** Two stores that are told the same until the backup is taken: then the second one stays as it is. */
function teed(live: LinkStore, backup: LinkStore): { store: LinkStore; cut: () => void } {
  let whole = true;
  const store = new Proxy(live, {
    get:
      (target, name: keyof LinkStore) =>
      async (...args: unknown[]) => {
        const call = (on: LinkStore) => (on[name] as (...all: unknown[]) => unknown).apply(on, args);
        if (whole) await call(backup);
        return call(target);
      },
  });
  return {
    store,
    cut: () => {
      whole = false;
    },
  };
}

interface Minted {
  handle: string;
  id: Uint8Array;
  cti: Uint8Array;
  of: number;
  /** Whether the log has all that it takes to bring it back. */
  whole: boolean;
}

/** A random life of links, its events as an audit log has them, and a backup from its midst. */
async function history(w: World, cut: () => void, draw: () => number, steps: number) {
  const { issuer, request, redeem, redeemer, clock, seconds, events: openings } = w;
  const events: LinkEvent[] = [];
  const links: Minted[] = [];
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  for (let step = 0; step < steps; step++) {
    if (step === steps >> 1) cut();
    const link = links[draw() % Math.max(1, links.length)];
    const what = draw() % 8;
    clock.advance(1000 * (draw() % 40));
    if (!link || what < 2) {
      const [share, guarded, of] = [draw() % 3 === 0, draw() % 2 === 0, 1 + (draw() % 3)];
      const cti = share ? (await issuer.prepare()).cti : undefined;
      const passcode = guarded ? ({ binding: 'passcode', passcode: '483920' } as const) : {};
      const minted = await issuer.grant(request({ ...(cti && { cti }), ...passcode, maxUses: of, expires: seconds() + 80_000 })); // biome-ignore format: one request
      const { link: row } = (await w.store.read(minted.id))!;
      links.push({ handle: minted.handle, id: minted.id, cti: row.cti, of, whole: !share && !guarded });
      events.push({ type: 'link.create', grant: encodeGrant(minted.grant), share, at: seconds() });
    } else if (what === 2) {
      const links = (await issuer.revoke({ id: link.id })).map(hexOf);
      events.push({ type: 'link.revoke', links, at: seconds() });
    } else if (what < 5) {
      const error = await redeem(link.handle, await redeemer(), { passcode: 'not-this-one' }).then(() => null, (thrown: LinkError) => thrown); // biome-ignore format: one try
      if (error?.failures !== undefined)
        events.push({ type: 'link.passcode', link: hexOf(link.id), failures: error.failures });
    } else {
      await redeem(link.handle, await redeemer(), { passcode: '483920' }).catch(() => undefined);
    }
    events.push(...openings.splice(0));
  }
  return { links, events };
}

async function snapshot(store: LinkStore, links: readonly Minted[]) {
  return Promise.all(links.map(async ({ id }) => (await store.read(id))?.link));
}

describe.each(Object.keys(KINDS))('%s', (kind) => {
  test('after a restore every link is as the log says, or closed; whatever the order, and however often', () =>
    withStores(kind, (live) =>
      withStores(kind, async (restored) => {
        const draw = seededNumbers(`replay ${kind}`);
        const seen = { lost: 0, whole: 0, counted: 0, failures: 0, revoked: 0 };
        for (let round = 0; round < 10; round++) {
          const { store, cut } = teed(live.store, restored.store);
          const w = await world({ store, shares: live.shares, seed: `replay ${round}` });
          const { links, events } = await history(w, cut, draw, 40);
          const before = await snapshot(restored.store, links);
          // In any order, some twice; then all again.
          const shuffled = [...events, ...events.filter(() => draw() % 3 === 0)]
            .map((event) => [draw(), event] as const)
            .sort(([a], [b]) => a - b)
            .map(([, event]) => event);
          const { lost, unknown } = await replay(restored.store, live.shares, shuffled);
          const once = await snapshot(restored.store, links);
          await replay(restored.store, live.shares, events.toReversed());
          expect(await snapshot(restored.store, links)).toEqual(once);
          expect(unknown).toEqual([]);

          const wanted = await snapshot(live.store, links);
          for (const [i, link] of links.entries()) {
            const [is, was, should] = [once[i]!, before[i], wanted[i]!];
            if (lost.includes(Buffer.from(link.id).toString('hex'))) {
              expect([was === undefined || was.revokedAt !== null, link.whole, is.revokedAt !== null]).toEqual([true, false, true]); // biome-ignore format: three facts
              expect(await live.shares.get(link.cti)).toBeNull();
              seen.lost += 1;
              continue;
            }
            const { used, failures, revokedAt, grant } = should;
            expect(is).toMatchObject({ used, failures, revokedAt, grant });
            if (is.sealedShare !== null) expect(is.sealedShare).toEqual(should.sealedShare);
            seen.counted += used > (was?.used ?? 0) ? 1 : 0;
            seen.failures += failures > (was?.failures ?? 0) ? 1 : 0;
            seen.revoked += revokedAt !== null && was?.revokedAt === null ? 1 : 0;
            seen.whole += was === undefined ? 1 : 0;
          }
          // Before the backup and after it together, no link opens more often than it was granted.
          const again = await world({ store: restored.store, shares: live.shares, seed: `replay ${round}` });
          again.clock.set(w.clock.now());
          for (const [i, { handle, of }] of links.entries()) {
            let opened = once[i]!.used;
            for (let n = 0; n <= of; n++)
              await again.redeem(handle, await again.redeemer(), { passcode: '483920' }).then(
                () => (opened += 1),
                () => undefined,
              );
            expect(opened).toBeLessThanOrEqual(of);
          }
        }
        for (const [what, times] of Object.entries(seen)) expect([what, times > 2]).toEqual([what, true]);
      }),
    ));
});

test('what a replay does not know is told, and what is malformed changes nothing', () =>
  withStores('memory', async ({ store, shares }) => {
    const { issuer, request, seconds } = await world({ store, shares });
    const { id } = await issuer.grant(request());
    const link = Buffer.from(id).toString('hex');
    const nobody = 'ab'.repeat(32);
    const good: LinkEvent = { type: 'link.revoke', links: [link], at: seconds() };
    const bad: unknown[] = [
      { type: 'link.open', link: nobody, opening: 'short', at: seconds() },
      { type: 'link.create', grant: 'AAAA', share: false, at: seconds() },
      { type: 'link.passcode', link: nobody, failures: 0 },
      { type: 'link.other', link: nobody },
      null,
    ];
    for (const event of bad)
      expect((await refusal(replay(store, shares, [good, event as LinkEvent]))).code).toBe('EVENT_INVALID');
    expect((await store.read(id))?.link.revokedAt).toBeNull();
    const opened: LinkEvent = { type: 'link.open', link: nobody, opening: nobody, at: seconds() };
    expect(await replay(store, shares, [opened, good])).toEqual({ lost: [], unknown: [nobody] });
    expect((await store.read(id))?.link.revokedAt).toBe(seconds());
    expect(await replay(store, shares, [])).toEqual({ lost: [], unknown: [] });
  }));

test('what was passed on from a link that cannot be brought back is named as lost with it', () =>
  withStores('memory', async ({ store, shares }) => {
    const w = await world({ store, shares });
    const { cti } = await w.issuer.prepare();
    const [ada, bob] = [await person(w), await person(w)];
    const root = await w.issuer.grant(w.request({ ...forPerson(ada), ...passedOn, cti, maxUses: 3 }));
    const child = await w.issuer.adopt(await delegate(root.grant, forPerson(bob), ada.key, { now: w.seconds() }));
    const created = ({ grant }: { grant: Uint8Array }, share: boolean): LinkEvent => ({
      type: 'link.create',
      grant: encodeGrant(grant),
      share,
      at: w.seconds(),
    });
    const ids = [root.id, child.id].map((id) => Buffer.from(id).toString('hex')).sort();
    for (const events of [
      [created(root, true), created(child, false)],
      [created(child, false), created(root, true)],
    ]) {
      const restored = memoryStore();
      const { lost } = await replay(restored, shares, events);
      expect(lost.toSorted()).toEqual(ids);
      expect((await restored.read(child.id))?.link.revokedAt).toBe(w.seconds());
    }
  }));

import { seededRandom } from '@wardseal/testkit';
import { describe, expect, test } from 'vitest';
import type { LinkStore, NewLink, Take } from '../../src/index.js';
import { KINDS, withStores } from './stores.js';

const random = seededRandom('conformance');
const NOW = 1_000_000;

function newLink(changes: Partial<NewLink> = {}): NewLink {
  return {
    id: random(32),
    cti: random(32),
    grant: random(200),
    object: random(32),
    recipient: null,
    issuerUser: random(32),
    parent: null,
    expires: NOW + 1000,
    maxUses: 1,
    passcode: null,
    withShare: false,
    ...changes,
  };
}

async function put(store: LinkStore, changes: Partial<NewLink> = {}): Promise<NewLink> {
  const link = newLink(changes);
  expect(await store.put(link, NOW)).toBe('stored');
  return link;
}

function takeOf(chain: readonly NewLink[], changes: Partial<Take> = {}): Take {
  return {
    chain: chain.map(({ id }) => id),
    key: random(32),
    sealed: random(100),
    now: NOW,
    window: 60,
    failureLimit: 5,
    ...changes,
  };
}

describe.each(Object.keys(KINDS))('%s', (kind) => {
  const run = (body: (store: LinkStore) => Promise<void>) => () => withStores(kind, ({ store }) => body(store));

  test(
    'keeps what it is given',
    run(async (store) => {
      const link = await put(store, { recipient: random(16), passcode: random(60) });
      const { withShare, ...facts } = link;
      expect(withShare).toBe(false);
      expect((await store.read(link.id))?.link).toMatchObject({
        ...facts,
        sealedShare: null,
        used: 0,
        failures: 0,
        revokedAt: null,
      });
      expect((await store.read(link.id))?.taken).toBe(false);
      expect(await store.read(random(32))).toBeNull();
    }),
  );

  test(
    'moves a prepared share into its link, once and in time',
    run(async (store) => {
      const share = { cti: random(32), sealedShare: random(48), expires: NOW + 10 };
      await store.prepare(share);
      await expect(store.prepare(share)).rejects.toThrow();
      const link = newLink({ cti: share.cti, withShare: true });
      expect(await store.put(link, NOW + 10)).toBe('unprepared');
      expect(await store.put(link, NOW + 9)).toBe('stored');
      expect((await store.read(link.id))?.link.sealedShare).toEqual(share.sealedShare);
      expect(await store.put(link, NOW)).toBe('duplicate');
      expect(await store.put(newLink({ cti: share.cti, withShare: true }), NOW)).toBe('duplicate');
      expect(await store.put(newLink({ withShare: true }), NOW)).toBe('unprepared');
      await expect(store.prepare(share)).rejects.toThrow();
    }),
  );

  test(
    'keeps a prepared share from a link that asks for none',
    run(async (store) => {
      const share = { cti: random(32), sealedShare: random(48), expires: NOW + 10 };
      await store.prepare(share);
      // Who delegates chooses the `cti`, and may have seen it in a file.
      expect(await store.put(newLink({ cti: share.cti }), NOW)).toBe('duplicate');
      expect(await store.put(newLink({ cti: share.cti, withShare: true }), NOW)).toBe('stored');
      const late = { ...share, cti: random(32) };
      await store.prepare(late);
      expect(await store.put(newLink({ cti: late.cti }), NOW + 10)).toBe('stored');
    }),
  );

  test(
    'counts to the limit and forgets the sealed share with the last use',
    run(async (store) => {
      const share = { cti: random(32), sealedShare: random(48), expires: NOW + 10 };
      await store.prepare(share);
      const link = await put(store, { cti: share.cti, withShare: true, maxUses: 2 });
      expect(await store.take(takeOf([link]))).toEqual({ outcome: 'taken', use: 1, of: 2, repeated: false });
      expect((await store.read(link.id))?.link.sealedShare).toEqual(share.sealedShare);
      expect(await store.take(takeOf([link]))).toEqual({ outcome: 'taken', use: 2, of: 2, repeated: false });
      expect((await store.read(link.id))?.link).toMatchObject({ used: 2, sealedShare: null });
      expect(await store.take(takeOf([link]))).toEqual({ outcome: 'refused', reason: 'exhausted' });
      expect((await store.read(link.id))?.link.used).toBe(2);
    }),
  );

  test(
    'refuses with the reason',
    run(async (store) => {
      const [link, revoked, locked] = [await put(store), await put(store), await put(store)];
      await store.revoke({ id: revoked.id }, NOW);
      for (let i = 0; i < 5; i++) {
        expect(await store.attempt(locked.id, 5)).toBe(true);
        await store.judge(locked.id, false);
      }
      const reason = async (take: Take) => {
        const taken = await store.take(take);
        return taken.outcome === 'refused' ? taken.reason : taken.outcome;
      };
      expect(await reason(takeOf([newLink()]))).toBe('unknown');
      expect(await reason(takeOf([revoked]))).toBe('revoked');
      expect(await reason(takeOf([locked]))).toBe('locked');
      expect(await reason(takeOf([link], { now: NOW + 1000 }))).toBe('expired');
      expect(await reason(takeOf([link], { sealed: null }))).toBe('stale');
      expect((await store.read(link.id))?.link.used).toBe(0);
      expect(await reason(takeOf([link], { now: NOW + 999 }))).toBe('taken');
    }),
  );

  test(
    'knows the same opening again, within its window',
    run(async (store) => {
      const link = await put(store, { maxUses: 1 });
      const first = takeOf([link]);
      await store.take(first);
      expect((await store.read(link.id, first.key))?.taken).toBe(true);
      expect((await store.read(link.id, random(32)))?.taken).toBe(false);
      const again = { ...first, sealed: random(100) };
      expect(await store.take({ ...again, now: NOW + 59 })).toEqual({
        outcome: 'taken',
        use: 1,
        of: 1,
        repeated: true,
      });
      expect(await store.release(link.id, first.key, NOW + 59, 60)).toEqual({
        outcome: 'released',
        sealed: first.sealed,
      });
      expect(await store.take({ ...again, now: NOW + 60 })).toEqual({ outcome: 'refused', reason: 'stale' });
      expect(await store.release(link.id, first.key, NOW + 60, 60)).toEqual({ outcome: 'refused', reason: 'stale' });
      expect(await store.release(link.id, random(32), NOW, 60)).toEqual({ outcome: 'refused', reason: 'unknown' });
      expect(await store.release(random(32), first.key, NOW, 60)).toEqual({ outcome: 'refused', reason: 'unknown' });
    }),
  );

  test(
    'releases nothing of what is revoked or expired',
    run(async (store) => {
      const link = await put(store, { maxUses: 2, expires: NOW + 30 });
      const [open, done] = [takeOf([link]), takeOf([link])];
      await store.take(open);
      await store.take(done);
      expect((await store.release(link.id, done.key, NOW, 60)).outcome).toBe('released');
      expect(await store.release(link.id, done.key, NOW + 30, 60)).toEqual({ outcome: 'refused', reason: 'expired' });
      expect(await store.revoke({ id: link.id }, NOW)).toEqual([{ id: link.id, cti: link.cti }]);
      for (const { key } of [open, done]) {
        expect(await store.release(link.id, key, NOW, 60)).toEqual({ outcome: 'refused', reason: 'revoked' });
        expect(await store.take({ ...open, key })).toEqual({ outcome: 'refused', reason: 'revoked' });
      }
    }),
  );

  test(
    'revokes by each field, keeps the first time, and tells again',
    run(async (store) => {
      const [object, recipient, issuerUser] = [random(32), random(16), random(32)];
      const a = await put(store, { object, recipient, issuerUser });
      const b = await put(store, { object });
      const c = await put(store);
      const ids = async (by: Parameters<LinkStore['revoke']>[0], now = NOW) =>
        (await store.revoke(by, now)).map(({ id }) => Buffer.from(id).toString('hex')).sort();
      const hexes = (...links: NewLink[]) => links.map(({ id }) => Buffer.from(id).toString('hex')).sort();
      expect(await ids({ recipient })).toEqual(hexes(a));
      expect(await ids({ object }, NOW + 5)).toEqual(hexes(a, b));
      expect(await ids({ issuerUser })).toEqual(hexes(a));
      expect(await ids({ object: random(32) })).toEqual([]);
      expect((await store.read(a.id))?.link.revokedAt).toBe(NOW);
      expect((await store.read(b.id))?.link.revokedAt).toBe(NOW + 5);
      expect((await store.read(c.id))?.link.revokedAt).toBeNull();
    }),
  );

  test(
    'takes from a whole chain or from none of it, and revokes a subtree',
    run(async (store) => {
      const root = await put(store, { maxUses: 3 });
      const child = await put(store, { maxUses: 5, parent: root.id });
      const leaf = await put(store, { maxUses: 2, parent: child.id });
      const used = async () =>
        Promise.all([root, child, leaf].map(async ({ id }) => (await store.read(id))?.link.used));
      expect(await store.take(takeOf([leaf, child, root]))).toMatchObject({ use: 1, of: 2 });
      expect(await store.take(takeOf([child, root]))).toMatchObject({ use: 2, of: 5 });
      expect(await store.take(takeOf([leaf, child, root]))).toMatchObject({ use: 2, of: 2 });
      expect(await used()).toEqual([3, 3, 2]);
      expect(await store.take(takeOf([child, root]))).toEqual({ outcome: 'refused', reason: 'exhausted' });
      expect(await used()).toEqual([3, 3, 2]);
      expect(await store.revoke({ id: child.id }, NOW)).toHaveLength(2);
      expect((await store.read(root.id))?.link.revokedAt).toBeNull();
      expect((await store.read(leaf.id))?.link.revokedAt).toBe(NOW);
      expect(await store.take(takeOf([newLink(), root]))).toEqual({ outcome: 'refused', reason: 'unknown' });
    }),
  );

  test(
    'reads a link with its ancestors up to the root in one call',
    run(async (store) => {
      const root = await put(store);
      const child = await put(store, { parent: root.id, recipient: random(32), passcode: random(60) });
      const leaf = await put(store, { parent: child.id });
      const take = takeOf([leaf, child, root]);
      await store.take(take);
      const found = await store.read(leaf.id, take.key);
      expect(found).toMatchObject({ link: { id: leaf.id, parent: child.id, used: 1 }, taken: true });
      expect(found?.ancestors).toEqual([(await store.read(child.id))?.link, (await store.read(root.id))?.link]);
      expect(found?.ancestors).toMatchObject([
        { id: child.id, parent: root.id },
        { id: root.id, parent: null },
      ]);
      expect(await store.read(child.id, take.key)).toMatchObject({ ancestors: [{ id: root.id }], taken: false });
      expect((await store.read(root.id))?.ancestors).toEqual([]);
    }),
  );

  test(
    'takes no child without a living parent',
    run(async (store) => {
      const root = await put(store);
      const child = await put(store, { parent: root.id });
      expect(await store.put(newLink({ parent: random(32) }), NOW)).toBe('orphan');
      await store.revoke({ id: root.id }, NOW);
      for (const { id } of [root, child]) expect(await store.put(newLink({ parent: id }), NOW)).toBe('orphan');
      expect(await store.put({ ...child, parent: root.id }, NOW)).toBe('duplicate');
      const share = { cti: random(32), sealedShare: random(48), expires: NOW + 10 };
      await store.prepare(share);
      expect(await store.put(newLink({ cti: share.cti, withShare: true, parent: root.id }), NOW)).toBe('orphan');
      expect(await store.put(newLink({ cti: share.cti, withShare: true }), NOW)).toBe('stored');
    }),
  );

  test(
    'refuses a chain for whichever link of it is dead, and takes nothing then',
    run(async (store) => {
      const root = await put(store, { maxUses: 9 });
      const child = await put(store, { maxUses: 9, parent: root.id, expires: NOW + 50 });
      const leaf = await put(store, { maxUses: 9, parent: child.id });
      const chain = [leaf, child, root];
      expect(await store.take(takeOf(chain, { now: NOW + 50 }))).toEqual({ outcome: 'refused', reason: 'expired' });
      const proof = { id: random(32), until: NOW + 100 };
      await store.take(takeOf([root], { proof }));
      expect(await store.take(takeOf(chain, { proof }))).toEqual({ outcome: 'refused', reason: 'replayed' });
      for (let i = 1; i <= 5; i++) {
        await store.attempt(root.id, 5);
        expect(await store.judge(root.id, false)).toBe(i);
      }
      expect(await store.take(takeOf(chain))).toEqual({ outcome: 'refused', reason: 'locked' });
      await store.revoke({ id: child.id }, NOW);
      expect(await store.take(takeOf(chain))).toEqual({ outcome: 'refused', reason: 'revoked' });
      const used = await Promise.all(chain.map(async ({ id }) => (await store.read(id))?.link.used));
      expect(used).toEqual([0, 0, 1]);
    }),
  );

  test(
    'cancels with a parent what its descendants were about to release',
    run(async (store) => {
      const root = await put(store, { maxUses: 9 });
      const leaf = await put(store, { maxUses: 9, parent: root.id });
      const take = takeOf([leaf, root]);
      await store.take(take);
      await store.revoke({ object: root.object }, NOW);
      expect(await store.release(leaf.id, take.key, NOW, 60)).toEqual({ outcome: 'refused', reason: 'revoked' });
    }),
  );

  test(
    'sees a proof once, and only spends it with the use',
    run(async (store) => {
      const link = await put(store, { maxUses: 3 });
      const full = await put(store, { maxUses: 1 });
      await store.take(takeOf([full]));
      const proof = { id: random(32), until: NOW + 100 };
      expect(await store.take(takeOf([full], { proof }))).toEqual({ outcome: 'refused', reason: 'exhausted' });
      const first = takeOf([link], { proof });
      expect((await store.take(first)).outcome).toBe('taken');
      expect(await store.take(takeOf([link], { proof }))).toEqual({ outcome: 'refused', reason: 'replayed' });
      expect(await store.take(first)).toMatchObject({ use: 1, repeated: true });
      expect((await store.read(link.id))?.link.used).toBe(1);
      await store.sweep(NOW + 100, 60, async () => undefined);
      expect((await store.take(takeOf([link], { proof, now: NOW + 100 }))).outcome).toBe('taken');
    }),
  );

  test(
    'reserves passcode attempts: wrong and pending ones together never pass the limit',
    run(async (store) => {
      const { id } = await put(store);
      const attempts = await Promise.all(Array.from({ length: 9 }, () => store.attempt(id, 5)));
      expect(attempts.filter((granted) => granted)).toHaveLength(5);
      expect(await store.judge(id, true)).toBe(0);
      expect((await store.read(id))?.link.failures).toBe(0);
      expect(await store.attempt(id, 5)).toBe(true);
      for (let i = 1; i <= 5; i++) expect(await store.judge(id, false)).toBe(i);
      expect(await store.judge(id, false)).toBe(5); // none is reserved any more
      expect((await store.read(id))?.link.failures).toBe(5);
      expect(await store.attempt(id, 5)).toBe(false);
      expect(await store.attempt(random(32), 5)).toBe(false);
    }),
  );

  test(
    'sweeps what is past, tells each dead link once, and again when destroying failed',
    run(async (store) => {
      const share = { cti: random(32), sealedShare: random(48), expires: NOW + 10 };
      await store.prepare(share);
      const spent = await put(store);
      const revoked = await put(store);
      const expired = await put(store, { expires: NOW + 60 });
      const live = await put(store, { maxUses: 2 });
      const [a, b] = [takeOf([spent]), takeOf([live])];
      await store.take(a);
      await store.take(b);
      await store.revoke({ id: revoked.id }, NOW);
      const told: string[] = [];
      const destroy = async (ctis: readonly Uint8Array[]) => {
        told.push(...ctis.map((cti) => Buffer.from(cti).toString('hex')));
      };
      await expect(store.sweep(NOW + 60, 60, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
      await store.sweep(NOW + 60, 60, destroy);
      expect(told.sort()).toEqual([spent, revoked, expired].map(({ cti }) => Buffer.from(cti).toString('hex')).sort());
      await store.sweep(NOW + 60, 60, destroy);
      expect(told).toHaveLength(3);
      expect(await store.release(live.id, b.key, NOW, 60)).toEqual({ outcome: 'refused', reason: 'stale' });
      expect(await store.put(newLink({ cti: share.cti, withShare: true }), NOW)).toBe('unprepared');
    }),
  );

  test('the erase store keeps, renews, destroys and expires keys', () =>
    withStores(kind, async ({ shares }) => {
      const [a, b, c] = [random(32), random(32), random(32)];
      const key = random(32);
      await shares.put(a, key, NOW + 10);
      await shares.put(b, random(32), NOW + 10);
      await shares.put(c, random(32), NOW + 10);
      await expect(shares.put(a, random(32), NOW)).rejects.toThrow();
      expect(await shares.get(a)).toEqual(key);
      expect(await shares.get(random(32))).toBeNull();
      expect(await shares.renew(b, NOW + 20)).toBe(true);
      expect(await shares.renew(random(32), NOW + 20)).toBe(false);
      await shares.destroy([a, random(32)]);
      await shares.destroy([]);
      expect(await shares.get(a)).toBeNull();
      await shares.expire(NOW + 10);
      expect([await shares.get(b), await shares.get(c)]).toEqual([expect.any(Uint8Array), null]);
    }));
});

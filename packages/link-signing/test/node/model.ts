import { hex } from '@wardseal/primitives';
import type { LinkStore, NewLink, RefusedReason, StoredLink } from '../../src/index.js';

interface TakeRecord {
  chain: string[];
  key: string;
  use: number;
  at: number;
  sealed: Uint8Array;
  /** When the answer was deleted, if it was. */
  deleted: boolean;
  released: boolean;
  cancelled: boolean;
}

/**
 * What a link store is to do, said as plainly as can be: it keeps what happened and counts anew whenever it is asked.
 * Slow, for tests; the stores are held against it.
 */
export function modelStore(): LinkStore {
  const prepared = new Map<string, { sealedShare: Uint8Array; expires: number }>();
  const links = new Map<string, NewLink & { share: Uint8Array | null; revokedAt: number | null; told: boolean }>();
  const takes: TakeRecord[] = [];
  const attempts: { id: string; state: 'reserved' | 'wrong' | 'right' }[] = [];
  const proofs = new Map<string, number>();

  const used = (id: string): number => takes.filter(({ chain }) => chain.includes(id)).length;
  const count = (id: string, ...states: string[]): number =>
    attempts.filter((one) => one.id === id && states.includes(one.state)).length;
  const refusal = (id: string, now: number, limit: number): RefusedReason | null => {
    const link = links.get(id);
    if (!link) return 'unknown';
    if (link.revokedAt !== null) return 'revoked';
    if (link.expires <= now) return 'expired';
    if (count(id, 'wrong') >= limit) return 'locked';
    return used(id) >= link.maxUses ? 'exhausted' : null;
  };
  const stored = (id: string): StoredLink => {
    const { withShare: _, share, told, ...facts } = links.get(id)!;
    const dead = used(id) >= facts.maxUses || facts.revokedAt !== null || told;
    return { ...facts, used: used(id), failures: count(id, 'wrong'), sealedShare: dead ? null : share };
  };
  const above = (id: string): string[] => {
    const parent = links.get(id)?.parent;
    return parent ? [hex(parent), ...above(hex(parent))] : [];
  };
  const find = (id: string, key: string): TakeRecord | undefined =>
    takes.find((take) => take.chain[0] === id && take.key === key);

  return {
    async prepare({ cti, sealedShare, expires }) {
      if (prepared.has(hex(cti)) || [...links.values()].some((link) => hex(link.cti) === hex(cti)))
        throw new Error('cti is there already');
      prepared.set(hex(cti), { sealedShare, expires });
    },
    async put(link, now) {
      const [id, cti] = [hex(link.id), hex(link.cti)];
      if ([...links.values()].some((one) => hex(one.id) === id || hex(one.cti) === cti)) return 'duplicate';
      const parent = link.parent && links.get(hex(link.parent));
      if (link.parent && (!parent || parent.revokedAt !== null)) return 'orphan';
      const waiting = prepared.get(cti);
      const waits = waiting !== undefined && waiting.expires > now;
      if (waits !== link.withShare) return waits ? 'duplicate' : 'unprepared';
      prepared.delete(cti);
      links.set(id, { ...link, share: link.withShare ? waiting!.sealedShare : null, revokedAt: null, told: false });
      return 'stored';
    },
    async read(id, key) {
      if (!links.has(hex(id))) return null;
      const taken = key !== undefined && find(hex(id), hex(key)) !== undefined;
      return { link: stored(hex(id)), ancestors: above(hex(id)).slice(0, 4).map(stored), taken };
    },
    async attempt(id, limit) {
      if (!links.has(hex(id)) || count(hex(id), 'wrong', 'reserved') >= limit) return false;
      attempts.push({ id: hex(id), state: 'reserved' });
      return true;
    },
    async judge(id, right) {
      const open = attempts.find((one) => one.id === hex(id) && one.state === 'reserved');
      if (open) open.state = right ? 'right' : 'wrong';
      return count(hex(id), 'wrong');
    },
    async take({ chain, key, sealed, now, window, failureLimit, proof }) {
      const ids = chain.map(hex);
      const of = links.get(ids[0]!)?.maxUses ?? 0;
      const reason = ids.map((id) => refusal(id, now, failureLimit)).find((one) => one !== null);
      const before = find(ids[0]!, hex(key));
      if (before) {
        if (reason && reason !== 'exhausted') return { outcome: 'refused', reason };
        if (before.cancelled || before.at + window <= now) return { outcome: 'refused', reason: 'stale' };
        return { outcome: 'taken', use: before.use, of, repeated: true };
      }
      if (reason) return { outcome: 'refused', reason };
      if (sealed === null) return { outcome: 'refused', reason: 'stale' };
      if (proof && proofs.has(hex(proof.id))) return { outcome: 'refused', reason: 'replayed' };
      if (proof) proofs.set(hex(proof.id), proof.until);
      const use = used(ids[0]!) + 1;
      takes.push({
        chain: ids,
        key: hex(key),
        use,
        at: now,
        sealed,
        deleted: false,
        released: false,
        cancelled: false,
      });
      return { outcome: 'taken', use, of, repeated: false };
    },
    async release(id, key, now, window) {
      const take = find(hex(id), hex(key));
      const link = links.get(hex(id));
      if (!take || !link) return { outcome: 'refused', reason: 'unknown' };
      if (link.revokedAt !== null) return { outcome: 'refused', reason: 'revoked' };
      if (link.expires <= now) return { outcome: 'refused', reason: 'expired' };
      if (take.cancelled || take.deleted || take.at + window <= now) return { outcome: 'refused', reason: 'stale' };
      take.released = true;
      return { outcome: 'released', sealed: take.sealed };
    },
    async revoke(by, now) {
      const [field, value] = Object.entries(by)[0] as ['object', Uint8Array];
      const matches = (id: string): boolean => {
        const own = links.get(id)![field];
        return own !== null && hex(own) === hex(value);
      };
      const found = [...links.keys()].filter((id) => [id, ...above(id)].some(matches));
      for (const id of found) links.get(id)!.revokedAt ??= now;
      for (const take of takes.filter(({ chain }) => found.includes(chain[0]!))) {
        take.cancelled ||= !take.released;
        take.deleted = true;
      }
      return found.map((id) => links.get(id)!).map(({ id, cti }) => ({ id, cti }));
    },
    async sweep(now, window, destroy) {
      for (const take of takes) if (take.at + window <= now) take.deleted = true;
      for (const [cti, { expires }] of prepared) if (expires <= now) prepared.delete(cti);
      for (const [id, until] of proofs) if (until <= now) proofs.delete(id);
      const dead = [...links.entries()].filter(
        ([id, { told, maxUses, revokedAt, expires }]) =>
          !told && (used(id) >= maxUses || revokedAt !== null || expires <= now),
      );
      await destroy(dead.map(([, { cti }]) => cti));
      for (const [, link] of dead) link.told = true;
    },
  };
}

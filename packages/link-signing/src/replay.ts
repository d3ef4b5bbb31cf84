import { fromHex, hex } from '@wardseal/primitives';
import * as z from 'zod/mini';
import type { Claims } from './claims.js';
import { LinkError } from './errors.js';
import { claimsOf, decodeGrant, grantId } from './grant.js';
import { stored } from './guard.js';
import type { EraseStore, LinkStore } from './store.js';

/**
 * What an audit log must say of links so that their store can be rebuilt from a backup; times are whole seconds since
 * 1970, ids hexadecimal. Further fields are allowed and not read: an `OpenEvent` is a `link.open` as it stands.
 */
export type LinkEvent =
  /** A link was minted, or a delegated one adopted. `grant`: see `encodeGrant`; `share`: whether it was prepared, so that the server holds a share. */
  | { readonly type: 'link.create'; readonly grant: string; readonly share: boolean; readonly at: number }
  /** `link.upload`: a picture came by the link; an `UploadEvent` is one as it stands. */
  | { readonly type: 'link.open' | 'link.upload'; readonly link: string; readonly opening: string; readonly at: number }
  /** `failures`: of the `LinkError` that told of the wrong passcode. */
  | { readonly type: 'link.passcode'; readonly link: string; readonly failures: number }
  /** `links`: what `issuer.revoke` resolved to. */
  | { readonly type: 'link.revoke'; readonly links: readonly string[]; readonly at: number };

/** What `replay` could not bring back; ids as hexadecimal digits. */
export interface Replayed {
  /**
   * Minted after the backup, and what they need (passcode or share) is not in the log: they are revoked, with those delegated
   * from them. Send new ones.
   */
  lost: string[];
  /**
   * Opened, guessed at or revoked, and neither in the backup nor minted in the events: the events do not reach back far enough.
   * Serve only once this is empty: a delegated link among them could be adopted again as if nothing had happened.
   */
  unknown: string[];
}

const id = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const at = z.int().check(z.gte(0), z.lte(0xffff_ffff));
const eventSchema = z.array(
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('link.create'), grant: z.string(), share: z.boolean(), at }),
    z.object({ type: z.literal('link.open'), link: id, opening: id, at }),
    z.object({ type: z.literal('link.upload'), link: id, opening: id, at }),
    z.object({ type: z.literal('link.passcode'), link: id, failures: z.int().check(z.gte(1), z.lte(1000)) }),
    z.object({ type: z.literal('link.revoke'), links: z.array(id), at }),
  ]),
);

/** An opening that was counted once is counted whatever was guessed since. The largest that every store can compare with. */
const NEVER_LOCKED = 0x7fff_ffff;
/** What stands for an answer that only its opener's connection ever had; swept before `replay` resolves. */
const NO_ANSWER = new Uint8Array(0);

interface Minted {
  readonly id: Uint8Array<ArrayBuffer>;
  readonly grant: Uint8Array<ArrayBuffer>;
  readonly claims: Claims;
  readonly share: boolean;
  readonly at: number;
}

/**
 * Brings a link store that was restored from a backup up to the audit log, before it serves: links minted since are there
 * again, uses that were taken since are taken, wrong passcodes counted, revoked links revoked, and shares of dead links
 * destroyed. What cannot be brought back ends closed. Every answer still kept is deleted.
 *
 * @param store the restored store, which nobody else uses meanwhile
 * @param shares the erase store, restored or not
 * @param events all link events since the moment of the backup; older ones, repeated ones and any order do no harm, and
 *   doing it all again changes nothing
 * @returns links that must be sent anew, and links that the events do not explain
 * @throws LinkError `EVENT_INVALID` when an event is not of a known form: nothing was changed
 * @throws LinkError `STORE_FAILED`: do it again
 * @example const { lost } = await replay(store, shares, eventsSinceBackup);
 */
export async function replay(store: LinkStore, shares: EraseStore, events: Iterable<LinkEvent>): Promise<Replayed> {
  const parsed = eventSchema.safeParse([...events]);
  if (!parsed.success) throw new LinkError('EVENT_INVALID', 'a link event is not of a known form');
  // What reads the time comes in its order; the rest in any.
  const all = parsed.data.toSorted((a, b) => ('at' in a ? a.at : 0) - ('at' in b ? b.at : 0));
  const of = <T extends LinkEvent['type']>(type: T) => all.filter((one) => one.type === type) as Extract<(typeof all)[number], { type: T }>[]; // biome-ignore format: one filter
  const minted = of('link.create').map(({ grant, share, at }) => ({ ...readGrantOf(grant), share, at }));
  const unknown = new Set<string>();

  await mint(store, minted);
  const taken = [...of('link.open'), ...of('link.upload')];
  for (const { link, opening, at } of taken) if (!(await open(store, link, opening, at))) unknown.add(link);
  for (const { link, failures } of of('link.passcode')) {
    const linkId = bytes(link);
    if ((await stored(() => store.read(linkId))) === null) unknown.add(link);
    // Up to the number that was reached then, not one more for each time it is told.
    while (await stored(() => store.attempt(linkId, failures))) await stored(() => store.judge(linkId, false));
  }
  const revoked = new Set<string>();
  for (const { links, at } of of('link.revoke'))
    for (const link of links) {
      const found = await stored(() => store.revoke({ id: bytes(link) }, at));
      if (found.length === 0) unknown.add(link);
      for (const one of found) revoked.add(hex(one.id));
      await stored(() => shares.destroy(found.map(({ cti }) => cti)));
    }

  const lost = new Set<string>();
  for (const one of minted)
    if (!revoked.has(hex(one.id)) && !(await isWhole(store, shares, one))) {
      lost.add(hex(one.id));
      await stored(() => shares.destroy([one.claims.cti]));
      // What was passed on from it goes with it, and is lost unless it was over.
      for (const { id } of await stored(() => store.revoke({ id: one.id }, one.at))) {
        const { link } = (await stored(() => store.read(id)))!;
        if (link.used < link.maxUses && !revoked.has(hex(id))) lost.add(hex(id));
      }
    }
  // A restored erase store may hold a key again that the link store knows to be destroyed.
  for (const link of new Set(taken.map(({ link }) => link))) await bury(store, shares, bytes(link));
  const latest = Math.max(-1, ...all.map((one) => ('at' in one ? one.at : -1)));
  if (latest >= 0) await stored(() => store.sweep(latest, 0, (ctis) => shares.destroy(ctis)));
  return { lost: [...lost], unknown: [...unknown] };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return fromHex(text)!;
}

function readGrantOf(text: string): Pick<Minted, 'id' | 'grant' | 'claims'> {
  try {
    const grant = decodeGrant(text);
    // Its signature is checked whenever the link is opened: a forged one makes a row that opens nothing.
    return { grant, id: grantId(grant), claims: claimsOf(grant) };
  } catch (cause) {
    throw new LinkError('EVENT_INVALID', 'a link event holds no grant', { cause });
  }
}

/** Stores what is not there yet, parents first. */
async function mint(store: LinkStore, minted: readonly Minted[]): Promise<void> {
  let rest = minted;
  for (let before = -1; rest.length > 0 && rest.length !== before; ) {
    before = rest.length;
    const orphans: Minted[] = [];
    for (const one of rest) {
      const { id, grant, claims, share, at } = one;
      const link = {
        id,
        cti: claims.cti,
        grant,
        object: claims.object,
        recipient: claims.recipient ?? null,
        issuerUser: claims.issuerUser,
        parent: claims.delegation?.parent ?? null,
        expires: claims.expires,
        maxUses: claims.maxUses,
        passcode: null,
        withShare: share,
      };
      let outcome = await stored(() => store.put(link, at));
      if (outcome === 'unprepared') outcome = await stored(() => store.put({ ...link, withShare: false }, at));
      if (outcome === 'orphan') orphans.push(one);
    }
    rest = orphans;
  }
}

/** Counts an opening, unless it is counted already; false when there is no such link. */
async function open(store: LinkStore, link: string, opening: string, at: number): Promise<boolean> {
  const found = await stored(() => store.read(bytes(link)));
  if (found === null) return false;
  await stored(() =>
    store.take({
      chain: [found.link, ...found.ancestors].map(({ id }) => id),
      key: bytes(opening),
      sealed: NO_ANSWER,
      now: at,
      window: 0,
      failureLimit: NEVER_LOCKED,
    }),
  );
  return true;
}

/** Whether a minted link has all it needs to open, or needs nothing any more because it is used up. */
async function isWhole(store: LinkStore, shares: EraseStore, { id, claims, share }: Minted): Promise<boolean> {
  const found = await stored(() => store.read(id));
  if (found === null) return false;
  const { link } = found;
  if (link.revokedAt === null && link.used >= link.maxUses) return true;
  if (claims.binding === 'passcode' && link.passcode === null) return false;
  return !share || (link.sealedShare !== null && (await stored(() => shares.renew(link.cti, link.expires))));
}

/** Destroys the shares of a link and its ancestors that are used up. */
async function bury(store: LinkStore, shares: EraseStore, id: Uint8Array): Promise<void> {
  const found = await stored(() => store.read(id));
  if (found === null) return;
  const dead = [found.link, ...found.ancestors].filter(({ used, maxUses }) => used >= maxUses);
  await stored(() => shares.destroy(dead.map(({ cti }) => cti)));
}

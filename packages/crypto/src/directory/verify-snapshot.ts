import { bytes, checkText, text } from '../checks.js';
import { SealError } from '../errors.js';
import type { Directory } from '../keys/directory-entry.js';
import { parseSigningPublicKey } from '../keys/signing-key.js';
import { MAX_CLOCK_SKEW_SECONDS } from '../limits.js';
import { verifyStatement } from '../statement.js';
import { nowOf } from '../time.js';
import { type Delegation, readDelegation } from './delegation.js';
import { directoryOf, linesOf } from './directory.js';
import { checkCount, checkEntries, invalid, type Listed } from './entries.js';
import { checkCovered, copySnapshot, decodeEntries, digestText, type SnapshotHead, splitSnapshot } from './snapshot.js';

/** What a client keeps of the last directory that it verified, or that directory itself. */
export type SeenDirectory = Pick<Directory, 'organisation' | 'rootThumbprint' | 'epoch' | 'delegatedAt' | 'digest'>;

/** What a snapshot is judged by. */
export interface VerifySnapshotOptions {
  /** Thumbprint of the organisation root as it was pinned at enrolment. */
  readonly rootThumbprint: string;
  /** When given, another organisation's snapshot is refused even if the same root delegated it. */
  readonly organisation?: string;
  /** The highest epoch seen so far: a lower one is refused. */
  readonly notBelowEpoch?: number;
  /** `digest` that the snapshot must name as the one before it: for who reads every single snapshot. */
  readonly previous?: string;
  /**
   * The last directory seen, or what was kept of it: refuses a lower epoch, another snapshot of the same epoch, a next one that
   * does not follow it, and an earlier delegation. A directory verified here also saves checking again the proofs of entries
   * that are the same.
   */
  readonly since?: SeenDirectory;
  /** Seconds since 1970 (default: the clock). */
  readonly now?: number;
}

/**
 * Verifies a snapshot of the signed directory against the pinned root, from the delegation to every person's own proof, and gives
 * the directory it says. Anybody can verify; `seal`, `open` and the custodian's acts take the result.
 *
 * `snapshot` is bytes as `signSnapshot` gave them, at most 256 MiB. Entries of the result are frozen. Every proof of
 * possession is verified at once, never later: 20,000 people take some seconds the first time and less than one with `since`.
 *
 * @throws SealError with code
 * - `DELEGATION_INVALID`: the delegation is not signed by the pinned root, is for another organisation, lasts longer than
 *   90 days, or does not count at `now`;
 * - `SNAPSHOT_INVALID`: not signed by the delegated key; changed, cut or not canonical; valid for longer than 7 days or beyond
 *   its delegation; or its entries break a rule. `what` names the rule: `entry` (malformed), `organisation`, `time`, `order`,
 *   `person` (two entries that count at one time), `recipient` and `signingKey` (the key of another person, or no key), `outsider`
 *   (terms without two other people of the organisation who approved), `possession`; `found` the entry, counted from 1;
 * - `ROLLBACK`: older than one seen, another one of the same epoch, not the one that follows, or under an earlier delegation;
 * - `SNAPSHOT_STALE`: does not count at `now`;
 * - `LIMIT`: longer or more entries than this package reads.
 * @throws TypeError or RangeError when an option is missing or of the wrong kind.
 *
 * @see docs/spec/directory.md.
 *
 * @example
 * const directory = await verifySnapshot(snapshot, { rootThumbprint, since: last });
 * const colleague = directory.person('p-2');
 */
export async function verifySnapshot(snapshot: Uint8Array, options: VerifySnapshotOptions): Promise<Directory> {
  const own = { ...options }; // what is checked is what is used
  checkOptions(own);
  const now = nowOf(own);
  const copy = copySnapshot(snapshot);
  const { head, body } = splitSnapshot(copy);
  const { claims } = head;
  const delegation = await delegationOf(claims, own, now);
  await verifyStatement(head, parseSigningPublicKey(delegation.directoryKey), 'SNAPSHOT_INVALID');
  checkCovered(claims, delegation);
  const digest = await digestText(copy);
  checkNotOlder(claims, delegation, digest, own);
  if (now >= claims.until || now < claims.iat - MAX_CLOCK_SKEW_SECONDS)
    throw new SealError('SNAPSHOT_STALE', 'snapshot does not count now: fetch the current one');

  checkCount(claims.count);
  if ((await digestText(body)) !== claims.entries) throw invalid('entries');
  const listed = decodeEntries(body, claims.count);
  const { organisation, epoch, iat, until } = claims;
  const { rootThumbprint } = own;
  await checkEntries(listed, {
    organisation,
    rootThumbprint,
    reserved: [delegation.root, delegation.directoryKey],
    proven: provenBefore(own),
  });
  const about = { organisation, rootThumbprint, epoch, delegatedAt: delegation.iat, digest };
  return directoryOf({ ...about, issuedAt: iat, validTo: until }, listed, now);
}

function checkOptions({ rootThumbprint, organisation, notBelowEpoch, previous, since }: VerifySnapshotOptions): void {
  if (!bytes(32)(rootThumbprint)) throw new TypeError('rootThumbprint must be the thumbprint of a root');
  if (organisation !== undefined) checkText(organisation, 'organisation');
  if (notBelowEpoch !== undefined && !Number.isSafeInteger(notBelowEpoch))
    throw new RangeError('notBelowEpoch must be a whole number');
  if (previous !== undefined && !bytes(32)(previous)) throw new TypeError('previous must be the digest of a snapshot');
  if (since === undefined) return;
  const whole = [since?.epoch, since?.delegatedAt].every(Number.isSafeInteger);
  if (!whole || !bytes(32)(since.digest) || !text(since.organisation) || since.rootThumbprint !== rootThumbprint)
    throw new TypeError('since must be a directory of the same root, or what was kept of one');
}

async function delegationOf(
  claims: SnapshotHead,
  { rootThumbprint, organisation, since }: VerifySnapshotOptions,
  now: number,
): Promise<Delegation> {
  const delegation = await readDelegation(claims.delegation);
  const refused = (what: string) =>
    new SealError('DELEGATION_INVALID', 'delegation does not make this key the directory of this organisation', {
      what,
    });
  if (delegation.rootThumbprint !== rootThumbprint) throw refused('root');
  if (delegation.claims.organisation !== claims.organisation) throw refused('organisation');
  if ([organisation, since?.organisation].some((wanted) => wanted !== undefined && wanted !== claims.organisation))
    throw refused('organisation');
  const { from, until } = delegation.claims;
  if (now >= until || now < from - MAX_CLOCK_SKEW_SECONDS) throw refused('time');
  return delegation.claims;
}

function checkNotOlder(
  claims: SnapshotHead,
  delegation: Delegation,
  digest: string,
  options: VerifySnapshotOptions,
): void {
  const { notBelowEpoch, previous, since } = options;
  const refused = (what: string) =>
    new SealError('ROLLBACK', 'snapshot is older than one seen, or does not follow it', { what, found: claims.epoch });
  if (claims.epoch < Math.max(notBelowEpoch ?? 0, since?.epoch ?? 0)) throw refused('epoch');
  if (previous !== undefined && claims.previous !== previous) throw refused('previous');
  if (since === undefined) return;
  if (delegation.iat < since.delegatedAt) throw refused('delegation');
  if (claims.epoch === since.epoch && digest !== since.digest) throw refused('digest');
  if (claims.epoch === since.epoch + 1 && claims.previous !== since.digest) throw refused('previous');
}

/** A proof depends on nothing but its line and the root, so one that was found good stays good. */
function provenBefore({ since }: VerifySnapshotOptions): (listed: Listed) => boolean {
  const lines = since === undefined ? null : linesOf(since);
  if (lines === null) return () => false;
  return ({ entry, line }) => lines.get(entry.signingKey) === line;
}

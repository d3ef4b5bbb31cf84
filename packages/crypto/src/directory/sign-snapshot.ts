import { concat, utf8 } from '@wardseal/primitives';
import { bytes, checkText } from '../checks.js';
import { SealError } from '../errors.js';
import type { DirectoryEntry } from '../keys/directory-entry.js';
import { type Signer, type SigningKeyPair, signerOf } from '../keys/signing-key.js';
import { MAX_SNAPSHOT_SECONDS } from '../limits.js';
import { signStatement } from '../statement.js';
import { nowOf } from '../time.js';
import { readDelegation } from './delegation.js';
import { checkCount, checkEntries, compareEntries } from './entries.js';
import { checkCovered, digestText, encodeEntries, listedOf, SNAPSHOT, type SnapshotHead } from './snapshot.js';

/** Under what a snapshot is signed. Times are seconds since 1970. */
export interface SnapshotOptions {
  readonly directoryKey: SigningKeyPair | Signer;
  /** What `delegateDirectory` gave. */
  readonly delegation: string;
  readonly organisation: string;
  /** 1 for the first snapshot of the organisation, then one more each. */
  readonly epoch: number;
  /** `digest` of the snapshot before; for the first there is none. */
  readonly previous?: string;
  /** Time of signing (default: the clock). */
  readonly now?: number;
  /** Seconds for which it counts: at most, and unless less is given, 7 days or what is left of the delegation. */
  readonly validFor?: number;
}

/**
 * The custodian's act: signs who is who. `entries` is everybody, leavers and former keys included, in any order: old signatures
 * are judged by them. Gives the snapshot as it is carried: a signed line, then one line of canonical JSON for each entry.
 *
 * @throws SealError with code
 * - `DELEGATION_INVALID`: the delegation is not one, is of another organisation or key, or does not count at `now`;
 * - `SNAPSHOT_INVALID`: entries that `verifySnapshot` would refuse; `what` names the rule, `found` the entry in signed order;
 * - `KEY_INVALID`: `directoryKey` is no key pair; `SIGNATURE_INVALID`: a `Signer` signed with another key;
 * - `LIMIT`: too many entries or too long.
 * @throws TypeError or RangeError when an option is missing or of the wrong kind, `previous` does not go with `epoch`, or
 * `validFor` is not 1 second to 7 days.
 *
 * @see docs/spec/directory.md.
 *
 * @example
 * const snapshot = await signSnapshot(entries, {
 *   directoryKey, delegation, organisation: 'ZZZ01', epoch: last.epoch + 1, previous: last.digest,
 * });
 */
export async function signSnapshot(
  entries: readonly DirectoryEntry[],
  options: SnapshotOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { organisation, epoch, previous, validFor } = options;
  const iat = nowOf(options);
  if (!Array.isArray(entries)) throw new TypeError('entries must be a list');
  checkText(organisation, 'organisation');
  if (!Number.isSafeInteger(epoch) || epoch < 1 || epoch > iat)
    throw new RangeError('epoch must be a whole number from 1 to the time in seconds');
  if (previous === undefined ? epoch !== 1 : epoch === 1 || !bytes(32)(previous))
    throw new TypeError('previous must be the digest of the snapshot before, and missing in the first only');
  if (validFor !== undefined && !(Number.isSafeInteger(validFor) && validFor >= 1 && validFor <= MAX_SNAPSHOT_SECONDS))
    throw new RangeError('validFor must be 1 second to 7 days');
  checkCount(entries.length);
  // Copied before anything is awaited: what the caller does to its entries meanwhile changes nothing.
  const listed = entries.map((entry, i) => listedOf(entry, i + 1)).sort((a, b) => compareEntries(a.entry, b.entry));

  const signer = await signerOf(options.directoryKey);
  const { claims, rootThumbprint } = await readDelegation(options.delegation);
  if (claims.organisation !== organisation || claims.directoryKey !== signer.publicKey)
    throw new SealError('DELEGATION_INVALID', 'delegation is for another organisation or key', {
      what: claims.organisation === organisation ? 'directoryKey' : 'organisation',
    });
  if (iat < claims.from || iat >= claims.until)
    throw new SealError('DELEGATION_INVALID', 'delegation does not count now', { what: 'time' });
  const until = iat + (validFor ?? Math.min(MAX_SNAPSHOT_SECONDS, claims.until - iat));
  await checkEntries(listed, {
    organisation,
    rootThumbprint,
    reserved: [claims.root, claims.directoryKey],
    proven: () => false,
  });
  const body = encodeEntries(listed);
  const head: SnapshotHead = {
    v: 0,
    organisation,
    epoch,
    ...(previous === undefined ? {} : { previous }),
    iat,
    until,
    delegation: options.delegation,
    count: listed.length,
    entries: await digestText(body),
  };
  checkCovered(head, claims);
  return concat(utf8(`${await signStatement(SNAPSHOT, head, signer)}\n`), body);
}

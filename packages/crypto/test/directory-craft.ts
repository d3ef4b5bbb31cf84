import { base64url, concat, fromUtf8, sha256, utf8 } from '@wardseal/primitives';
import { DELEGATION, type Delegation } from '../src/directory/delegation.js';
import { SNAPSHOT, type SnapshotHead } from '../src/directory/snapshot.js';
import {
  type DirectoryEntry,
  delegateDirectory,
  type SigningKeyPair,
  type SnapshotOptions,
  signSnapshot,
} from '../src/index.js';
import { signerOf } from '../src/keys/signing-key.js';
import { readStatement, signStatement } from '../src/statement.js';
import { NOW, ORGANISATION, organisationKeys } from './world.js';

// What somebody can do who holds the directory key or the root: sign anything at all.

export const DAY = 86_400;

/** The usual delegation, 30 days from a day before NOW. */
export async function delegation(more: Partial<Parameters<typeof delegateDirectory>[2]> = {}): Promise<string> {
  const { root, directoryKey } = await organisationKeys();
  const times = { from: NOW - DAY, until: NOW + 29 * DAY, now: NOW - DAY };
  return delegateDirectory(root, directoryKey.publicKey, { organisation: ORGANISATION, ...times, ...more });
}

/** A delegation that says anything, signed by any key. */
export async function forgedDelegation(change: Partial<Delegation>, keys: SigningKeyPair): Promise<string> {
  const { claims } = readStatement<Delegation>(DELEGATION, await delegation());
  return signStatement({ ...DELEGATION, check: () => true }, { ...claims, ...change }, await signerOf(keys));
}

/** A rightly signed snapshot of these entries. */
export async function snapshotOf(
  entries: readonly DirectoryEntry[],
  more: Partial<SnapshotOptions> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { directoryKey } = await organisationKeys();
  const options = { directoryKey, organisation: ORGANISATION, epoch: 1, now: NOW - 100 };
  return signSnapshot(entries, { ...options, delegation: more.delegation ?? (await delegation()), ...more });
}

export const headOf = (snapshot: Uint8Array): SnapshotHead =>
  readStatement<SnapshotHead>(SNAPSHOT, snapshot.subarray(0, snapshot.indexOf(10))).claims;

export const digestOf = (snapshot: Uint8Array): string => base64url(sha256(snapshot));

/** The lines of a snapshot's entries. */
export const linesOf = (snapshot: Uint8Array): string[] => fromUtf8(snapshot)!.split('\n').slice(1, -1);

/** A snapshot with other lines or claims, signed again; digest and count fit unless the claims say otherwise. */
export async function resigned(
  snapshot: Uint8Array,
  change: { readonly lines?: readonly string[]; readonly body?: string; readonly claims?: object },
  keys?: SigningKeyPair,
): Promise<Uint8Array<ArrayBuffer>> {
  const lines = change.lines ?? linesOf(snapshot);
  const body = utf8(change.body ?? lines.map((line) => `${line}\n`).join(''));
  const count = { count: lines.length, entries: base64url(sha256(body)) };
  const claims = { ...headOf(snapshot), ...count, ...change.claims };
  const signer = await signerOf(keys ?? (await organisationKeys()).directoryKey);
  const head = await signStatement({ ...SNAPSHOT, check: () => true }, claims, signer);
  return concat(utf8(`${head}\n`), body);
}

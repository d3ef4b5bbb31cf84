import { base64url, canonicalJson, fromBase64url, utf8 } from '@wardseal/primitives';
import { checkLimit, SealError } from './errors.js';
import { encodeHeader, type Stanza, stanzaDigest } from './header.js';
import { innerLength, sealInner } from './inner.js';
import { isIssuer } from './issuer.js';
import { checkDirectory, checkEntry, standing } from './keys/directory-entry.js';
import { type Mode, parseRecipient, type RecipientKey, thumbprintOf } from './keys/recipient.js';
import { type Signer, signerOf } from './keys/signing-key.js';
import { CHUNK_BYTES, MAX_HEADER_BYTES } from './limits.js';
import { commitmentOf, MANIFEST, ROTATED_MANIFEST } from './manifest.js';
import type { Manifest, SignedRecipient } from './manifest-claims.js';
import { NO_BYTES } from './names.js';
import { HASH_BYTES, PAYLOAD_NONCE_BYTES, rootOf, SALT_BYTES } from './payload.js';
import { random } from './random.js';
import { ownOptions, ownSender, type Recipient, type SealOptions } from './seal-options.js';
import { wrapForLink } from './stanza/link.js';
import { wrapForRecipient } from './stanza/native.js';
import { wrapForGuardians } from './stanza/recovery.js';
import { signStatement } from './statement.js';
import { nowOf } from './time.js';

// A file in the making: keys drawn, recipients wrapped, everything of the manifest known but what only the content tells.
// Whole files, streams and rotation differ in how the content passes by; this part is the same.

/** Somebody to wrap the file key for. */
export interface Addressee {
  readonly key: RecipientKey;
  readonly thumbprint: string;
  /** Whether a directory vouched for it. */
  readonly verified: boolean;
}

/** What a file is made under. `directory` decides which entries count; time in seconds. */
export type Trust = Pick<SealOptions, 'directory'> & { readonly now: number; readonly mode: Mode };

export interface Draft {
  readonly fileKey: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly signer: Signer;
  readonly stanzas: readonly Stanza[];
  readonly claims: Omit<Manifest, 'size' | 'root'>;
  readonly unverifiedRecipients: readonly string[];
}

/** Parts of a manifest that a rotated file keeps, and what it adds. */
export type Kept = Partial<Pick<Manifest, 'id' | 'salt' | 'origin' | 'epoch' | 'prev' | 'reason' | 'logEntry'>>;

/** Reads a recipient and refuses who must not get the file. Throws as `seal` says. */
export function addresseeOf(recipient: Recipient, trust: Trust): Addressee {
  const { directory, now, mode } = trust;
  if (typeof recipient !== 'string') {
    checkEntry(recipient, 'recipient');
    const state = standing(recipient, now);
    if (state === 'revoked') throw new SealError('RECIPIENT_REVOKED', 'a recipient has been revoked');
    if (state === 'expired') throw new SealError('RECIPIENT_EXPIRED', 'a recipient is outside the time of its entry');
    if (directory !== 'unverified' && !directory.holds(recipient))
      throw new SealError('RECIPIENT_UNKNOWN', 'a recipient is not in the directory, or not so');
  }
  const text = typeof recipient === 'string' ? recipient : recipient.recipient;
  const key = parseRecipient(text);
  if (key.kind !== mode)
    throw new SealError('MIXED_MODE', 'a recipient key is not of the mode of this file', { what: key.kind });
  const verified = typeof recipient !== 'string' && directory !== 'unverified';
  return { key, thumbprint: thumbprintOf(key), verified };
}

/** The signer of somebody's keys, checked against their entry. Throws as `seal` says. */
export async function checkedSender(
  sender: SealOptions['sender'],
  { directory, now }: Pick<Trust, 'directory' | 'now'>,
): Promise<{ signer: Signer; iss: Manifest['iss'] }> {
  const { keys, entry } = ownSender(sender);
  checkEntry(entry, 'sender entry');
  const signer = await signerOf(keys);
  const iss = { org: entry.organisation, person: entry.person, kid: signer.kid };
  if (!isIssuer(iss)) throw new TypeError('sender entry has a person or organisation that is too long');
  if (signer.publicKey !== entry.signingKey) throw new TypeError('sender keys are not those of sender entry');
  const state = standing(entry, now);
  if (state === 'revoked') throw new SealError('SENDER_REVOKED', 'sender has been revoked');
  if (state === 'expired') throw new SealError('SENDER_EXPIRED', 'sender is outside the time of its entry');
  if (directory !== 'unverified' && !directory.holds(entry))
    throw new SealError('SENDER_UNKNOWN', 'sender is not in the directory, or not so');
  return { signer, iss };
}

/** Draws the keys of a file and wraps them for everybody. Throws as `seal` says. The caller wipes `fileKey`. */
export async function draftFile(given: SealOptions, kept: Kept = {}): Promise<Draft> {
  const o = ownOptions(given);
  const now = nowOf(o);
  checkDirectory(o.directory, now);
  const mode = o.mode ?? 'pq';
  const trust = { directory: o.directory, now, mode };
  const { signer, iss } = await checkedSender(o.sender, trust);

  // One line a key: the same person in two teams gets one stanza, and the custodian keeps its role.
  const people = new Map<string, Addressee & { role: 'member' | 'custodian' }>();
  for (const recipient of o.recipients) {
    const member = addresseeOf(recipient, trust);
    const known = people.get(member.thumbprint);
    people.set(member.thumbprint, { ...member, verified: member.verified || known?.verified === true, role: 'member' });
  }
  if (o.custodian !== undefined) {
    const custodian = addresseeOf(o.custodian, trust);
    people.set(custodian.thumbprint, { ...custodian, role: 'custodian' });
  }
  const guardians = o.guardians?.seats.map((recipient) => addresseeOf(recipient, trust)) ?? [];
  if (new Set(guardians.map((guardian) => guardian.thumbprint)).size !== guardians.length)
    throw new RangeError('guardians must be different keys');
  // The list names a link by its id: one of somebody's thumbprint would make a file that every reader refuses.
  if (o.link && people.has(o.link.id)) throw new RangeError('link id must not be the thumbprint of a recipient');

  const fileKey = random(16);
  try {
    const stz: SignedRecipient[] = [];
    const stanzas: Stanza[] = [];
    const list = (stanza: Stanza, role: SignedRecipient['role'], thumbprint: string) => {
      stanzas.push(stanza);
      stz.push({ thumbprint, role, digest: base64url(stanzaDigest(stanza)) });
    };
    for (const { key, thumbprint, role } of people.values())
      list(await wrapForRecipient(key, fileKey), role, thumbprint);
    let recovery: Manifest['recovery'];
    if (o.guardians) {
      const { threshold: k } = o.guardians;
      const keys = guardians.map((guardian) => guardian.key);
      const { stanza, set } = await wrapForGuardians(keys, k, fileKey);
      list(stanza, 'recovery', set);
      recovery = { set, k, n: guardians.length, seats: guardians.map((guardian) => guardian.thumbprint) };
    }
    if (o.link) list(await wrapForLink(o.link, fileKey), 'link', o.link.id);

    const nonce = random(PAYLOAD_NONCE_BYTES);
    const salt = kept.salt === undefined ? random(SALT_BYTES) : fromBase64url(kept.salt)!;
    const claims: Draft['claims'] = {
      v: 0,
      id: base64url(random(16)),
      iss,
      iat: now,
      case: o.case,
      labels: o.labels,
      ...(o.clinical === undefined ? {} : { clinical: o.clinical }),
      mediaType: o.mediaType,
      chunk: CHUNK_BYTES,
      salt: base64url(salt),
      ...(o.originRoot === undefined ? {} : { originRoot: base64url(o.originRoot) }),
      pn: base64url(nonce),
      kc: commitmentOf(fileKey),
      mode,
      stz,
      ...(recovery === undefined ? {} : { recovery }),
      ...kept,
    };
    return {
      fileKey,
      nonce,
      salt,
      signer,
      stanzas,
      // What JSON cannot carry is refused here, before anything is sealed.
      claims: JSON.parse(canonicalJson(claims)) as Draft['claims'],
      unverifiedRecipients: [...people.values(), ...guardians]
        .filter((person) => !person.verified)
        .map((person) => person.thumbprint),
    };
  } catch (error) {
    fileKey.fill(0);
    throw error;
  }
}

async function encode(draft: Draft, size: number, leaves: Uint8Array, root: Uint8Array, signer: Signer) {
  const kind = draft.claims.origin === undefined ? MANIFEST : ROTATED_MANIFEST;
  const jws = await signStatement(kind, { ...draft.claims, size, root: base64url(root) }, signer);
  const inner = [await sealInner('manifest', draft.fileKey, utf8(jws))];
  if (leaves.length > HASH_BYTES) inner.push(await sealInner('tree', draft.fileKey, leaves));
  return encodeHeader(draft.fileKey, [...draft.stanzas, ...inner]);
}

/** Throws LIMIT when a header would be longer than anybody reads. */
export function checkLength(length: number): void {
  const message = 'header would be too long: file too large, too many recipients or changes';
  checkLimit(length, MAX_HEADER_BYTES, 'MAX_HEADER_BYTES', message);
}

/**
 * Bytes of the header of a content of `size` bytes, before the content is known: they do not depend on it, so that the header's
 * place can be kept free. Throws LIMIT.
 */
export async function headerLength(draft: Draft, size: number, chunks: number): Promise<number> {
  const blank = { ...draft.signer, sign: () => new Uint8Array(64) };
  const empty = new Uint8Array(HASH_BYTES);
  // The tree is only reckoned: made of a large file, it would take tens of megabytes for a number.
  const tree = chunks > 1 ? innerLength('tree', chunks * HASH_BYTES) : 0;
  const length = (await encode(draft, size, NO_BYTES, empty, blank)).length + tree;
  checkLength(length);
  return length;
}

/** Signs the content's size and leaf hashes and gives the header and the root. Throws LIMIT or SIGNATURE_INVALID. */
export async function finishHeader(
  draft: Draft,
  size: number,
  leaves: Uint8Array,
): Promise<{ header: Uint8Array<ArrayBuffer>; root: Uint8Array<ArrayBuffer> }> {
  const root = rootOf(leaves);
  const header = await encode(draft, size, leaves, root, draft.signer);
  checkLength(header.length);
  return { header, root };
}

import { base64url, canonicalJson, sha256, utf8 } from '@wardseal/primitives';
import { SealError } from './errors.js';
import { encodeHeader, type Stanza, stanzaDigest } from './header.js';
import { checkEntry, standing } from './keys/directory-entry.js';
import { type Mode, parseRecipient, type RecipientKey, recipientThumbprint } from './keys/recipient.js';
import { type Signer, signerOf } from './keys/signing-key.js';
import { CHUNK_BYTES, MAX_HEADER_BYTES } from './limits.js';
import { commitmentOf, sealInner, signManifest } from './manifest.js';
import { isPart, type Manifest, type SignedRecipient } from './manifest-claims.js';
import { STANZA } from './names.js';
import {
  chunkCount,
  HASH_BYTES,
  PAYLOAD_NONCE_BYTES,
  payloadLength,
  rootOf,
  SALT_BYTES,
  sealPayload,
} from './payload.js';
import { random } from './random.js';
import { checkOptions, type Recipient, type SealOptions } from './seal-options.js';
import { type PlaintextSource, plaintextReader } from './source.js';
import { wrapForLink } from './stanza/link.js';
import { wrapForRecipient } from './stanza/native.js';
import { wrapForGuardians } from './stanza/recovery.js';

/** A sealed file and what the app must remember of it. */
export interface SealedFile {
  /** The whole file, header first: a valid age v1 file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The header alone, its own copy, to be stored apart from the payload. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** The payload alone: a view into `bytes`. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the header, 32 bytes. */
  readonly headerDigest: Uint8Array<ArrayBuffer>;
  /** Random id of the signed manifest, 22 characters. */
  readonly manifestId: string;
  /** Salted root of the content, 32 bytes. */
  readonly root: Uint8Array<ArrayBuffer>;
  /** Bytes of the plaintext. */
  readonly size: number;
  readonly mode: Mode;
  readonly recipients: readonly SignedRecipient[];
  /** Thumbprints of recipients given as bare strings: nobody vouched for them. */
  readonly unverifiedRecipients: readonly string[];
  /** Whether guardians can give access later. */
  readonly recoverable: boolean;
}

interface Seat {
  readonly key: RecipientKey;
  readonly thumbprint: string;
  readonly verified: boolean;
}

function seatOf(recipient: Recipient, mode: Mode, now: number): Seat {
  if (typeof recipient !== 'string') {
    checkEntry(recipient, 'recipient');
    const state = standing(recipient, now);
    if (state === 'revoked') throw new SealError('RECIPIENT_REVOKED', 'a recipient has been revoked');
    if (state === 'expired') throw new SealError('RECIPIENT_EXPIRED', 'a recipient is outside the time of its entry');
  }
  const text = typeof recipient === 'string' ? recipient : recipient.recipient;
  const key = parseRecipient(text);
  if (key.kind !== mode)
    throw new SealError('MIXED_MODE', 'a recipient key is not of the mode of this file', { what: key.kind });
  return { key, thumbprint: recipientThumbprint(text), verified: typeof recipient !== 'string' };
}

async function checkedSender(sender: SealOptions['sender'], now: number): Promise<Signer> {
  checkEntry(sender?.entry, 'sender entry');
  const signer = await signerOf(sender.keys);
  const iss = { org: sender.entry.organisation, person: sender.entry.person, kid: signer.kid };
  if (!isPart('iss', iss)) throw new TypeError('sender entry has a person or organisation that is too long');
  if (signer.publicKey !== sender.entry.signingKey) throw new TypeError('sender keys are not those of sender entry');
  const state = standing(sender.entry, now);
  if (state === 'revoked') throw new SealError('SENDER_REVOKED', 'sender has been revoked');
  if (state === 'expired') throw new SealError('SENDER_EXPIRED', 'sender is outside the time of its entry');
  return signer;
}

/**
 * Seals a file for named people: encrypts it, lists exactly who can open it, and signs both.
 *
 * `source` is bytes or a Blob and is read once. The result is a valid age v1 file: any age client that knows the
 * recipient's kind of key (post-quantum ones are young) gives the plaintext back byte for byte; only this package's `open` also proves the sender.
 *
 * @throws SealError with code
 * - `KEY_INVALID`: a recipient, identity or signing key string is not one, or is an unusable point;
 * - `MIXED_MODE`: a recipient, custodian or guardian key is not of the file's `mode`;
 * - `RECIPIENT_EXPIRED`, `RECIPIENT_REVOKED`: an entry does not count at `now`;
 * - `SENDER_EXPIRED`, `SENDER_REVOKED`: neither does the sender's;
 * - `SIGNATURE_INVALID`: a signer given as an object signed with another key;
 * - `LIMIT`: manifest above 64 KiB, header above 2 MiB, or too many recipients;
 * - `RANDOM_UNAVAILABLE`: no secure random source.
 * @throws TypeError or RangeError when an option is missing or of the wrong kind, or a Blob gives more or fewer bytes than its size.
 *
 * @see age v1 (C2SP), RFC 7515 (JWS), RFC 9162 section 2.1 (tree), Shamir 1979 (recovery); docs/spec/sealed-file.md.
 *
 * @example
 * const sealed = await seal(picture, {
 *   recipients: [colleague], custodian, sender: { keys, entry },
 *   mediaType: 'image/jpeg', case: 'case-7', labels: { kind: 'photo' },
 * });
 */
export async function seal(source: PlaintextSource, options: SealOptions): Promise<SealedFile> {
  const now = options.now ?? Math.floor(Date.now() / 1000);
  const mode = options.mode ?? 'pq';
  checkOptions(options, now);
  const { size, read } = plaintextReader(source);
  const signer = await checkedSender(options.sender, now);

  // One line a key: the same person in two teams gets one stanza, and the custodian keeps its role.
  const people = new Map<string, Seat & { role: 'member' | 'custodian' }>();
  for (const recipient of options.recipients) {
    const seat = seatOf(recipient, mode, now);
    const known = people.get(seat.thumbprint);
    people.set(seat.thumbprint, { ...seat, verified: seat.verified || known?.verified === true, role: 'member' });
  }
  if (options.custodian !== undefined) {
    const seat = seatOf(options.custodian, mode, now);
    people.set(seat.thumbprint, { ...seat, role: 'custodian' });
  }
  const guardians = options.guardians?.seats.map((recipient) => seatOf(recipient, mode, now)) ?? [];
  if (new Set(guardians.map((guardian) => guardian.thumbprint)).size !== guardians.length)
    throw new RangeError('guardians must be different keys');

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
    if (options.guardians) {
      const { threshold: k } = options.guardians;
      const { stanza, set } = await wrapForGuardians(
        guardians.map((guardian) => guardian.key),
        k,
        fileKey,
      );
      list(stanza, 'recovery', set);
      recovery = { set, k, n: guardians.length, seats: guardians.map((guardian) => guardian.thumbprint) };
    }
    if (options.link) list(await wrapForLink(options.link, fileKey), 'link', options.link.id);

    const nonce = random(PAYLOAD_NONCE_BYTES);
    const salt = random(SALT_BYTES);
    const draft: Manifest = {
      v: 0,
      id: base64url(random(16)),
      iss: { org: options.sender.entry.organisation, person: options.sender.entry.person, kid: signer.kid },
      iat: now,
      case: options.case,
      labels: options.labels,
      ...(options.clinical === undefined ? {} : { clinical: options.clinical }),
      mediaType: options.mediaType,
      size,
      chunk: CHUNK_BYTES,
      root: base64url(new Uint8Array(HASH_BYTES)),
      salt: base64url(salt),
      ...(options.originRoot === undefined ? {} : { originRoot: base64url(options.originRoot) }),
      pn: base64url(nonce),
      kc: commitmentOf(fileKey),
      mode,
      stz,
      ...(recovery === undefined ? {} : { recovery }),
    };
    // A copy: what the caller does with its objects meanwhile changes nothing.
    const claims = JSON.parse(canonicalJson(draft)) as Manifest;
    const finish = async (leaves: Uint8Array, root: string, by: Signer): Promise<Uint8Array<ArrayBuffer>> => {
      const jws = await signManifest({ ...claims, root }, by);
      const inner = [await sealInner(STANZA.manifest, fileKey, utf8(jws))];
      if (leaves.length > HASH_BYTES) inner.push(await sealInner(STANZA.tree, fileKey, leaves));
      return encodeHeader(fileKey, [...stanzas, ...inner]);
    };
    // INVARIANT: the header's length does not depend on the content, so header and payload share one allocation.
    const blank = { ...signer, sign: () => new Uint8Array(64) };
    const headerLength = (await finish(new Uint8Array(chunkCount(size) * HASH_BYTES), claims.root, blank)).length;
    if (headerLength > MAX_HEADER_BYTES)
      throw new SealError('LIMIT', 'header would be too long: file too large or too many recipients', {
        what: 'MAX_HEADER_BYTES',
        limit: MAX_HEADER_BYTES,
        found: headerLength,
      });
    const bytes = new Uint8Array(headerLength + payloadLength(size));
    const payload = bytes.subarray(headerLength);
    const leaves = await sealPayload(read, size, { fileKey, nonce, salt }, payload);
    const root = rootOf(leaves);
    const header = await finish(leaves, base64url(root), signer);
    bytes.set(header);
    return {
      bytes,
      header,
      payload,
      headerDigest: sha256(header),
      manifestId: claims.id,
      root,
      size,
      mode,
      recipients: stz,
      unverifiedRecipients: [...people.values(), ...guardians]
        .filter((person) => !person.verified)
        .map((person) => person.thumbprint),
      recoverable: recovery !== undefined,
    };
  } finally {
    fileKey.fill(0);
  }
}

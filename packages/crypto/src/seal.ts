import { sha256 } from '@wardseal/primitives';
import { type Draft, draftFile, finishHeader, headerLength } from './draft.js';
import type { Mode } from './keys/recipient.js';
import type { SignedRecipient } from './manifest-claims.js';
import { chunkCount, payloadLength } from './payload.js';
import { sealPayload } from './payload-sealer.js';
import type { SealOptions } from './seal-options.js';
import { type PlaintextSource, plaintextReader } from './source.js';

/** What the app must remember of a sealed file, however its content was carried. */
export interface SealedHeader {
  /** The header alone, its own copy, to be stored apart from the payload. */
  readonly header: Uint8Array<ArrayBuffer>;
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

/** A sealed file in memory. */
export interface SealedFile extends SealedHeader {
  /** The whole file, header first: a valid age v1 file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The payload alone: a view into `bytes`. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** What to remember of a file whose header is done. */
export function sealedHeader(
  { claims, unverifiedRecipients }: Draft,
  size: number,
  { header, root }: { readonly header: Uint8Array<ArrayBuffer>; readonly root: Uint8Array<ArrayBuffer> },
): SealedHeader {
  return {
    header,
    headerDigest: sha256(header),
    manifestId: claims.id,
    root,
    size,
    mode: claims.mode,
    recipients: claims.stz,
    unverifiedRecipients,
    recoverable: claims.recovery !== undefined,
  };
}

/** Seals what `draft` says into one buffer and wipes the file key. */
export async function sealDraft(source: PlaintextSource, draft: Draft): Promise<SealedFile> {
  try {
    const { size, read } = plaintextReader(source);
    const length = await headerLength(draft, size, chunkCount(size));
    const bytes = new Uint8Array(length + payloadLength(size));
    const payload = bytes.subarray(length);
    const leaves = await sealPayload(read, size, draft, payload);
    const done = await finishHeader(draft, size, leaves);
    bytes.set(done.header);
    return { bytes, payload, ...sealedHeader(draft, size, done) };
  } finally {
    draft.fileKey.fill(0);
  }
}

/**
 * Seals a file for named people: encrypts it, lists exactly who can open it, and signs both.
 *
 * `source` is bytes or a Blob and is read once; the result is in memory whole, so for videos there is `sealStream`. It is a
 * valid age v1 file: any age client that knows the recipient's kind of key (post-quantum ones are young) gives the plaintext
 * back byte for byte; only this package's `open` also proves the sender.
 *
 * @throws SealError with code
 * - `KEY_INVALID`: a recipient, identity or signing key string is not one, or is an unusable point;
 * - `MIXED_MODE`: a recipient, custodian or guardian key is not of the file's `mode`;
 * - `SNAPSHOT_STALE`: the directory is out of date at `now`;
 * - `RECIPIENT_EXPIRED`, `RECIPIENT_REVOKED`: an entry does not count at `now`; `RECIPIENT_UNKNOWN`: the directory has no such entry;
 * - `SENDER_EXPIRED`, `SENDER_REVOKED`, `SENDER_UNKNOWN`: the same of the sender's;
 * - `SIGNATURE_INVALID`: a signer given as an object signed with another key;
 * - `LIMIT`: manifest above 64 KiB, header above 2 MiB, or too many recipients;
 * - `RANDOM_UNAVAILABLE`: no secure random source.
 * @throws TypeError or RangeError when an option is missing or of the wrong kind, or a Blob gives more or fewer bytes than its size.
 *
 * @see age v1 (C2SP), RFC 7515 (JWS), RFC 9162 section 2.1 (tree), Shamir 1979 (recovery); docs/spec/sealed-file.md.
 *
 * @example
 * const sealed = await seal(picture, {
 *   directory, recipients: [colleague], custodian, sender: { keys, entry },
 *   mediaType: 'image/jpeg', case: 'case-7', labels: { kind: 'photo' },
 * });
 */
export async function seal(source: PlaintextSource, options: SealOptions): Promise<SealedFile> {
  plaintextReader(source); // a source of the wrong kind is refused before a key is drawn
  return sealDraft(source, await draftFile(options));
}

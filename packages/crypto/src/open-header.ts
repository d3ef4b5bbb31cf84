import { sha256 } from '@wardseal/primitives';
import { whole } from './checks.js';
import { SealError } from './errors.js';
import type { RecipientChange } from './grants/authorize-grant.js';
import type { Line } from './grants/chain.js';
import { type Header, type Stanza, verifyMac } from './header.js';
import type { DirectoryEntry } from './keys/directory-entry.js';
import type { Mode } from './keys/recipient.js';
import type { Manifest, SignedRecipient } from './manifest-claims.js';
import { nativeKind } from './stanza/native.js';
import { secondsOf } from './time.js';
import { type Credentials, unwrapFileKey } from './unwrap.js';
import { isOurs, type Judgement, verifiedManifest } from './verify.js';

// Everything that a header proves, before a byte of the payload is read. Whole files, streams, ranges and changes of
// recipients all begin here.

/** What `open` and its siblings need to know. */
export interface OpenOptions extends Credentials, Judgement {
  /** Signed files only, unless the caller says otherwise with `true` (see `OpenUnsignedOptions`). */
  readonly allowUnsigned?: false;
}

/** For strangers' age files too: then the result may say `signed: false`. A signed file is judged all the same. */
export interface OpenUnsignedOptions extends Credentials, Partial<Judgement> {
  readonly allowUnsigned: true;
}

/** What is proven of a file by its header. */
export interface ProvenFile {
  readonly signed: true;
  /** What was signed of this header. In a rotated file its `iss`, `iat` and `stz` are the rotation's: the author is `sender`. */
  readonly manifest: Manifest;
  /** Who sealed the content first, as `resolveSender` gave them, however often the file was rotated since. */
  readonly sender: DirectoryEntry;
  /** Only in a rotated file: who put it under a new key, which is no authorship, and what the sender had signed. */
  readonly rotated?: { readonly by: DirectoryEntry; readonly origin: Manifest };
  /** Who can open the file with this header: those signed and those granted, less those removed, in header order. */
  readonly recipients: readonly SignedRecipient[];
  /** How many changes of recipients led to this header. */
  readonly epoch: number;
  /** The changes that this header still shows, each authorised: the last rotation, then the grants after it. */
  readonly changes: readonly RecipientChange[];
  /** Where the time came from by which the sender was judged. */
  readonly sentAt: { readonly time: number; readonly from: 'log' | 'claim' };
  readonly mode: Mode;
  /** SHA-256 of the header, 32 bytes. */
  readonly headerDigest: Uint8Array<ArrayBuffer>;
}

/** A plain age file: nobody vouches for who wrote it. */
export interface UnsignedFile {
  readonly signed: false;
  /** Kinds of recipient in the header; two of them make a file as weak as the weaker. */
  readonly modes: readonly Mode[];
  readonly headerDigest: Uint8Array<ArrayBuffer>;
}

/** A header opened: what it proves, and the file key, which the caller wipes. */
export interface OpenedHeader {
  readonly fileKey: Uint8Array<ArrayBuffer>;
  readonly file: ProvenFile | UnsignedFile;
  /** The stanzas that wrap the file key, each with its line; none in an unsigned file. */
  readonly lines: ReadonlyMap<Stanza, Line>;
  /** The manifest as it was signed, for a rotation to carry. */
  readonly jws?: string;
}

/** Unwraps and judges a header; `bytes` are the ones it was read from. Throws as `open` says of everything but the payload. */
export async function openHeader(
  parsed: Header,
  bytes: Uint8Array,
  given: OpenOptions | OpenUnsignedOptions,
): Promise<OpenedHeader> {
  const options = { ...given }; // what is checked is what is used
  const headerDigest = sha256(bytes); // at once, for the same reason: bytes may be the caller's
  const { resolveSender, allowUnsigned, sentAt, notBelowEpoch = 0 } = options;
  if (allowUnsigned !== true && typeof resolveSender !== 'function')
    throw new TypeError('resolveSender is needed to judge a signed file');
  // Null out of a database would count as a logged time and let a revoked sender date his own files.
  if (sentAt !== undefined) secondsOf(sentAt, 'sentAt');
  if (!whole(notBelowEpoch)) throw new RangeError('notBelowEpoch must be a whole number');
  const unwrapped = await unwrapFileKey(parsed, options);
  const { fileKey } = unwrapped;
  try {
    verifyMac(fileKey, parsed);
    // Without a resolver nobody is known.
    const judgement = { ...options, resolveSender: resolveSender ?? (() => null) };
    const verified = await verifiedManifest(parsed, unwrapped, judgement);
    if (verified === null) {
      // A file with other parts of ours has lost its manifest: no option makes that right.
      if (allowUnsigned !== true || isOurs(parsed)) throw new SealError('UNSIGNED', 'file is not signed');
      const modes = [...new Set(parsed.stanzas.map(nativeKind).filter((kind) => kind !== null))];
      return { fileKey, file: { signed: false, modes, headerDigest }, lines: new Map() };
    }
    const { claims, sender, rotated, lines, epoch, changes } = verified;
    const file: ProvenFile = {
      signed: true,
      manifest: claims,
      sender,
      ...(rotated === null ? {} : { rotated }),
      recipients: [...lines.values()].map(({ thumbprint, role, digest }) => ({ thumbprint, role, digest })),
      epoch,
      changes,
      sentAt: sentAt === undefined ? { time: verified.sealedAt, from: 'claim' } : { time: sentAt, from: 'log' },
      mode: claims.mode,
      headerDigest,
    };
    return { fileKey, file, lines, jws: verified.jws };
  } catch (error) {
    fileKey.fill(0);
    throw error;
  }
}

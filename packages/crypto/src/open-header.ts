import { sha256 } from '@wardseal/primitives';
import { SealError } from './errors.js';
import { type Header, verifyMac } from './header.js';
import type { DirectoryEntry } from './keys/directory-entry.js';
import type { Mode } from './keys/recipient.js';
import { isPart, type Manifest } from './manifest-claims.js';
import { nativeKind } from './stanza/native.js';
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
  /** What the sender signed. */
  readonly manifest: Manifest;
  /** The sender as `resolveSender` gave it. */
  readonly sender: DirectoryEntry;
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
}

/** Unwraps and judges a header; `bytes` are the ones it was read from. Throws as `open` says of everything but the payload. */
export async function openHeader(
  parsed: Header,
  bytes: Uint8Array,
  options: OpenOptions | OpenUnsignedOptions,
): Promise<OpenedHeader> {
  const { resolveSender, allowUnsigned, sentAt } = options;
  if (allowUnsigned !== true && typeof resolveSender !== 'function')
    throw new TypeError('resolveSender is needed to judge a signed file');
  // Null out of a database would count as a logged time and let a revoked sender date his own files.
  if (sentAt !== undefined && !isPart('iat', sentAt)) throw new RangeError('sentAt must be whole seconds since 1970');
  const unwrapped = await unwrapFileKey(parsed, options);
  const { fileKey } = unwrapped;
  try {
    verifyMac(fileKey, parsed);
    // Without a resolver nobody is known.
    const judgement = { ...options, resolveSender: resolveSender ?? (() => null) };
    const verified = await verifiedManifest(parsed, unwrapped, judgement);
    const headerDigest = sha256(bytes);
    if (verified === null) {
      // A file with other parts of ours has lost its manifest: no option makes that right.
      if (allowUnsigned !== true || isOurs(parsed)) throw new SealError('UNSIGNED', 'file is not signed');
      const modes = [...new Set(parsed.stanzas.map(nativeKind).filter((kind) => kind !== null))];
      return { fileKey, file: { signed: false, modes, headerDigest } };
    }
    const { claims, sender } = verified;
    const file: ProvenFile = {
      signed: true,
      manifest: claims,
      sender,
      sentAt: sentAt === undefined ? { time: claims.iat, from: 'claim' } : { time: sentAt, from: 'log' },
      mode: claims.mode,
      headerDigest,
    };
    return { fileKey, file };
  } catch (error) {
    fileKey.fill(0);
    throw error;
  }
}

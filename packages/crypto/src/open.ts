import { fromBase64url, sha256 } from '@wardseal/primitives';
import { takeApart } from './detach.js';
import { SealError } from './errors.js';
import { verifyMac } from './header.js';
import type { DirectoryEntry } from './keys/directory-entry.js';
import type { Mode } from './keys/recipient.js';
import { isPart, type Manifest } from './manifest-claims.js';
import { openPayload } from './payload.js';
import type { SealedSource } from './source.js';
import { nativeKind } from './stanza/native.js';
import { type Credentials, unwrapFileKey } from './unwrap.js';
import { isOurs, type Judgement, verifiedLeaves, verifiedManifest } from './verify.js';

/** What `open` needs to know. */
export interface OpenOptions extends Credentials, Judgement {
  /** Signed files only, unless the caller says otherwise with `true` (see `OpenUnsignedOptions`). */
  readonly allowUnsigned?: false;
}

/** For strangers' age files too: then the result may say `signed: false`. A signed file is judged all the same. */
export interface OpenUnsignedOptions extends Credentials, Partial<Judgement> {
  readonly allowUnsigned: true;
}

/** A file whose sender, recipients and content are proven. */
export interface OpenedFile {
  readonly signed: true;
  readonly plaintext: Uint8Array<ArrayBuffer>;
  /** What the sender signed. */
  readonly manifest: Manifest;
  /** The sender as `resolveSender` gave it. */
  readonly sender: DirectoryEntry;
  /** Where the time came from by which the sender was judged. */
  readonly sentAt: { readonly time: number; readonly from: 'log' | 'claim' };
  /** Salted root of the content, 32 bytes. */
  readonly root: Uint8Array<ArrayBuffer>;
  /** Root of the unmarked original: `root` itself unless the sender named another. */
  readonly originRoot: Uint8Array<ArrayBuffer>;
  readonly mode: Mode;
  /** SHA-256 of the header, 32 bytes. */
  readonly headerDigest: Uint8Array<ArrayBuffer>;
}

/** A plain age file: nobody vouches for who wrote it. */
export interface OpenedUnsignedFile {
  readonly signed: false;
  readonly plaintext: Uint8Array<ArrayBuffer>;
  /** Kinds of recipient in the header; two of them make a file as weak as the weaker. */
  readonly modes: readonly Mode[];
  readonly headerDigest: Uint8Array<ArrayBuffer>;
}

/**
 * Opens a sealed file and proves who sealed it, for whom, and that not one byte differs. All or nothing: no plaintext is
 * released before everything is checked.
 *
 * `file` is the whole file or `{ header, payload }`. `resolveSender` is asked who the signer is and must answer from
 * verified knowledge only. `sentAt` should be the audit log's time of sending.
 *
 * @throws SealError with code
 * - `HEADER_INVALID`: not an age v1 file, or a malformed stanza; `LIMIT`: larger than this package reads;
 * - `KEY_INVALID`: an identity is not one; `NO_MATCH`: none of the keys given opens the file;
 * - `MAC_INVALID`: the header was changed;
 * - `UNSIGNED`: there is no manifest; `UNSUPPORTED`: it is of a newer version; `MANIFEST_INVALID`: it does not read;
 * - `SENDER_UNKNOWN`: `resolveSender` knows no such person with this key; `SIGNATURE_INVALID`: the signature is not theirs;
 * - `SENDER_EXPIRED`, `SENDER_REVOKED`: their entry did not count when the file was sent;
 * - `COMMITMENT_MISMATCH`: the manifest was made for another file;
 * - `RECIPIENTS_MISMATCH`: the wrapping stanzas are not exactly the signed ones, or the reader is not whom they name; `GRANT_INVALID`: a grant nobody authorised;
 * - `MIXED_MODE`: a recipient's kind is not the signed mode; `LABELS_MISMATCH`: labels are not `expectLabels`;
 * - `PAYLOAD_INVALID`: the payload was changed, cut or extended; `PAYLOAD_MISMATCH`: somebody with the file key replaced it;
 * - `TREE_INVALID`: the chunk tree does not lead to the signed root.
 * @throws TypeError without any key or without `resolveSender`; RangeError when `sentAt` is not whole seconds.
 *
 * @see age v1 (C2SP); docs/spec/sealed-file.md.
 *
 * @example
 * const { plaintext, manifest } = await open(file, {
 *   identities: [identity],
 *   resolveSender: ({ org, person }) => directory.find(org, person),
 *   expectLabels: shown,
 * });
 */
export function open(file: SealedSource, options: OpenOptions): Promise<OpenedFile>;
export function open(file: SealedSource, options: OpenUnsignedOptions): Promise<OpenedFile | OpenedUnsignedFile>;
export async function open(
  file: SealedSource,
  options: OpenOptions | OpenUnsignedOptions,
): Promise<OpenedFile | OpenedUnsignedFile> {
  const { resolveSender, allowUnsigned } = options;
  if (allowUnsigned !== true && typeof resolveSender !== 'function') throw new TypeError('open needs resolveSender');
  // Null out of a database would count as a logged time and let a revoked sender date his own files.
  if (options.sentAt !== undefined && !isPart('iat', options.sentAt))
    throw new RangeError('sentAt must be whole seconds since 1970');
  const { parsed, header, payload } = await takeApart(file);
  const unwrapped = await unwrapFileKey(parsed, options);
  const { fileKey } = unwrapped;
  try {
    verifyMac(fileKey, parsed);
    // Without a resolver nobody is known.
    const judgement = { ...options, resolveSender: resolveSender ?? (() => null) };
    const verified = await verifiedManifest(parsed, unwrapped, judgement);
    const headerDigest = sha256(header);
    if (verified === null) {
      // A file with other parts of ours has lost its manifest: no option makes that right.
      if (allowUnsigned !== true || isOurs(parsed)) throw new SealError('UNSIGNED', 'file is not signed');
      const modes = [...new Set(parsed.stanzas.map(nativeKind).filter((kind) => kind !== null))];
      return { signed: false, plaintext: await openPayload(payload, fileKey, null), modes, headerDigest };
    }
    const { claims, sender } = verified;
    const leaves = await verifiedLeaves(parsed, fileKey, claims, payload);
    const plaintext = await openPayload(payload, fileKey, { salt: fromBase64url(claims.salt)!, leaves });
    const root = fromBase64url(claims.root)!;
    const sentAt = options.sentAt;
    return {
      signed: true,
      plaintext,
      manifest: claims,
      sender,
      sentAt: sentAt === undefined ? { time: claims.iat, from: 'claim' } : { time: sentAt, from: 'log' },
      root,
      originRoot: claims.originRoot === undefined ? root : fromBase64url(claims.originRoot)!,
      mode: claims.mode,
      headerDigest,
    };
  } finally {
    fileKey.fill(0);
  }
}

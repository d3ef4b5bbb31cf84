import { fromBase64url } from '@wardseal/primitives';
import { SealError } from './errors.js';
import type { Header } from './header.js';
import {
  type OpenOptions,
  type OpenUnsignedOptions,
  openHeader,
  type ProvenFile,
  type UnsignedFile,
} from './open-header.js';
import { PAYLOAD_NONCE_BYTES, type PayloadStart, payloadLength } from './payload.js';
import { PayloadOpener } from './payload-opener.js';
import { checkPayload, rootsOf, verifiedLeaves } from './verify.js';

// From a header to an opener of chunks: what whole files, streams, ranges and files on disk have in common.

/** What is proven of a file and its content before a chunk is read; each chunk is then proven against `root`. */
export interface ProvenContent extends ProvenFile {
  /** Salted root of the content, 32 bytes. */
  readonly root: Uint8Array<ArrayBuffer>;
  /** Root of the unmarked original: `root` itself unless the sender named another. */
  readonly originRoot: Uint8Array<ArrayBuffer>;
}

export interface OpenedContent {
  readonly file: ProvenContent | UnsignedFile;
  /** The caller wipes it. */
  readonly opener: PayloadOpener;
  /** The manifest as it was signed, for a rotation to carry; of a signed file only. */
  readonly jws?: string;
}

/**
 * Unwraps and judges a header, then the payload's beginning, which is only asked for when the header holds. The file key
 * lives no longer than this call. Throws as `open` says of everything but the chunks.
 */
export async function openContent(
  parsed: Header,
  header: Uint8Array,
  start: () => Promise<PayloadStart> | PayloadStart,
  options: OpenOptions | OpenUnsignedOptions,
): Promise<OpenedContent> {
  const { fileKey, file, jws } = await openHeader(parsed, header, options);
  try {
    const { nonce, length } = await start();
    const cut = nonce.length < PAYLOAD_NONCE_BYTES;
    if (!file.signed) {
      // The age test suite counts a missing nonce as a fault of the header.
      if (cut) throw new SealError('HEADER_INVALID', 'payload nonce is cut short', { what: 'payload nonce' });
      return { file, opener: new PayloadOpener(fileKey, nonce, null) };
    }
    const { manifest } = file;
    checkPayload(manifest, length ?? (cut ? nonce.length : payloadLength(manifest.size)), nonce);
    const leaves = await verifiedLeaves(parsed, fileKey, manifest);
    const opener = new PayloadOpener(fileKey, nonce, {
      salt: fromBase64url(manifest.salt)!,
      leaves,
      size: manifest.size,
    });
    return { file: { ...file, ...rootsOf(manifest) }, opener, ...(jws === undefined ? {} : { jws }) };
  } finally {
    fileKey.fill(0);
  }
}

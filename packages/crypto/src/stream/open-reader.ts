import { parseDetached } from '../detach.js';
import { parseHeader } from '../header.js';
import { CHUNK_BYTES } from '../limits.js';
import { openContent, type ProvenContent } from '../open-content.js';
import type { OpenOptions, OpenUnsignedOptions, UnsignedFile } from '../open-header.js';
import { chunkCount, PAYLOAD_NONCE_BYTES, plaintextSize, SEALED_CHUNK_BYTES } from '../payload.js';
import { detachedParts, type RandomAccessSource, sealedReader } from '../source.js';
import { ByteFeed } from './byte-feed.js';
import { readHeader } from './read-header.js';

type Part = RandomAccessSource | Uint8Array | Blob;

/** A sealed file that can be read from anywhere: whole, or header and payload as they are stored apart. */
export type RangedSource = Part | { readonly header: Uint8Array; readonly payload: Part };

/** Reads parts of one file, each proven before it is given out. */
export interface SealedReader<File = ProvenContent> {
  /** What the header proves. */
  readonly file: File;
  /** Bytes of the content. */
  readonly size: number;
  /** The content's bytes from `start` to `end`, `end` not included. */
  range(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Wipes the keys; later ranges, and those under way, fail with a TypeError. The source stays the caller's to close. */
  close(): void;
}

/** Chunks read from the source at once, 16 MiB: one request for any picture, and a long range does not double its memory. */
const MAX_CHUNKS_A_READ = 256;

/**
 * Opens a sealed file for reading parts of it, such as the places a video player jumps to. The header is judged as `open`
 * judges it and the chunk tree is checked against the signed root, once; `range` then reads only the chunks it needs, those
 * that lie together in one read, and gives nothing that the cipher and the signed leaf do not prove. Ranges may overlap in
 * time.
 *
 * `source` is anything with `size` and `read(start, end)`, a Blob or bytes, or `{ header, payload }` of these.
 *
 * `range` throws RangeError when `start` and `end` are not whole numbers with 0 <= start <= end <= size; SealError
 * `PAYLOAD_INVALID` when a chunk was changed or the source gives less or more than asked; `PAYLOAD_MISMATCH` when somebody with
 * the file key replaced a chunk; TypeError after `close`; and whatever the source throws.
 *
 * Of a stranger's age file (`allowUnsigned`) the last chunk is opened at once: only that proves the length.
 *
 * @throws SealError and TypeError as `open` does, of everything but the chunks.
 *
 * @see age v1 (C2SP), section "Payload"; RFC 6962 section 2.1 (tree); docs/spec/sealed-file.md.
 *
 * @example
 * const reader = await openReader({ header, payload: blob }, options);
 * const first = await reader.range(0, 65_536);
 * reader.close();
 */
export function openReader(source: RangedSource, options: OpenOptions): Promise<SealedReader>;
export function openReader(
  source: RangedSource,
  options: OpenUnsignedOptions,
): Promise<SealedReader<ProvenContent | UnsignedFile>>;
export async function openReader(
  source: RangedSource,
  given: OpenOptions | OpenUnsignedOptions,
): Promise<SealedReader<ProvenContent | UnsignedFile>> {
  const options = { ...given }; // as they are now, whatever becomes of the caller's object while this waits
  const parts = detachedParts<Part>(source);
  const parsedAlone = parts === null ? null : parseDetached(parts.header);
  const sealed = parts === null ? sealedReader(source as Part, 'source') : sealedReader(parts.payload, 'payload');
  const header = parts?.header ?? (await readHeader(new ByteFeed(sealed)));
  const parsed = parsedAlone ?? parseHeader(header);
  const before = parts === null ? header.length : 0;
  const length = sealed.size - before;
  const start = async () => ({
    nonce: await sealed.read(before, before + Math.min(length, PAYLOAD_NONCE_BYTES)),
    length,
  });
  const { file, opener } = await openContent(parsed, header, start, options);
  let closed = false;
  let size = 0;

  function checkOpen(): void {
    if (closed) throw new TypeError('reader is closed');
  }

  /** The plaintext of chunks `from` to `to`, `to` not included. */
  async function chunks(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const at = before + PAYLOAD_NONCE_BYTES;
    const end = Math.min(sealed.size, at + to * SEALED_CHUNK_BYTES);
    const bytes = await sealed.read(at + from * SEALED_CHUNK_BYTES, end);
    checkOpen();
    const out = new Uint8Array(Math.min(size, to * CHUNK_BYTES) - from * CHUNK_BYTES);
    const { failure } = await opener.open(from, to === chunkCount(size), bytes, out);
    checkOpen(); // a wiped key opens nothing: that is no fault of the file
    if (failure === null) return out;
    out.fill(0);
    throw failure;
  }

  async function range(from: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    checkOpen();
    const whole = Number.isSafeInteger(from) && Number.isSafeInteger(end);
    if (!whole || from < 0 || from > end || end > size)
      throw new RangeError('start and end must be whole numbers with 0 <= start <= end <= size');
    const out = new Uint8Array(end - from);
    const past = Math.ceil(end / CHUNK_BYTES);
    for (let first = Math.floor(from / CHUNK_BYTES); from < end && first < past; first += MAX_CHUNKS_A_READ) {
      const plaintext = await chunks(first, Math.min(past, first + MAX_CHUNKS_A_READ));
      const zero = first * CHUNK_BYTES;
      const wanted = plaintext.subarray(Math.max(0, from - zero), end - zero);
      out.set(wanted, Math.max(0, zero - from));
      plaintext.fill(0); // its edges were not asked for
    }
    return out;
  }

  function close(): void {
    closed = true;
    opener.wipe();
  }

  try {
    size = plaintextSize(length);
    if (!file.signed) await chunks(chunkCount(size) - 1, chunkCount(size));
  } catch (error) {
    close();
    throw error;
  }
  return { file, size, range, close };
}

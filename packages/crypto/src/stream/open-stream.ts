import { parseDetached } from '../detach.js';
import { parseHeader } from '../header.js';
import { type OpenedContent, openContent, type ProvenContent } from '../open-content.js';
import type { OpenOptions, OpenUnsignedOptions, UnsignedFile } from '../open-header.js';
import { PAYLOAD_NONCE_BYTES } from '../payload.js';
import { type ByteStream, detachedParts, isStream, type RandomAccessSource, sealedReader } from '../source.js';
import { ByteFeed } from './byte-feed.js';
import { needStreams, pulled, STREAM_CHUNKS } from './pulled.js';
import { readHeader } from './read-header.js';
import { opening } from './steps.js';

type Part = ByteStream | RandomAccessSource | Uint8Array | Blob;

/** A sealed file to be read from its beginning to its end: whole, or header and payload as they are stored apart. */
export type StreamedSource = Part | { readonly header: Uint8Array; readonly payload: Part };

/** A file whose sender and recipients are proven, and whose content is proven piece by piece as it is read. */
export interface OpenedStream extends ProvenContent {
  /** The content. It is all there, and all proven, only when this stream has ended without an error. */
  readonly plaintext: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A plain age file: nobody vouches for who wrote it. */
export interface OpenedUnsignedStream extends UnsignedFile {
  /** The content. It is all there only when this stream has ended without an error. */
  readonly plaintext: ReadableStream<Uint8Array<ArrayBuffer>>;
}

function partFeed(part: Part, title: string): { readonly feed: ByteFeed; readonly size: number | null } {
  if (isStream(part)) return { feed: new ByteFeed(part), size: null };
  const source = sealedReader(part, title);
  return { feed: new ByteFeed(source), size: source.size };
}

/** Verdict and payload of a file that is read from its beginning, and how many bytes of the source were header. Cancels the source when it throws. */
export async function beginStream(
  file: StreamedSource,
  given: OpenOptions | OpenUnsignedOptions,
): Promise<OpenedContent & { readonly feed: ByteFeed; readonly headerBytes: number }> {
  const options = { ...given }; // as they are now, whatever becomes of the caller's object while this waits
  const parts = detachedParts<Part>(file);
  const parsedAlone = parts === null ? null : parseDetached(parts.header);
  const { feed, size } = parts === null ? partFeed(file as Part, 'file') : partFeed(parts.payload, 'payload');
  try {
    const header = parts?.header ?? (await readHeader(feed));
    const parsed = parsedAlone ?? parseHeader(header);
    const before = parts === null ? header.length : 0;
    const start = async () => {
      const nonce = new Uint8Array(PAYLOAD_NONCE_BYTES);
      const filled = await feed.fill(nonce);
      return { nonce: nonce.subarray(0, filled), length: size === null ? null : size - before };
    };
    return { ...(await openContent(parsed, header, start, options)), feed, headerBytes: before };
  } catch (error) {
    await feed.cancel(error).catch(() => {});
    throw error;
  }
}

/**
 * Opens a sealed file of any length in a few hundred kilobytes of memory. The header is judged as `open` judges it before the
 * first byte of the payload is read; then each chunk is released only after the cipher and its signed leaf hold.
 *
 * `file` is a stream of the whole file, or `{ header, payload }`; a Blob, bytes or a RandomAccessSource serve as well. It is
 * read only as fast as `plaintext` is. A payload that was changed, cut or extended makes `plaintext` fail after the chunks
 * before that place: do not act on a part as if it were the whole, and show nothing as complete before the stream ended.
 * Cancelling wipes the keys and cancels the source; a source that fails makes `plaintext` fail with its own error.
 *
 * @throws SealError as `open` does, of the header; `UNSUPPORTED` where the engine has no Web Streams. `plaintext` fails with
 * `PAYLOAD_INVALID` when the payload was changed, cut or extended, `PAYLOAD_MISMATCH` when somebody with the file key replaced it.
 * @throws TypeError as `open` does, and when a stream is locked or gives something else than bytes.
 *
 * @see age v1 (C2SP), section "Payload"; docs/spec/sealed-file.md; WHATWG Streams.
 *
 * @example
 * const { plaintext, manifest } = await openStream({ header, payload: response.body }, options);
 * for await (const piece of plaintext) await sink.write(piece);
 */
export function openStream(file: StreamedSource, options: OpenOptions): Promise<OpenedStream>;
export function openStream(
  file: StreamedSource,
  options: OpenUnsignedOptions,
): Promise<OpenedStream | OpenedUnsignedStream>;
export async function openStream(
  file: StreamedSource,
  options: OpenOptions | OpenUnsignedOptions,
): Promise<OpenedStream | OpenedUnsignedStream> {
  needStreams();
  const { file: proven, opener, feed } = await beginStream(file, options);
  const next = opening(feed, opener, STREAM_CHUNKS, (bytes) => new Uint8Array(bytes));
  return { ...proven, plaintext: pulled(feed, next, () => opener.wipe()) };
}

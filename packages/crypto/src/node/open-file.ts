import type { ProvenContent } from '../open-content.js';
import type { OpenOptions, OpenUnsignedOptions, UnsignedFile } from '../open-header.js';
import { plaintextSize, READ_CHUNKS } from '../payload.js';
import { beginStream } from '../stream/open-stream.js';
import { opening } from '../stream/steps.js';
import { openRegular, replaceFile, sequential } from './disk.js';
import type { FileOptions } from './seal-file.js';

/** A sealed file on disk: whole, or a header from elsewhere and the path of the payload. */
export type SealedPath = string | { readonly header: Uint8Array; readonly payload: string };

/**
 * Opens a sealed file on disk into another in a few megabytes of memory, whatever its size, and proves what `open` proves. All
 * or nothing: the plaintext appears under its name only when every byte is proven and on the disk (written as
 * `<to>.<random>.tmp` beside it, synced, renamed), replaces what was there, and is readable by its owner only; on any failure
 * nothing is left and `to` is as it was.
 *
 * @throws SealError as `open` does; TypeError when `from` or `to` is no regular file or an option is missing or wrong;
 * the signal's reason; what `onProgress` throws; the system's own errors as they are.
 *
 * @see `open`; docs/spec/sealed-file.md.
 *
 * @example
 * const { manifest, sender } = await openFile('video.mp4.age', 'video.mp4', options);
 */
export function openFile(from: SealedPath, to: string, options: OpenOptions & FileOptions): Promise<ProvenContent>;
export function openFile(
  from: SealedPath,
  to: string,
  options: OpenUnsignedOptions & FileOptions,
): Promise<ProvenContent | UnsignedFile>;
export async function openFile(
  from: SealedPath,
  to: string,
  given: (OpenOptions | OpenUnsignedOptions) & FileOptions,
): Promise<ProvenContent | UnsignedFile> {
  const options = { ...given }; // as they are now, whatever becomes of the caller's object while this waits
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  const { file, size } = await openRegular(typeof from === 'string' ? from : from.payload);
  try {
    const source = sequential(file, size);
    const sealed = typeof from === 'string' ? source : { header: from.header, payload: source };
    const { file: proven, opener, feed, headerBytes } = await beginStream(sealed, options);
    let room = new Uint8Array(0);
    const next = opening(feed, opener, READ_CHUNKS, (bytes) => {
      if (room.length < bytes) room = new Uint8Array(bytes);
      return room;
    });
    try {
      const total = plaintextSize(size - headerBytes);
      await replaceFile(to, async (write) => {
        let at = 0;
        for (let ended = false; !ended; ) {
          signal?.throwIfAborted();
          const step = await next();
          await write(step.bytes, at);
          at += step.bytes.length;
          ended = step.ended;
          onProgress?.(at, total);
        }
      });
    } finally {
      opener.wipe();
      room.fill(0);
    }
    return proven;
  } finally {
    await file.close();
  }
}

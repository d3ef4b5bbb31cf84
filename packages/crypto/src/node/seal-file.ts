import { draftFile, finishHeader, headerLength } from '../draft.js';
import { chunkCount, READ_CHUNKS } from '../payload.js';
import { PayloadSealer } from '../payload-sealer.js';
import { type SealedHeader, sealedHeader } from '../seal.js';
import { ownOptions, type SealOptions } from '../seal-options.js';
import { plaintextReader } from '../source.js';
import { ByteFeed } from '../stream/byte-feed.js';
import { sealing } from '../stream/steps.js';
import { openRegular, replaceFile, sequential } from './disk.js';

/** How work on a file is watched and stopped. */
export interface FileOptions {
  /** Told after every mebibyte or so how many bytes of the plaintext are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the work; nothing is left behind. */
  readonly signal?: AbortSignal;
}

/**
 * Seals a file on disk into another in a few megabytes of memory, whatever its size. The result appears under its name only
 * when it is whole and on the disk (written as `<to>.<random>.tmp` beside it, synced, renamed), replaces what was there, and
 * is readable by its owner only; on any failure nothing is left and `to` is as it was.
 *
 * @throws SealError as `seal` does; RangeError when the file changed its size meanwhile; TypeError when `from` or `to` is no
 * regular file or an option is missing or wrong; the signal's reason; what `onProgress` throws; the system's own errors as
 * they are.
 *
 * @see `seal`; docs/spec/sealed-file.md.
 *
 * @example
 * const { header } = await sealFile('video.mp4', 'video.mp4.age', {
 *   ...options, onProgress: (done, total) => show(done / total),
 * });
 */
export async function sealFile(from: string, to: string, options: SealOptions & FileOptions): Promise<SealedHeader> {
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  const own = ownOptions(options);
  const { file, size } = await openRegular(from);
  try {
    const draft = await draftFile(own);
    const sealer = new PayloadSealer(draft);
    const feed = new ByteFeed(plaintextReader(sequential(file, size)));
    const chunks = Math.min(READ_CHUNKS, chunkCount(size));
    let room = new Uint8Array(0);
    const steps = sealing(feed, sealer, chunks, (bytes) => {
      if (room.length < bytes) room = new Uint8Array(bytes);
      return room;
    });
    try {
      // The header comes first in the file and is known last: its length is known beforehand, so its place is kept free.
      const length = await headerLength(draft, size, chunkCount(size));
      return await replaceFile(to, async (write) => {
        await write(draft.nonce, length);
        let at = length + draft.nonce.length;
        for (let ended = false; !ended; ) {
          signal?.throwIfAborted();
          const step = await steps.next();
          await write(step.bytes, at);
          at += step.bytes.length;
          ended = step.ended;
          onProgress?.(sealer.size, size);
        }
        if ((await file.stat()).size !== size) throw new RangeError('source changed its size while it was read');
        const done = await finishHeader(draft, size, sealer.leaves);
        await write(done.header, 0);
        return sealedHeader(draft, size, done);
      });
    } finally {
      draft.fileKey.fill(0);
      sealer.wipe();
      steps.wipe();
    }
  } finally {
    await file.close();
  }
}

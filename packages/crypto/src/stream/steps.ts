import { TAG_BYTES } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { CHUNK_BYTES, MAX_HEADER_BYTES } from '../limits.js';
import { chunkCount, HASH_BYTES, SEALED_CHUNK_BYTES } from '../payload.js';
import type { PayloadOpener } from '../payload-opener.js';
import type { PayloadSealer } from '../payload-sealer.js';
import type { ByteFeed } from './byte-feed.js';

// A payload from its beginning to its end, some chunks a step: the one loop behind streams and files on disk.

/** One step: some bytes, and whether nothing follows. */
export interface Step {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ended: boolean;
}

/** Gives a buffer of that many bytes, which the step's bytes are a part of: a new one, or always the same. */
export type Room = (bytes: number) => Uint8Array<ArrayBuffer>;

/** Chunks beyond which the tree alone, as base64 text, is longer than any header: nobody should send 3 GB to learn that. */
const MAX_CHUNKS = Math.floor((MAX_HEADER_BYTES * 3) / 4 / HASH_BYTES);

/** Steps of sealing, `chunks` at a time. `wipe` clears the plaintext buffer. A step throws LIMIT or what the source throws. */
export function sealing(
  feed: ByteFeed,
  sealer: PayloadSealer,
  chunks: number,
  room: Room,
): { next(): Promise<Step>; wipe(): void } {
  const plaintext = new Uint8Array(chunks * CHUNK_BYTES);
  return {
    async next() {
      const filled = await feed.fill(plaintext);
      // The last chunk is sealed as such, so it must be known to be the last.
      const ended = filled < plaintext.length || (await feed.atEnd());
      if (chunkCount(sealer.size + filled) > MAX_CHUNKS) {
        const facts = { what: 'MAX_HEADER_BYTES', limit: MAX_HEADER_BYTES };
        throw new SealError('LIMIT', 'content is too long for a header', facts);
      }
      const bytes = await sealer.seal(plaintext.subarray(0, filled), ended, room(filled + chunks * TAG_BYTES));
      return { bytes, ended };
    },
    wipe: () => void plaintext.fill(0),
  };
}

/**
 * Steps of opening, `chunks` at a time. A step gives only what is proven; when that is less than was read, the next step
 * throws why: PAYLOAD_INVALID or PAYLOAD_MISMATCH.
 */
export function opening(feed: ByteFeed, opener: PayloadOpener, chunks: number, room: Room): () => Promise<Step> {
  const sealed = new Uint8Array(chunks * SEALED_CHUNK_BYTES);
  let index = 0;
  let failure: SealError | null = null;
  return async () => {
    if (failure !== null) throw failure;
    const filled = await feed.fill(sealed);
    const ended = filled < sealed.length || (await feed.atEnd());
    const opened = await opener.open(index, ended, sealed.subarray(0, filled), room(chunks * CHUNK_BYTES));
    index += chunks;
    failure = opened.failure;
    if (failure !== null && opened.plaintext.length === 0) throw failure;
    return { bytes: opened.plaintext, ended: ended && failure === null };
  };
}

import { PictureError } from './picture-error.js';

/**
 * Inflates zlib data part by part and hands each piece on; stops at the first byte too many, so that a small file
 * cannot fill the memory. Wrong checksums and bytes after the end are refused.
 */
async function inflate(
  parts: readonly Uint8Array[],
  limit: number,
  take: (piece: Uint8Array) => void,
): Promise<number> {
  let size = 0;
  try {
    // BlobPart wants ArrayBuffer-backed bytes; a view of a caller's SharedArrayBuffer would be refused here.
    const packed = new Blob(parts as Uint8Array<ArrayBuffer>[]).stream();
    const reader = packed.pipeThrough(new DecompressionStream('deflate')).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return size;
      size += value.length;
      if (size > limit) {
        await reader.cancel();
        throw new PictureError('PICTURE_MALFORMED', 'compressed data is longer than it may be');
      }
      take(value);
    }
  } catch (cause) {
    if (cause instanceof PictureError) throw cause;
    throw new PictureError('PICTURE_MALFORMED', 'compressed data is damaged', { cause });
  }
}

/**
 * Checks that zlib data inflates to exactly `size` bytes, keeping none of them.
 *
 * @param look sees each piece once; what it throws is passed on
 * @throws PictureError `PICTURE_MALFORMED`, or `PICTURE_TRUNCATED` when it inflates to less
 */
export async function checkInflates(
  parts: readonly Uint8Array[],
  size: number,
  look: (piece: Uint8Array) => void,
): Promise<void> {
  if ((await inflate(parts, size, look)) < size) {
    throw new PictureError('PICTURE_TRUNCATED', 'pixel data ends too early');
  }
}

/** Inflates at most `limit` bytes. Throws `PICTURE_MALFORMED`. */
export async function inflated(part: Uint8Array, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  await inflate([part], limit, (piece) => pieces.push(piece));
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Deflates to zlib form. */
export async function deflated(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

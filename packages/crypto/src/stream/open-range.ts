import type { OpenOptions, OpenUnsignedOptions } from '../open-header.js';
import { openReader, type RangedSource } from './open-reader.js';

/**
 * One part of a sealed file's content, from `start` to `end` in bytes, `end` not included, proven as `openReader` proves it.
 * For more than one part of a file keep a reader: it judges the header once.
 *
 * @throws as `openReader` and its `range` do.
 *
 * @see docs/spec/sealed-file.md.
 *
 * @example
 * const first = await openRange(blob, 0, 1024, options);
 */
export async function openRange(
  source: RangedSource,
  start: number,
  end: number,
  options: OpenOptions | OpenUnsignedOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  // Two calls for the overloads: signed and unsigned options differ in what they give.
  const reader = options.allowUnsigned === true ? await openReader(source, options) : await openReader(source, options);
  try {
    return await reader.range(start, end);
  } finally {
    reader.close();
  }
}

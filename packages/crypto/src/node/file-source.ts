import { readFull } from '@wardseal/primitives/cli';
import type { RandomAccessSource } from '../source.js';
import { openRegular } from './disk.js';

/** An open file on disk, for `openReader`, `openRange` and `openStream`. */
export interface FileSource extends RandomAccessSource {
  /** Closes the file; reading fails afterwards. */
  close(): Promise<void>;
}

/**
 * A file on disk as a source that can be read from anywhere. Close it yourself: a reader does not.
 *
 * @throws TypeError when `path` is no regular file; the system's own errors (`ENOENT`, `EACCES` ...) as they are.
 *
 * @see `openReader`.
 *
 * @example
 * const source = await fileSource('video.mp4.age');
 * const reader = await openReader(source, options);
 * const part = await reader.range(0, 65_536);
 * reader.close();
 * await source.close();
 */
export async function fileSource(path: string): Promise<FileSource> {
  const { file, size } = await openRegular(path);
  return {
    size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      return bytes.subarray(0, await readFull(file, bytes, start));
    },
    close: () => file.close(),
  };
}

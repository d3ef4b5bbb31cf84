/** Most scans of a JPEG: encoders write about ten, and decoding costs one pass over the picture for each. */
export const MAX_SCANS = 100;

const START_OF_SCAN = 0xda;
const END = 0xd9;
/** Markers without a length: fill bytes and zeros in a scan, TEM, restarts and the start. */
const bare = (marker: number): boolean => marker <= 0x01 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8);

/**
 * Whether a JPEG has more scans than any encoder writes. A few hundred kilobytes can hold a thousand over a hundred
 * megapixels: minutes of decoding (libjpeg-turbo, LJT-01-003).
 */
export function hasTooManyScans(file: Uint8Array): boolean {
  let scans = 0;
  let at = file.indexOf(0xff);
  while (at >= 0 && at + 1 < file.length) {
    const marker = file[at + 1]!;
    if (marker === END) return false;
    if (marker === START_OF_SCAN && ++scans > MAX_SCANS) return true;
    // Samples follow a scan's head, in which 0xff is always followed by zero or a restart: so what comes next is a marker.
    const length = bare(marker) ? 0 : ((file[at + 2] ?? 0) << 8) | (file[at + 3] ?? 0);
    at = file.indexOf(0xff, at + (marker === 0xff ? 1 : 2) + length);
  }
  return false;
}

import { PictureError } from './picture-error.js';

/** Largest file taken in: a 50-megapixel phone JPEG is about 25 MB, a PNG of the same about 60 MB. */
export const MAX_BYTES: number = 64 * 1024 * 1024;

/** Most pixels: the 50-megapixel mode of today's phones fits; decoded, 64 million pixels take 256 MB. */
export const MAX_PIXELS = 64_000_000;

/** Longest side: what JPEG itself can say, and above what any camera or canvas makes. */
const MAX_SIDE = 65_535;

/** Most marker segments or chunks: a phone panorama has some hundreds; more only costs time. */
export const MAX_SEGMENTS = 10_000;

/** Most scans of a progressive JPEG: encoders write about ten; each costs a walk over the whole picture. */
export const MAX_SCANS = 64;

/** Refuses a size before anything is decoded, so that a small file cannot claim a gigapixel. */
export function checkSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw new PictureError('PICTURE_MALFORMED', 'picture has no pixels');
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new PictureError('PICTURE_TOO_LARGE', `picture is larger than ${MAX_PIXELS} pixels`);
  }
}

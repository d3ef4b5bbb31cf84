import { WatermarkError } from '../errors.js';
import type { MarkedPixels } from '../image.js';
import { MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE } from '../limits.js';
import { isAnimatedPng, type Source, sniff } from './formats.js';
import { hasTooManyScans, MAX_SCANS } from './jpeg-scans.js';
import { loadSharp, type Metadata } from './load-sharp.js';

/**
 * Reads a picture file as pixels: upright by its EXIF orientation, in sRGB (an embedded profile, such as Display P3 or
 * Adobe RGB, is converted from; without one samples are taken as sRGB), transparency kept. JPEG, PNG, WebP, AVIF, TIFF
 * and GIF, and HEIC where sharp's build on this machine can.
 *
 * @param file the bytes of the file, at most 512 MiB. Sizes are read and checked before anything is decoded.
 * @returns 3 channels, or 4 for a picture with transparency.
 * @throws {WatermarkError} ADAPTER_MISSING: sharp cannot be loaded; IMAGE_INVALID: not such a file, cut short, more than
 * 8 bits a sample (convert it to 8 bits first), CMYK (convert it to sRGB first), several pages or frames (mark each as a
 * file of its own), a JPEG of more than 100 scans, or channels beside colour and transparency; IMAGE_TOO_LARGE: above 512 MiB, 100 megapixels or 65,535
 * pixels a side.
 * @example
 * const pixels = await readPicture(await readFile('wound.jpg'));
 */
export async function readPicture(file: Uint8Array): Promise<MarkedPixels> {
  return (await readSource(file)).pixels;
}

/** sharp's name of each format. */
const LOADERS: Readonly<Record<Source, string>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  avif: 'heif',
  heic: 'heif',
  tiff: 'tiff',
  gif: 'gif',
};

/** The same, and what the file was. */
export async function readSource(file: Uint8Array): Promise<{ pixels: MarkedPixels; source: Source }> {
  if (!(file instanceof Uint8Array)) throw invalid('must be the bytes of a picture file, not its path');
  if (file.length > MAX_FILE_BYTES)
    throw tooLarge(`is larger than ${MAX_FILE_BYTES} bytes`, MAX_FILE_BYTES, file.length);
  const source = sniff(file);
  if (source === null) throw invalid('is no JPEG, PNG, WebP, AVIF, HEIC, TIFF or GIF');
  if (source === 'png' && isAnimatedPng(file)) throw severalFrames();
  if (source === 'jpeg' && hasTooManyScans(file)) throw invalid(`holds more than ${MAX_SCANS} scans`);
  const sharp = await loadSharp();
  const failed = (cause: unknown): never => {
    throw invalid(`cannot be decoded whole as ${source.toUpperCase()} by this build of sharp`, cause);
  };
  const about = await sharp(file, { limitInputPixels: false }).metadata().catch(failed);
  // A file may begin as two formats: what was looked at and what will be decoded must be the same.
  if (about.format !== LOADERS[source]) throw invalid(`begins as ${source.toUpperCase()} and is something else`);
  check(about);
  const { data, info } = await sharp(file, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .rotate()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(failed);
  if (info.channels !== 3 && info.channels !== 4) throw invalid('holds more than colour and transparency');
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  return { pixels: { data: clamped, width: info.width, height: info.height }, source };
}

/** What the head of the file says: refused before a decoder is let loose on the rest. */
function check({ width, height, depth, space, pages }: Metadata): void {
  if (width * height > MAX_PIXELS) throw tooLarge(`has more than ${MAX_PIXELS} pixels`, MAX_PIXELS, width * height);
  const side = Math.max(width, height);
  if (side > MAX_SIDE) throw tooLarge(`has a side of more than ${MAX_SIDE} pixels`, MAX_SIDE, side);
  if ((pages ?? 1) > 1) throw severalFrames();
  if (depth !== 'uchar') throw invalid('holds more than 8 bits a sample: convert it to 8 bits first');
  if (space !== 'srgb' && space !== 'rgb' && space !== 'b-w') {
    throw invalid('is neither RGB nor grey: convert it to sRGB first');
  }
}

const invalid = (message: string, cause?: unknown): WatermarkError =>
  new WatermarkError('IMAGE_INVALID', `\`file\` ${message}`, { field: 'file', ...(cause !== undefined && { cause }) });

const severalFrames = (): WatermarkError => invalid('holds several pages or frames: mark each as a file of its own');

const tooLarge = (message: string, limit: number, actual: number): WatermarkError =>
  new WatermarkError('IMAGE_TOO_LARGE', `\`file\` ${message}`, { field: 'file', limit, actual });

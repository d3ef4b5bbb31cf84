import { WatermarkError } from '../errors.js';
import { checkPixels, type Pixels } from '../image.js';
import { type Format, SIDES } from './formats.js';
import { loadSharp } from './load-sharp.js';

/** Quality of JPEG, WebP and AVIF unless told otherwise: the mark and fine texture pass it nearly untouched. */
export const DEFAULT_QUALITY = 92;
/** Least quality that can be asked for: what a clinician looks at is not to be blurred, nor the mark. */
export const MIN_QUALITY = 90;

const FORMATS = 'format must be jpeg, png, webp or avif';

/** How a picture is written. */
export interface OutputOptions {
  readonly format: Format;
  /** JPEG, WebP and AVIF: 90 to 100. Default 92. PNG loses nothing. */
  readonly quality?: number;
}

/** Effort of the AVIF encoder, of 9: at its default of 4 twelve megapixels take many times as long. */
const AVIF_EFFORT = 2;

/**
 * Writes pixels as a picture file: JPEG without colour subsampling, PNG, WebP or AVIF, with the sRGB profile and no other
 * metadata: no EXIF, place, name or time.
 *
 * @param pixels 8-bit sRGB, upright, 1, 3 or 4 channels.
 * @throws {WatermarkError} ADAPTER_MISSING: sharp cannot be loaded; IMAGE_INVALID: not such pixels, transparent ones for a
 * JPEG, or this build of sharp cannot write the format; IMAGE_TOO_LARGE: more than 100 megapixels, or a side longer than
 * the format holds (JPEG and PNG 65,535, WebP 16,383, AVIF 16,384).
 * @throws {TypeError} options that are no object.
 * @throws {RangeError} no format or an unknown one, or a quality that is not a whole number from 90 to 100.
 * @example
 * await writeFile('copy.png', await writePicture(pixels, { format: 'png' }));
 */
export async function writePicture(pixels: Pixels, options: OutputOptions): Promise<Uint8Array<ArrayBuffer>> {
  const channels = checkPixels(pixels, 'pixels', 1);
  checkOutput(options);
  const { format, quality = DEFAULT_QUALITY } = options;
  if (format === undefined) throw new RangeError(FORMATS);
  const { data, width, height } = pixels;
  const limit = SIDES[format];
  if (Math.max(width, height) > limit) {
    const facts = { field: 'pixels', limit, actual: Math.max(width, height) };
    throw new WatermarkError('IMAGE_TOO_LARGE', `a ${format} has at most ${limit} pixels a side`, facts);
  }
  if (format === 'jpeg' && isTransparent(pixels, channels)) {
    throw new WatermarkError('IMAGE_INVALID', 'a JPEG has no transparency: write a PNG', { field: 'pixels' });
  }
  const sharp = await loadSharp();
  const raw = { width, height, channels: channels as 1 | 3 | 4 };
  const plain = sharp(data, { raw, limitInputPixels: false });
  // Grey has no colour to state; told otherwise, sharp would write it as three channels.
  const picture = channels === 1 ? plain.toColourspace('b-w') : plain.withIccProfile('srgb');
  const encoded = {
    jpeg: () => picture.jpeg({ quality, chromaSubsampling: '4:4:4' }),
    png: () => picture.png(),
    webp: () => picture.webp({ quality }),
    avif: () => picture.avif({ quality, effort: AVIF_EFFORT }),
  }[format]();
  try {
    return Uint8Array.from(await encoded.toBuffer());
  } catch (cause) {
    const message = `this build of sharp cannot write the picture as ${format}`;
    throw new WatermarkError('IMAGE_INVALID', message, { field: 'pixels', cause });
  }
}

/** Checks how a picture is to be written; a format may be left to its default. */
export function checkOutput(output: Partial<OutputOptions>): void {
  if (typeof output !== 'object' || output === null)
    throw new TypeError("output is an object such as { format: 'png' }");
  const { format, quality = DEFAULT_QUALITY } = output;
  if (format !== undefined && !Object.hasOwn(SIDES, format)) throw new RangeError(FORMATS);
  if (!Number.isInteger(quality) || quality < MIN_QUALITY || quality > 100) {
    throw new RangeError(`quality must be a whole number from ${MIN_QUALITY} to 100`);
  }
}

/** Whether any pixel lets something shine through. */
export function isTransparent({ data }: Pixels, channels: number): boolean {
  if (channels !== 4) return false;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

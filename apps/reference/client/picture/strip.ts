import { type Pixels, turnUpright } from './exif-orientation.js';
import { adobeRgbProfile, isSrgbProfile } from './icc.js';
import { type Jpeg, parseJpeg } from './jpeg.js';
import { writeForCodec, writeJpeg } from './jpeg-write.js';
import { MAX_BYTES } from './limits.js';
import { PictureError } from './picture-error.js';
import { parsePng, writePng, writePngForCodec } from './png.js';
import { type PictureType, sniff } from './sniff.js';

/** What decodes and encodes where a rebuild is not enough: sharp in Node, a canvas in the browser. */
export interface PictureCodec {
  /** Decodes a whole picture and converts it to sRGB by the profile in it; fails rather than fill in missing rows. */
  decode(bytes: Uint8Array<ArrayBuffer>, type: PictureType): Promise<Pixels>;
  /** Encodes sRGB pixels; `quality` 0..1 counts for JPEG only. */
  encode(pixels: Pixels, type: PictureType, quality: number): Promise<Uint8Array>;
}

/** A picture as it is filed: upright, sRGB, full resolution, nothing but pixels. */
export interface Stripped {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mediaType: PictureType;
  readonly width: number;
  readonly height: number;
  /** `rebuilt`: the very pixels of the original. `encoded`: turned or converted, then encoded once. */
  readonly route: 'rebuilt' | 'encoded';
  /** Kinds of metadata removed (`exif`, `gps`, `xmp` ...), sorted; never a value. */
  readonly removed: readonly string[];
}

/** JPEG quality of the one encoding, where one is needed: a filed original may not lose what a reader could see. */
export const QUALITY = 0.92;

/**
 * Makes the picture that is filed and sealed: full resolution, upright, sRGB, and no byte of metadata.
 *
 * An upright sRGB picture is rebuilt by an allow-list of segments without touching its compressed pixels. Only a
 * picture that must be turned, converted or read one way for good is decoded, and encoded once. The type stays:
 * a JPEG is a photograph and stays a JPEG; a PNG (a screenshot or a scanned page) stays a PNG, because PNG loses
 * nothing when it is written again, while JPEG would blur the edges of letters.
 *
 * @param bytes a JPEG or PNG, judged by its content; at most {@link MAX_BYTES}
 * @param codec used only on the `encoded` route, and given no metadata but the colour profile
 * @returns the clean picture; its `bytes` are a copy, never a view of the input
 * @throws PictureError
 *   `PICTURE_EMPTY` no bytes ·
 *   `PICTURE_UNSUPPORTED` not a JPEG or PNG, or one that viewers do not agree on ·
 *   `PICTURE_TRUNCATED` part of the picture is missing ·
 *   `PICTURE_MALFORMED` damaged, or contradicts itself ·
 *   `PICTURE_TOO_LARGE` more bytes, pixels or a longer side than allowed; found before decoding ·
 *   `PICTURE_CODEC_FAILED` the codec failed, or did not return what it was asked for
 * @example
 * ```ts
 * const { bytes, width, height, route, removed } = await strip(file, sharpCodec());
 * ```
 */
export async function strip(bytes: Uint8Array, codec: PictureCodec): Promise<Stripped> {
  if (bytes.length > MAX_BYTES) throw new PictureError('PICTURE_TOO_LARGE', `file is larger than ${MAX_BYTES} bytes`);
  const mediaType = sniff(bytes);
  return mediaType === 'image/jpeg' ? stripJpeg(bytes, codec) : stripPng(bytes, codec);
}

async function stripJpeg(bytes: Uint8Array, codec: PictureCodec): Promise<Stripped> {
  const jpeg = parseJpeg(bytes);
  const { width, height, carried: removed } = jpeg;
  if (jpeg.orientation === 1 && isPlainSrgb(jpeg)) {
    return { bytes: writeJpeg(jpeg), mediaType: 'image/jpeg', width, height, route: 'rebuilt', removed };
  }
  const icc = jpeg.icc ?? (jpeg.adobeRgb ? adobeRgbProfile() : null);
  const upright = turnUpright(await decode(codec, writeForCodec(jpeg, icc), 'image/jpeg', jpeg), jpeg.orientation);
  const clean = parseJpeg(await encode(codec, upright, 'image/jpeg'));
  // What the codec wrote is itself rebuilt, for codecs add segments of their own.
  if (clean.width !== upright.width || clean.height !== upright.height || !isPlainSrgb(clean)) throw unasked();
  const { width: w, height: h } = upright;
  return { bytes: writeJpeg(clean), mediaType: 'image/jpeg', width: w, height: h, route: 'encoded', removed };
}

function isPlainSrgb({ colour, icc, adobeRgb }: Jpeg): boolean {
  if (colour === 'cmyk' || colour === 'unclear') return false;
  return icc === null ? !adobeRgb : colour !== 'grey' && isSrgbProfile(icc);
}

async function stripPng(bytes: Uint8Array, codec: PictureCodec): Promise<Stripped> {
  const png = await parsePng(bytes);
  const { width, height, carried: removed } = png;
  if (png.orientation === 1 && png.srgb) {
    return { bytes: writePng(png), mediaType: 'image/png', width, height, route: 'rebuilt', removed };
  }
  const upright = turnUpright(await decode(codec, await writePngForCodec(png), 'image/png', png), png.orientation);
  const clean = await parsePng(await encode(codec, upright, 'image/png'));
  if (clean.width !== upright.width || clean.height !== upright.height || !clean.srgb) throw unasked();
  const { width: w, height: h } = upright;
  return { bytes: writePng(clean), mediaType: 'image/png', width: w, height: h, route: 'encoded', removed };
}

const unasked = (): PictureError => new PictureError('PICTURE_CODEC_FAILED', 'codec returned another picture');

async function decode(
  codec: PictureCodec,
  bytes: Uint8Array<ArrayBuffer>,
  type: PictureType,
  size: { readonly width: number; readonly height: number },
): Promise<Pixels> {
  const pixels = await attempt(() => codec.decode(bytes, type));
  const right = pixels.width === size.width && pixels.height === size.height;
  if (!right || pixels.data.length !== size.width * size.height * 4) throw unasked();
  return pixels;
}

async function encode(codec: PictureCodec, pixels: Pixels, type: PictureType): Promise<Uint8Array> {
  const bytes = await attempt(() => codec.encode(pixels, type, QUALITY));
  if (sniff(bytes) !== type) throw unasked();
  return bytes;
}

async function attempt<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof PictureError) throw cause;
    throw new PictureError('PICTURE_CODEC_FAILED', 'codec failed', { cause });
  }
}

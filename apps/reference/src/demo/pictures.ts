import sharp from 'sharp';
import type { Pixels } from '../../client/picture/exif-orientation.js';
import { MAX_BYTES, MAX_PIXELS } from '../../client/picture/limits.js';
import { PictureError } from '../../client/picture/picture-error.js';
import { sniff } from '../../client/picture/sniff.js';
import { textToPaths } from './plain-letters.js';
import { sharpCodec } from './sharp-codec.js';

/** Long side and quality of what messaging apps make of a photograph. */
const LEAK_SIDE = 1600;
const LEAK_QUALITY = 0.7;

/** 8-bit RGBA from whoever made it. */
export interface AnyPixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

const codec = sharpCodec();

/** The same bytes under the type that canvas and codecs want; no copy. */
function clamped({ data, width, height }: AnyPixels): Pixels {
  if (data.length !== width * height * 4) throw new RangeError('pixels are not RGBA');
  return { data: new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length), width, height };
}

/**
 * Decodes a JPEG or PNG to sRGB pixels, taking it as upright.
 *
 * @throws PictureError `PICTURE_EMPTY`, `PICTURE_UNSUPPORTED`, `PICTURE_TOO_LARGE`; `PICTURE_CODEC_FAILED` when it
 *   cannot be decoded whole
 */
export async function decodePicture(bytes: Uint8Array): Promise<Pixels> {
  if (bytes.length > MAX_BYTES) throw new PictureError('PICTURE_TOO_LARGE', `file is larger than ${MAX_BYTES} bytes`);
  const type = sniff(bytes);
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (width * height <= MAX_PIXELS) return await codec.decode(Uint8Array.from(bytes), type);
  } catch (cause) {
    throw new PictureError('PICTURE_CODEC_FAILED', 'picture cannot be decoded', { cause });
  }
  throw new PictureError('PICTURE_TOO_LARGE', `picture is larger than ${MAX_PIXELS} pixels`);
}

/** Encodes pixels as PNG, losing nothing. */
export async function encodePng(pixels: AnyPixels): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await codec.encode(clamped(pixels), 'image/png', 1));
}

/**
 * Lays an overlay drawing over a picture.
 *
 * @param svg what the watermark's `renderOverlay` gave for this picture
 * @param box its `overlayBox`: the size of the drawing, and where the picture lies in it
 * @returns pixels of the size of the drawing; in border mode the picture's own pixels are in it unchanged
 */
export async function drawOverlay(
  pixels: AnyPixels,
  svg: string,
  box: { readonly width: number; readonly height: number; readonly left: number; readonly top: number },
): Promise<Pixels> {
  const drawing = Buffer.from((await hasFonts()) ? svg : textToPaths(svg));
  const raw = { width: pixels.width, height: pixels.height, channels: 4 as const };
  const white = { width: box.width, height: box.height, channels: 4 as const, background: '#fff' };
  const { data, info } = await sharp({ create: white, limitInputPixels: MAX_PIXELS * 2 })
    .composite([
      {
        input: Buffer.from(pixels.data.buffer, pixels.data.byteOffset, pixels.data.length),
        raw,
        left: box.left,
        top: box.top,
      },
      { input: drawing, left: 0, top: 0, limitInputPixels: MAX_PIXELS * 2 },
    ])
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
}

let fonts: Promise<boolean> | undefined;

/** Whether this machine can draw letters. Without a font an I and a W are the same empty box. */
export function hasFonts(): Promise<boolean> {
  const draw = (letter: string): Promise<Buffer> => {
    const text = `<text x="4" y="30" font-family="sans-serif" font-size="28">${letter}</text>`;
    return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">${text}</svg>`))
      .raw()
      .toBuffer();
  };
  fonts ??= Promise.all([draw('I'), draw('W')]).then(([narrow, wide]) => !narrow.equals(wide));
  return fonts;
}

/** A copy as it leaks: 1600 pixels on its long side (by area averaging when that is smaller), then JPEG of quality 70. */
export async function leak(pixels: AnyPixels): Promise<Uint8Array<ArrayBuffer>> {
  const { data, width, height } = shrink(pixels, LEAK_SIDE);
  const raw = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: MAX_PIXELS });
  return Uint8Array.from(
    await raw
      .flatten({ background: '#fff' })
      .resize(LEAK_SIDE, LEAK_SIDE, { fit: 'inside', kernel: 'cubic' })
      .jpeg({ quality: LEAK_QUALITY * 100 })
      .toBuffer(),
  );
}

/**
 * Scales down so that the long side is at most `side`, never up: each new pixel is the mean of the area it covers.
 * Written here because sharp has no area filter, and how a copy was scaled is part of what the trace is tested on.
 */
export function shrink(pixels: AnyPixels, side: number): Pixels {
  const scale = side / Math.max(pixels.width, pixels.height);
  if (scale >= 1) return clamped(pixels);
  const width = Math.max(1, Math.round(pixels.width * scale));
  const height = Math.max(1, Math.round(pixels.height * scale));
  const across = new Float32Array(width * pixels.height * 4);
  average(clamped(pixels).data, across, pixels.height, pixels.width * 4, width * 4, pixels.width, width, 4);
  const down = new Float32Array(width * height * 4);
  average(across, down, width, 4, 4, pixels.height, height, width * 4);
  const data = new Uint8ClampedArray(down.length);
  for (let i = 0; i < down.length; i++) data[i] = down[i]!;
  return { data, width, height };
}

/** Averages `lines` lines of `from` pixels to `to` pixels; strides say how far apart lines and pixels lie. */
function average(
  input: Uint8ClampedArray | Float32Array,
  output: Float32Array,
  lines: number,
  inputLine: number,
  outputLine: number,
  from: number,
  to: number,
  step: number,
): void {
  const ratio = from / to;
  for (let i = 0; i < to; i++) {
    const start = i * ratio;
    const end = Math.min(from, start + ratio);
    for (let j = Math.floor(start); j < end; j++) {
      const weight = (Math.min(end, j + 1) - Math.max(start, j)) / ratio;
      for (let line = 0; line < lines; line++) {
        const a = line * inputLine + j * step;
        const b = line * outputLine + i * step;
        for (let c = 0; c < 4; c++) output[b + c]! += input[a + c]! * weight;
      }
    }
  }
}

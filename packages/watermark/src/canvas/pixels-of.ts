import { WatermarkError } from '../errors.js';
import type { MarkedPixels } from '../image.js';
import { MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE } from '../limits.js';
import { type AnyCanvas, contextOf, hiddenCanvas, noCanvas } from './context.js';

/** What a browser can show. A Blob is a picture file; its EXIF orientation is followed. */
export type PictureSource = ImageBitmap | HTMLImageElement | AnyCanvas | Blob;

/**
 * The pixels of a picture that a browser holds, as RGBA in sRGB: the browser converts other colour spaces. Samples of
 * opaque pixels come as they are; where a pixel is partly transparent its colours may be off by a level or more, for a
 * canvas keeps them premultiplied, which the mark does not mind.
 *
 * @throws {WatermarkError} IMAGE_INVALID: nothing that can be drawn, not decodable, without size, or of another origin
 * that does not allow reading; IMAGE_TOO_LARGE: above 512 MiB as a file, 100 megapixels, 65,535 pixels a side, or what
 * the browser's canvas holds; CANVAS_UNAVAILABLE: no canvas or 2D context here.
 * @example
 * const pixels = await pixelsOf(file.files[0]);
 */
export async function pixelsOf(source: PictureSource): Promise<MarkedPixels> {
  if (typeof Blob === 'function' && source instanceof Blob) {
    const bitmap = await decodeBlob(source);
    try {
      return read(bitmap, bitmap.width, bitmap.height);
    } finally {
      bitmap.close();
    }
  }
  if (typeof HTMLImageElement === 'function' && source instanceof HTMLImageElement) {
    await source.decode().catch((cause: unknown) => {
      throw invalid('cannot be decoded', cause);
    });
    return read(source, source.naturalWidth, source.naturalHeight);
  }
  const drawable = [globalThis.ImageBitmap, globalThis.HTMLCanvasElement, globalThis.OffscreenCanvas].some(
    (kind) => typeof kind === 'function' && source instanceof kind,
  );
  if (!drawable) throw invalid('must be a Blob, an image, a bitmap or a canvas');
  const { width, height } = source as ImageBitmap | AnyCanvas;
  return read(source as ImageBitmap | AnyCanvas, width, height);
}

async function decodeBlob(file: Blob): Promise<ImageBitmap> {
  if (file.size > MAX_FILE_BYTES) throw tooLarge(`is larger than ${MAX_FILE_BYTES} bytes`, MAX_FILE_BYTES, file.size);
  if (typeof createImageBitmap !== 'function') throw noCanvas();
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch (cause) {
    throw invalid('cannot be decoded', cause);
  }
}

function read(source: CanvasImageSource, width: number, height: number): MarkedPixels {
  if (width < 1 || height < 1) throw invalid('has no size');
  if (width * height > MAX_PIXELS) throw tooLarge(`has more than ${MAX_PIXELS} pixels`, MAX_PIXELS, width * height);
  const side = Math.max(width, height);
  if (side > MAX_SIDE) throw tooLarge(`has a side of more than ${MAX_SIDE} pixels`, MAX_SIDE, side);
  const context = contextOf(hiddenCanvas(), width, height);
  try {
    context.drawImage(source, 0, 0);
    const { data } = context.getImageData(0, 0, width, height, { colorSpace: 'srgb' });
    return { data: data as Uint8ClampedArray<ArrayBuffer>, width, height };
  } catch (cause) {
    throw invalid('cannot be read: it is of another origin, or there is no memory for it', cause);
  }
}

const invalid = (message: string, cause?: unknown): WatermarkError =>
  new WatermarkError('IMAGE_INVALID', `\`source\` ${message}`, {
    field: 'source',
    ...(cause !== undefined && { cause }),
  });

const tooLarge = (message: string, limit: number, actual: number): WatermarkError =>
  new WatermarkError('IMAGE_TOO_LARGE', `\`source\` ${message}`, { field: 'source', limit, actual });

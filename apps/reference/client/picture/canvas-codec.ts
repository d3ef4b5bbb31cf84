import { PictureError } from './picture-error.js';
import type { PictureCodec } from './strip.js';

/**
 * Decodes and encodes with the browser's own canvas.
 *
 * @throws PictureError `PICTURE_CODEC_FAILED` on use where the browser alters what a canvas reads back, as some do
 *   against fingerprinting: a clinical picture with noise in it would be worse than none
 */
export function canvasCodec(): PictureCodec {
  return {
    async decode(bytes, type) {
      checkFaithful();
      const blob = new Blob([bytes], { type });
      // The file holds no orientation any more; the profile in it is followed on the way to the canvas, which is sRGB.
      const bitmap = await createImageBitmap(blob, { premultiplyAlpha: 'none', colorSpaceConversion: 'default' });
      try {
        const { context } = canvas(bitmap.width, bitmap.height);
        context.drawImage(bitmap, 0, 0);
        const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height, { colorSpace: 'srgb' });
        return { data: data as Uint8ClampedArray<ArrayBuffer>, width, height };
      } finally {
        bitmap.close();
      }
    },
    async encode({ data, width, height }, type, quality) {
      const { canvas: surface, context } = canvas(width, height);
      context.putImageData(new ImageData(data, width, height), 0, 0);
      const blob = await surface.convertToBlob({ type, quality });
      return new Uint8Array(await blob.arrayBuffer());
    },
  };
}

function canvas(
  width: number,
  height: number,
): { canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D } {
  const surface = new OffscreenCanvas(width, height);
  const context = surface.getContext('2d', { colorSpace: 'srgb', willReadFrequently: true });
  if (context === null) throw new PictureError('PICTURE_CODEC_FAILED', 'no canvas of this size');
  return { canvas: surface, context };
}

/** Writes known pixels and reads them back. */
function checkFaithful(): void {
  const side = 16;
  const { context } = canvas(side, side);
  const data = Uint8ClampedArray.from({ length: side * side * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) & 255));
  context.putImageData(new ImageData(data, side, side), 0, 0);
  const back = context.getImageData(0, 0, side, side).data;
  if (!data.every((value, i) => back[i] === value)) {
    throw new PictureError('PICTURE_CODEC_FAILED', 'browser alters what a canvas reads back', {
      advice: 'This browser changes pictures to protect against tracking. Use the browser your trust provides.',
    });
  }
}

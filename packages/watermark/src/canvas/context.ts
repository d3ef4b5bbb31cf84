import { WatermarkError } from '../errors.js';

export type AnyCanvas = HTMLCanvasElement | OffscreenCanvas;
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Colours are stated, not left to the screen; pixels are kept where they can be read back without loss of time. */
const SETTINGS: CanvasRenderingContext2DSettings = { colorSpace: 'srgb', willReadFrequently: true };

/** A canvas of this realm that nobody sees: in a page or in a worker. */
export function hiddenCanvas(): AnyCanvas {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(1, 1);
  if (typeof document === 'object') return document.createElement('canvas');
  throw noCanvas();
}

/** For a realm that is no browser's. */
export function noCanvas(): WatermarkError {
  return new WatermarkError('CANVAS_UNAVAILABLE', 'there is no canvas here: use this in a browser');
}

/**
 * Gives a canvas its size and returns its context, sRGB and empty. A canvas beyond what the browser or its memory allows
 * draws nothing and says nothing: so one pixel is drawn in the far corner and looked for.
 *
 * @throws {WatermarkError} CANVAS_UNAVAILABLE: no 2D context; IMAGE_TOO_LARGE: the canvas cannot be that large.
 */
export function contextOf(canvas: AnyCanvas, width: number, height: number): Context {
  const unavailable = (cause?: unknown): never => {
    const facts = cause === undefined ? {} : { cause };
    throw new WatermarkError('CANVAS_UNAVAILABLE', 'the canvas gives no 2D context', facts);
  };
  const tooLarge = (cause?: unknown): never => {
    const facts = { field: 'pixels', actual: width * height, ...(cause === undefined ? {} : { cause }) };
    throw new WatermarkError('IMAGE_TOO_LARGE', 'the picture is larger than this browser’s canvas', facts);
  };
  let context: Context | null = null;
  try {
    canvas.width = width;
    canvas.height = height;
    context = canvas.getContext('2d', SETTINGS) as Context | null;
  } catch (cause) {
    return unavailable(cause);
  }
  if (context === null) return unavailable();
  let probe = 0;
  try {
    context.fillRect(width - 1, height - 1, 1, 1);
    probe = context.getImageData(width - 1, height - 1, 1, 1).data[3]!;
    context.clearRect(width - 1, height - 1, 1, 1);
  } catch (cause) {
    return tooLarge(cause);
  }
  if (canvas.width !== width || canvas.height !== height || probe !== 255) return tooLarge();
  return context;
}

import { WatermarkError } from '../errors.js';

/** The canvas that people see. It is given whole marked pictures and nothing else. */
export interface Screen {
  show(picture: ImageBitmap): void;
  clear(): void;
}

/**
 * @throws {WatermarkError} CANVAS_UNAVAILABLE: the canvas was given to something else.
 */
export function screenOn(canvas: HTMLCanvasElement): Screen {
  const context = canvas.getContext('bitmaprenderer');
  if (context === null) {
    const message = 'the canvas is in use: a player needs one that nobody has drawn on';
    throw new WatermarkError('CANVAS_UNAVAILABLE', message, { field: 'canvas' });
  }
  const clear = (): void => context.transferFromImageBitmap(null);
  clear();
  return {
    show(picture) {
      const { width, height } = picture;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      context.transferFromImageBitmap(picture);
    },
    clear,
  };
}

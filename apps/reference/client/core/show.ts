import type { ShownPicture } from './core.js';

/**
 * Draws a marked picture and the border around it on a canvas, which gets the drawing's size. Both or nothing: when the
 * border cannot be drawn the canvas stays as it was, and nobody sees a picture without the viewer's name.
 *
 * Rejects with the browser's own error when the drawing cannot be decoded, as under a policy without `img-src data:`.
 */
export async function showOn(canvas: HTMLCanvasElement, { bitmap, overlay }: ShownPicture): Promise<void> {
  const { width, height, left, top } = overlay.box;
  const border = new Image();
  border.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(overlay.svg)}`;
  await border.decode();
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { colorSpace: 'srgb' });
  if (context === null) throw new Error('no canvas of this size');
  context.drawImage(bitmap, left, top);
  context.drawImage(border, 0, 0);
}

import { type Context, contextOf, noCanvas } from '../canvas/context.js';
import type { Pixels } from '../image.js';

/**
 * Reads frames, one after the other, as they are shown: upright, RGBA in sRGB. What is read stays until the next is.
 *
 * One that lies as it is shown is copied, which takes a fifth of the time; one that is turned, mirrored or
 * has pixels that are not square is drawn. Both come to the same samples, eight bits each, whatever the frame has.
 */
export function framePixels(): (frame: VideoFrame) => Promise<Pixels> {
  let data = new Uint8ClampedArray(0);
  let drawing: { context: Context; width: number; height: number } | null = null;
  let copies = true;

  const copy = async (frame: VideoFrame, width: number, height: number): Promise<Pixels | null> => {
    const length = width * height * 4;
    if (data.length !== length) data = new Uint8ClampedArray(length);
    try {
      await frame.copyTo(data, { format: 'RGBA' });
    } catch {
      // A browser that copies no colours it would have to convert, draws them.
      copies = false;
      return null;
    }
    return { data, width, height };
  };
  const draw = (frame: VideoFrame, width: number, height: number): Pixels => {
    if (drawing?.width !== width || drawing.height !== height) {
      if (typeof OffscreenCanvas !== 'function') throw noCanvas();
      const context = contextOf(new OffscreenCanvas(width, height), width, height);
      drawing = { context, width, height };
    }
    // Nothing of the frame before shows through a transparent one.
    drawing.context.clearRect(0, 0, width, height);
    drawing.context.drawImage(frame, 0, 0, width, height);
    return { data: drawing.context.getImageData(0, 0, width, height, { colorSpace: 'srgb' }).data, width, height };
  };
  return async (frame) => {
    const { displayWidth: width, displayHeight: height } = frame;
    const copied = copies && liesAsShown(frame) ? await copy(frame, width, height) : null;
    return copied ?? draw(frame, width, height);
  };
}

/** Whether the stored samples are those that are shown. Browsers that do not say how a frame is turned: it is drawn. */
function liesAsShown(frame: VideoFrame): boolean {
  const { visibleRect, displayWidth, displayHeight, rotation, flip } = frame as VideoFrame & {
    readonly rotation?: number;
    readonly flip?: boolean;
  };
  return (
    visibleRect?.width === displayWidth && visibleRect.height === displayHeight && rotation === 0 && flip === false
  );
}

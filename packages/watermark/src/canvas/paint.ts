import { WatermarkError } from '../errors.js';
import { checkPixels, type Pixels } from '../image.js';
import type { Overlay } from '../overlay.js';
import { overlayBox, renderOverlay } from '../render-overlay.js';
import { type AnyCanvas, contextOf, noCanvas } from './context.js';

/** The call that a canvas waits for: an overlay takes a moment, in which the next picture may be asked for. */
const latest = new WeakMap<AnyCanvas, object>();

/**
 * Draws pixels on a canvas in sRGB, with the visible overlay if asked for. The canvas is given the size of the drawing:
 * with a border overlay it is higher than the picture by two bands (`overlayBox`), and nothing covers the picture.
 *
 * Of two calls for one canvas the later one's picture stays, whichever is ready first: the earlier one then draws nothing.
 *
 * The overlay is drawn as an image from a `data:` address: a Content-Security-Policy must allow `img-src data:`. A worker
 * has no images, so there it draws without an overlay only.
 *
 * @param pixels 8-bit sRGB, 1, 3 or 4 channels.
 * @param overlay as `renderOverlay` takes it, without the size.
 * @throws {WatermarkError} IMAGE_INVALID: not such pixels; IMAGE_TOO_LARGE: above 100 megapixels, 65,535 pixels a side or
 * what the browser's canvas holds; OVERLAY_INVALID: as `renderOverlay`; CANVAS_UNAVAILABLE: no 2D context, or the overlay
 * cannot be drawn here. When the overlay fails the canvas stays as it was: never a picture without it.
 * @example
 * await paint(canvas, marked, { mode: 'border', who, role, organisation, at, code });
 */
export async function paint(canvas: AnyCanvas, pixels: Pixels, overlay?: Overlay): Promise<void> {
  const image = toImageData(pixels);
  const call = {};
  if (overlay === undefined) {
    latest.set(canvas, call);
    contextOf(canvas, image.width, image.height).putImageData(image, 0, 0);
    return;
  }
  const size = { width: image.width, height: image.height };
  const svg = renderOverlay({ ...overlay, size });
  const { width, height, left, top } = overlayBox(overlay.mode, size);
  latest.set(canvas, call);
  const drawing = await drawingOf(svg);
  if (latest.get(canvas) !== call) return;
  const context = contextOf(canvas, width, height);
  context.putImageData(image, left, top);
  context.drawImage(drawing, 0, 0);
}

async function drawingOf(svg: string): Promise<HTMLImageElement> {
  try {
    const drawing = new Image();
    drawing.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await drawing.decode();
    return drawing;
  } catch (cause) {
    const message = 'the overlay cannot be drawn here: it needs a page whose policy allows img-src data:';
    throw new WatermarkError('CANVAS_UNAVAILABLE', message, { field: 'overlay', cause });
  }
}

function toImageData(pixels: Pixels): ImageData {
  const channels = checkPixels(pixels, 'pixels', 1);
  if (typeof ImageData !== 'function') throw noCanvas();
  const { data, width, height } = pixels;
  const rgba = new Uint8ClampedArray(width * height * 4);
  if (channels === 4) rgba.set(data);
  else {
    for (let at = 0, from = 0; at < rgba.length; at += 4, from += channels) {
      rgba[at] = data[from]!;
      rgba[at + 1] = data[channels === 1 ? from : from + 1]!;
      rgba[at + 2] = data[channels === 1 ? from : from + 2]!;
      rgba[at + 3] = 255;
    }
  }
  return new ImageData(rgba, width, height, { colorSpace: 'srgb' });
}

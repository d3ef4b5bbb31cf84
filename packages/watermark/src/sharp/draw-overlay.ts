import { WatermarkError } from '../errors.js';
import type { MarkedPixels } from '../image.js';
import type { Overlay } from '../overlay.js';
import { overlayBox, renderOverlay } from '../render-overlay.js';
import type { SharpFactory } from './load-sharp.js';

/** Longest side of a drawing, in pixels: what sharp's renderer of SVG takes. */
const MAX_DRAWING = 32_767;

/**
 * Lays an overlay over a picture: in border mode the picture lies untouched between two bands. Pixels that the drawing
 * does not reach keep their values exactly.
 */
export async function drawOverlay(sharp: SharpFactory, pixels: MarkedPixels, overlay: Overlay): Promise<MarkedPixels> {
  const size = { width: pixels.width, height: pixels.height };
  const svg = renderOverlay({ ...overlay, size });
  const { width, height, left, top } = overlayBox(overlay.mode, size);
  if (Math.max(width, height) > MAX_DRAWING) {
    const facts = { field: 'overlay', limit: MAX_DRAWING, actual: Math.max(width, height) };
    throw new WatermarkError('IMAGE_TOO_LARGE', `an overlay is drawn up to ${MAX_DRAWING} pixels a side`, facts);
  }
  if (!(await hasFont(sharp))) {
    throw new WatermarkError('FONT_MISSING', 'this machine has no font: install one, or the overlay cannot be read');
  }
  const drawing = await sharp(new TextEncoder().encode(svg), { limitInputPixels: false }).raw().toBuffer();

  const channels = pixels.data.length / (size.width * size.height);
  const data = new Uint8ClampedArray(width * height * channels);
  const line = size.width * channels;
  for (let y = 0; y < size.height; y++) {
    const from = y * line;
    data.set(pixels.data.subarray(from, from + line), ((y + top) * width + left) * channels);
  }
  blend(data, channels, drawing);
  return { data, width, height };
}

/** The drawing over the picture (source over, alpha not premultiplied), pixel by pixel where the drawing is anything. */
function blend(data: Uint8ClampedArray, channels: number, drawing: Uint8Array): void {
  for (let at = 0, from = 0; from < drawing.length; at += channels, from += 4) {
    const over = drawing[from + 3]! / 255;
    if (over === 0) continue;
    const under = (channels === 4 ? data[at + 3]! / 255 : 1) * (1 - over);
    for (let c = 0; c < Math.min(3, channels); c++) {
      data[at + c] = (drawing[from + c]! * over + data[at + c]! * under) / (over + under);
    }
    if (channels === 4) data[at + 3] = 255 * (over + under);
  }
}

/** Without a font an I and a W are drawn as the same empty box. */
async function hasFont(sharp: SharpFactory): Promise<boolean> {
  const draw = (letter: string): Promise<Uint8Array> => {
    const text = `<text x="4" y="30" font-family="sans-serif" font-size="28">${letter}</text>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">${text}</svg>`;
    return sharp(new TextEncoder().encode(svg)).raw().toBuffer();
  };
  const [narrow, wide] = await Promise.all([draw('I'), draw('W')]);
  return narrow.some((value, i) => value !== wide[i]);
}

import type { Chips, Pixels } from '@wardseal/watermark';
import { type Viewing, viewThenMark } from '../../src/server/wiring/view-then-mark.js';
import type { ShownPicture } from './core.js';
import { at } from './translate.js';

/** The invisible mark in the pixels and the border around them; no picture without both. */
export function mark(pixels: Pixels, chips: unknown, viewing: Viewing): Promise<ShownPicture> {
  return at('mark', async () => {
    const { pixels: marked, overlay: svg, box } = viewThenMark(pixels, chips as Chips, viewing);
    const image = new ImageData(marked.data, marked.width, marked.height, { colorSpace: 'srgb' });
    return { bitmap: await createImageBitmap(image), overlay: { svg, box } };
  });
}

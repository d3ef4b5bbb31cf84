import { type Chips, embed, overlayBox, type Pixels, renderOverlay } from '@wardseal/watermark';
import type { ShownPicture } from './core.js';
import { at } from './translate.js';

/** Whose viewing it is, as the border says it: from the signed directory and the verified receipt. */
export interface Viewer {
  /** Id of the viewing's entry in the log. */
  readonly viewing: string;
  readonly who: string;
  readonly role: string;
  readonly organisation: string;
  /** RFC 3339 with a zone. */
  readonly at: string;
}

/** The invisible mark in the pixels and the border around them; no picture without both. */
export function mark(pixels: Pixels, chips: unknown, { viewing, ...viewer }: Viewer): Promise<ShownPicture> {
  return at('mark', async () => {
    const size = { width: pixels.width, height: pixels.height };
    const svg = renderOverlay({ mode: 'border', ...viewer, code: shortCode(viewing), size });
    const { pixels: marked } = embed(pixels, { chips: chips as Chips });
    const image = new ImageData(marked.data, marked.width, marked.height, { colorSpace: 'srgb' });
    return { bitmap: await createImageBitmap(image), overlay: { svg, box: overlayBox('border', size) } };
  });
}

/** Eight characters to read aloud from a bad photograph; the log finds the viewing by them. Not the id in the mark. */
export function shortCode(viewing: string): string {
  const tail = viewing.replaceAll('-', '').slice(-8).toUpperCase();
  return `${tail.slice(0, 4)}-${tail.slice(4)}`;
}

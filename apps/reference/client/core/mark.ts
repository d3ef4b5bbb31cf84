import type { Chips, Pixels } from '@wardseal/watermark';
import { type Viewing, viewThenMark } from '../../src/server/wiring/view-then-mark.js';
import type { Marking } from '../../src/wire/api.js';
import type { ShownPicture } from './core.js';
import { CoreError } from './errors.js';
import { at } from './translate.js';

/** The invisible mark in the pixels and the viewer's name around or over them, as the policy wants it; no picture without both. */
export function mark(pixels: Pixels, chips: unknown, viewing: Viewing, how: unknown): Promise<ShownPicture> {
  return at('mark', async () => {
    const { pixels: marked, overlay: svg, box } = viewThenMark(pixels, chips as Chips, viewing, markingOf(how));
    const image = new ImageData(marked.data, marked.width, marked.height, { colorSpace: 'srgb' });
    return { bitmap: await createImageBitmap(image), overlay: { svg, box } };
  });
}

function markingOf(how: unknown): Marking {
  const { mode, strength } = (how ?? {}) as Partial<Marking>;
  if ((mode === 'border' || mode === 'tile') && (strength === 'standard' || strength === 'strong'))
    return { mode, strength };
  throw new CoreError('MARK_REFUSED', 'the answer does not say how to mark');
}

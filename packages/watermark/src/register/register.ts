import type { Plane } from '../image.js';
import { type Alignment, align } from './align.js';
import { wholePictureGuesses } from './whole.js';

/** Below this correlation of the flattened pictures a registration is not one: strangers reach 0.05, copies 0.5. */
export const LEAST_CORRELATION = 0.25;
/** At this correlation no other way is tried. */
const GOOD_CORRELATION = 0.5;

export interface Registered extends Alignment {
  readonly method: 'whole' | 'features';
}

/** Brings a suspect's luma onto the original's canonical grid; null when no way leads there. */
export function register(original: Plane, suspect: Plane): Registered | null {
  let best: Registered | null = null;
  const keep = (found: Alignment | null, method: Registered['method']): void => {
    if (found !== null && found.correlation > (best?.correlation ?? LEAST_CORRELATION)) best = { ...found, method };
  };
  for (const guess of wholePictureGuesses(original, suspect).slice(0, 2)) {
    keep(align(original, suspect, guess), 'whole');
    if (best !== null && (best as Registered).correlation >= GOOD_CORRELATION) return best;
  }
  return best;
}

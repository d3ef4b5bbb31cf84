import { seeded } from '../random.js';
import { letter } from './lettering.js';
import { fill, type Raster, type Step } from './raster.js';

/** What somebody writes over a picture: three lines of thick white letters and a black bar over the lowest tenth. */
export function scribble(seed: number): Step {
  return (raster) => {
    const next = seeded(seed);
    const out: Raster = { ...raster, data: raster.data.slice() };
    const { width, height } = out;
    // Letters of a Hershey font at scale width / 500: caps of 21 units, strokes of 4.
    const cap = (21 * width) / 500;
    for (const [index, text] of ['SEEN TODAY', 'HAVE A LOOK', 'SENT TO YOU'].entries()) {
      const left = width * (0.03 + 0.35 * next());
      const top = height * (0.15 + 0.25 * index + 0.1 * next());
      letter(out, text, { left, top, cap, thickness: (4 * width) / 500 }, 255);
    }
    const bar = Math.round(height / 10);
    fill(out, 0, height - bar, width, bar, 0);
    return out;
  };
}

import { seeded } from '../random.js';
import type { Step } from './raster.js';
import { mapColours } from './tone.js';

/** Draws to choose from: enough that neither the spread nor the tail of 12 million samples shows the table. */
const DRAWS = 65_536;

/** Gaussian noise, independent in every colour sample. */
export function noise(sigma: number, seed: number): Step {
  return (raster) => {
    const next = seeded(seed);
    // Box and Muller, once a table: the logarithm and the cosine would cost more than all the rest of the attack.
    const table = Float32Array.from(
      { length: DRAWS },
      () => sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    );
    return mapColours(raster, (value) => value + table[(next() * DRAWS) | 0]!);
  };
}

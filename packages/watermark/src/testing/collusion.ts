import type { Pixels } from '../image.js';
import { seeded } from '../random.js';
import { FULL_SIZE, type JpegRoundTrip, ownSeed } from './attacks.js';
import { inside } from './geometry.js';
import { type Raster, rasterOf } from './raster.js';

/** Something that several people make of their copies of one picture. Same copies, same seed: same result. */
export interface NamedCollusion {
  readonly name: string;
  /** How many copies it takes. */
  readonly copies: number;
  /**
   * The copy that leaks.
   *
   * @throws {RangeError} another number of copies, or copies that differ in size or channels.
   */
  readonly apply: (copies: readonly Pixels[]) => Promise<Pixels>;
}

export interface CollusionOptions {
  /** Seed for what is chosen at random; each collusion draws its own from it. Default 1. */
  readonly seed?: number;
  /** Without it the collusions that end in a messenger are left out. */
  readonly jpeg?: JpegRoundTrip;
}

/** Makes of each pixel's samples, sorted from low to high, the sample that leaks. `next` draws from 0 to 1. */
type Rule = (sorted: Float64Array, next: () => number) => number;

const low: Rule = (sorted) => sorted[0]!;
const high: Rule = (sorted) => sorted[sorted.length - 1]!;
const middle: Rule = (sorted) => sorted[sorted.length >> 1]!;

/** Sample by sample. Names as in Zhao, Wu, Wang and Liu (IEEE Transactions on Image Processing 14, 2005). */
const RULES: readonly (readonly [string, readonly number[], Rule])[] = [
  ['average', [2, 3, 5], (sorted) => sorted.reduce((sum, value) => sum + value, 0) / sorted.length],
  ['minimum', [2, 3, 5], low],
  ['maximum', [2, 3, 5], high],
  ['median', [3, 5], middle],
  ['minmax', [3, 5], (sorted, next) => (low(sorted, next) + high(sorted, next)) / 2],
  ['modified-negative', [3, 5], (sorted, next) => low(sorted, next) + high(sorted, next) - middle(sorted, next)],
  ['random-negative', [2, 3, 5], (sorted, next) => (next() < 0.5 ? low : high)(sorted, next)],
];

/** Sides of a mosaic's blocks, as parts of the picture's long side: no multiples of a tile, which is an eighth. */
const BLOCKS: readonly (readonly [string, number])[] = [
  ['fine', 1 / 100],
  ['middling', 1 / 23],
  ['coarse', 1 / 6],
];

/** Makes one raster of several that have the same size. */
type Recipe = (rasters: readonly Raster[], seed: number) => Raster;

/**
 * What people do who know that copies are marked and compare theirs: averages, extremes and medians of 2 to 5 copies, and
 * mosaics of their blocks; each as it is and sent through a messenger. For repeating the benchmark on one's own
 * photographs, like `attackSuite`.
 *
 * @example
 * const collusions = collusionSuite({ seed: 7 });
 * const leaked = await collusions[0].apply([markedForAnn, markedForBob]);
 */
export function collusionSuite(options: CollusionOptions = {}): NamedCollusion[] {
  const { seed = 1, jpeg } = options;
  const recipes = [
    ...RULES.flatMap(([name, sizes, rule]) =>
      sizes.map((copies) => ({ name: `${name}-${copies}`, copies, recipe: bySample(rule) })),
    ),
    ...BLOCKS.flatMap(([name, part]) =>
      [2, 3, 5].map((copies) => ({ name: `mosaic-${name}-${copies}`, copies, recipe: mosaic(part) })),
    ),
  ];
  return recipes.flatMap(({ name, copies, recipe }) => {
    const together = (pictures: readonly Pixels[]): Raster => recipe(alike(pictures, copies), ownSeed(seed, name));
    const plain: NamedCollusion = { name, copies, apply: async (pictures) => pixelsOf(together(pictures)) };
    if (jpeg === undefined) return [plain];
    const sent = async (pictures: readonly Pixels[]): Promise<Pixels> => {
      const shrunk = await inside(FULL_SIZE)(together(pictures));
      return pixelsOf(rasterOf(await jpeg(pixelsOf(shrunk), 70)));
    };
    return [plain, { name: `${name}-1600-jpeg-70`, copies, apply: sent }];
  });
}

function bySample(rule: Rule): Recipe {
  return (rasters, seed) => {
    const next = seeded(seed);
    const first = rasters[0]!;
    const data = new Uint8ClampedArray(first.data.length);
    const sorted = new Float64Array(rasters.length);
    for (let i = 0; i < data.length; i++) {
      for (let k = 0; k < sorted.length; k++) {
        // Insertion: of five at most, nothing sorts faster.
        const value = rasters[k]!.data[i]!;
        let at = k;
        for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
        sorted[at] = value;
      }
      data[i] = rule(sorted, next);
    }
    return { ...first, data };
  };
}

function mosaic(part: number): Recipe {
  return (rasters, seed) => {
    const next = seeded(seed);
    const first = rasters[0]!;
    const { width, height, channels } = first;
    const side = Math.max(1, Math.round(part * Math.max(width, height)));
    const data = first.data.slice();
    // The blocks begin anywhere, so that they share no border with the tiles.
    for (let top = -Math.floor(next() * side); top < height; top += side) {
      for (let left = -Math.floor(next() * side); left < width; left += side) {
        const owner = rasters[Math.floor(next() * rasters.length)]!;
        const [from, to] = [Math.max(0, left), Math.min(width, left + side)];
        for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
          const at = y * width;
          data.set(owner.data.subarray((at + from) * channels, (at + to) * channels), (at + from) * channels);
        }
      }
    }
    return { ...first, data };
  };
}

function alike(pictures: readonly Pixels[], copies: number): Raster[] {
  if (pictures.length !== copies) throw new RangeError(`this collusion takes ${copies} copies`);
  const rasters = pictures.map((picture) => rasterOf(picture));
  const [first] = rasters;
  if (rasters.some(({ width, data }) => width !== first!.width || data.length !== first!.data.length)) {
    throw new RangeError('the copies must have the same size and channels');
  }
  return rasters;
}

const pixelsOf = ({ data, width, height }: Raster): Pixels => ({ data, width, height });

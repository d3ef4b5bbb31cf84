import { seededNumbers } from './random.js';

/** Straight RGBA, row by row, as canvas `ImageData` holds it. */
export interface RgbaImage {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

type Colour = readonly [number, number, number];
type Field = (x: number, y: number) => number;

// From very light to dark skin, so that no test looks at one kind of skin only.
const SKIN: readonly Colour[] = [
  [241, 208, 184],
  [224, 180, 148],
  [196, 146, 110],
  [148, 101, 70],
  [92, 60, 42],
];
const LESION: readonly Colour[] = [
  [150, 50, 52],
  [104, 62, 48],
  [168, 72, 60],
];

/** Smooth noise from -1 to 1: random values on a lattice of `cell` pixels, eased between. */
function noise(next: () => number, cell: number): Field {
  const side = 64;
  const lattice = Float32Array.from({ length: side * side }, () => next() / 2 ** 31 - 1);
  const at = (x: number, y: number): number => lattice[(y & (side - 1)) * side + (x & (side - 1))]!;
  const ease = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const left = Math.floor(x / cell);
    const top = Math.floor(y / cell);
    const across = ease(x / cell - left);
    const down = ease(y / cell - top);
    const upper = at(left, top) + (at(left + 1, top) - at(left, top)) * across;
    const lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * across;
    return upper + (lower - upper) * down;
  };
}

/** Where the ruler along the bottom edge is black: a tick each mm (10 px at 1000 px width), a longer one each 5 and 10. */
function ruler(width: number, height: number): { top: number; ink: (x: number, y: number) => boolean } {
  const millimetre = Math.max(4, Math.round(width / 100));
  const top = height - Math.max(8, Math.round(height / 12));
  const tall = height - top;
  const ink = (x: number, y: number): boolean => {
    const nth = Math.floor(x / millimetre);
    const long = nth % 10 === 0 ? 0.8 : nth % 5 === 0 ? 0.6 : 0.35;
    return x % millimetre < Math.max(1, millimetre / 5) && y - top < tall * long;
  };
  return { top, ink };
}

/**
 * A made-up picture of skin with a lesion and a ruler, the same for the same seed: tone, uneven light, pores, an irregular
 * edge, sensor noise. For tests where a photograph of a person would be wrong. Default 640 by 480 pixels.
 * Throws RangeError when a side is not an integer from 16 to 16,384.
 */
export function syntheticSkin(
  seed: number | string,
  { width = 640, height = 480 }: { width?: number; height?: number } = {},
): RgbaImage {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 16 || side > 16_384) throw new RangeError('sides must be 16 to 16384 pixels');
  }
  const next = seededNumbers(`skin ${seed}`);
  const unit = (): number => next() / 2 ** 32;
  const skin = SKIN[next() % SKIN.length]!;
  const wound = LESION[next() % LESION.length]!;
  const small = Math.min(width, height);
  const light = noise(next, small / 2);
  const blotch = noise(next, small / 12);
  const pores = noise(next, Math.max(2, small / 160));
  const edge = noise(next, small / 9);
  const centre = { x: width * (0.35 + unit() * 0.3), y: height * (0.35 + unit() * 0.2) };
  const radius = small * (0.12 + unit() * 0.12);
  const { top, ink } = ruler(width, height);

  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const grain = ((next() & 15) - 7.5) * 0.5;
      const inRuler = y >= top;
      const distance = Math.hypot(x - centre.x, (y - centre.y) * 1.2) / radius + edge(x, y) * 0.25;
      const depth = inRuler ? 0 : Math.min(1, Math.max(0, (1.1 - distance) * 4));
      const shade = light(x, y) * 14 + (inRuler ? 0 : blotch(x, y) * 6 + pores(x, y) * (5 + depth * 8)) + grain;
      for (let channel = 0; channel < 3; channel++) {
        const base = inRuler ? (ink(x, y) ? 30 : 236) : skin[channel]! + (wound[channel]! - skin[channel]!) * depth;
        data[i + channel] = base + shade;
      }
      data[i + 3] = 255;
    }
  }
  return { width, height, data };
}

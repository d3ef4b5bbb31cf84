// Pictures that nobody took: what registration and the mask find hardest. Same size and seed, same picture.
import { seededNumbers } from '@wardseal/testkit';
import type { Pixels } from '@wardseal/watermark';

type Field = (x: number, y: number) => number;

/** Smooth noise from -1 to 1, eased between random values `cell` pixels apart. */
function waves(next: () => number, cell: number): Field {
  const side = 64;
  const lattice = Float32Array.from({ length: side * side }, () => 2 * next() - 1);
  const at = (x: number, y: number): number => lattice[(y & (side - 1)) * side + (x & (side - 1))]!;
  const ease = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const [left, top] = [Math.floor(x / cell), Math.floor(y / cell)];
    const [across, down] = [ease(x / cell - left), ease(y / cell - top)];
    const upper = at(left, top) + (at(left + 1, top) - at(left, top)) * across;
    const lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * across;
    return upper + (lower - upper) * down;
  };
}

const unit = (label: string, seed: number): (() => number) => {
  const next = seededNumbers(`${label} ${seed}`);
  return () => next() / 2 ** 32;
};

/** Skin close up, out of focus: broad light, faint blotches, a sensor's grain, no edge anywhere. */
export function smoothSkin(width: number, height: number, seed: number): Pixels {
  const next = unit('smooth skin', seed);
  const small = Math.min(width, height);
  const tone = 0.35 + 0.65 * next();
  const [light, blotch, mottle] = [waves(next, small / 1.7), waves(next, small / 6), waves(next, small / 25)];
  return paint(width, height, (x, y, put) => {
    const shade = 16 * light(x, y) + 4 * blotch(x, y) + 1.2 * mottle(x, y) + 5 * (next() + next() - 1);
    put(228 * tone + shade, 180 * tone + shade - blotch(x, y) * 2, 152 * tone + shade - blotch(x, y) * 3);
  });
}

/** The back of an eye, dark: a disc that fades to its rim, a bright nerve head, vessels that branch, black around. */
export function darkFundus(side: number, seed: number): Pixels {
  const next = unit('dark fundus', seed);
  const [centre, radius] = [side / 2, side * 0.47];
  const nerve = { x: centre + side * (0.1 + 0.08 * next()), y: centre + side * 0.04 * (next() - 0.5) };
  const shade = vessels(side, nerve, next);
  const [ground, speckle] = [waves(next, side / 9), waves(next, side / 90)];
  return paint(side, side, (x, y, put) => {
    const away = Math.hypot(x - centre, y - centre) / radius;
    const rim = Math.min(1, Math.max(0, (1 - away) * 25));
    const head = Math.exp(-(((x - nerve.x) ** 2 + (y - nerve.y) ** 2) / (side * 0.04) ** 2));
    const level =
      rim * (1 - 0.6 * away * away) * (1 + 0.12 * ground(x, y) + 0.04 * speckle(x, y)) * shade[y * side + x]!;
    const grain = 2.5 * (next() + next() - 1);
    put(
      92 * level + 90 * head * rim + grain,
      38 * level + 70 * head * rim + grain,
      14 * level + 30 * head * rim + grain,
    );
  });
}

/** How much light each point keeps under the vessels, 0 to 1. */
function vessels(side: number, from: { x: number; y: number }, next: () => number): Float32Array {
  const out = new Float32Array(side * side).fill(1);
  const grow = (x: number, y: number, heading: number, width: number, length: number): void => {
    let [px, py, angle] = [x, y, heading];
    for (let step = 0; step < length; step++) {
      [px, py, angle] = [px + Math.cos(angle), py + Math.sin(angle), angle + 0.06 * (next() - 0.5)];
      const reach = Math.ceil(width);
      for (let j = -reach; j <= reach; j++) {
        for (let i = -reach; i <= reach; i++) {
          const [column, row] = [Math.round(px) + i, Math.round(py) + j];
          if (i * i + j * j > width * width || column < 0 || row < 0 || column >= side || row >= side) continue;
          out[row * side + column] = Math.min(out[row * side + column]!, 0.62);
        }
      }
      if (width > 1 && next() < 4 / side) grow(px, py, angle + (next() < 0.5 ? 0.6 : -0.6), width * 0.7, length * 0.6);
    }
  };
  for (let k = 0; k < 8; k++) grow(from.x, from.y, (k * Math.PI) / 4 + next(), side / 220, side * 0.55);
  return out;
}

type Put = (red: number, green: number, blue: number) => void;

function paint(width: number, height: number, pixel: (x: number, y: number, put: Put) => void): Pixels {
  const data = new Uint8ClampedArray(width * height * 3);
  let at = 0;
  const put: Put = (red, green, blue) => {
    data[at++] = red;
    data[at++] = green;
    data[at++] = blue;
  };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixel(x, y, put);
  return { data, width, height };
}

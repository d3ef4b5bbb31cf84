import { seeded } from '../random.js';
import { compose, type Homography, scaling } from '../register/homography.js';
import { noise } from './noise.js';
import type { Raster, Step } from './raster.js';
import { project } from './resample.js';
import { smooth } from './smooth.js';
import { mapColours } from './tone.js';

/** How a screen was photographed. Levels are those of 8-bit samples. */
export interface ScreenPhoto {
  /** Each corner moves inwards by half to all of this part of width and height. */
  readonly tilt: number;
  /** Amplitude of both gratings together. */
  readonly moire: number;
  /** Sigma of the lens's blur, in pixels. */
  readonly blur: number;
  /** Sigma of the sensor's noise. */
  readonly noise: number;
}

/** What lies around the screen, as a level: a dim room. */
const ROOM = 40;
/** How much of each grating a channel takes, and how warm the light is. */
const GRATING = [1, 0.8, 1.1];
const LIGHT = [1.03, 1, 0.95];
/** From the dark to the bright end of the picture. */
const FALL_OFF = 0.15;

/** A photograph of a screen up to the codec: perspective, moire, uneven and warm light, blur, noise. */
export function screenPhoto(how: ScreenPhoto, seed: number): Step {
  return async (raster) => {
    const next = seeded(seed);
    const { width, height } = raster;
    const seen = project(raster, width, height, view(width, height, how.tilt, next), ROOM);
    const lit = light(seen, how.moire, next);
    return noise(how.noise, Math.floor(next() * 2 ** 32))(await smooth(how.blur)(lit));
  };
}

/** From the photograph back to the screen: the corners' places, drawn at random, decide. */
function view(width: number, height: number, tilt: number, next: () => number): Homography {
  const part = (): number => tilt * (0.5 + 0.5 * next());
  const corners = [0, 1, 2, 3].map((k): [number, number] => {
    const right = k === 1 || k === 2;
    const below = k > 1;
    return [width * (right ? 1 - part() : part()), height * (below ? 1 - part() : part())];
  });
  return compose(scaling(width, height), inverse(squareTo(corners)));
}

/** The map of the unit square (top left, top right, bottom right, bottom left) on four corners (Heckbert, 1989). */
function squareTo(corners: readonly (readonly [number, number])[]): Homography {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners as [
    [number, number],
    [number, number],
    [number, number],
    [number, number],
  ];
  const [ax, ay, bx, by] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const across = ax * by - bx * ay;
  const g = (sx * by - bx * sy) / across;
  const h = (ax * sy - sx * ay) / across;
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

function inverse(m: Homography): Homography {
  const minor = (a: number, b: number, c: number, d: number): number => m[a]! * m[d]! - m[b]! * m[c]!;
  return [
    minor(4, 5, 7, 8),
    minor(2, 1, 8, 7),
    minor(1, 2, 4, 5),
    minor(5, 3, 8, 6),
    minor(0, 2, 6, 8),
    minor(2, 0, 5, 3),
    minor(3, 4, 6, 7),
    minor(1, 0, 7, 6),
    minor(0, 1, 3, 4),
  ];
}

/** Two gratings over everything, light that falls off along one direction, and its colour. */
function light(raster: Raster, moire: number, next: () => number): Raster {
  const { width, height } = raster;
  const gratings = [0, 1].map(() => {
    const angle = Math.PI * next();
    const frequency = (2 * Math.PI) / (4 + 5 * next());
    return [frequency * Math.cos(angle), frequency * Math.sin(angle), 2 * Math.PI * next()] as const;
  });
  const [first, second] = gratings as [(typeof gratings)[0], (typeof gratings)[0]];
  const angle = 2 * Math.PI * next();
  const reach = Math.abs(Math.cos(angle)) * width + Math.abs(Math.sin(angle)) * height;
  const [slopeX, slopeY] = [(FALL_OFF * Math.cos(angle)) / reach, (FALL_OFF * Math.sin(angle)) / reach];
  let wave = 0;
  let level = 1;
  return mapColours(raster, (value, channel, x, y) => {
    if (channel === 0) {
      const one = Math.sin(first[0] * x + first[1] * y + first[2]);
      const other = Math.sin(second[0] * x + second[1] * y + second[2]);
      wave = (moire / 2) * (one + other);
      level = 1 + slopeX * (x - width / 2) + slopeY * (y - height / 2);
    }
    return (value + wave * GRATING[channel]!) * level * LIGHT[channel]!;
  });
}

import { seeded } from '../random.js';
import { cornersOf, type Homography, throughPoints } from '../register/homography.js';
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
  const corners = cornersOf({ width, height }).map(([x, y]): [number, number] => {
    return [x === 0 ? width * part() : width * (1 - part()), y === 0 ? height * part() : height * (1 - part())];
  });
  return throughPoints(corners, cornersOf({ width, height }))!;
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

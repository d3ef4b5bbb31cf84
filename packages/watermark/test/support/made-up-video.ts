// A small film of skin that was never filmed: a hand-held camera over a picture from test/pictures.ts, no codec anywhere.
import {
  type Chips,
  type Frame,
  type Layer,
  type Pixels,
  type Range,
  type Video,
  videoMarker,
} from '../../src/index.js';
import { random, skin } from '../pictures.js';

/** A video whose frames are all in memory. */
export interface Film extends Video {
  frames(): Frame[];
}

export interface FilmOptions {
  readonly seed?: number;
  readonly width?: number;
  readonly height?: number;
  readonly frames?: number;
  readonly rate?: number;
  readonly channels?: 1 | 3 | 4;
}

/** The camera drifts, sways, comes nearer; the sensor has noise and the light changes. */
export function film(options: FilmOptions = {}): Film {
  const { seed = 1, width = 320, height = 180, frames = 30, rate = 10, channels = 1 } = options;
  const scene = skin(Math.round(width * 1.4), Math.round(height * 1.4), seed, channels);
  const next = random(seed * 7 + 1);
  const phases = Array.from({ length: 8 }, () => 2 * Math.PI * next());
  const shot = (time: number): Pixels => {
    const wave = (size: number, hertz: number, k: number): number =>
      size * Math.sin(2 * Math.PI * hertz * time + phases[k]!);
    const x = 0.2 * width + (width / 320) * (wave(30, 0.12, 0) + wave(4, 0.6, 1) + wave(1, 2.3, 2));
    const y = 0.2 * height + (width / 320) * (wave(16, 0.1, 3) + wave(3, 0.5, 4) + wave(1, 2.1, 5));
    const zoom = 1 + wave(0.03, 0.15, 6);
    const light = 1 + wave(0.03, 0.2, 7);
    const data = new Uint8ClampedArray(width * height * channels);
    for (let j = 0, at = 0; j < height; j++) {
      const v = Math.min(scene.height - 1.01, Math.max(0, y + j * zoom));
      for (let i = 0; i < width; i++) {
        const u = Math.min(scene.width - 1.01, Math.max(0, x + i * zoom));
        const [left, top] = [Math.floor(u), Math.floor(v)];
        const grain = 3 * (next() - 0.5);
        for (let c = 0; c < channels; c++, at++) {
          const k = (top * scene.width + left) * channels + c;
          const below = k + scene.width * channels;
          const upper = scene.data[k]! + (scene.data[k + channels]! - scene.data[k]!) * (u - left);
          const lower = scene.data[below]! + (scene.data[below + channels]! - scene.data[below]!) * (u - left);
          data[at] = c === 3 ? 255 : (upper + (lower - upper) * (v - top)) * light + grain;
        }
      }
    }
    return { data, width, height };
  };
  // Not `time` of `shot`: closures hold it, and optimised code of Node 26.10 then gives all frames the last one's.
  return filmOf(Array.from({ length: frames }, (_, n) => ({ pixels: shot(n / rate), time: n / rate })));
}

/** Frames as a video. */
export function filmOf(frames: readonly Frame[], range?: Range): Film {
  const { width, height } = frames[0]!.pixels;
  return { width, height, ...(range !== undefined && { range }), frames: () => [...frames] };
}

/** What a viewer gets. */
export function marked(source: Film, chips: Chips, layer: Layer = 'view'): Film {
  const { width, height, range } = source;
  const marker = videoMarker({ chips, width, height, layer, ...(range !== undefined && { range }) });
  return filmOf(
    source.frames().map(({ pixels, time }) => ({ pixels: marker.mark(pixels, time), time })),
    range,
  );
}

/** The frames from a moment on, up to another, on a clock of their own. */
export function cut(source: Film, from: number, to: number): Film {
  const frames = source.frames().filter(({ time }) => time >= from && time < to);
  return filmOf(frames.map(({ pixels, time }) => ({ pixels, time: time - from })));
}

/** What the function makes of a frame's place: which sample of the original each of the copy's is. One channel. */
export function remapped(
  source: Film,
  width: number,
  height: number,
  from: (x: number, y: number) => readonly [x: number, y: number],
): Film {
  return filmOf(
    source.frames().map(({ pixels, time }) => {
      const data = new Uint8Array(width * height);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [u, v] = from(x, y);
          data[y * width + x] = pixels.data[v * pixels.width + u]!;
        }
      }
      return { pixels: { data, width, height }, time };
    }),
  );
}

/** Frame by frame, the mean of several copies of one length. */
export function averaged(copies: readonly Film[]): Film {
  const all = copies.map((copy) => copy.frames());
  return filmOf(
    all[0]!.map(({ pixels: { data, width, height }, time }, n) => {
      const mean = Uint8Array.from(data, (_, i) =>
        Math.round(all.reduce((sum, frames) => sum + frames[n]!.pixels.data[i]!, 0) / all.length),
      );
      return { pixels: { data: mean, width, height }, time };
    }),
  );
}

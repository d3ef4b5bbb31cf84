// A camera that never was: a photograph filmed by a hand or from a tripod, frame by frame. Same seed, same film.
import { seededNumbers } from '@wardseal/testkit';

/** A photograph as three planes of full size, limited range. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly [Uint8Array, Uint8Array, Uint8Array];
}

export interface Film {
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  readonly frames: number;
}

export interface Shot {
  readonly seed: number;
  /** How unsteady the hand is; 1 is a hand, 0.01 a tripod on a floor that people walk on. */
  readonly sway: number;
  /** Standard deviation of the sensor's noise, in levels. */
  readonly noise: number;
  /** Whether a gloved hand moves over the picture. */
  readonly glove: boolean;
}

const NOISE = 1 << 20;

/** RGB to the planes of a scene (BT.601; only differences between frames matter here). */
export function sceneOf(rgb: ArrayLike<number>, width: number, height: number): Scene {
  const planes = [0, 1, 2].map(() => new Uint8Array(width * height)) as [Uint8Array, Uint8Array, Uint8Array];
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = [rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!];
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    planes[0][i] = 16 + luma * (219 / 255) + 0.5;
    planes[1][i] = 128 + (b - luma) * (112 / 226) + 0.5;
    planes[2][i] = 128 + (r - luma) * (112 / 179) + 0.5;
  }
  return { width, height, planes };
}

/** The frames of a shot, planar 4:2:0. Each shares its buffer with the next but one. */
export function* filmed(scene: Scene, { width, height, rate, frames }: Film, shot: Shot): Generator<Uint8Array> {
  const next = seededNumbers(`camera ${shot.seed}`);
  const unit = (): number => next() / 2 ** 32;
  const phases = Array.from({ length: 16 }, () => 2 * Math.PI * unit());
  const grain = Float32Array.from(
    { length: NOISE },
    () => shot.noise * Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  );
  const base = Math.min(scene.width / (width * 1.2), scene.height / (height * 1.2));
  const across = width >> 1;
  const down = height >> 1;
  // Frames that wait in a pipe must not change: as many as a pipe holds, and some.
  const buffers = Array.from({ length: 4 }, () => new Uint8Array(width * height + 2 * across * down));
  for (let n = 0; n < frames; n++) {
    const time = n / rate;
    const wave = (size: number, hertz: number, phase: number): number =>
      size * Math.sin(2 * Math.PI * hertz * time + phases[phase]!);
    const way = shot.sway * base;
    const cx = scene.width / 2 + way * (wave(50, 0.05, 0) + wave(12, 0.3, 1) + wave(4, 0.9, 2) + wave(1.5, 3.1, 3));
    const cy = scene.height / 2 + way * (wave(25, 0.04, 4) + wave(8, 0.27, 5) + wave(3, 1.1, 6) + wave(1.2, 2.7, 7));
    const zoom = base * (1 + shot.sway * (wave(0.03, 0.06, 8) + wave(0.004, 0.8, 9)));
    const roll = shot.sway * (wave(0.02, 0.07, 10) + wave(0.003, 1.3, 11));
    const light = 1 + wave(0.03, 0.11, 12);
    const out = buffers[n % buffers.length]!;
    const [cos, sin] = [Math.cos(roll) * zoom, Math.sin(roll) * zoom];
    let at = unit() * NOISE;
    let o = 0;
    for (let plane = 0; plane < 3; plane++) {
      const source = scene.planes[plane]!;
      const [columns, rows, step] = plane === 0 ? [width, height, 1] : [across, down, 2];
      const [black, gain, amount] = plane === 0 ? [16, light, 1] : [128, 1, 0.5];
      for (let y = 0; y < rows; y++) {
        const dy = (y + 0.5) * step - height / 2;
        for (let x = 0; x < columns; x++) {
          const dx = (x + 0.5) * step - width / 2;
          const u = Math.max(0, Math.min(scene.width - 1.001, cx + cos * dx - sin * dy));
          const v = Math.max(0, Math.min(scene.height - 1.001, cy + sin * dx + cos * dy));
          const [i, j] = [u | 0, v | 0];
          const [fx, fy] = [u - i, v - j];
          const k = j * scene.width + i;
          const upper = source[k]! + (source[k + 1]! - source[k]!) * fx;
          const lower = source[k + scene.width]! + (source[k + scene.width + 1]! - source[k + scene.width]!) * fx;
          at = (at + 7) & (NOISE - 1);
          const value = black + (upper + (lower - upper) * fy - black) * gain + amount * grain[at]! + 0.5;
          out[o++] = Math.max(16, Math.min(235, value));
        }
      }
    }
    if (shot.glove) drawGlove(out, { width, height }, time, grain);
    yield out;
  }
}

/** A hand in a blue glove that wanders over the lower half: five fingers and a palm, a fifth of the picture. */
function drawGlove(out: Uint8Array, size: { width: number; height: number }, time: number, grain: Float32Array): void {
  const { width, height } = size;
  const x = width * (0.5 + 0.28 * Math.sin(0.9 * time));
  const y = height * (0.72 + 0.12 * Math.sin(1.7 * time));
  const palm = [0, 0.1, 0.16, 0.2] as const;
  const fingers = [-2, -1, 0, 1, 2].map((k) => [0.06 * k, -0.12 + 0.02 * k * k, 0.028, 0.16] as const);
  const blobs = [palm, ...fingers];
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const shade = blobs.reduce((most, [dx, dy, across, down]) => {
        const u = (i - x - dx * width) / (across * width);
        const v = (j - y - dy * height) / (down * height);
        return Math.max(most, 1 - u * u - v * v);
      }, 0);
      if (shade <= 0) continue;
      const at = j * width + i;
      out[at] = 90 + 50 * shade + grain[(at * 7) & (NOISE - 1)]!;
      const chroma = width * height + (j >> 1) * (width >> 1) + (i >> 1);
      out[chroma] = 150;
      out[chroma + (width >> 1) * (height >> 1)] = 112;
    }
  }
}

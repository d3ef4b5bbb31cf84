import { TILE_AREA } from './code/tile.js';
import { TILE } from './grid.js';
import { tilePattern } from './pattern.js';
import { seeded } from './random.js';
import { roundedSquare } from './rounding.js';

/** SSIM's second stabilising constant, (0.03 * 255)^2: noise far below it costs nothing even in flat areas. */
export const SSIM_C2 = 58.5225;
/** Texture counts up to this local variance, in squared luma levels: beyond it hides no more. */
export const MOST_TEXTURE = 400;
/** Mean loss of SSIM that the mark may cost on the canonical grid: keeps every picture, the smoothest too, above 0.99. */
const MEAN_LOSS = 0.0105;
/**
 * The same for a frame of a video, whose grid is coarser than its pixels: there half of it is left, and seven clips have
 * 0.993 and more.
 */
export const FRAME_LOSS = 0.017;
/** Loss that it may cost at any place: bounds the amplitude in flat areas to 1.7 levels, so that nothing changes by 3. */
const LOCAL_LOSS = 2 * MEAN_LOSS;
/** Steps from an even mark to one that grows with the local variance. */
const STEEPEST = 16;
/** Amplitudes are tabulated in steps of this many levels, up to the last. */
const STEP = 1 / 32;
const LAST_STEP = 256;

/** A picture's canonical pixels by local variance, 0 to `MOST_TEXTURE` in whole steps. */
export interface Texture {
  /** Canonical pixels in all. */
  readonly pixels: number;
  /** Sum over a class of what brightness leaves of the mark's energy. */
  readonly energy: Float64Array;
  /** The same, each pixel by its loss of SSIM for noise of variance one. */
  readonly loss: Float64Array;
}

let held: { readonly scale: number; readonly table: Table } | null = null;

/** Frames of a video ask for the same one again and again. */
function tableFor(scale: number): Table {
  if (held?.scale !== scale) held = { scale, table: tabulate(scale) };
  return held.table;
}

/** Mean squared change by amplitude: over the samples of the picture, and on the canonical grid. */
interface Table {
  readonly full: Float64Array;
  readonly canonical: Float64Array;
  /** Mean square of the pattern on the canonical grid. */
  readonly power: number;
}

/** For a tile like any other; `scale`: picture pixels per canonical pixel, at least 1. */
function tabulate(scale: number): Table {
  const next = seeded(1);
  const pattern = tilePattern(Uint8Array.from({ length: TILE_AREA / 8 }, () => next() * 256));
  // The pattern between its samples, as it is laid on the picture, by magnitude.
  const shares = new Float64Array(64);
  const at = (x: number, y: number): number => pattern[(y & (TILE - 1)) * TILE + (x & (TILE - 1))]!;
  let power = 0;
  for (const value of pattern) power += (value * value) / pattern.length;
  for (let i = 0; i < TILE * TILE; i++) {
    // Seven is odd: every row and phase is met.
    const x = (7 * (i % TILE) + 0.5) / scale;
    const y = (7 * Math.floor(i / TILE) + 0.5) / scale;
    const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
    const [fx, fy] = [x - 0.5 - left, y - 0.5 - top];
    const upper = at(left, top) * (1 - fx) + at(left + 1, top) * fx;
    const lower = at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx;
    shares[Math.min(63, Math.floor(64 * Math.abs(upper * (1 - fy) + lower * fy)))]! += 1 / (TILE * TILE);
  }
  const full = new Float64Array(LAST_STEP + 1);
  const canonical = new Float64Array(LAST_STEP + 1);
  for (let a = 0; a <= LAST_STEP; a++) {
    let exact = 0;
    for (let k = 0; k < 64; k++) {
      const change = (a * STEP * (k + 0.5)) / 64;
      full[a]! += shares[k]! * roundedSquare(change);
      exact += shares[k]! * change * change;
    }
    // Rounding adds noise, or takes from a weak mark; averaging onto the grid evens most of either out.
    const rounding = (full[a]! - exact) / (scale * scale);
    canonical[a] = a * STEP * (a * STEP) * power + rounding;
  }
  return { full, canonical, power };
}

/**
 * The amplitude for each class of texture. Two budgets are spent: `allowed`, the mean squared change of the picture, and
 * a mean loss of SSIM. An even mark is read best where the picture is calm, so the amplitude grows with texture only as
 * steeply as it must for the loss of SSIM, which texture hides, to meet its limit when the other budget is spent.
 */
export function amplitudes(
  texture: Texture,
  allowed: number,
  scale: number,
  meanLoss: number = MEAN_LOSS,
): Float64Array {
  const table = tableFor(scale);
  const classes = MOST_TEXTURE + 1;
  const out = new Float64Array(classes);
  const power = Float64Array.from({ length: classes }, (_, v) => v + SSIM_C2 / 2);
  const most = power.map((p) => Math.min((LAST_STEP - 1) * STEP, Math.sqrt((LOCAL_LOSS * 2 * p) / table.power)));
  // Square roots only: they are the same to the last bit in every engine, powers are not.
  const root = power.map((p) => Math.sqrt(Math.sqrt(Math.sqrt(Math.sqrt(p)))));
  const shape = new Float64Array(classes).fill(1);
  const fill = (gain: number): { energy: number; loss: number } => {
    let energy = 0;
    let loss = 0;
    for (let v = 0; v < classes; v++) {
      const amplitude = Math.min(most[v]!, gain * shape[v]!);
      const step = Math.floor(amplitude / STEP);
      const part = amplitude / STEP - step;
      out[v] = amplitude;
      energy += texture.energy[v]! * (table.full[step]! * (1 - part) + table.full[step + 1]! * part);
      loss += texture.loss[v]! * (table.canonical[step]! * (1 - part) + table.canonical[step + 1]! * part);
    }
    return { energy: energy / texture.pixels, loss: loss / texture.pixels };
  };
  for (let steepness = 0; steepness <= STEEPEST; steepness++) {
    const last = steepness === STEEPEST;
    let low = 0;
    let high = LAST_STEP * STEP;
    for (let i = 0; i < 24; i++) {
      const gain = (low + high) / 2;
      const spent = fill(gain);
      if (spent.energy <= allowed && (!last || spent.loss <= meanLoss)) low = gain;
      else high = gain;
    }
    if (fill(low).loss <= meanLoss) break;
    for (let v = 0; v < classes; v++) shape[v]! *= root[v]!;
  }
  return out;
}

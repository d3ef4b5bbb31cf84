import { compose, type Homography, ORIENTATIONS, scaling } from '../register/homography.js';
import { type Fit, type Lie, look, small, type Template, template } from './look.js';
import type { Grey, Survey } from './survey.js';

/** Frames of the copy by which its lie is found. */
const PROBES = 4;
/** Sizes of the original in the copy that are tried, each a tenth larger than the last. */
const ZOOMS: readonly number[] = Array.from({ length: 18 }, (_, i) => 0.4 * 1.1 ** i);
/** Correlation at which the copy's first lie, upright, is not questioned. */
const UPRIGHT = 0.8;
/** Below this correlation the copy shows something else. */
const LEAST = 0.5;
/** Frames of the original that are looked through for the lie, and for the moments. */
const FEW = 120;
const MANY = 600;
/** What a jump in time costs, in correlation; a difference of a second or more counts as a jump. */
const JUMP = 0.1;
const SECOND = 1;

/** Where a frame of the copy comes from. */
export interface Moment {
  /** Frame of the copy, by place among those asked for. */
  readonly at: number;
  /** Frame of the original, by place among all. */
  readonly original: number;
  readonly correlation: number;
  /** From pixels of the original's thumbnail to those of the copy's, coarsely. */
  readonly map: Homography;
}

/**
 * Finds for some frames of a copy the moments of the original that they show, whatever was cut, cropped, turned, or filmed
 * from a screen: the way through the original that agrees best, jumps allowed but costly. Null when nothing agrees.
 */
export function findMoments(
  copy: readonly { readonly time: number; readonly thumb: Grey }[],
  original: Survey,
  tick: () => void,
): Moment[] | null {
  const first = small(original.thumbs[0]!);
  const few = spread(original.thumbs.length, FEW).map((i) => small(original.thumbs[i]!));
  const probes = spread(copy.length, PROBES).map((i) => copy[i]!.thumb);
  const best = (lies: readonly Lie[]): { lie: Lie; correlation: number } => {
    let found = { lie: lies[0]!, correlation: -1 };
    for (const lie of lies) {
      tick();
      let sum = 0;
      for (const probe of probes) {
        const cut = template(probe, lie, first);
        sum += few.reduce((most, one) => Math.max(most, look(one, cut).correlation), 0);
      }
      if (sum / probes.length > found.correlation) found = { lie, correlation: sum / probes.length };
    }
    return found;
  };
  let found = best(ZOOMS.map((zoom) => ({ way: 0, zoom })));
  if (found.correlation < UPRIGHT) {
    const others = ORIENTATIONS.flatMap((_, way) => (way === 0 ? [] : ZOOMS.map((zoom) => ({ way, zoom }))));
    const other = best(others);
    // An upright copy is likelier than any other.
    if (other.correlation > found.correlation + 0.05) found = other;
  }
  if (found.correlation < LEAST) return null;
  return path(copy, original, found.lie, first, tick);
}

/** The way through the original (Viterbi). */
function path(
  copy: readonly { readonly time: number; readonly thumb: Grey }[],
  original: Survey,
  lie: Lie,
  size: { readonly width: number; readonly height: number },
  tick: () => void,
): Moment[] {
  const places = spread(original.thumbs.length, MANY);
  const smalls = places.map((i) => small(original.thumbs[i]!));
  const fits: Fit[][] = [];
  const from: Int32Array[] = [];
  const cuts: Template[] = [];
  let worth = new Float64Array(places.length);
  copy.forEach(({ time, thumb }, at) => {
    tick();
    const cut = template(thumb, lie, size);
    cuts.push(cut);
    const row = smalls.map((one) => look(one, cut));
    fits.push(row);
    const back = new Int32Array(places.length);
    const next = new Float64Array(places.length);
    const passed = at === 0 ? 0 : time - copy[at - 1]!.time;
    for (let j = 0; j < places.length; j++) {
      let most = at === 0 ? 0 : Number.NEGATIVE_INFINITY;
      for (let k = 0; at > 0 && k < places.length; k++) {
        const off = Math.abs(original.times[places[j]!]! - original.times[places[k]!]! - passed);
        const total = worth[k]! - JUMP * Math.min(1, off / SECOND);
        if (total > most) {
          most = total;
          back[j] = k;
        }
      }
      next[j] = most + row[j]!.correlation;
    }
    from.push(back);
    worth = next;
  });
  let j = worth.indexOf(Math.max(...worth));
  const out: Moment[] = [];
  for (let at = copy.length - 1; at >= 0; at--) {
    const fit = fits[at]![j]!;
    const map = coarseMap(cuts[at]!, fit, copy[at]!.thumb, original.thumbs[0]!, size);
    out.push({ at, original: places[j]!, correlation: fit.correlation, map });
    j = from[at]![j]!;
  }
  return out.reverse();
}

/** A fit as a map from the original's thumbnail to the copy's. */
function coarseMap(
  cut: Template,
  { x, y }: Fit,
  copy: Grey,
  original: Grey,
  size: { readonly width: number; readonly height: number },
): Homography {
  const [a, b, c, d] = ORIENTATIONS[cut.lie.way]!;
  const step = (cut.lie.zoom * Math.max(copy.width, copy.height)) / Math.max(size.width, size.height);
  const toSmall = scaling(size.width / original.width, size.height / original.height);
  const centred = scaling(step, step, -step * (x + cut.width / 2), -step * (y + cut.height / 2));
  return compose([a, b, copy.width / 2, c, d, copy.height / 2, 0, 0, 1], compose(centred, toSmall));
}

/** At most so many of the first n whole numbers, evenly spread. */
export function spread(n: number, most: number): number[] {
  const count = Math.min(n, most);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * n) / count));
}

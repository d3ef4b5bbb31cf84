import { compose, type Homography, ORIENTATIONS, scaling } from '../register/homography.js';
import { TURNS } from '../register/whole.js';
import { look, placesOf, small, stepOf, type Template, template } from './look.js';
import { spread } from './spread.js';
import type { Grey } from './survey.js';

/** Frames of the copy by which its lie is found, and frames of the original that are looked through for them. */
const PROBES = 6;
const LOOKED_THROUGH = 150;
/** Sizes of the original in the copy that are tried, each a tenth larger than the last; 1 is among them. */
const ZOOMS: readonly number[] = Array.from({ length: 18 }, (_, i) => 1.1 ** (i - 9));
/** Correlation at which a copy that lies upright is not questioned. */
const UPRIGHT = 0.8;
/** An upright copy is likelier than any other: what another way must be better by. */
const LIKELIER = 0.05;
/** Shapes may differ this much where the copy shows the whole: squeezed to another format, but not cropped. */
const SHAPE_SLACK = 1.15;
/** Other lies that are followed. */
const FOLLOWED = 3;

/**
 * How the copy may lie on the original, as maps from the original's thumbnail to the copy's, likely ones first: the same
 * for all frames, whichever moments they show.
 */
export function findLies(copy: readonly Grey[], original: readonly Grey[], tick: () => void): Homography[] {
  const probes = spread(copy.length, PROBES).map((i) => copy[i]!);
  const smalls = spread(original.length, LOOKED_THROUGH).map((i) => small(original[i]!));
  const first = smalls[0]!;
  const found: { readonly map: Homography; readonly correlation: number }[] = [];
  const follow = (ways: readonly number[]): void => {
    for (const way of ways) {
      for (const zoom of ZOOMS) {
        tick();
        const cuts = probes.map((probe) => template(probe, { way, zoom }, first));
        if (cuts.some(({ data }) => data.length === 0)) continue;
        const { across, down } = placesOf(cuts[0]!, first);
        const sums = new Float32Array(across * down);
        for (const cut of cuts) {
          const most = new Float32Array(across * down);
          for (const one of smalls) look(one, cut, most);
          for (let i = 0; i < sums.length; i++) sums[i]! += most[i]! / cuts.length;
        }
        const at = sums.indexOf(sums.reduce((a, b) => Math.max(a, b), 0));
        const map = mapOf(cuts[0]!, at % across, Math.floor(at / across), probes[0]!, original[0]!, first);
        found.push({ map, correlation: sums[at]! - (way === 0 ? 0 : LIKELIER) });
      }
    }
    found.sort((a, b) => b.correlation - a.correlation);
  };
  follow([0]);
  if ((found[0]?.correlation ?? 0) < UPRIGHT) follow([1, 2, 3, 4, 5, 6, 7]);
  return [...wholes(copy[0]!, original[0]!), ...found.slice(0, FOLLOWED).map(({ map }) => map)];
}

/** The copy shows the whole, in any of the eight ways that its shape allows. */
function wholes(copy: Grey, original: Grey): Homography[] {
  const shape = copy.width / copy.height;
  return TURNS.filter((turn) => {
    const turned = turn[0] === 0 ? original.height / original.width : original.width / original.height;
    return Math.max(shape / turned, turned / shape) < SHAPE_SLACK;
  }).map((turn) =>
    compose(scaling(copy.width, copy.height), compose(turn, scaling(1 / original.width, 1 / original.height))),
  );
}

/** A template's place as a map from the original's thumbnail to the copy's. */
function mapOf(
  { lie, width, height }: Template,
  x: number,
  y: number,
  copy: Grey,
  original: Grey,
  size: { readonly width: number; readonly height: number },
): Homography {
  const [a, b, c, d] = ORIENTATIONS[lie.way]!;
  const step = stepOf(lie, copy, size);
  const centred = scaling(step, step, -step * (x + width / 2), -step * (y + height / 2));
  const toSmall = scaling(size.width / original.width, size.height / original.height);
  return compose([a, b, copy.width / 2, c, d, copy.height / 2, 0, 0, 1], compose(centred, toSmall));
}

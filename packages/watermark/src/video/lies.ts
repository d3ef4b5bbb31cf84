import type { Size } from '../image.js';
import { compose, type Homography, ORIENTATIONS, scaling } from '../register/homography.js';
import { TURNS } from '../register/whole.js';
import { look, placesOf, small, stepOf, type Template, template } from './look.js';
import { spread } from './spread.js';
import type { Grey, Survey } from './survey.js';

/** Frames of the copy by which its lie is found, and frames of the original that are looked through for them. */
const PROBES = 6;
const LOOKED_THROUGH = 150;
/** Sizes of the original in the copy that are tried, each 6 % larger than the last; 1 is among them. */
const ZOOMS: readonly number[] = Array.from({ length: 27 }, (_, i) => 1.06 ** (i - 14));
/** Correlation at which a copy that lies upright is not questioned. */
const UPRIGHT = 0.8;
/** An upright copy is likelier than any other: what another way must be better by. */
const LIKELIER = 0.05;
/** Shapes may differ this much where the copy shows the whole: squeezed to another format, but not cropped. */
const SHAPE_SLACK = 1.15;
/** Other lies that are followed: seen at one distance in time from the original, and at any. */
const AT_ONE_PACE = 3;
const AT_ANY = 2;

interface Hypothesis {
  readonly map: Homography;
  readonly correlation: number;
}

/**
 * How the copy may lie on the original, as maps from the original's thumbnail to the copy's: the same for all frames. The
 * whole, in any way; then what a search over place, size and time finds.
 */
export function findLies(
  copy: readonly { readonly time: number; readonly thumb: Grey }[],
  { thumbs, times }: Survey,
  tick: () => void,
): Homography[] {
  const probes = spread(copy.length, PROBES).map((i) => copy[i]!);
  const places = spread(thumbs.length, LOOKED_THROUGH);
  const smalls = places.map((i) => small(thumbs[i]!));
  const first = smalls[0]!;
  const onePace: Hypothesis[] = [];
  const anyPace: Hypothesis[] = [];
  const between = places.length < 2 ? 1 : (times[places.at(-1)!]! - times[places[0]!]!) / (places.length - 1);
  const follow = (way: number, zoom: number): void => {
    tick();
    const cuts = probes.map(({ thumb }) => template(thumb, { way, zoom }, first));
    if (cuts.some(({ data }) => data.length === 0)) return;
    const { across, down } = placesOf(cuts[0]!, first);
    const surface = new Float32Array(across * down);
    // By how many steps the original's clock is ahead of the copy's: what all probes see at one such distance adds up.
    const apart = new Map<number, Float32Array>();
    const any = new Float32Array(across * down);
    probes.forEach(({ time }, p) => {
      const most = new Float32Array(across * down);
      smalls.forEach((one, j) => {
        look(one, cuts[p]!, surface);
        const step = Math.round((times[places[j]!]! - time) / between);
        const sum = apart.get(step) ?? new Float32Array(across * down);
        apart.set(step, sum);
        for (let i = 0; i < surface.length; i++) {
          sum[i]! += surface[i]! / cuts.length;
          if (surface[i]! > most[i]!) most[i] = surface[i]!;
        }
      });
      for (let i = 0; i < any.length; i++) any[i]! += most[i]! / cuts.length;
    });
    const lie = (sums: Float32Array): Hypothesis => {
      const correlation = sums.reduce((a, b) => Math.max(a, b), 0);
      const at = sums.indexOf(correlation);
      const map = mapOf(cuts[0]!, at % across, Math.floor(at / across), probes[0]!.thumb, thumbs[0]!, first);
      return { map, correlation: correlation - (way === 0 ? 0 : LIKELIER) };
    };
    anyPace.push(lie(any));
    onePace.push([...apart.values()].map(lie).sort(byCorrelation)[0]!);
  };
  for (const zoom of ZOOMS) follow(0, zoom);
  const upright = Math.max(...anyPace.map(({ correlation }) => correlation), 0);
  if (upright < UPRIGHT)
    for (let way = 1; way < ORIENTATIONS.length; way++) for (const zoom of ZOOMS) follow(way, zoom);
  onePace.sort(byCorrelation);
  anyPace.sort(byCorrelation);
  const found = [...onePace.slice(0, AT_ONE_PACE), ...anyPace.slice(0, AT_ANY)];
  return [...wholes(copy[0]!.thumb, thumbs[0]!), ...found.map(({ map }) => map)];
}

function byCorrelation(a: Hypothesis, b: Hypothesis): number {
  return b.correlation - a.correlation;
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
  size: Size,
): Homography {
  const [a, b, c, d] = ORIENTATIONS[lie.way]!;
  const step = stepOf(lie, copy, size);
  const centred = scaling(step, step, -step * (x + width / 2), -step * (y + height / 2));
  const toSmall = scaling(size.width / original.width, size.height / original.height);
  return compose([a, b, copy.width / 2, c, d, copy.height / 2, 0, 0, 1], compose(centred, toSmall));
}

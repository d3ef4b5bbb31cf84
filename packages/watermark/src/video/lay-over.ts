import { fromHex } from '@wardseal/primitives';
import { canonicalLuma, canonicalSize, VIDEO_SIDE } from '../grid.js';
import { hashPixels, type Plane } from '../image.js';
import { align, score } from '../register/align.js';
import { apply, areaFactor, betweenGrids, cornersOf, type Homography } from '../register/homography.js';
import type { VideoRegistration } from '../trace-video.js';
import type { Layer } from '../version.js';
import { middleMap } from './middle-map.js';
import type { Moment } from './moments.js';
import type { Placed } from './place.js';
import { stretched } from './range.js';
import { readFrame } from './read-frame.js';
import { spread } from './spread.js';
import { framesAt, type Grey, type Kept, type Survey } from './survey.js';
import type { Video } from './video.js';

/** Frames by which it is seen whether one map serves all. */
const ANCHORS = 12;
/** Canonical pixels by which the corners of most anchors may lie off the common map when the copy is steady. */
const STEADY = 0.6;
/** Correlation of the flattened thumbnails below which a frame is left out, and of frames below which a map is not finer. */
const LEAST = 0.25;
/** Level of the alignment at which a settled map is good enough to begin. */
const LEVEL = 2;
/** Long side at which a map that was not aligned is compared. */
const MEASURED_SIDE = 384;

/** A frame on the original's and what it says. */
interface Laid {
  readonly suspect: { readonly time: number; readonly hash: Uint8Array };
  readonly original: { readonly time: number; readonly hash: Uint8Array };
  readonly correlation: number;
  readonly tiles: readonly Float64Array[];
}

/** Lays the kept frames on theirs of the original, reads them, and tells how they lie. Null when none does. */
export async function layOver(
  { moments }: Placed,
  kept: readonly Kept[],
  thumb: Grey,
  original: { readonly video: Video; readonly survey: Survey },
  layer: Layer,
  tick: () => void,
): Promise<{ readonly frames: readonly Laid[]; readonly registration: VideoRegistration } | null> {
  const { video, survey } = original;
  const grid = canonicalSize(video.width, video.height, VIDEO_SIDE);
  const scale = Math.sqrt((video.width * video.height) / (grid.width * grid.height));
  const first = kept[0]!.luma;
  const startOf = ({ map }: { readonly map: Homography }): Homography =>
    betweenGrids(map, survey.thumbs[0]!, grid, thumb, first);
  const shown = moments.filter((moment) => moment.correlation >= LEAST);
  if (shown.length === 0) return null;

  const frames = new Map<number, { readonly luma: Plane; readonly time: number; readonly hash: Uint8Array }>();
  for await (const frame of framesAt(video, 'original', new Set(shown.map((moment) => moment.original)))) {
    tick();
    const { index, pixels, channels, time } = frame;
    const luma = canonicalLuma(pixels, channels, VIDEO_SIDE);
    const limited = channels === 1 && video.range === 'limited';
    frames.set(index, { luma: limited ? stretched(luma) : luma, time, hash: fromHex(hashPixels(pixels, channels))! });
  }
  const aligned = (moment: Placed['moments'][number]): { map: Homography; correlation: number } => {
    tick();
    const from = startOf(moment);
    const source = frames.get(moment.original)!.luma;
    const copy = kept[moment.at]!.luma;
    const before = score(source, copy, from, MEASURED_SIDE);
    const after = align(source, copy, from, LEVEL, () => {});
    // On a smooth frame the fine levels follow noise: what the thumbnails said stands.
    return after === null || after.correlation < Math.max(LEAST, before.correlation)
      ? { map: from, correlation: before.correlation }
      : { map: after.homography, correlation: after.correlation };
  };

  const anchors = spread(shown.length, ANCHORS).map((i) => aligned(shown[i]!));
  const common = middleMap(anchors, grid)!;
  const off = anchors.map(({ map: one }) =>
    Math.max(
      ...cornersOf(grid).map(([x, y]) => {
        const [[a, b], [c, d]] = [apply(one, x, y), apply(common, x, y)];
        return Math.hypot(a - c, b - d);
      }),
    ),
  );
  const zoom = Math.sqrt(Math.abs(areaFactor(common, grid.width / 2, grid.height / 2)));
  const steady = [...off].sort((a, b) => a - b)[off.length >> 1]! <= STEADY * zoom;
  const laid: Laid[] = [];
  let best: { readonly map: Homography; readonly moment: Moment; readonly correlation: number } | null = null;
  for (const moment of shown) {
    tick();
    const frame = frames.get(moment.original)!;
    const copy = kept[moment.at]!;
    const lie = steady
      ? { map: common, correlation: score(frame.luma, copy.luma, common, MEASURED_SIDE).correlation }
      : aligned(moment);
    if (best === null || lie.correlation > best.correlation) best = { ...lie, moment };
    laid.push({
      suspect: { time: copy.time, hash: fromHex(copy.hash)! },
      original: { time: frame.time, hash: frame.hash },
      correlation: lie.correlation,
      tiles: readFrame(frame.luma, scale, copy.luma, lie.map, layer),
    });
  }
  if (best === null) return null;
  const { overlap } = score(frames.get(best.moment.original)!.luma, first, best.map, MEASURED_SIDE);
  const registration: VideoRegistration = {
    status: 'registered',
    homography: betweenGrids(best.map, grid, video, first, kept[best.moment.at]!),
    mirrored: areaFactor(best.map, grid.width / 2, grid.height / 2) < 0,
    steady,
    correlation: best.correlation,
    overlap,
  };
  return { frames: laid, registration };
}

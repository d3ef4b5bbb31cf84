import { checkPixels, type Pixels, type Plane } from '../image.js';
import { apply, areaFactor, compose, type Homography, inverse, scaling } from '../register/homography.js';
import { bilinear } from '../register/sample.js';
import type { TraceReport } from '../trace.js';
import type { VideoTraceReport } from '../trace-video.js';
import type { Video } from '../video/video.js';
import { type AnyTrace, isVideo } from './any-trace.js';
import { chosenPairs, framesAt } from './frames.js';
import { type Colours, joinColours, shrinkColours } from './thumbnail.js';

/** Long side of a picture in the report, in pixels: half a page of paper at 200 dots an inch. */
const SIDE = 720;
/** Longest side to which the original is shrunk before it is laid on the copy: enough for a small part of it. */
const MOST = 4000;
/** How many times the difference is strengthened, so that an eye sees it. */
export const AMPLIFIED = 8;

/** A frame of a copy and the frame of the original that shows the same moment. */
export interface FramePair {
  /** When each is shown, in seconds of its own video. */
  readonly at: { readonly suspect: number; readonly original: number };
  readonly suspect: string;
  readonly original: string;
}

/** What the report shows of both pictures, each as a `data:` address of a PNG or JPEG. Of videos: the frames that agree best. */
export interface EvidencePictures {
  readonly suspect: string;
  /** The whole original. */
  readonly original: string;
  /** Size of the suspect as shown, and of the two that follow. */
  readonly width: number;
  readonly height: number;
  /** The original laid on the suspect, seen as the suspect shows it. Null when not registered, so for the next two. */
  readonly registered: string | null;
  /** Suspect less original in luma, the overall change of light taken away, eight times stronger on grey. */
  readonly difference: string | null;
  /** The original's corners in the suspect as shown: top left, top right, bottom right, bottom left. */
  readonly outline: readonly (readonly [x: number, y: number])[] | null;
  /** Of videos: more frames, each beside the original's. */
  readonly pairs?: readonly FramePair[];
}

type Encode = (pixels: Pixels) => string | Promise<string>;

/**
 * Pictures for `evidenceReport`, at most 720 pixels wide or high. Of videos it shows the frames that agree best, as it does
 * of pictures, and up to three more pairs; both are read once more for it.
 *
 * @param encode makes a `data:image/png;base64,...` or `data:image/jpeg;base64,...` of RGB samples.
 * @throws {WatermarkError} IMAGE_INVALID, IMAGE_TOO_LARGE: as for `trace`; VIDEO_INVALID: a video without a frame.
 * @throws {TypeError} pictures with a report on a video, or the other way round.
 * @example
 * const pictures = await evidencePictures(suspect, original, report, encodeAsJpeg);
 */
export async function evidencePictures(
  suspect: Pixels,
  original: Pixels,
  report: TraceReport,
  encode: Encode,
): Promise<EvidencePictures>;
export async function evidencePictures(
  suspect: Video,
  original: Video,
  report: VideoTraceReport,
  encode: Encode,
): Promise<EvidencePictures>;
export async function evidencePictures(
  suspect: Pixels | Video,
  original: Pixels | Video,
  report: AnyTrace,
  encode: Encode,
): Promise<EvidencePictures> {
  const moving = [suspect, original].filter((one) => 'frames' in one).length;
  if (moving !== (isVideo(report) ? 2 : 0))
    throw new TypeError('a report on pictures needs both pictures, one on videos both videos');
  if (!isVideo(report)) return still(suspect as Pixels, original as Pixels, report.registration, encode);
  const [best, ...more] = chosenPairs(report);
  const shown = [best, ...more];
  const copies = await framesAt(
    suspect as Video,
    shown.map((pair) => pair.suspect),
  );
  const known = await framesAt(
    original as Video,
    shown.map((pair) => pair.original),
  );
  const main = await still(copies[0]!, known[0]!, report.registration, encode);
  const pairs: FramePair[] = [];
  for (const [i, { suspect, original }] of more.entries()) {
    const [copy, of] = [await small(copies[i + 1]!, encode), await small(known[i + 1]!, encode)];
    pairs.push({ at: { suspect, original }, suspect: copy, original: of });
  }
  return { ...main, pairs };
}

/** A picture of its own, small enough for the page. */
async function small(pixels: Pixels, encode: Encode): Promise<string> {
  const { width, height } = within(pixels, SIDE);
  return encode(joinColours(shrinkColours(pixels, checkPixels(pixels, 'frame', 1), width, height)));
}

async function still(
  suspect: Pixels,
  original: Pixels,
  registration: AnyTrace['registration'],
  encode: Encode,
): Promise<EvidencePictures> {
  const channels = { suspect: checkPixels(suspect, 'suspect', 1), original: checkPixels(original, 'original', 1) };
  const { width, height } = within(suspect, SIDE);
  const seen = shrinkColours(suspect, channels.suspect, width, height);
  const whole = within(original, SIDE);
  const shown = {
    suspect: await encode(joinColours(seen)),
    original: await encode(joinColours(shrinkColours(original, channels.original, whole.width, whole.height))),
    width,
    height,
  };
  if (registration.status === 'failed') return { ...shown, registered: null, difference: null, outline: null };

  const toShown = compose(scaling(width / suspect.width, height / suspect.height), registration.homography);
  // The original at about the resolution at which the copy shows it.
  const zoom = Math.sqrt(Math.abs(areaFactor(toShown, original.width / 2, original.height / 2)));
  const long = Math.max(original.width, original.height);
  const near = within(original, Math.min(MOST, Math.max(1, Math.round(long * Math.min(1, zoom)))));
  const known = shrinkColours(original, channels.original, near.width, near.height);
  const fromNear = compose(toShown, scaling(original.width / near.width, original.height / near.height));
  const laid = lay(known, fromNear, width, height);
  const corners = [
    [0, 0],
    [original.width, 0],
    [original.width, original.height],
    [0, original.height],
  ] as const;
  return {
    ...shown,
    registered: await encode(joinColours(laid.colours)),
    difference: await encode(joinColours(strengthened(seen, laid.colours, laid.inside))),
    outline: corners.map(([x, y]) => apply(toShown, x, y)),
  };
}

function within({ width, height }: Pixels, side: number): { width: number; height: number } {
  const by = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) };
}

/** Planes seen through a map, white outside of them. */
function lay(
  planes: Colours,
  map: Homography,
  width: number,
  height: number,
): { colours: Colours; inside: Uint8Array } {
  const back = inverse(map);
  const inside = new Uint8Array(width * height);
  const out = planes.map(() => new Float32Array(width * height).fill(255));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = apply(back, x + 0.5, y + 0.5);
      if (!(sx > 0.5 && sy > 0.5 && sx < planes[0].width - 0.5 && sy < planes[0].height - 0.5)) continue;
      inside[y * width + x] = 1;
      planes.forEach((plane, c) => {
        out[c]![y * width + x] = bilinear(plane, sx, sy);
      });
    }
  }
  const [red, green, blue] = out.map((data): Plane => ({ data, width, height }));
  return { colours: [red!, green!, blue!], inside };
}

/** What the copy changed: luma less the original's after the one line of light that fits best. White where there is none. */
function strengthened(copy: Colours, known: Colours, inside: Uint8Array): Colours {
  const [a, b] = [luma(copy), luma(known)];
  let [n, sumA, sumB, sumAB, sumBB] = [0, 0, 0, 0, 0];
  for (let i = 0; i < inside.length; i++) {
    if (inside[i] === 0) continue;
    n++;
    sumA += a[i]!;
    sumB += b[i]!;
    sumAB += a[i]! * b[i]!;
    sumBB += b[i]! * b[i]!;
  }
  const spread = n * sumBB - sumB * sumB;
  const slope = spread > 0 ? (n * sumAB - sumA * sumB) / spread : 0;
  const offset = (sumA - slope * sumB) / Math.max(1, n);
  const data = a.map((value, i) => (inside[i] === 0 ? 255 : 128 + AMPLIFIED * (value - slope * b[i]! - offset)));
  const plane = { ...copy[0], data };
  return [plane, plane, plane];
}

function luma([red, green, blue]: Colours): Float32Array {
  return red.data.map((value, i) => 0.299 * value + 0.587 * green.data[i]! + 0.114 * blue.data[i]!);
}

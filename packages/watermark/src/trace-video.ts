import { concat, hex, sha256, uint } from '@wardseal/primitives';
import { collectCandidates } from './collect-candidates.js';
import { deadline } from './deadline.js';
import { checkImageKey } from './ids.js';
import { checkOptions } from './options.js';
import { checkLayer } from './prepare-chips.js';
import { cornersOf, type Homography, throughPoints } from './register/homography.js';
import { outline } from './register/outline.js';
import { checkDecoys, type Hit, scoreCandidates } from './score-candidates.js';
import type { NullHistogram } from './statistics.js';
import type { TraceOptions } from './trace.js';
import { type Layer, MARK_VERSION } from './version.js';
import { combine } from './video/combine.js';
import { layOver } from './video/lay-over.js';
import type { Moment } from './video/moments.js';
import { place, type Shown } from './video/place.js';
import { type Grey, type Kept, survey, surveyKeeping } from './video/survey.js';
import type { Video } from './video/video.js';

/** Where each part of the work, as progress tells it, ends: reading the copy, reading the original, laying, reading marks. */
const PARTS = [0.2, 0.4, 0.6, 0.9, 1] as const;
/** Seconds by which a copy's frames may be off the last piece's clock and still belong to it. */
const SAME_PIECE = 1;

/** As for a picture; nobody marks corners in a video. */
export type VideoTraceOptions = Omit<TraceOptions, 'corners'>;

/** A stretch of the copy that runs on as the original does, in seconds of either. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly originalFrom: number;
  readonly originalTo: number;
}

/** A frame of the copy and the one of the original that it shows, in seconds of either. */
export interface UsedFrame {
  readonly suspect: number;
  readonly original: number;
  /** Correlation of the flattened frames, -1 to 1. */
  readonly correlation: number;
}

export type VideoRegistration =
  | { readonly status: 'failed' }
  | {
      readonly status: 'registered';
      /** Original pixel coordinates to copy pixel coordinates, row by row, of the frame that agrees best. */
      readonly homography: Homography;
      readonly mirrored: boolean;
      /** Whether one map serves all frames; a hand that held the filming camera gives each its own. */
      readonly steady: boolean;
      /** Of that frame: correlation of the flattened frames, and part of the original that the copy shows, 0 to 1. */
      readonly correlation: number;
      readonly overlap: number;
    };

export interface VideoTraceReport {
  readonly algorithm: 'informed-spread-spectrum-video';
  readonly version: typeof MARK_VERSION;
  readonly layer: Layer;
  /** Which moments of the original the copy shows; several pieces when it was cut. */
  readonly timeline: { readonly status: 'failed' } | { readonly status: 'found'; readonly pieces: readonly Piece[] };
  readonly registration: VideoRegistration;
  /** Frames that could be read, and those whose marks were. */
  readonly frames: { readonly suspect: number; readonly original: number; readonly used: readonly UsedFrame[] };
  /** Whether any mark under this key is there, whoever made it: the score of sync chips that had no part in the reading. */
  readonly presence: { readonly z: number; readonly p: number } | null;
  /** Every match and consistent viewing, and the ten best others; best first. Empty when not registered. */
  readonly hits: readonly Hit[];
  readonly candidates: number;
  /** Readings whose scores were looked at: one factor of the correction. */
  readonly geometries: number;
  /** Times the candidates were scored. */
  readonly rounds: number;
  readonly nullHistogram: NullHistogram | null;
  /**
   * SHA-256 over the used frames in order, as hexadecimal: for each its time in microseconds (eight bytes, big endian) and
   * the SHA-256 over width, height, channels and samples.
   */
  readonly inputHashes: { readonly suspect: string; readonly original: string };
  readonly ms: number;
}

/**
 * Says which of the viewings that the access log lists a leaked video comes from, or a still out of it (a video of one
 * frame). It finds the moments of the original that the copy shows, lays frame on frame, takes the original away, adds up
 * what remains and scores every candidate's tracing code on it, as `trace` does. Cuts, other frame rates and speeds, crops
 * and films of a screen are followed. Needs the log's entry beside it to accuse anybody.
 *
 * @param suspect the leaked copy: any size, frame rate and part of the original. Read once.
 * @param original the unmarked video. Read twice.
 * @throws {WatermarkError} VIDEO_INVALID: no frames, frames that change their size, times that do not rise or are more than
 * a day from zero, fewer frames when the original is read again; VIDEO_TOO_LONG: more than 18,000 frames; IMAGE_INVALID,
 * IMAGE_TOO_LARGE, IMAGE_TOO_SMALL: as for `embed`, for any frame; KEY_INVALID, CANDIDATES_INVALID, ID_INVALID,
 * CHIPS_INVALID, BUDGET_EXCEEDED: as for `trace`. What `frames()` throws is passed on.
 * @throws {TypeError} no options, or one that is not there.
 * @throws {RangeError} `decoys` is not a whole number from 1,000 to 1,000,000, or `budgetMs` is not positive.
 * @example
 * const report = await traceVideo(await readVideo('leak.mp4'), await readVideo('original.mp4'), { key, candidates });
 */
export async function traceVideo(
  suspect: Video,
  original: Video,
  options: VideoTraceOptions,
): Promise<VideoTraceReport> {
  const started = Date.now();
  checkOptions('traceVideo', options);
  checkImageKey(options.key);
  const layer = checkLayer(options.layer ?? 'view');
  const decoys = checkDecoys(options.decoys);
  const inTime = deadline(started, options.budgetMs);
  const { onProgress = () => {} } = options;
  const candidates = await collectCandidates(options.candidates, inTime);
  // How long a part takes is not known before: each of its small steps takes some of what is left of it.
  let done = 0;
  const part = (index: number) => (): void => {
    inTime();
    done += (PARTS[index]! - done) / 200;
    onProgress(done);
  };

  const copy = await surveyKeeping(suspect, 'suspect', part(0));
  const source = await survey(original, 'original', part(1));
  const about = { algorithm: 'informed-spread-spectrum-video', version: MARK_VERSION, layer } as const;
  const counted = { candidates: candidates.size, geometries: 1 };
  const nothing = (moments: readonly Moment[] | null): VideoTraceReport => {
    onProgress(1);
    return {
      ...about,
      ...counted,
      timeline: moments === null ? { status: 'failed' } : { status: 'found', pieces: piecesOf(moments) },
      registration: { status: 'failed' },
      frames: { suspect: copy.times.length, original: source.times.length, used: [] },
      presence: null,
      hits: [],
      rounds: 0,
      nullHistogram: null,
      inputHashes: { suspect: hashOf([]), original: hashOf([]) },
      ms: Date.now() - started,
    };
  };
  const piecesOf = (moments: readonly Moment[]): Piece[] =>
    pieces(moments.map(({ at, original: to }) => ({ suspect: copy.kept[at]!.time, original: source.times[to]! })));

  const thumbs = copy.kept.map((kept) => shownOf(kept, copy.thumbs[kept.index]!, source.thumbs[0]!));
  const found = place(thumbs, source, part(2));
  if (found === null) return nothing(null);
  const laid = await layOver(found, copy.kept, thumbs[0]!.thumb, { video: original, survey: source }, layer, part(3));
  if (laid === null) return nothing(found.moments);

  const { tile, presence } = combine(
    laid.frames.map(({ tiles }) => tiles),
    options.key,
    layer,
  );
  const scoring = { key: options.key, layer, candidates, decoys, geometries: counted.geometries };
  const scores = scoreCandidates(tile, scoring, (share) => {
    inTime();
    onProgress(PARTS[3] + (PARTS[4] - PARTS[3]) * share);
  });
  onProgress(1);
  return {
    ...about,
    ...counted,
    timeline: { status: 'found', pieces: piecesOf(found.moments) },
    registration: laid.registration,
    frames: {
      suspect: copy.times.length,
      original: source.times.length,
      used: laid.frames.map(({ suspect: one, original: other, correlation }) => ({
        suspect: one.time,
        original: other.time,
        correlation,
      })),
    },
    presence,
    ...scores,
    inputHashes: {
      suspect: hashOf(laid.frames.map((frame) => frame.suspect)),
      original: hashOf(laid.frames.map((frame) => frame.original)),
    },
    ms: Date.now() - started,
  };
}

/** A kept frame as it is looked for. */
function shownOf({ time, luma }: Kept, thumb: Grey, original: Grey): Shown {
  const corners = outline(luma)?.map(
    ([x, y]) => [(x * thumb.width) / luma.width, (y * thumb.height) / luma.height] as const,
  );
  return { time, thumb, outlined: corners === undefined ? null : throughPoints(cornersOf(original), corners) };
}

/** Frames that follow each other as in the original, together. */
function pieces(frames: readonly { readonly suspect: number; readonly original: number }[]): Piece[] {
  const out: { from: number; to: number; originalFrom: number; originalTo: number }[] = [];
  for (const { suspect, original } of frames) {
    const last = out.at(-1);
    if (last !== undefined && Math.abs(original - last.originalTo - (suspect - last.to)) <= SAME_PIECE) {
      last.to = suspect;
      last.originalTo = original;
    } else out.push({ from: suspect, to: suspect, originalFrom: original, originalTo: original });
  }
  return out;
}

function hashOf(frames: readonly { readonly time: number; readonly hash: Uint8Array }[]): string {
  return hex(
    sha256(concat(...frames.flatMap(({ time, hash }) => [uint(Math.max(0, Math.round(time * 1e6)), 8), hash]))),
  );
}

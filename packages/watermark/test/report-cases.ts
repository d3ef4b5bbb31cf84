import type { AnyTrace } from '../src/report/any-trace.js';
import type { EvidencePictures } from '../src/report/index.js';
import { type Hit, MOST_ROUNDS, verdictOf } from '../src/score-candidates.js';
import { pBound } from '../src/statistics.js';
import type { TraceReport } from '../src/trace.js';
import type { VideoTraceReport } from '../src/trace-video.js';

// One report for every outcome, invented.

const counts = Array.from({ length: 64 }, (_, i) => {
  const z = -8 + (i + 0.5) * 0.25;
  return Math.round(10_000 * 0.25 * Math.exp((-z * z) / 2) * 0.3989);
});
// Roundings: as many as there were decoys.
counts[32]! += 10_000 - counts.reduce((sum, one) => sum + one, 0);
const others: readonly Hit[] = Array.from({ length: 9 }, (_, i) => ({
  id: `view-${100 + i}`,
  z: 3 - i / 10,
  p: 0.004,
  pCorrected: 1,
  verdict: 'none',
  round: 1,
}));
/** A viewing that stands out of a thousand. */
export const hit = (id: string, z: number, round: 1 | 2 = 1): Hit => {
  const p = pBound(z);
  const pCorrected = 1000 * MOST_ROUNDS * p;
  return { id, z, p, pCorrected, verdict: verdictOf(pCorrected), round };
};
const named = hit('view-7', 28.6);

export const MATCH: TraceReport = {
  algorithm: 'informed-spread-spectrum',
  version: 'wardseal.org/mark/v0',
  layer: 'view',
  candidates: 1000,
  geometries: 1,
  rounds: 1,
  inputHashes: { suspect: '1a'.repeat(32), original: '2b'.repeat(32) },
  registration: {
    status: 'registered',
    method: 'features',
    tried: [
      { method: 'whole', correlation: 0.02 },
      { method: 'features', correlation: 0.77 },
    ],
    homography: [1, 0, -3, 0, 1, 4, 0, 0, 1],
    mirrored: true,
    correlation: 0.77,
    overlap: 0.75,
  },
  presence: { z: 19, p: 1e-80 },
  hits: [named, ...others],
  nullHistogram: {
    decoys: 10_000,
    mean: 0.01,
    deviation: 0.99,
    highest: 3.7,
    from: -8,
    step: 0.25,
    counts,
    sound: true,
  },
  ms: 1234,
};

const used = Array.from({ length: 24 }, (_, i) => ({
  suspect: i * 0.2,
  original: 12.4 + i * 0.2,
  correlation: 0.7 + (i % 7) / 50,
}));

const { algorithm, ...alike } = MATCH;

/** A cut of five seconds out of a minute. */
export const VIDEO: VideoTraceReport = {
  ...alike,
  algorithm: `${algorithm}-video`,
  timeline: { status: 'found', pieces: [{ from: 0, to: 5, originalFrom: 12.4, originalTo: 17.4 }] },
  registration: {
    status: 'registered',
    homography: [1, 0, -3, 0, 1, 4, 0, 0, 1],
    mirrored: false,
    steady: true,
    correlation: 0.82,
    overlap: 0.9,
  },
  frames: { suspect: 125, original: 1500, used },
};

const LONG = `view-${'b7'.repeat(30)}`;

/** Every outcome, and who is named in it. */
export const CASES: Readonly<Record<string, AnyTrace>> = {
  match: MATCH,
  share: { ...MATCH, layer: 'share' },
  several: { ...MATCH, hits: [named, hit(LONG, 11), ...others] },
  consistent: { ...MATCH, hits: [hit('view-7', 6.4), ...others] },
  none: { ...MATCH, presence: { z: 0.4, p: 1 }, hits: others },
  'none-marked': { ...MATCH, hits: others },
  unregistered: {
    ...MATCH,
    presence: null,
    hits: [],
    nullHistogram: null,
    registration: {
      status: 'failed',
      tried: [
        { method: 'whole', correlation: 0.03 },
        { method: 'features', correlation: null },
        { method: 'phase', correlation: 0.05 },
      ],
    },
  },
  unsound: {
    ...MATCH,
    hits: [{ ...named, verdict: 'none' }, ...others],
    nullHistogram: { ...MATCH.nullHistogram!, mean: 0.4, sound: false },
  },
  leakers: {
    ...MATCH,
    rounds: 2,
    hits: [...[19.4, 17.2, 14.8, 11.1, 9.3].map((z, i) => hit(`view-0${i}42`, z, i < 3 ? 1 : 2)), ...others],
  },
  video: VIDEO,
  'video-leakers': {
    ...VIDEO,
    timeline: {
      status: 'found',
      pieces: [
        { from: 3.2, to: 9.2, originalFrom: 0, originalTo: 6 },
        { from: 9.2, to: 14.2, originalFrom: 3719.4, originalTo: 3725.4 },
      ],
    },
    rounds: 2,
    hits: [named, hit(LONG, 11), ...others],
  },
  'video-still': {
    ...VIDEO,
    timeline: { status: 'found', pieces: [{ from: 0, to: 0, originalFrom: 41.32, originalTo: 41.32 }] },
    frames: { suspect: 1, original: 1500, used: [{ suspect: 0, original: 41.32, correlation: 0.66 }] },
  },
  'video-none': { ...VIDEO, presence: { z: 0.4, p: 1 }, hits: others },
  'video-unfound': {
    ...VIDEO,
    timeline: { status: 'failed' },
    frames: { suspect: 125, original: 1500, used: [] },
    registration: { status: 'failed' },
    presence: null,
    hits: [],
    rounds: 0,
    nullHistogram: null,
  },
};

/** A picture of one pixel, eight times eight. */
const DOT =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const PICTURES: EvidencePictures = {
  suspect: DOT,
  original: DOT,
  registered: DOT,
  difference: DOT,
  width: 300,
  height: 200,
  outline: [
    [-20, -10],
    [310, 0],
    [300, 220],
    [-5, 210],
  ],
};

/** Of a video: more frames beside each other. */
export const FRAMES: EvidencePictures = {
  ...PICTURES,
  pairs: [0, 2.4, 4.6].map((time) => ({ at: { suspect: time, original: 12.4 + time }, suspect: DOT, original: DOT })),
};

/** Pictures that suit a case. */
export function picturesOf(report: AnyTrace): EvidencePictures {
  const unplaced = { ...PICTURES, registered: null, difference: null, outline: null };
  if (report.registration.status === 'failed') return unplaced;
  return 'frames' in report ? FRAMES : PICTURES;
}

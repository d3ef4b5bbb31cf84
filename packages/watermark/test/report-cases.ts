import type { AnyTrace, VideoTraceReport } from '../src/report/any-trace.js';
import type { EvidencePictures } from '../src/report/index.js';
import type { Hit } from '../src/score-candidates.js';
import type { TraceReport } from '../src/trace.js';

// One report for every outcome, invented.

const counts = Array.from({ length: 64 }, (_, i) => {
  const z = -8 + (i + 0.5) * 0.25;
  return Math.round(10_000 * 0.25 * Math.exp((-z * z) / 2) * 0.3989);
});
const others: readonly Hit[] = Array.from({ length: 9 }, (_, i) => ({
  id: `view-${100 + i}`,
  z: 3 - i / 10,
  p: 0.004,
  pCorrected: 1,
  verdict: 'none',
}));
const named: Hit = { id: 'view-7', z: 28.6, p: 6e-180, pCorrected: 6e-177, verdict: 'match' };

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
  timeline: { status: 'found', offset: 12.4, rate: 1, from: 12.4, to: 17.4 },
  frames: { suspect: 125, original: 1500, used },
};

const LONG = `view-${'b7'.repeat(30)}`;

/** Every outcome, and who is named in it. */
export const CASES: Readonly<Record<string, AnyTrace>> = {
  match: MATCH,
  share: { ...MATCH, layer: 'share' },
  several: { ...MATCH, hits: [named, { ...named, id: LONG, z: 11, p: 1e-27, pCorrected: 1e-24 }, ...others] },
  consistent: { ...MATCH, hits: [{ ...named, z: 6.4, p: 3e-10, pCorrected: 3e-7, verdict: 'consistent' }, ...others] },
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
    rounds: 3,
    hits: [
      ...[19.4, 17.2, 14.8, 11.1, 9.3].map((z, i) => ({
        ...named,
        id: `view-0${i}42`,
        z,
        p: 1e-22,
        pCorrected: 1e-19,
      })),
      ...others,
    ],
  },
  video: VIDEO,
  'video-leakers': {
    ...VIDEO,
    timeline: { status: 'found', offset: -3.2, rate: 1.2, from: 0, to: 3725.4 },
    rounds: 2,
    hits: [named, { ...named, id: LONG, z: 11, p: 1e-27, pCorrected: 1e-24 }, ...others],
  },
  'video-still': {
    ...VIDEO,
    timeline: { status: 'found', offset: 41.3, rate: 1, from: 41.3, to: 41.3 },
    frames: { suspect: 1, original: 1500, used: [{ suspect: 0, original: 41.32, correlation: 0.66 }] },
  },
  'video-none': { ...VIDEO, presence: { z: 0.4, p: 1 }, hits: others },
  'video-unfound': {
    ...VIDEO,
    timeline: { status: 'failed' },
    frames: { suspect: 125, original: 1500, used: [] },
    registration: { status: 'failed', tried: [] },
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

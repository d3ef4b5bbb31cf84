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

const LONG = `view-${'b7'.repeat(30)}`;

/** Every outcome, and who is named in it. */
export const CASES: Readonly<Record<string, TraceReport>> = {
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

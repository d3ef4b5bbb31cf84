import { evidenceReport } from '@wardseal/watermark/report';
import { styleHash } from '../http/whole-page.js';

/** Digest of the style sheet of evidence reports: a browser makes them, and what a page makes is under that page's policy. */
export const evidenceStyleHash: string = styleHash(
  evidenceReport(
    {
      algorithm: 'informed-spread-spectrum',
      version: 'wardseal.org/mark/v0',
      layer: 'view',
      registration: { status: 'failed', tried: [] },
      presence: null,
      hits: [],
      candidates: 0,
      geometries: 1,
      rounds: 1,
      nullHistogram: null,
      inputHashes: { suspect: '0'.repeat(64), original: '0'.repeat(64) },
      ms: 0,
    },
    { madeAt: '2026-01-01T00:00:00Z' },
  ),
);

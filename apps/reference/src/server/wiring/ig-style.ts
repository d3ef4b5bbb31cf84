import { createHash } from 'node:crypto';
import { evidenceReport } from '@wardseal/watermark/report';

/** SHA-256, base64, of the one style sheet in a page that a package made whole: its policy lets in this and nothing else. */
export function styleHash(page: string): string {
  const style = /<style>([^<]*)<\/style>/.exec(page)?.[1];
  if (style === undefined) throw new Error('the page has no style sheet');
  return createHash('sha256').update(style).digest('base64');
}

/** That of the evidence reports: the browser makes them, and a page of its own making is under the policy of its maker. */
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
      nullHistogram: null,
      inputHashes: { suspect: '0'.repeat(64), original: '0'.repeat(64) },
      ms: 0,
    },
    { madeAt: '2026-01-01T00:00:00Z' },
  ),
);

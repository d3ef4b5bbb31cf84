import { expect, test, vi } from 'vitest';
import { deriveImageKey, embed, prepareChips, trace } from '../../src/index.js';
import { evidenceReport } from '../../src/report/index.js';
import { skin } from '../pictures.js';

// No suspect can spoil the control: that takes the key. So the control is made to fail here.
vi.mock('../../src/statistics.js', async (original) => {
  const real = await original<typeof import('../../src/statistics.js')>();
  return {
    ...real,
    nullHistogram: (scores: Float64Array) => ({ ...real.nullHistogram(scores), sound: false }),
  };
});

test('when the control fails, nobody is named, the scores stay visible and the report says why', async () => {
  const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
  const original = skin(256, 192);
  const { pixels } = embed(original, { chips: prepareChips(key, 'view-7') });
  const report = await trace(pixels, original, { key, candidates: ['view-7', 'view-8'], decoys: 1000 });
  expect(report.hits[0]).toMatchObject({ id: 'view-7', verdict: 'none' });
  expect(report.hits[0]!.z).toBeGreaterThan(20);
  expect(report.hits[0]!.pCorrected).toBeLessThan(1e-9);
  expect(report.hits.map((hit) => hit.verdict)).toEqual(['none', 'none']);
  expect(report.nullHistogram!.sound).toBe(false);
  const page = evidenceReport(report, { madeAt: '2026-03-01T09:00:00Z' });
  expect(page).toContain('the control test failed');
  expect(page).not.toContain('view-7');
});

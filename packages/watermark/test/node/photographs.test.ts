import { photos } from '@wardseal/testkit/node';
import { describe, expect, test } from 'vitest';
import { viewings } from '../pictures.js';
import { structuralSimilarity } from '../similarity.js';
import { built } from '../support/built.js';
import { load, messenger } from './photos.js';

const { decode, deriveImageKey, embed, prepareChips, trace } = built;

const imageKey = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const chips = prepareChips(imageKey, 'view-437');

describe('a real photograph, sent through a messenger at 1600 pixels and JPEG 70', () => {
  test.each(Object.entries(photos))('%s names its viewing among 1,000, and no other', async (_, photo) => {
    const original = await load(photo.path);
    const { pixels, report } = embed(original, { chips });
    expect(report.psnr).toBeGreaterThanOrEqual(45);
    expect(report.ssim).toBeGreaterThan(0.99);
    expect(structuralSimilarity(original, pixels)).toBeGreaterThan(0.99);
    const leaked = await messenger(pixels, false);
    const traced = await trace(leaked, original, { key: imageKey, candidates: viewings(1000), decoys: 2000 });
    expect(traced.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual(['view-437']);
    expect(traced.hits[0]).toMatchObject({ id: 'view-437', verdict: 'match' });
    expect(traced.hits[0]!.pCorrected).toBeLessThan(1e-9);
  });

  test('and enlarged to it, the fundus too; read blind as well', async () => {
    const original = await load(photos.fundus.path);
    const leaked = await messenger(embed(original, { chips }).pixels, true);
    expect(Math.max(leaked.width, leaked.height)).toBe(1600);
    const traced = await trace(leaked, original, { key: imageKey, candidates: viewings(1000), decoys: 2000 });
    expect(traced.hits.filter((hit) => hit.verdict === 'match').map((hit) => hit.id)).toEqual(['view-437']);
    expect(decode(leaked, { keys: [imageKey] }).found).toBe(true);
  });

  test('an unmarked copy names nobody and yields no id', async () => {
    const original = await load(photos.cat.path);
    const leaked = await messenger(original, false);
    const traced = await trace(leaked, original, { key: imageKey, candidates: viewings(1000), decoys: 2000 });
    expect(traced.registration.status).toBe('registered');
    expect(traced.hits.filter((hit) => hit.verdict !== 'none')).toEqual([]);
    expect(decode(leaked, { keys: [imageKey] }).found).toBe(false);
  });
});

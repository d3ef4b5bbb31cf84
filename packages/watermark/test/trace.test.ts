import { beforeAll, describe, expect, test } from 'vitest';
import { deriveImageKey, embed, type MarkedPixels, prepareChips, trace } from '../src/index.js';
import { skin, viewings } from './pictures.js';

const imageKey = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const original = skin(512, 384);
let marked: MarkedPixels;

beforeAll(() => {
  marked = embed(original, { chips: prepareChips(imageKey, 'view-42') }).pixels;
});

describe('trace', () => {
  test('names the viewing whose mark the copy carries, and nobody else', async () => {
    const report = await trace(marked, original, { key: imageKey, candidates: viewings(1000) });
    expect(report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual(['view-42']);
    expect(report.hits[0]!.verdict).toBe('match');
    expect(report.presence!.p).toBeLessThan(1e-9);
  });

  test('names nobody when the viewing that leaked is not among the candidates', async () => {
    const others = viewings(1000).filter((id) => id !== 'view-42');
    const report = await trace(marked, original, { key: imageKey, candidates: others });
    expect(report.hits.every((hit) => hit.verdict === 'none')).toBe(true);
    expect(report.presence!.p).toBeLessThan(1e-9);
  });

  test('finds neither mark nor viewing under another image’s key', async () => {
    const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-2');
    const report = await trace(marked, original, { key, candidates: viewings(1000) });
    expect(report.hits.every((hit) => hit.verdict === 'none')).toBe(true);
    expect(report.presence!.p).toBeGreaterThan(1e-6);
  });

  test('names nobody for a picture without a mark', async () => {
    const report = await trace(original, original, { key: imageKey, candidates: viewings(1000) });
    expect(report.hits.every((hit) => hit.verdict === 'none')).toBe(true);
  });
});

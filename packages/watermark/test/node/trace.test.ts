import { beforeAll, describe, expect, test } from 'vitest';
import type { Chips, MarkedPixels, Pixels, TraceReport } from '../../src/index.js';
import { skin, viewings } from '../pictures.js';
import { attackSuite, built } from '../support/built.js';

const { deriveImageKey, embed, prepareChips, trace, WatermarkError } = built;

const imageKey = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const original = skin(400, 320);
let marked: MarkedPixels;

beforeAll(() => {
  marked = embed(original, { chips: prepareChips(imageKey, 'view-42') }).pixels;
});

const traced = (suspect: Pixels, more: object = {}): Promise<TraceReport> =>
  trace(suspect, original, { key: imageKey, candidates: viewings(1000), decoys: 1000, ...more });
const named = (report: TraceReport): string[] =>
  report.hits.filter((hit) => hit.verdict === 'match').map((hit) => hit.id);
const rejected = async (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error: unknown) => (error instanceof WatermarkError ? error.code : String(error)),
  );

describe('trace', () => {
  test('names the viewing whose mark the copy carries, and nobody else', async () => {
    const report = await traced(marked, { decoys: 5000 });
    expect(report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual(['view-42']);
    expect(named(report)).toEqual(['view-42']);
    expect(report.presence!.p).toBeLessThan(1e-9);
    expect(report).toMatchObject({ candidates: 1000, geometries: 1, layer: 'view', version: 'wardseal.org/mark/v0' });
    expect(report.nullHistogram).toMatchObject({ decoys: 5000, sound: true });
    expect(report.nullHistogram!.counts.reduce((sum, n) => sum + n, 0)).toBe(5000);
    expect(report.hits[0]!.pCorrected).toBeGreaterThanOrEqual(report.hits[0]!.p);
  });

  test('names nobody when the viewing that leaked is not among the candidates', async () => {
    const report = await traced(marked, { candidates: viewings(1000).filter((id) => id !== 'view-42') });
    expect(report.hits.every((hit) => hit.verdict === 'none')).toBe(true);
    expect(report.presence!.p).toBeLessThan(1e-9);
  });

  test('finds neither mark nor viewing under another image’s key', async () => {
    const report = await traced(marked, { key: deriveImageKey(new Uint8Array(32).fill(7), 'img-2') });
    expect(report.hits.every((hit) => hit.verdict === 'none')).toBe(true);
    expect(report.presence!.p).toBeGreaterThan(1e-6);
  });

  test('names nobody for a picture without a mark', async () => {
    const report = await traced(original);
    expect(report.hits.every((hit) => hit.verdict === 'none')).toBe(true);
  });

  test('accuses nobody when the suspect is another picture', async () => {
    const other = skin(400, 320, 77);
    const strange = await traced(embed(other, { chips: prepareChips(imageKey, 'view-42') }).pixels);
    expect(strange.registration.status).toBe('failed');
    expect(strange.hits).toEqual([]);
    expect(strange.presence).toBeNull();
    expect(strange.nullHistogram).toBeNull();
  });

  test('finds the mark in a copy made of two viewings, and both of them', async () => {
    const second = embed(original, { chips: prepareChips(imageKey, 'view-900') }).pixels;
    const data = marked.data.map((value, i) => Math.round((value + second.data[i]!) / 2));
    expect(named(await traced({ ...marked, data })).sort()).toEqual(['view-42', 'view-900']);
  });

  test('tells the two layers apart in one picture', async () => {
    const shared = embed(original, {
      chips: prepareChips(imageKey, 'view-7', { layer: 'share' }),
      layer: 'share',
    }).pixels;
    const both = embed(shared, { chips: prepareChips(imageKey, 'view-42') }).pixels;
    expect(named(await traced(both))).toEqual(['view-42']);
    expect(named(await traced(both, { layer: 'share' }))).toEqual(['view-7']);
  });

  test('counts duplicates once and takes candidates from an asynchronous source', async () => {
    async function* log(): AsyncGenerator<string> {
      for (const id of ['view-1', 'view-42', 'view-42', 'view-1']) yield id;
    }
    const report = await traced(marked, { candidates: log() });
    expect(report.candidates).toBe(2);
    expect(named(report)).toEqual(['view-42']);
  });

  test('hashes its inputs and gives the same answer again', async () => {
    const [a, b] = [await traced(marked), await traced(marked)];
    expect({ ...a, ms: 0 }).toEqual({ ...b, ms: 0 });
    expect(a.inputHashes.suspect).toMatch(/^[0-9a-f]{64}$/);
    expect(a.inputHashes.suspect).not.toBe(a.inputHashes.original);
  });

  test('describes where the suspect lies on the original', async () => {
    const { registration } = await traced((await apply('flip', marked)).pixels);
    if (registration.status !== 'registered') throw new Error('not registered');
    expect(registration.mirrored).toBe(true);
    const [a, , c] = registration.homography;
    expect(a).toBeCloseTo(-1, 2);
    expect(Math.abs(c - 400)).toBeLessThan(1);
  });
});

async function apply(name: string, pixels: Pixels): Promise<{ pixels: Pixels }> {
  const attack = attackSuite({ seed: 5 }).find((one) => one.name === name);
  return { pixels: await attack!.apply(pixels) };
}

describe('a mark of 45 dB survives', () => {
  test.each(attackSuite({ seed: 11 }))('$name', async ({ apply: attack }) => {
    expect(named(await traced(await attack(marked)))).toEqual(['view-42']);
  });
});

describe('nobody can frame a colleague', () => {
  test('an id layer swapped for a colleague’s names the owner of the tracing code', async () => {
    const bytes = (chips: Chips): Uint8Array =>
      Uint8Array.from(atob(chips.tile.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const [mine, theirs] = [bytes(prepareChips(imageKey, 'view-42')), bytes(prepareChips(imageKey, 'view-99'))];
    const { layoutOf } = await import('../../src/code/tile.js');
    const forged = mine.slice();
    for (const position of layoutOf(imageKey, 'view').id) {
      const bit = 0x80 >> (position & 7);
      forged[position >> 3] = (mine[position >> 3]! & ~bit) | (theirs[position >> 3]! & bit);
    }
    const tile = btoa(String.fromCharCode(...forged))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    const chips = { ...prepareChips(imageKey, 'view-42'), tile };
    const { pixels } = embed(original, { chips });
    const report = await traced(pixels);
    expect(report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual(['view-42']);
  });

  test('one’s own chips with any other bits flipped never name a colleague', async () => {
    const own = prepareChips(imageKey, 'view-42');
    const turned = { ...own, tile: `${own.tile.slice(341)}${own.tile.slice(0, 341)}`.replace(/.$/, 'A') };
    const report = await traced(embed(original, { chips: turned }).pixels);
    expect(named(report).filter((id) => id !== 'view-42')).toEqual([]);
  });
});

describe('trace refuses', () => {
  test('wrong keys, pictures, candidates and numbers', async () => {
    expect(await rejected(traced(marked, { key: new Uint8Array(31) }))).toBe('KEY_INVALID');
    expect(await rejected(traced({ ...marked, width: 511 }))).toBe('IMAGE_INVALID');
    expect(await rejected(traced({ data: new Uint8Array(4), width: 1, height: 1 }))).toBe('IMAGE_TOO_SMALL');
    expect(await rejected(traced({ data: new Uint8Array(4), width: 60_000, height: 60_000 }))).toBe('IMAGE_TOO_LARGE');
    expect(await rejected(traced(marked, { candidates: [] }))).toBe('CANDIDATES_INVALID');
    expect(await rejected(traced(marked, { candidates: 'view-1' }))).toBe('CANDIDATES_INVALID');
    expect(await rejected(traced(marked, { candidates: [''] }))).toBe('ID_INVALID');
    expect(await rejected(traced(marked, { layer: 'both' }))).toBe('CHIPS_INVALID');
    expect(await rejected(traced(marked, { decoys: 10 }))).toContain('RangeError');
    expect(await rejected(traced(marked, { budgetMs: Number.NaN }))).toContain('RangeError');
  });

  test('to go on when its time is over', async () => {
    expect(await rejected(traced(marked, { budgetMs: 0.001 }))).toBe('BUDGET_EXCEEDED');
  });
});

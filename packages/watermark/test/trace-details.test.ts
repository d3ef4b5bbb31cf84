import { describe, expect, test } from 'vitest';
import {
  deriveImageKey,
  embed,
  MOST_ROUNDS,
  type Pixels,
  prepareChips,
  type TraceOptions,
  type TraceReport,
  trace,
  WatermarkError,
} from '../src/index.js';
import { pBound } from '../src/statistics.js';
import { skin, viewings } from './pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const original = skin(192, 160);
const { pixels: marked } = embed(original, { chips: prepareChips(key, 'view-3') });
const traced = (more: Partial<TraceOptions> = {}, suspect: Pixels = marked): Promise<TraceReport> =>
  trace(suspect, original, { key, candidates: viewings(30), decoys: 1000, ...more });

async function refused(more: object, suspect: Pixels = marked): Promise<unknown> {
  try {
    await traced(more, suspect);
  } catch (error) {
    if (!(error instanceof WatermarkError)) return error;
    const { code, field, limit, message } = error;
    return { code, message, ...(field && { field }), ...(limit && { limit }) };
  }
  return 'nothing';
}

describe('a trace report', () => {
  test('corrects for every different candidate, best first, and lists the ten best others', async () => {
    const report = await traced({ candidates: [...viewings(30), ...viewings(15)] });
    expect(report).toMatchObject({
      algorithm: 'informed-spread-spectrum',
      version: 'wardseal.org/mark/v0',
      layer: 'view',
      candidates: 30,
      geometries: 1,
      rounds: 2,
    });
    expect(report.hits).toHaveLength(10);
    expect(report.hits[0]).toMatchObject({ id: 'view-3', verdict: 'match' });
    expect(report.hits.slice(1).every((hit) => hit.verdict === 'none')).toBe(true);
    for (const { z, p, pCorrected, round } of report.hits) {
      expect(p).toBe(pBound(z));
      expect(pCorrected).toBe(Math.min(1, p * 30 * MOST_ROUNDS));
      expect(round).toBe(1);
    }
    const scores = report.hits.map((hit) => hit.z);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(report.ms).toBeGreaterThanOrEqual(0);
  });

  test('gives a viewing the same score whoever else is on the list, in whatever order', async () => {
    // The evidence is fixed before any candidate's code is looked at.
    const score = async (candidates: string[], id: string): Promise<number> =>
      (await traced({ candidates })).hits.find((hit) => hit.id === id)!.z;
    for (const id of ['view-3', 'view-5']) {
      const alone = await score([id], id);
      expect(await score(['view-3', 'view-4', 'view-5'], id)).toBe(alone);
      expect(await score(['view-5', 'view-3'], id)).toBe(alone);
    }
  });

  test('lists every viewing that is named, however many', async () => {
    // Twelve pieces of the picture, a tile each, every one from another viewing's copy.
    const names = viewings(12);
    const whole = skin(512, 384);
    const copies = names.map((id) => embed(whole, { chips: prepareChips(key, id), psnr: 42 }).pixels);
    const data = Uint8Array.from(whole.data, (_, i) => {
      const [x, y] = [(i >> 2) % 512, Math.floor((i >> 2) / 512)];
      return copies[(x >> 7) + 4 * (y >> 7)]!.data[i]!;
    });
    const report = await trace({ ...whole, data }, whole, { key, candidates: names, decoys: 1000 });
    const said = report.hits.filter((hit) => hit.verdict !== 'none');
    expect(said.length).toBeGreaterThan(10);
    expect(report.hits.slice(0, said.length)).toEqual(said);
  });

  test('says how far it is, never backwards, and takes as many decoys as asked', async () => {
    const done: number[] = [];
    const report = await traced({ decoys: 3000, onProgress: (part) => void done.push(part) });
    expect(report.nullHistogram!.decoys).toBe(3000);
    expect(done.length).toBeGreaterThanOrEqual(4);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(Math.min(...done)).toBeGreaterThan(0);
    expect(Math.max(...done)).toBeLessThanOrEqual(1);
  });

  test('has the digests of both pictures', async () => {
    const { inputHashes } = await traced();
    const header = (picture: Pixels): Uint8Array => {
      const out = new Uint8Array(9 + picture.data.length);
      const view = new DataView(out.buffer);
      view.setUint32(0, picture.width);
      view.setUint32(4, picture.height);
      out[8] = 4;
      out.set(picture.data, 9);
      return out;
    };
    const sha256 = async (picture: Pixels): Promise<string> => {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', header(picture).slice()));
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    };
    expect(inputHashes).toEqual({ suspect: await sha256(marked), original: await sha256(original) });
  });
});

describe('trace says what it refuses', () => {
  test.each<[string, object, object]>([
    ['a short key', { key: new Uint8Array(31) }, { code: 'KEY_INVALID', field: 'key', limit: 32 }],
    ['no candidate', { candidates: [] }, { code: 'CANDIDATES_INVALID', field: 'candidates', message: 'no candidate' }],
    ['a text', { candidates: 'view-1' }, { code: 'CANDIDATES_INVALID', message: 'candidates must be a list' }],
    ['null', { candidates: null }, { code: 'CANDIDATES_INVALID', message: 'candidates must be a list' }],
    ['an object', { candidates: {} }, { code: 'CANDIDATES_INVALID', message: 'candidates must be a list' }],
    ['an empty id', { candidates: ['a', ''] }, { code: 'ID_INVALID', field: 'candidates', limit: 512 }],
    ['another layer', { layer: 'both' }, { code: 'CHIPS_INVALID', field: 'layer' }],
    ['no time', { budgetMs: 1e-9 }, { code: 'BUDGET_EXCEEDED', limit: 1e-9 }],
  ])('%s', async (_, more, expected) => {
    expect(await refused(more)).toMatchObject(expected);
  });

  test('numbers that make no sense', async () => {
    for (const decoys of [999, 1_000_001, 1000.5, Number.NaN, '1000']) {
      expect(await refused({ decoys })).toEqual(new RangeError('decoys must be a whole number from 1000 to 1000000'));
    }
    for (const budgetMs of [0, -1, Number.NaN]) {
      expect(await refused({ budgetMs })).toEqual(new RangeError('budgetMs must be a positive number'));
    }
  });

  test('pictures, by name', async () => {
    expect(await refused({}, { ...marked, width: 7 })).toMatchObject({ code: 'IMAGE_INVALID', field: 'suspect' });
    const small = { data: new Uint8Array(63 * 64), width: 63, height: 64 };
    expect(await refused({}, small)).toMatchObject({ code: 'IMAGE_TOO_SMALL', field: 'suspect', limit: 64 });
    const act = trace(marked, small, { key, candidates: ['a'] });
    await expect(act).rejects.toMatchObject({ code: 'IMAGE_TOO_SMALL', field: 'original' });
  });
});

import { describe, expect, test } from 'vitest';
import { fold } from '../../src/blind/fold.js';
import { blindId, layoutOf } from '../../src/code/tile.js';
import {
  type Chips,
  decode,
  deriveImageKey,
  embed,
  type Pixels,
  prepareChips,
  WatermarkError,
} from '../../src/index.js';
import { attackSuite } from '../../src/testing/index.js';
import { random, skin } from '../pictures.js';

const secret = new Uint8Array(32).fill(7);
const imageKey = deriveImageKey(secret, 'img-1');
const original = skin(512, 400);
const { pixels: marked } = embed(original, { chips: prepareChips(imageKey, 'view-42') });
const idOf = (viewing: string, layer: 'view' | 'share' = 'view'): string =>
  Buffer.from(blindId(imageKey, layer, new TextEncoder().encode(viewing))).toString('hex');
const id = idOf('view-42');
const apply = (name: string, pixels: Pixels): Promise<Pixels> =>
  attackSuite({ seed: 3 })
    .find((attack) => attack.name === name)!
    .apply(pixels);
const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof WatermarkError ? error.code : String(error);
  }
  return 'nothing';
};

describe('decode', () => {
  test('reads the id and says which of the keys fits', () => {
    const keys = ['img-0', 'img-1', 'img-2'].map((name) => deriveImageKey(secret, name));
    const lead = decode(marked, { keys });
    expect(lead).toMatchObject({ found: true, id, keyIndex: 1, exhausted: true, layer: 'view' });
    expect(lead.pPresence).toBeLessThan(1e-9);
    expect(lead.geometry!.tileSide).toBeCloseTo(128, 0);
    expect(Math.abs(lead.geometry!.turn)).toBeLessThan(0.2);
    expect(lead.geometry!.mirrored).toBe(false);
  });

  test.each([
    'crop-50',
    'rotate-5',
    'rotate-90',
    'rotate-180',
    'flip',
    'greyscale',
    'brightness-0.8',
    'noise-15',
    'resize-1.25',
    'app-screenshot-0.6',
  ])('reads it after %s, without being told', async (name) => {
    expect(decode(await apply(name, marked), { keys: [imageKey] }).id).toBe(id);
  });

  test('says how the copy lies', async () => {
    const flipped = decode(await apply('flip', marked), { keys: [imageKey] });
    expect(flipped.geometry!.mirrored).toBe(true);
    const turned = decode(await apply('rotate-5', marked), { keys: [imageKey] });
    expect(Math.abs(turned.geometry!.turn)).toBeCloseTo(5, 0);
    const shown = decode(await apply('app-screenshot-0.6', marked), { keys: [imageKey] });
    expect(shown.geometry!.tileSide).toBeCloseTo(128 * 0.6, 0);
  });

  test('follows a perspective from the middle outwards', () => {
    expect(decode(keystone(marked, 0.03), { keys: [imageKey] }).id).toBe(id);
  });

  test('reads each of two layers, together and after a crop', async () => {
    const share = { chips: prepareChips(imageKey, 'view-7', { layer: 'share' }), layer: 'share' } as const;
    const alone = embed(original, share).pixels;
    const both = embed(alone, { chips: prepareChips(imageKey, 'view-42') }).pixels;
    for (const copy of [both, await apply('crop-25', both)]) {
      expect(decode(copy, { keys: [imageKey] }).id).toBe(id);
      expect(decode(copy, { keys: [imageKey], layer: 'share' }).id).toBe(idOf('view-7', 'share'));
    }
    const cropped = await apply('crop-25', alone);
    expect(decode(cropped, { keys: [imageKey], layer: 'share' }).id).toBe(idOf('view-7', 'share'));
  });

  test('reads nothing under another key', async () => {
    // Small, because a search that finds nothing goes through everything.
    const small = await apply('crop-75', marked);
    expect(decode(small, { keys: [imageKey] }).id).toBe(id);
    const lead = decode(small, { keys: [deriveImageKey(secret, 'img-9')], budgetMs: 60_000 });
    expect(lead).toMatchObject({ found: false, exhausted: true });
    expect(lead.id).toBeUndefined();
    expect(lead.pPresence).toBeGreaterThan(1e-6);
  });

  test('reads nothing when the id does not fit its check', () => {
    const chips = prepareChips(imageKey, 'view-42');
    const other = prepareChips(imageKey, 'view-43');
    const pixels = embed(skin(256, 200), { chips: spliced(chips, other) }).pixels;
    const lead = decode(pixels, { keys: [imageKey], budgetMs: 60_000 });
    expect(lead.found).toBe(false);
    // The mark is there, and that is told; only nobody's id.
    expect(lead.pPresence).toBeLessThan(1e-6);
  });

  test('reads nothing from pictures without a mark', () => {
    const lead = decode(skin(128, 112), { keys: [imageKey], budgetMs: 60_000 });
    expect(lead).toMatchObject({ found: false, exhausted: true });
    expect(lead.pPresence).toBeGreaterThan(1e-6);
    const flat = { data: new Uint8Array(128 * 128), width: 128, height: 128 };
    expect(decode(flat, { keys: [imageKey] })).toMatchObject({ found: false, pPresence: 1 });
  });

  test('stops when its time is over and says so; tells how far it is', () => {
    const keys = Array.from({ length: 500 }, (_, i) => deriveImageKey(secret, `other-${i}`));
    const told: number[] = [];
    const lead = decode(marked, { keys, budgetMs: 400, onProgress: (done) => told.push(done) });
    expect(lead).toMatchObject({ found: false, exhausted: false });
    expect(told.length).toBeGreaterThan(1);
    expect(told.every((done, i) => done >= 0 && done <= 1 && (i === 0 || done >= told[i - 1]!))).toBe(true);
    expect(told.at(-1)).toBe(1);
  });

  test('gives the same answer again', () => {
    const [a, b] = [decode(marked, { keys: [imageKey] }), decode(marked, { keys: [imageKey] })];
    expect({ ...a, ms: 0 }).toEqual({ ...b, ms: 0 });
  });

  test('refuses bad keys, pictures and budgets', () => {
    expect(code(() => decode(marked, { keys: [] }))).toBe('KEY_INVALID');
    expect(code(() => decode(marked, { keys: [new Uint8Array(5)] }))).toBe('KEY_INVALID');
    expect(code(() => decode(marked, { keys: null as never }))).toBe('KEY_INVALID');
    expect(code(() => decode({ ...marked, height: 3 }, { keys: [imageKey] }))).toBe('IMAGE_INVALID');
    expect(code(() => decode(marked, { keys: [imageKey], layer: 'x' as never }))).toBe('CHIPS_INVALID');
    expect(code(() => decode(marked, { keys: [imageKey], budgetMs: -1 }))).toContain('RangeError');
  });
});

describe('folding', () => {
  test.each(['view', 'share'] as const)('of upright tiles is the same one axis after the other, %s', (layer) => {
    const next = random(9);
    const flat = { data: Float32Array.from({ length: 300 * 200 }, () => next() - 0.5), width: 300, height: 200 };
    const window = { left: 11, top: 7, right: 290, bottom: 151 };
    const quick = fold(flat, [0.83, 0, -61.3, 0, 0.87, 211.9, 0, 0, 1], layer, window);
    // A shear too small to move anything takes the general way.
    const plain = fold(flat, [0.83, 1e-12, -61.3, 0, 0.87, 211.9, 0, 0, 1], layer, window);
    expect(Math.max(...quick.map((value, i) => Math.abs(value - plain[i]!)))).toBeLessThan(1e-6);
    expect(Math.max(...plain)).toBeGreaterThan(0.5);
  });
});

/** Narrower towards the bottom by a share of the width, on the same canvas. */
function keystone(pixels: Pixels, share: number): Pixels {
  const { width, height, data } = pixels;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    // The middle row keeps its width: a true perspective, depth growing along y.
    const depth = 1 + 2 * share * ((y + 0.5) / height - 0.5);
    const v = Math.min(height - 1, Math.max(0, Math.round((y + 0.5 - height / 2) / depth + height / 2 - 0.5)));
    for (let x = 0; x < width; x++) {
      const u = Math.min(width - 1, Math.max(0, Math.round((x + 0.5 - width / 2) / depth + width / 2 - 0.5)));
      for (let c = 0; c < 4; c++) out[4 * (y * width + x) + c] = data[4 * (v * width + u) + c]!;
    }
  }
  return { data: out, width, height };
}

/** Chips whose id is half one viewing's, half another's: no code word. */
function spliced(chips: Chips, other: Chips): Chips {
  const [mine, theirs] = [Buffer.from(chips.tile, 'base64url'), Buffer.from(other.tile, 'base64url')];
  layoutOf(imageKey, 'view').id.forEach((position, i) => {
    const bit = 0x80 >> (position & 7);
    const from = i % 2 === 0 ? mine : theirs;
    mine[position >> 3] = (mine[position >> 3]! & ~bit) | (from[position >> 3]! & bit);
  });
  return { ...chips, tile: mine.toString('base64url') };
}

import { describe, expect, test } from 'vitest';
import { blindId } from '../../src/code/tile.js';
import { decode, deriveImageKey, embed, type Pixels, prepareChips, WatermarkError } from '../../src/index.js';
import { attackSuite } from '../../src/testing/index.js';
import { random, skin } from '../pictures.js';

const secret = new Uint8Array(32).fill(7);
const imageKey = deriveImageKey(secret, 'img-1');
const { pixels: marked } = embed(skin(512, 400), { chips: prepareChips(imageKey, 'view-42') });
const id = Array.from(blindId(imageKey, 'view', new TextEncoder().encode('view-42')), (byte) =>
  byte.toString(16).padStart(2, '0'),
).join('');
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
  });

  test.each(['crop-25', 'crop-50', 'rotate-2', 'rotate-90', 'flip', 'greyscale', 'brightness-0.8', 'resize-1.25'])(
    'reads it after %s, without being told',
    async (name) => {
      expect(decode(await apply(name, marked), { keys: [imageKey] }).id).toBe(id);
    },
  );

  test('reads nothing under another key or layer', () => {
    const lead = decode(marked, { keys: [deriveImageKey(secret, 'img-9')], budgetMs: 60_000 });
    expect(lead).toMatchObject({ found: false, exhausted: true });
    expect(lead.id).toBeUndefined();
    expect(lead.pPresence).toBeGreaterThan(1e-6);
    expect(decode(marked, { keys: [imageKey], layer: 'share' }).found).toBe(false);
  });

  test('reads nothing from pictures without a mark', () => {
    for (let seed = 1; seed <= 4; seed++) {
      expect(decode(skin(320, 240, seed), { keys: [imageKey] }).found).toBe(false);
    }
    const next = random(5);
    const noise = { data: Uint8Array.from({ length: 256 * 256 }, () => next() * 256), width: 256, height: 256 };
    expect(decode(noise, { keys: [imageKey] }).found).toBe(false);
    const flat = { data: new Uint8Array(256 * 256), width: 256, height: 256 };
    expect(decode(flat, { keys: [imageKey] })).toMatchObject({ found: false, pPresence: 1 });
  });

  test('stops when its time is over and says so', () => {
    const keys = Array.from({ length: 500 }, (_, i) => deriveImageKey(secret, `other-${i}`));
    const lead = decode(marked, { keys, budgetMs: 50 });
    expect(lead).toMatchObject({ found: false, exhausted: false });
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

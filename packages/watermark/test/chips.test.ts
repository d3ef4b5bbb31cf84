import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chips, deriveImageKey, embed, prepareChips, WatermarkError } from '../src/index.js';
import { skin } from './pictures.js';

const secret = new Uint8Array(32).fill(7);
const imageKey = deriveImageKey(secret, 'img-1');
const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof WatermarkError ? error.code : String(error);
  }
  return 'nothing';
};

function bitsThatDiffer(a: Chips, b: Chips): number {
  const bytes = (chips: Chips): string => atob(chips.tile.replaceAll('-', '+').replaceAll('_', '/'));
  let count = 0;
  for (let i = 0; i < 512; i++) {
    const x = bytes(a).charCodeAt(i) ^ bytes(b).charCodeAt(i);
    for (let k = 0; k < 8; k++) count += (x >> k) & 1;
  }
  return count;
}

describe('deriveImageKey', () => {
  test('gives every image and every tenant a key of its own', () => {
    expect(imageKey).toHaveLength(32);
    expect(deriveImageKey(secret, 'img-1')).toEqual(imageKey);
    expect(deriveImageKey(secret, 'img-2')).not.toEqual(imageKey);
    expect(deriveImageKey(new Uint8Array(32).fill(8), 'img-1')).not.toEqual(imageKey);
  });

  test('refuses weak secrets and bad ids', () => {
    expect(code(() => deriveImageKey(new Uint8Array(31), 'img'))).toBe('KEY_INVALID');
    expect(code(() => deriveImageKey(new Uint8Array(1025), 'img'))).toBe('KEY_INVALID');
    expect(code(() => deriveImageKey('x'.repeat(32) as unknown as Uint8Array, 'img'))).toBe('KEY_INVALID');
    for (const id of ['', 'x'.repeat(513), 'é'.repeat(300), 'a\nb', '\ud800', 7 as unknown as string]) {
      expect(code(() => deriveImageKey(secret, id))).toBe('ID_INVALID');
    }
  });
});

describe('prepareChips', () => {
  test('two viewings share the sync chips and differ in about half of the rest', () => {
    const differ = bitsThatDiffer(prepareChips(imageKey, 'view-1'), prepareChips(imageKey, 'view-2'));
    expect(differ).toBeGreaterThan(1600);
    expect(differ).toBeLessThan(1984);
  });

  test('two layers, and two images, share nothing', () => {
    const view = prepareChips(imageKey, 'view-1');
    for (const other of [
      prepareChips(imageKey, 'view-1', { layer: 'share' }),
      prepareChips(deriveImageKey(secret, 'img-2'), 'view-1'),
    ]) {
      expect(Math.abs(bitsThatDiffer(view, other) - 2048)).toBeLessThan(200);
    }
  });

  test('is plain JSON that holds neither the key nor the viewing id', () => {
    const text = JSON.stringify(prepareChips(imageKey, 'view-secret-1'));
    expect(JSON.parse(text)).toEqual(prepareChips(imageKey, 'view-secret-1'));
    expect(text).not.toContain('view-secret-1');
    expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(['layer', 'tile', 'version']);
  });

  test('refuses wrong keys, ids and layers', () => {
    expect(code(() => prepareChips(new Uint8Array(16), 'view-1'))).toBe('KEY_INVALID');
    expect(code(() => prepareChips(imageKey, ''))).toBe('ID_INVALID');
    expect(code(() => prepareChips(imageKey, 'v', { layer: 'both' as 'view' }))).toBe('CHIPS_INVALID');
  });
});

describe('embed takes chips from outside', () => {
  const picture = skin(96, 96);
  const chips = prepareChips(imageKey, 'view-1');

  test('and refuses malformed ones', () => {
    const bad: unknown[] = [
      null,
      undefined,
      'chips',
      {},
      { ...chips, version: 'wardseal.org/mark/v9' },
      { ...chips, layer: 'share' },
      { ...chips, extra: 1 },
      { ...chips, tile: '' },
      { ...chips, tile: chips.tile.slice(1) },
      { ...chips, tile: `${chips.tile.slice(0, -1)}=` },
      { ...chips, tile: `${chips.tile.slice(0, -1)}_` },
      { ...chips, tile: chips.tile.repeat(1000) },
      { ...chips, tile: 7 },
    ];
    for (const one of bad) expect(code(() => embed(picture, { chips: one as Chips }))).toBe('CHIPS_INVALID');
  });

  test('and refuses a layer that was not asked for', () => {
    const share = prepareChips(imageKey, 'view-1', { layer: 'share' });
    expect(code(() => embed(picture, { chips: share }))).toBe('CHIPS_INVALID');
    expect(code(() => embed(picture, { chips: share, layer: 'share' }))).toBe('nothing');
  });

  test('and throws nothing but its own error on anything else', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(code(() => embed(picture, { chips: anything as Chips }))).toBe('CHIPS_INVALID');
      }),
      { numRuns: 200 },
    );
  });
});

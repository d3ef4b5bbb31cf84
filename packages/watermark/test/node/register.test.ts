import { describe, expect, test } from 'vitest';
import type { Corners, Pixels } from '../../src/index.js';
import { throughPoints } from '../../src/register/homography.js';
import { skin } from '../pictures.js';
import { smoothSkin } from '../smooth-skin.js';
import { built } from '../support/built.js';
import { attacked, marked, namesItsViewing, type SmoothCase, spoken, traced, wayOf } from '../support/registration.js';
import { jpeg } from './photos.js';

const { deriveImageKey, embed, prepareChips } = built;

// Copies of smooth skin that take every way in turn are in the long suite.
const CASES: readonly SmoothCase[] = [
  ['jpeg-70', 0, 1, 0, ['whole']],
  ['rotate-90', 1, 2, 300, ['whole']],
  ['crop-75', 2, 3, 600, ['features', 'phase']],
  ['photo-5', 1, 5, 0, ['whole']],
];

describe('smooth skin, generated', () => {
  test.each(CASES.map((one) => ({ name: one[0], one })))(
    '$name names its viewing, and says how it was laid on the original',
    ({ one }) => namesItsViewing(one),
  );

  test('an unmarked copy names nobody', async () => {
    const original = smoothSkin(480, 360, 9, 200);
    expect(spoken(await traced(await jpeg(original, 70), original))).toEqual([]);
  });

  test('another smooth picture under another key names nobody', async () => {
    const original = smoothSkin(480, 360, 9, 200);
    const other = deriveImageKey(new Uint8Array(32).fill(7), 'img-2');
    const suspect = embed(smoothSkin(480, 360, 10, 200), { chips: prepareChips(other, 'view-42') }).pixels;
    expect(spoken(await traced(suspect, original))).toEqual([]);
  });
});

describe('periodic texture', () => {
  test('a copy that could lie in many places names its viewing', async () => {
    const [width, height] = [520, 400];
    const data = Uint8ClampedArray.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return 128 + 50 * Math.sin(x / 3) * Math.sin(y / 3);
    });
    const original = { data, width, height };
    for (const name of ['none', 'crop-25', 'crop-50']) {
      expect(spoken(await traced(await attacked(name, marked(original), 3), original))).toEqual(['view-42 match']);
    }
  });
});

/** The picture seen through the four corners given, on a canvas of its own size. */
function seenThrough(pixels: Pixels, corners: Corners): Pixels {
  const { width, height, data } = pixels;
  const channels = data.length / (width * height);
  const back = throughPoints(corners, [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ])!;
  const out = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const depth = back[6] * (x + 0.5) + back[7] * (y + 0.5) + back[8];
      const u = (back[0] * (x + 0.5) + back[1] * (y + 0.5) + back[2]) / depth - 0.5;
      const v = (back[3] * (x + 0.5) + back[4] * (y + 0.5) + back[5]) / depth - 0.5;
      if (!(u >= 0 && v >= 0 && u < width - 1 && v < height - 1)) continue;
      const [i, j] = [Math.floor(u), Math.floor(v)];
      for (let c = 0; c < channels; c++) {
        const at = (dx: number, dy: number): number => data[((j + dy) * width + i + dx) * channels + c]!;
        const upper = at(0, 0) + (at(1, 0) - at(0, 0)) * (u - i);
        const lower = at(0, 1) + (at(1, 1) - at(0, 1)) * (u - i);
        out[(y * width + x) * channels + c] = upper + (lower - upper) * (v - j);
      }
    }
  }
  return { data: out, width, height };
}

describe('corners given by hand', () => {
  const original = smoothSkin(720, 540, 12, 0);
  // A part of the picture only, seen at a slant: no outline, no texture, no square tiles.
  const corners: Corners = [
    [-300, -190],
    [850, -65],
    [965, 713],
    [-94, 576],
  ];

  test('name the viewing where no step finds a way, though each is a few pixels off', async () => {
    const suspect = await jpeg(seenThrough(marked(original), corners), 60);
    const byHand = corners.map(([x, y], k) => [x + [4, -3, 5, -4][k]!, y + [-3, 4, 3, 5][k]!]) as unknown as Corners;
    const report = await traced(suspect, original, { corners: byHand });
    expect(spoken(report)).toEqual(['view-42 match']);
    expect(wayOf(report)).toBe('corners');
    expect(report.registration.tried.map((step) => step.method)).toEqual(['corners']);
    const alone = await traced(suspect, original);
    expect(alone.registration.status).toBe('failed');
    expect(alone.registration.tried.map((step) => step.method)).toEqual(['whole', 'features', 'phase']);
  });

  test('that are wrong do no harm: the other steps follow', async () => {
    const textured = skin(500, 400);
    const wrong: Corners = [
      [100, 50],
      [300, 80],
      [320, 300],
      [80, 280],
    ];
    const report = await traced(marked(textured), textured, { corners: wrong });
    expect(spoken(report)).toEqual(['view-42 match']);
    expect(report.registration.tried.map((step) => step.method)).toEqual(['corners', 'whole']);
  });

  test.each([
    [
      'three points',
      [
        [0, 0],
        [9, 0],
        [9, 9],
      ],
    ],
    [
      'not a number',
      [
        [0, 0],
        [900, 0],
        [900, Number.NaN],
        [0, 700],
      ],
    ],
    [
      'not pairs',
      [
        [0, 0, 1],
        [900, 0],
        [900, 700],
        [0, 700],
      ],
    ],
    [
      'crossed',
      [
        [0, 0],
        [900, 700],
        [900, 0],
        [0, 700],
      ],
    ],
    [
      'a dent',
      [
        [0, 0],
        [900, 0],
        [200, 150],
        [0, 700],
      ],
    ],
    [
      'on a line',
      [
        [0, 0],
        [300, 0],
        [600, 0],
        [900, 0],
      ],
    ],
    [
      'tiny',
      [
        [0, 0],
        [20, 0],
        [20, 20],
        [0, 20],
      ],
    ],
    [
      'far away',
      [
        [0, 0],
        [900_000, 0],
        [900_000, 700],
        [0, 700],
      ],
    ],
    ['no list', 'corners'],
  ])('are refused: %s', async (_, given) => {
    await expect(traced(original, original, { corners: given })).rejects.toMatchObject({ code: 'CORNERS_INVALID' });
  });
});

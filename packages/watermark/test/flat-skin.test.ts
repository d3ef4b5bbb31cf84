import { expect, test } from 'vitest';
import { deriveImageKey, embed, MIN_PSNR, prepareChips } from '../src/index.js';

type Triple = readonly [number, number, number];

/** CIELAB of an 8-bit sRGB colour (IEC 61966-2-1, white point D65). */
function lab(red: number, green: number, blue: number): Triple {
  const linear = (value: number): number =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const root = (t: number): number => (t > 216 / 24_389 ? Math.cbrt(t) : ((24_389 / 27) * t + 16) / 116);
  const x = root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = root(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = root((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 as Sharma, Wu and Dalal wrote it down (Color Research and Application 30, 2005). */
function difference([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const turn = Math.PI / 180;
  const seventh = (c: number): number => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const g = 0.5 * (1 - seventh((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2));
  const polar = (a: number, b: number): { c: number; h: number } => {
    const h = Math.atan2(b, (1 + g) * a) / turn;
    return { c: Math.hypot((1 + g) * a, b), h: h < 0 ? h + 360 : h };
  };
  const [one, two] = [polar(a1, b1), polar(a2, b2)];
  const grey = one.c * two.c === 0;
  let step = grey ? 0 : two.h - one.h;
  if (Math.abs(step) > 180) step -= 360 * Math.sign(step);
  let h = one.h + two.h;
  if (!grey) {
    if (Math.abs(one.h - two.h) > 180) h += h < 360 ? 360 : -360;
    h /= 2;
  }
  const l = (l1 + l2) / 2;
  const c = (one.c + two.c) / 2;
  const wave = (factor: number, offset: number): number => Math.cos((factor * h + offset) * turn);
  const t = 1 - 0.17 * wave(1, -30) + 0.24 * wave(2, 0) + 0.32 * wave(3, 6) - 0.2 * wave(4, -63);
  const dl = (l2 - l1) / (1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2));
  const dc = (two.c - one.c) / (1 + 0.045 * c);
  const dh = (2 * Math.sqrt(one.c * two.c) * Math.sin((step * turn) / 2)) / (1 + 0.015 * c * t);
  const rotation = -2 * seventh(c) * Math.sin(60 * turn * Math.exp(-(((h - 275) / 25) ** 2)));
  return Math.sqrt(dl * dl + dc * dc + dh * dh + rotation * dc * dh);
}

test('the measure gives the published differences', () => {
  // Pairs 1, 7, 17, 25 and 34 of the paper's table 1.
  const pairs: readonly (readonly [Triple, Triple, number])[] = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ];
  for (const [one, two, expected] of pairs) expect(difference(one, two)).toBeCloseTo(expected, 4);
});

// From very light to very dark skin: what cannot be seen on one must not show on another.
const TONES: readonly Triple[] = [
  [241, 208, 184],
  [224, 180, 148],
  [196, 146, 110],
  [148, 101, 70],
  [92, 60, 42],
  [50, 32, 24],
];

test.each([undefined, MIN_PSNR])('no pixel of flat skin changes colour by as much as one can see, psnr %s', (psnr) => {
  const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-1');
  const side = 128;
  for (const tone of TONES) {
    const data = new Uint8ClampedArray(side * side * 4);
    for (let i = 0; i < data.length; i += 4) {
      // Light falls off by a tenth from left to right, as it does from a window.
      const light = 1 - (0.1 * ((i / 4) % side)) / side;
      data.set([tone[0] * light, tone[1] * light, tone[2] * light, 255], i);
    }
    const { pixels } = embed({ data, width: side, height: side }, { chips, ...(psnr === undefined ? {} : { psnr }) });
    let worst = 0;
    let changed = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [before, after] = [data, pixels.data].map((picture) => lab(picture[i]!, picture[i + 1]!, picture[i + 2]!));
      const found = difference(before!, after!);
      if (found > 0) changed++;
      worst = Math.max(worst, found);
    }
    expect(changed, String(tone)).toBeGreaterThan(side * side * 0.1);
    expect(worst, String(tone)).toBeLessThan(1);
  }
});

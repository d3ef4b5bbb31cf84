import { expect, test } from 'vitest';
import { deriveImageKey, embed, MIN_PSNR, prepareChips } from '../src/index.js';
import { random } from './pictures.js';

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

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-1');

/** What marking changes in the pixels that `flat` says are flat skin: the worst difference, and how many changed. */
function cost(
  width: number,
  height: number,
  colour: (x: number, y: number) => Triple,
  flat: (x: number, y: number) => boolean,
  psnr: number | undefined,
): { worst: number; changed: number; pixels: number } {
  const data = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(colour(i % width, Math.floor(i / width)), 3 * i);
  const { pixels } = embed({ data, width, height }, { chips, ...(psnr === undefined ? {} : { psnr }) });
  const out = { worst: 0, changed: 0, pixels: 0 };
  for (let i = 0; i < width * height; i++) {
    if (!flat(i % width, Math.floor(i / width))) continue;
    out.pixels++;
    if (data[3 * i] === pixels.data[3 * i] && data[3 * i + 1] === pixels.data[3 * i + 1]) continue;
    const [before, after] = [data, pixels.data].map((picture) =>
      lab(picture[3 * i]!, picture[3 * i + 1]!, picture[3 * i + 2]!),
    );
    out.changed++;
    out.worst = Math.max(out.worst, difference(before!, after!));
  }
  return out;
}

/** Light falls off by a tenth from left to right, as it does from a window. */
const lit = (tone: Triple, x: number, width: number): Triple => {
  const light = 1 - (0.1 * x) / width;
  return [tone[0] * light, tone[1] * light, tone[2] * light];
};

test.each([undefined, MIN_PSNR])('no pixel of flat skin changes colour by as much as one can see, psnr %s', (psnr) => {
  for (const tone of TONES) {
    const found = cost(
      128,
      128,
      (x) => lit(tone, x, 128),
      () => true,
      psnr,
    );
    expect(found.changed, String(tone)).toBeGreaterThan(found.pixels * 0.1);
    expect(found.worst, String(tone)).toBeLessThan(1);
  }
});

// Where most of a picture is a ruler, hair or gauze, the mean hides what happens in the skin beside it.
test.each([
  [256, 192, undefined],
  [256, 192, MIN_PSNR],
  [2200, 200, MIN_PSNR],
])('nor does flat skin beside strong texture, %i x %i, psnr %s', (width, height, psnr) => {
  for (const tone of TONES) {
    const next = random(5);
    const found = cost(
      width,
      height,
      (x) => {
        if (x < width / 8) return lit(tone, x, width);
        const level = 30 + 200 * next();
        return [level, level, level];
      },
      (x) => x < width / 8,
      psnr,
    );
    expect(found.changed, String(tone)).toBeGreaterThan(found.pixels * 0.1);
    expect(found.worst, String(tone)).toBeLessThan(1);
  }
});

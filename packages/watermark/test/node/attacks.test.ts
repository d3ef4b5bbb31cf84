import { describe, expect, test } from 'vitest';
import type { Pixels } from '../../src/index.js';
import { attackSuite, type NamedAttack } from '../../src/testing/index.js';
import { screenPhoto } from '../../src/testing/screen-photo.js';
import { random, same, skin } from '../pictures.js';

const picture = skin(120, 90, 1, 3);
/** Stands in for a codec: keeps the samples and remembers what it was asked. */
function codec(): { calls: [number, number][]; jpeg: (pixels: Pixels, quality: number) => Pixels } {
  const calls: [number, number][] = [];
  return {
    calls,
    jpeg: (pixels, quality) => {
      calls.push([Math.max(pixels.width, pixels.height), quality]);
      return pixels;
    },
  };
}
const suite = (seed = 1): NamedAttack[] => attackSuite({ seed, jpeg: codec().jpeg });
const attack = (name: string, seed = 1): NamedAttack => {
  const found = suite(seed).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no attack ${name}`);
  return found;
};
const noisy = (width: number, height: number, channels = 3): Pixels => {
  const next = random(5);
  return { data: Uint8Array.from({ length: width * height * channels }, () => next() * 256), width, height };
};
const flat = (width: number, height: number, level: number): Pixels => ({
  data: new Uint8Array(width * height * 3).fill(level),
  width,
  height,
});

describe('the suite', () => {
  test('has names of its own, and leaves out what holds a JPEG when there is no codec', () => {
    const all = suite();
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    const plain = attackSuite().map(({ name }) => name);
    expect(plain).not.toContain('jpeg-70');
    expect(plain).not.toContain('photo-5');
    expect(plain).toContain('median-5');
    expect(all.length - plain.length).toBeGreaterThan(15);
  });

  test.each(suite())(
    '$name gives the same copy for the same seed, and leaves its input alone',
    async ({ name, apply }) => {
      const before = picture.data.slice();
      const once = await apply(picture);
      expect(same(once.data, (await attack(name).apply(picture)).data)).toBe(true);
      expect(once.data.length).toBe(once.width * once.height * 3);
      expect(same(picture.data, before)).toBe(true);
    },
  );

  test.each(['crop-50', 'noise-5', 'overlay', 'browser-screenshot', 'photo-5', 'photo-10-hard'])(
    '%s draws anew from another seed',
    async (name) => {
      const [one, other] = [await attack(name, 1).apply(picture), await attack(name, 2).apply(picture)];
      expect(one.width === other.width && one.data.every((value, i) => value === other.data[i])).toBe(false);
    },
  );

  test.each(suite())('$name takes grey and transparent pictures, and leaves opaque ones opaque', async ({ apply }) => {
    const grey = await apply(skin(60, 70, 2, 1));
    expect(grey.data.length).toBe(grey.width * grey.height);
    const { data } = await apply(skin(60, 70, 2, 4));
    for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) throw new Error(`alpha ${data[i]}`);
  });

  test.each([
    ['jpeg-30', [[2000, 30]]],
    ['wa-0.4', [[800, 70]]],
    // biome-ignore format: one attack a line
    ['wa-twice', [[1240, 70], [1240, 60]]],
    ['crop-25-wa-0.62', [[1074, 70]]],
    ['1600-jpeg-50', [[1600, 50]]],
    // biome-ignore format: one attack a line
    ['sent-twice', [[1600, 70], [1280, 60]]],
    ['crop-75-1600-jpeg-70', [[1000, 70]]],
    ['phone-screenshot', [[1600, 70]]],
    ['photo-10', [[1600, 75]]],
    ['photo-10-hard', [[1600, 60]]],
  ])('%s compresses at the stated size and quality', async (name, calls) => {
    const recorded = codec();
    const one = attackSuite({ jpeg: recorded.jpeg }).find((entry) => entry.name === name);
    await one!.apply(flat(2000, 40, 90));
    expect(recorded.calls).toEqual(calls);
  });
});

describe('geometry', () => {
  test.each([
    ['flip', 2],
    ['rotate-180', 2],
    ['rotate-90', 4],
  ])('%s done %i times gives the picture back', async (name, times) => {
    let copy: Pixels = picture;
    for (let i = 0; i < times; i++) copy = await attack(name).apply(copy);
    expect(same(copy.data, picture.data)).toBe(true);
  });

  test('a quarter turn is clockwise: the top left goes to the top right', async () => {
    const turned = await attack('rotate-90').apply({ data: Uint8Array.of(9, 1, 2, 3, 4, 5), width: 3, height: 2 });
    expect(turned).toMatchObject({ width: 2, height: 3 });
    expect(Array.from(turned.data)).toEqual([3, 9, 4, 1, 5, 2]);
  });

  test.each([10, 25, 50, 75])('a crop of %i % takes that part of the area', async (part) => {
    const { width, height } = await attack(`crop-${part}`).apply(flat(800, 600, 1));
    expect((width * height) / 480_000).toBeCloseTo(1 - part / 100, 2);
    expect(width / height).toBeCloseTo(4 / 3, 1);
  });

  test('halving averages four pixels, exactly', async () => {
    const from = noisy(40, 30, 1);
    const half = await attack('resize-0.5').apply(from);
    const mean = (x: number, y: number): number =>
      [0, 1, 40, 41].reduce((sum, step) => sum + from.data[2 * y * 40 + 2 * x + step]!, 0) / 4;
    for (let y = 0; y < 15; y++) {
      for (let x = 0; x < 20; x++) expect(Math.abs(half.data[y * 20 + x]! - mean(x, y))).toBeLessThanOrEqual(0.5);
    }
  });

  test('enlarging a ramp gives a ramp', async () => {
    const ramp = { data: Uint8Array.from({ length: 80 * 20 }, (_, i) => 2 * (i % 80)), width: 80, height: 20 };
    const { data, width } = await attack('resize-1.25').apply(ramp);
    for (let x = 5; x < width - 5; x++) {
      expect(Math.abs(data[width * 9 + x]! - (2 * (x + 0.5)) / 1.25 + 1)).toBeLessThanOrEqual(1);
    }
  });
});

describe('filters and light', () => {
  test.each([3, 5])('the median over %i by %i is the middle of the sorted samples', async (side) => {
    const from = noisy(23, 17);
    const { data } = await attack(`median-${side}`).apply(from);
    const reach = (side - 1) / 2;
    const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    for (let y = 0; y < 17; y++) {
      for (let x = 0; x < 23; x++) {
        const around: number[] = [];
        for (let j = -reach; j <= reach; j++) {
          for (let i = -reach; i <= reach; i++) {
            around.push(from.data[(clamp(y + j, 16) * 23 + clamp(x + i, 22)) * 3 + 1]!);
          }
        }
        expect(data[(y * 23 + x) * 3 + 1]).toBe(around.sort((a, b) => a - b)[(side * side - 1) / 2]);
      }
    }
  });

  test.each(['a line across', 'a line down'])('a blur of sigma 2 spreads %s by its Gaussian', async (which) => {
    const step = which === 'a line across' ? 1 : 41;
    const line = { data: new Uint8Array(41 * 41), width: 41, height: 41 };
    for (let k = 0; k < 41; k++) line.data[20 * (42 - step) + k * step] = 250;
    const { data } = await attack('blur-2').apply(line);
    for (let k = -5; k <= 5; k++) {
      const wanted = (250 * Math.exp(-(k * k) / 8)) / Math.sqrt(8 * Math.PI);
      expect(Math.abs(data[20 * 42 + k * (42 - step)]! - wanted)).toBeLessThan(1.5);
    }
  });

  test('no two attacks draw the same numbers', async () => {
    const ramp = { data: Uint8Array.from({ length: 250 * 100 }, (_, i) => i % 250), width: 250, height: 100 };
    const places = await Promise.all(
      ['crop-25', 'crop-50', 'crop-75'].map(async (name) => {
        const { data, width } = await attack(name).apply(ramp);
        return Math.round((100 * data[0]!) / (250 - width));
      }),
    );
    expect(new Set(places).size).toBe(3);
  });

  test.each([
    ['noise-5', 5],
    ['noise-15', 15],
  ])('%s has that spread and no drift', async (name, sigma) => {
    const { data } = await attack(name).apply(flat(200, 200, 128));
    const values = Array.from(data, (value) => value - 128);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.2);
    expect(Math.abs(spread / sigma - 1)).toBeLessThan(0.02);
  });

  test.each([
    ['brightness-1.2', 100, 120],
    ['brightness-0.8', 100, 80],
    ['contrast-1.2', 28, 8],
    ['contrast-0.8', 28, 48],
    ['gamma-0.7', 64, 97],
    ['gamma-1.5', 64, 32],
  ])('%s turns %i into %i', async (name, from, to) => {
    expect((await attack(name).apply(flat(4, 4, from))).data[0]).toBe(to);
  });

  test('greyscale leaves the luma of BT.601', async () => {
    const { data } = await attack('greyscale').apply({ data: Uint8Array.of(200, 100, 50), width: 1, height: 1 });
    expect(Array.from(data)).toEqual([124, 124, 124]);
  });
});

describe('screens', () => {
  test.each([
    ['photo-5', 0.05],
    ['photo-10', 0.1],
    ['photo-10-hard', 0.1],
  ])('%s moves each corner inwards by half to all of its tilt, in a dim room', async (name, tilt) => {
    for (const seed of [1, 2, 3]) {
      const { data, width, height } = await attack(name, seed).apply(flat(400, 300, 200));
      const bright: [number, number][] = [];
      for (let i = 0; i < width * height; i++) {
        if (data[3 * i + 1]! > 120) bright.push([i % width, Math.floor(i / width)]);
      }
      for (const [right, down] of [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ] as const) {
        // The pixel farthest towards this corner of the canvas.
        const [x, y] = bright.reduce((far, at) =>
          right * at[0] + down * at[1] < right * far[0] + down * far[1] ? at : far,
        );
        const across = (right > 0 ? x : width - x) / width;
        const along = (down > 0 ? y : height - y) / height;
        for (const moved of [across, along]) {
          expect(moved).toBeGreaterThan(tilt / 2 - 0.01);
          expect(moved).toBeLessThan(tilt + 0.015);
        }
      }
      expect(Math.abs(data[1]! - 40)).toBeLessThan(25);
    }
  });

  test('moire has the amplitude asked for, in three unequal colours', async () => {
    const still = { tilt: 0, blur: 0.1, noise: 0 };
    const screen = { ...flat(300, 300, 128), data: new Uint8ClampedArray(270_000).fill(128), channels: 3 };
    const [with_, without] = [
      await screenPhoto({ ...still, moire: 8 }, 5)(screen),
      await screenPhoto({ ...still, moire: 0 }, 5)(screen),
    ];
    // Two gratings of amplitude 4: together 4 in the root mean square.
    for (const [channel, gain] of [1 * 1.03, 0.8, 1.1 * 0.95].entries()) {
      let squares = 0;
      for (let i = channel; i < with_.data.length; i += 3) squares += (with_.data[i]! - without.data[i]!) ** 2;
      expect(Math.abs(Math.sqrt(squares / 90_000) / (4 * gain) - 1)).toBeLessThan(0.1);
    }
  });

  test.each([
    ['phone-screenshot', 1080, 1080],
    ['browser-screenshot', 720, 1120],
  ])('%s shows the picture %i to %i pixels wide, upright, with other things around', async (name, least, most) => {
    const { data, width, height } = await attack(name).apply(flat(900, 700, 133));
    let [left, right, shown] = [width, 0, 0];
    for (let i = 0; i < width * height; i++) {
      if (data[3 * i] !== 133) continue;
      shown++;
      left = Math.min(left, i % width);
      right = Math.max(right, i % width);
    }
    const wide = right - left + 1;
    expect(wide).toBeGreaterThanOrEqual(least);
    expect(wide).toBeLessThanOrEqual(most);
    expect(shown / wide).toBeCloseTo(Math.round((wide * 7) / 9), 0);
    expect(width * height).toBeGreaterThan(shown * 1.3);
  });

  test('writing covers the lowest tenth in black and some of the rest in white', async () => {
    const { data, width } = await attack('overlay').apply(flat(500, 400, 133));
    const white = data.filter((value) => value === 255).length / data.length;
    expect(white).toBeGreaterThan(0.01);
    expect(white).toBeLessThan(0.1);
    expect(data.subarray(360 * width * 3).every((value) => value === 0)).toBe(true);
    expect(data.subarray(0, 20 * width * 3).every((value) => value === 133)).toBe(true);
  });
});

import { describe, expect, test } from 'vitest';
import {
  deriveImageKey,
  type Layer,
  type Pixels,
  prepareChips,
  type VideoMarkerOptions,
  videoMarker,
  type WatermarkError,
} from '../src/index.js';
import { random, same, skin } from './pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(5), 'gait-1');
const chips = prepareChips(key, 'view-7');
const [width, height] = [322, 181];
const frame = skin(width, height, 3, 3);
const luma = skin(width, height, 3, 1);
const flat = (level: number): Pixels => ({ data: new Uint8Array(width * height).fill(level), width, height });
const marker = (more: Partial<VideoMarkerOptions> = {}) => videoMarker({ chips, width, height, ...more });

const psnr = (a: Pixels, b: Pixels): number => {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10((255 * 255 * a.data.length) / squares);
};
/** How alike two marks of one frame are, -1 to 1. */
const likeness = (original: Pixels, a: Pixels, b: Pixels): number => {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const [p, q] = [a.data[i]! - original.data[i]!, b.data[i]! - original.data[i]!];
    ab += p * q;
    aa += p * p;
    bb += q * q;
  }
  return ab / Math.sqrt(aa * bb);
};

describe('a marked frame', () => {
  test('depends on the frame and its time alone: in any order, by any marker', () => {
    const times = [0, 1, 3.5, 4, 7.9, 33];
    const one = marker();
    const inOrder = times.map((time) => one.mark(frame, time).data);
    const other = marker();
    const backwards = times.toReversed().map((time) => other.mark(frame, time).data);
    expect(inOrder.every((data, i) => same(data, backwards[times.length - 1 - i]!))).toBe(true);
  });

  test('is a new one: the input stays as it was', () => {
    const before = frame.data.slice();
    const { data } = marker().mark(frame, 1);
    expect(same(frame.data, before)).toBe(true);
    expect(data.buffer).not.toBe(frame.data.buffer);
    expect(data.length).toBe(frame.data.length);
  });

  test('changes red, green and blue alike, never alpha, nothing where it is transparent', () => {
    const see = skin(width, height, 3, 4);
    for (let i = 0; i < width * 60; i++) see.data[4 * i + 3] = i % 3 === 0 ? 0 : 128;
    const { data } = marker().mark(see, 1);
    let changed = 0;
    for (let i = 0; i < width * height; i++) {
      const steps = [0, 1, 2].map((c) => data[4 * i + c]! - see.data[4 * i + c]!);
      if (data[4 * i + 3] !== see.data[4 * i + 3]) throw new Error('alpha');
      if (see.data[4 * i + 3] === 0 && steps.some((step) => step !== 0)) throw new Error('a transparent pixel');
      if (steps[0] !== 0) changed++;
    }
    expect(changed).toBeGreaterThan(width * height * 0.3);
  });

  test('is untouched where a region says zero', () => {
    const roi = { data: new Uint8Array(width * height).fill(255), width, height };
    for (let y = 30; y < 110; y++) roi.data.fill(0, y * width + 40, y * width + 140);
    const { data } = marker({ roi }).mark(luma, 2);
    let [inside, outside] = [0, 0];
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const within = x >= 40 && x < 140 && y >= 30 && y < 110;
      if (data[i] !== luma.data[i]) within ? inside++ : outside++;
    }
    expect(inside).toBe(0);
    expect(outside).toBeGreaterThan(1000);
  });

  test('keeps its regions when the caller uses the memory of the mask again', () => {
    const roi = { data: new Uint8Array(4), width: 2, height: 2 };
    const protecting = marker({ roi });
    roi.data.fill(255);
    expect(same(protecting.mark(luma, 2).data, luma.data)).toBe(true);
  });

  test.each([1e15, 1e17, 1e300, Number.MAX_VALUE])('is no worse at %d seconds than at the begin', (time) => {
    expect(psnr(luma, marker().mark(luma, time))).toBeGreaterThan(45.9);
  });

  test.each([
    [8192, 64],
    [64, 8192],
  ])('is as good when it is a strip of %d by %d', (across, down) => {
    const strip = { data: new Uint8Array(across * down).fill(128), width: across, height: down };
    const { data } = videoMarker({ chips, width: across, height: down }).mark(strip, 0);
    expect(psnr(strip, { ...strip, data })).toBeGreaterThan(45.9);
  });

  test('keeps 46 dB at every moment, and the report says so', () => {
    const one = marker();
    const all = [0, 3.2, 3.5, 3.9, 21].map((time) => psnr(luma, one.mark(luma, time)));
    expect(Math.min(...all)).toBeGreaterThan(45.9);
    const mean = -10 * Math.log10(all.reduce((sum, db) => sum + 10 ** (-db / 10), 0) / all.length);
    expect(one.report()).toEqual({ frames: 5, psnr: expect.closeTo(mean, 6) });
    expect(psnr(luma, marker({ psnr: 50 }).mark(luma, 0))).toBeGreaterThan(49.9);
    expect(marker().report()).toEqual({ frames: 0, psnr: Number.POSITIVE_INFINITY });
  });

  test('of limited luma is as strong as the same picture of full luma looks', () => {
    const narrow = { ...luma, data: luma.data.map((value) => Math.round(16 + (value * 219) / 255)) };
    const one = marker({ range: 'limited' });
    expect(likeness(narrow, one.mark(narrow, 1), one.mark(narrow, 2))).toBeGreaterThan(0.99);
    const shown = one.mark(narrow, 1).data;
    let squares = 0;
    for (let i = 0; i < shown.length; i++) squares += (((shown[i]! - narrow.data[i]!) * 255) / 219) ** 2;
    const seen = 10 * Math.log10((255 * 255 * shown.length) / squares);
    expect(Math.abs(seen - psnr(luma, marker().mark(luma, 1)))).toBeLessThan(0.5);
    expect(one.report().psnr).toBeCloseTo(seen, 1);
  });
});

describe('the phases', () => {
  const at = (time: number): Pixels => marker().mark(luma, time);

  test('stand for four seconds, the last of which fades, and come again after eight', () => {
    expect(same(at(0).data, at(2.999).data)).toBe(true);
    expect(same(at(1).data, at(33).data)).toBe(true);
    for (let k = 1; k < 8; k++) expect(Math.abs(likeness(luma, at(1), at(1 + 4 * k)))).toBeLessThan(0.2);
    const middle = at(3.5);
    expect(likeness(luma, middle, at(1))).toBeGreaterThan(0.5);
    expect(likeness(luma, middle, at(5))).toBeGreaterThan(0.5);
    expect(likeness(luma, at(3.1), at(1))).toBeGreaterThan(0.9);
    expect(likeness(luma, at(3.9), at(5))).toBeGreaterThan(0.9);
  });

  test.each([
    ['full', 24],
    ['full', 140],
    ['full', 235],
    ['limited', 60],
    ['limited', 180],
  ] as const)(
    'flat grey, %s range, level %i: no pixel changes by more than a level from frame to frame',
    (range, level) => {
      const still = marker({ range });
      let before = still.mark(flat(level), 2.8).data;
      const first = before;
      let most = 0;
      for (let n = 1; n <= 14; n++) {
        const { data } = still.mark(flat(level), 2.8 + n / 10);
        for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]! - before[i]!));
        before = data;
      }
      expect(most).toBe(1);
      expect(likeness(flat(level), { ...luma, data: first }, { ...luma, data: before })).toBeLessThan(0.2);
    },
  );

  test('a still scene with a sensor’s noise does not make the mark jump', () => {
    const one = marker();
    const next = random(8);
    const noisy = (): Pixels => ({ ...luma, data: luma.data.map((value) => value + 2 * (next() + next() - 1)) });
    const marks = [noisy(), noisy(), noisy()].map((shot) => {
      const { data } = one.mark(shot, 1);
      return Int8Array.from(data, (value, i) => value - shot.data[i]!);
    });
    let jumps = 0;
    for (let k = 1; k < marks.length; k++) {
      for (let i = 0; i < luma.data.length; i++) if (Math.abs(marks[k]![i]! - marks[k - 1]![i]!) > 1) jumps++;
    }
    expect(jumps).toBeLessThan(luma.data.length * 2 * 0.001);
  });
});

describe('the layers', () => {
  test('are different marks, and each takes its own chips only', () => {
    const share = prepareChips(key, 'view-7', { layer: 'share' });
    const one = marker().mark(luma, 1);
    const two = marker({ chips: share, layer: 'share' }).mark(luma, 1);
    expect(Math.abs(likeness(luma, one, two))).toBeLessThan(0.2);
    expect(() => marker({ chips: share })).toThrow(expect.objectContaining({ code: 'CHIPS_INVALID' }));
  });
});

describe('what is refused', () => {
  const code = (call: () => unknown): string | undefined => {
    try {
      call();
    } catch (error) {
      return (error as WatermarkError).code;
    }
    return undefined;
  };

  test.each<[string, Partial<Record<keyof VideoMarkerOptions, unknown>>, string]>([
    ['no width', { width: 0 }, 'VIDEO_INVALID'],
    ['half a pixel', { height: 100.5 }, 'VIDEO_INVALID'],
    ['a text for a width', { width: '320' }, 'VIDEO_INVALID'],
    ['another range', { range: 'tv' }, 'VIDEO_INVALID'],
    ['a side below 64', { height: 63 }, 'IMAGE_TOO_SMALL'],
    ['a side above 8192', { width: 8193 }, 'IMAGE_TOO_LARGE'],
    ['41 dB', { psnr: 41 }, 'QUALITY_INVALID'],
    ['no number of dB', { psnr: Number.NaN }, 'QUALITY_INVALID'],
    ['no chips', { chips: null }, 'CHIPS_INVALID'],
    ['another layer', { layer: 'both' as Layer }, 'CHIPS_INVALID'],
    ['a region a byte short', { roi: { data: new Uint8Array(3), width: 2, height: 2 } }, 'ROI_INVALID'],
  ])('%s', (_, options, expected) => {
    expect(code(() => marker(options as Partial<VideoMarkerOptions>))).toBe(expected);
  });

  test.each<[string, unknown, unknown, string]>([
    ['a time before the start', luma, -0.001, 'VIDEO_INVALID'],
    ['a time without end', luma, Number.POSITIVE_INFINITY, 'VIDEO_INVALID'],
    ['no time', luma, undefined, 'VIDEO_INVALID'],
    ['a frame of another size', skin(width - 1, height, 3, 1), 0, 'VIDEO_INVALID'],
    ['two channels', { ...luma, data: new Uint8Array(width * height * 2) }, 0, 'IMAGE_INVALID'],
    ['sixteen bits', { ...luma, data: new Uint16Array(width * height) }, 0, 'IMAGE_INVALID'],
    ['nothing', null, 0, 'IMAGE_INVALID'],
  ])('%s', (_, pixels, time, expected) => {
    expect(code(() => marker().mark(pixels as Pixels, time as number))).toBe(expected);
  });

  test('an option that is not there', () => {
    expect(() => marker({ fps: 25 } as Partial<VideoMarkerOptions>)).toThrow(TypeError);
    expect(() => videoMarker(undefined as unknown as VideoMarkerOptions)).toThrow(TypeError);
  });
});

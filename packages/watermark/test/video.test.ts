import { describe, expect, test } from 'vitest';
import {
  deriveImageKey,
  type Frame,
  prepareChips,
  traceVideo,
  type Video,
  type VideoTraceOptions,
} from '../src/index.js';
import { evidenceReport } from '../src/report/index.js';
import {
  chips,
  copy,
  height,
  key,
  matches,
  oneFrame,
  options,
  original,
  traced,
  width,
} from './support/leaked-film.js';
import { averaged, cut, type Film, film, marked, remapped } from './support/made-up-video.js';

describe('a copy is traced', () => {
  test.each<[string, () => Film, from: number, to: number]>([
    ['whole', () => copy, 0, 1.375],
    ['cut between two frames', () => cut(copy, 0.55, 1.3), 0.625, 1.25],
    ['mirrored', () => remapped(cut(copy, 0.5, 1.1), width, height, (x, y) => [width - 1 - x, y]), 0.5, 1],
    ['a single frame', () => oneFrame(copy, 10), 1.25, 1.25],
  ])('%s, and its moments are told', async (what, make, from, to) => {
    const report = await traced(make());
    expect(matches(report)).toEqual(['view-7']);
    expect(report.registration).toMatchObject({ status: 'registered', mirrored: what === 'mirrored' });
    expect(report.presence!.p).toBeLessThan(1e-9);
    if (report.timeline.status !== 'found') throw new Error('no timeline');
    const pieces = report.timeline.pieces;
    expect(pieces).toHaveLength(1);
    expect(pieces[0]!.originalFrom).toBeCloseTo(from, 6);
    expect(pieces[0]!.originalTo).toBeCloseTo(to, 6);
  });

  test('but not when it was given as the original: then it is said where the mark is', async () => {
    const report = await traceVideo(original, copy, options);
    expect(matches(report)).toEqual([]);
    expect(report.presence!.z).toBeLessThan(-6.5);
    expect(report.presence!.p).toBe(1);
    expect(evidenceReport(report, { madeAt: '2026-03-01T09:00:00Z' })).toContain('The two were probably exchanged');
  });

  test('both who averaged their copies, and nobody else', async () => {
    const other = marked(original, prepareChips(key, 'view-42'));
    expect(matches(await traced(averaged([cut(copy, 0, 0.5), cut(other, 0, 0.5)]))).sort()).toEqual([
      'view-42',
      'view-7',
    ]);
  });
});

describe('nobody is named', () => {
  const other = deriveImageKey(new Uint8Array(32).fill(6), 'gait-1');
  test.each<[string, () => Film, Partial<VideoTraceOptions>]>([
    ['under another key', () => cut(copy, 0, 0.6), { key: other }],
    ['in an unmarked copy', () => cut(original, 0, 0.6), {}],
    ['for the other layer', () => cut(copy, 0, 0.6), { layer: 'share' }],
  ])('%s, and presence is nothing special', async (_, make, more) => {
    const report = await traced(make(), more);
    expect(report.hits.filter(({ verdict }) => verdict !== 'none')).toEqual([]);
    expect(report.presence!.p).toBeGreaterThan(0.001);
    expect(report.nullHistogram).not.toBeNull();
  });

  test('when the copy shows something else', async () => {
    const report = await traced(marked(film({ seed: 9, width, height, frames: 3 }), chips));
    expect(matches(report)).toEqual([]);
  });
});

describe('the report', () => {
  test('progress rises to 1', async () => {
    const told: number[] = [];
    await traced(oneFrame(copy, 2), { onProgress: (done) => told.push(done) });
    expect(told.length).toBeGreaterThan(20);
    expect(told.every((done, i) => done >= (told[i - 1] ?? 0) && done <= 1)).toBe(true);
    expect(told.at(-1)).toBe(1);
  });
});

describe('a video that cannot be traced', () => {
  const tiny = (time: number, size = 64): Frame => ({
    pixels: { data: new Uint8Array(size * 64), width: size, height: 64 },
    time,
  });
  const video = (...frames: unknown[]): Video => ({ width: 64, height: 64, frames: () => frames as Frame[] });

  test.each<[string, unknown, string]>([
    ['no frames', video(), 'VIDEO_INVALID'],
    ['a time twice', video(tiny(0), tiny(0)), 'VIDEO_INVALID'],
    ['times that fall', video(tiny(1), tiny(0.5)), 'VIDEO_INVALID'],
    ['no time', video({ pixels: tiny(0).pixels }), 'VIDEO_INVALID'],
    ['times beyond a day', video(tiny(0), tiny(86_401)), 'VIDEO_INVALID'],
    ['times before a day', video(tiny(-86_401), tiny(0)), 'VIDEO_INVALID'],
    ['another size than it says', video(tiny(0, 65)), 'VIDEO_INVALID'],
    ['a size that changes', video(tiny(0), tiny(1, 65)), 'VIDEO_INVALID'],
    [
      'channels that change',
      video(tiny(0), { pixels: { ...tiny(1).pixels, data: new Uint8Array(64 * 64 * 3) }, time: 1 }),
      'VIDEO_INVALID',
    ],
    ['no frame but nothing', video(null), 'VIDEO_INVALID'],
    ['no function', { width: 64, height: 64 }, 'VIDEO_INVALID'],
    ['no video', undefined, 'VIDEO_INVALID'],
    ['sides below 64', { width: 63, height: 64, frames: () => [tiny(0, 63)] }, 'IMAGE_TOO_SMALL'],
    [
      'two channels',
      video({ pixels: { ...tiny(0).pixels, data: new Uint8Array(64 * 64 * 2) }, time: 0 }),
      'IMAGE_INVALID',
    ],
  ])('%s', async (_, bad, code) => {
    await expect(traced(bad as Video)).rejects.toMatchObject({ code });
    await expect(traceVideo(oneFrame(copy, 0), bad as Video, options)).rejects.toMatchObject({ code });
  });

  test.each([
    ['a path', 'leak.mp4'],
    ['bytes', new Uint8Array(4)],
    ['a promise', Promise.resolve(oneFrame(copy, 0))],
    ['a picture', tiny(0).pixels],
  ])('%s in its place is told what is wanted', async (_, bad) => {
    await expect(traced(bad as unknown as Video)).rejects.toThrow(
      '`suspect` must be { width, height, frames() }, not a path, a file, a picture or a promise: await readVideo',
    );
  });

  test('what its source throws is passed on, whenever it comes', async () => {
    const broken = (source: Film, reading: number, after: number): Video => {
      let readings = 0;
      return {
        ...source,
        async *frames() {
          readings++;
          for (const [n, frame] of source.frames().entries()) {
            if (readings === reading && n === after) throw new RangeError('the disk is gone');
            yield frame;
          }
        },
      };
    };
    await expect(traced(broken(cut(copy, 0, 0.5), 1, 2))).rejects.toThrow('the disk is gone');
    await expect(traceVideo(oneFrame(copy, 2), broken(original, 1, 4), options)).rejects.toThrow(RangeError);
    await expect(traceVideo(oneFrame(copy, 2), broken(original, 2, 1), options)).rejects.toThrow(RangeError);
  });

  test('an original with fewer frames at its second reading is said to be one', async () => {
    let readings = 0;
    const shrinking: Video = { ...original, frames: () => original.frames().slice(0, readings++ === 0 ? 12 : 3) };
    await expect(traceVideo(copy, shrinking, options)).rejects.toMatchObject({ code: 'VIDEO_INVALID' });
  });

  test('a strip and a video of another shape have nothing to do with each other', async () => {
    const data = Uint8Array.from({ length: 4096 * 64 }, (_, i) => (i * 7919) % 251);
    const strip: Video = {
      width: 4096,
      height: 64,
      frames: () => [{ pixels: { data, width: 4096, height: 64 }, time: 0 }],
    };
    for (const [suspect, source] of [
      [strip, original],
      [oneFrame(copy, 2), strip],
    ] as const) {
      const report = await traceVideo(suspect, source, options);
      expect(report).toMatchObject({ timeline: { status: 'failed' }, registration: { status: 'failed' }, hits: [] });
    }
  });

  test('readers that are open are closed, whether it ends well, early or badly', async () => {
    let [opened, closed] = [0, 0];
    const watched = (source: Film, bad = -1): Video => ({
      ...source,
      async *frames() {
        opened++;
        try {
          for (const [n, frame] of source.frames().entries()) yield n === bad ? { ...frame, time: -1 } : frame;
        } finally {
          closed++;
        }
      },
    });
    await traceVideo(watched(oneFrame(copy, 2)), watched(original), options);
    expect([opened, closed]).toEqual([3, 3]);
    await expect(traced(watched(copy, 3))).rejects.toMatchObject({ code: 'VIDEO_INVALID' });
    const slow = { ...options, budgetMs: 1 };
    const waiting: Video = {
      ...original,
      async *frames() {
        for (const frame of original.frames()) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          yield frame;
        }
      },
    };
    await expect(traceVideo(watched(copy), waiting, slow)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(closed).toBe(opened);
  });

  test('options are checked', async () => {
    await expect(traced(copy, { key: new Uint8Array(31) })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(traced(copy, { candidates: [] })).rejects.toMatchObject({ code: 'CANDIDATES_INVALID' });
    await expect(traced(copy, { layer: 'both' as 'view' })).rejects.toMatchObject({ code: 'CHIPS_INVALID' });
    await expect(traced(copy, { decoys: 10 })).rejects.toThrow(RangeError);
    await expect(traced(copy, { budgetMs: 0 })).rejects.toThrow(RangeError);
    await expect(traced(copy, { fps: 25 } as Partial<VideoTraceOptions>)).rejects.toThrow(TypeError);
  });
});

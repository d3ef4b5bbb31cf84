import { describe, expect, test } from 'vitest';
import { traceVideo } from '../../src/index.js';
import { rows } from '../support/clips.js';
import { chips, copy, height, matches, oneFrame, options, original, traced, width } from '../support/leaked-film.js';
import { cut, type Film, film, filmOf, marked, remapped } from '../support/made-up-video.js';

/** Frames shown at another rate: each moment shows the frame that was up. */
const atRate = (source: Film, rate: number, frames: number): Film =>
  filmOf(
    Array.from({ length: frames }, (_, n) => {
      const shown = source.frames().findLast(({ time }) => time <= n / rate + 1e-9)!;
      return { pixels: shown.pixels, time: n / rate };
    }),
  );

describe('a copy is traced', () => {
  test.each<[string, () => Film, from: number, to: number]>([
    ['cropped', () => remapped(cut(copy, 0.5, 1.3), 260, 150, (x, y) => [x + 19, y + 7]), 0.5, 1.25],
    ['turned', () => remapped(cut(copy, 0.5, 1.1), height, width, (x, y) => [y, height - 1 - x]), 0.5, 1],
    ['at 12 frames a second', () => atRate(cut(copy, 0.5, 2), 12, 8), 0.5, 1],
  ])('%s, and its moments are told to a frame', async (_, make, from, to) => {
    const report = await traced(make());
    expect(matches(report)).toEqual(['view-7']);
    if (report.timeline.status !== 'found') throw new Error('no timeline');
    const pieces = report.timeline.pieces;
    expect(pieces).toHaveLength(1);
    expect(Math.abs(pieces[0]!.originalFrom - from)).toBeLessThan(0.13);
    expect(Math.abs(pieces[0]!.originalTo - to)).toBeLessThan(0.13);
  });

  test('two parts in another order are two pieces', async () => {
    const parts = [...cut(copy, 1, 1.25).frames(), ...cut(copy, 0, 0.25).frames()];
    const report = await traced(filmOf(parts.map(({ pixels }, n) => ({ pixels, time: n / 8 }))));
    expect(matches(report)).toEqual(['view-7']);
    if (report.timeline.status !== 'found') throw new Error('no timeline');
    expect(report.timeline.pieces.map(({ originalFrom }) => originalFrom)).toEqual([1, 0]);
  });

  test('a frame of every phase, and one that fades', async () => {
    for (const time of rows([29, 31.5, 0, 5, 9, 13, 17, 21, 25], 2)) {
      const source = filmOf([{ ...original.frames()[3]!, time }]);
      const report = await traceVideo(oneFrame(marked(source, chips), 0), source, options);
      expect([time, matches(report)]).toEqual([time, ['view-7']]);
    }
  });

  test('as RGBA, against an original of limited luma', async () => {
    const rgba = film({ width, height, frames: 2, rate: 8, channels: 4 });
    const limited = rgba.frames().map(({ pixels: { data }, time }) => {
      const levels = Uint8Array.from({ length: width * height }, (_, i) => {
        const shade = 0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!;
        return Math.round(16 + (shade * 219) / 255);
      });
      return { pixels: { data: levels, width, height }, time };
    });
    const report = await traceVideo(marked(rgba, chips), filmOf(limited, 'limited'), options);
    expect(matches(report)).toEqual(['view-7']);
  });

  test('counts frames and hashes what was used, and is the same again', async () => {
    const [one, two] = [await traced(cut(copy, 0.5, 0.75)), await traced(cut(copy, 0.5, 0.75))];
    expect({ ...one, ms: 0 }).toEqual({ ...two, ms: 0 });
    expect(one).toMatchObject({ algorithm: 'informed-spread-spectrum-video', version: 'wardseal.org/mark/v0' });
    expect(one.frames).toMatchObject({ suspect: 2, original: 12 });
    expect(one.frames.used.map(({ original: time }) => time)).toEqual([0.5, 0.625]);
    expect(one.inputHashes.suspect).toMatch(/^[0-9a-f]{64}$/);
    const changed = filmOf(
      cut(copy, 0.5, 0.75)
        .frames()
        .map(({ pixels, time }, n) => {
          const data = Uint8Array.from(pixels.data);
          if (n === 1) data[99]! ^= 1;
          return { pixels: { ...pixels, data }, time };
        }),
    );
    expect((await traced(changed)).inputHashes.suspect).not.toBe(one.inputHashes.suspect);
  });

  test.each(rows(['frames without end are refused'], 0))('%s', async () => {
    const pixels = { data: new Uint8Array(64 * 64), width: 64, height: 64 };
    let given = 0;
    const endless = {
      width: 64,
      height: 64,
      *frames() {
        for (;;) yield { pixels, time: given++ };
      },
    };
    await expect(traced(endless)).rejects.toMatchObject({ code: 'VIDEO_TOO_LONG', limit: 18_000 });
    expect(given).toBe(18_001);
  });
});

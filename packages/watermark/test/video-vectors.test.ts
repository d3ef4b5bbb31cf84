import { describe, expect, test } from 'vitest';
import {
  deriveImageKey,
  type Frame,
  type Layer,
  type Pixels,
  prepareChips,
  traceVideo,
  videoMarker,
} from '../src/index.js';
import vectors from '../vectors/video-v0.json' with { type: 'json' };
import { filmOf } from './support/made-up-video.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
const { width, height } = vectors;
const drawn = (n: number): Pixels => {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const u = (i % width) + 3 * n;
    const v = Math.floor(i / width) + n;
    return 50 + ((3 * u + 2 * v) % 97) + ((u * u + 7 * v * v + 13 * u * v) % 23);
  });
  return { data, width, height };
};
const key = deriveImageKey(bytes(vectors.tenantSecret), vectors.imageId);
const videos = vectors.videos.map(({ times, marks, frames }) => ({
  title: marks.map(({ layer }) => layer).join(' and '),
  marks: marks.map(({ layer, viewingId }) => ({ layer: layer as Layer, viewingId })),
  original: times.map((time, n): Frame => ({ pixels: drawn(n), time })),
  old: frames.map((frame, n): Frame => {
    const data = Uint8Array.from(atob(frame), (c) => c.charCodeAt(0));
    return { pixels: { data, width, height }, time: times[n]! };
  }),
}));
const candidates = Array.from({ length: 200 }, (_, i) => `view-${String(i).padStart(4, '0')}`);

describe('the golden vector of moving pictures, mark v0', () => {
  test('the key', () => {
    expect(key).toEqual(bytes(vectors.imageKey));
  });

  test.each(videos)('frames marked today have the same pattern at every moment: $title', ({ original, old, marks }) => {
    const markers = marks.map(({ layer, viewingId }) =>
      videoMarker({ chips: prepareChips(key, viewingId, { layer }), width, height, layer }),
    );
    original.forEach(({ pixels, time }, n) => {
      const today = markers.reduce((frame, marker) => marker.mark(frame, time), pixels);
      let [ab, aa, bb] = [0, 0, 0];
      today.data.forEach((value, i) => {
        const [a, b] = [value - pixels.data[i]!, old[n]!.pixels.data[i]! - pixels.data[i]!];
        ab += a * b;
        aa += a * a;
        bb += b * b;
      });
      expect(ab / Math.sqrt(aa * bb)).toBeGreaterThan(0.85);
    });
  });

  const finds = videos.flatMap(({ original, old, marks }) => marks.map((mark) => ({ original, old, ...mark })));
  test.each(finds)('a video marked when the version was young still names $viewingId, layer $layer', async (one) => {
    const { original, old, layer, viewingId } = one;
    const report = await traceVideo(filmOf(old), filmOf(original), { key, candidates, decoys: 1000, layer });
    expect(report.layer).toBe(layer);
    expect(report.hits.filter((hit) => hit.verdict === 'match').map((hit) => hit.id)).toEqual([viewingId]);
  });

  const frames = videos.flatMap(({ original, old, marks }) =>
    old.flatMap((frame, n) => marks.map((mark) => ({ frame, source: original[n]!, time: frame.time, ...mark }))),
  );
  test.each(frames)('so does its frame at $time s alone, layer $layer', async ({ frame, source, layer, viewingId }) => {
    const report = await traceVideo(filmOf([frame]), filmOf([source]), { key, candidates, decoys: 1000, layer });
    expect(report.hits.filter((hit) => hit.verdict === 'match').map((hit) => hit.id)).toEqual([viewingId]);
  });

  test.each(vectors.refused)('refused: $why', async ({ by, times, code }) => {
    const frames = times.map((time, n) => ({ pixels: drawn(n), time }));
    const video = { width, height, frames: () => frames };
    const call = async (): Promise<unknown> => {
      if (by === 'detector') return traceVideo(video, video, { key, candidates, decoys: 1000 });
      const marker = videoMarker({ chips: prepareChips(key, 'view-0001'), width, height });
      return frames.map(({ pixels, time }) => marker.mark(pixels, time));
    };
    await expect(call()).rejects.toMatchObject({ code });
  });
});

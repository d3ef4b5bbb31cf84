import { afterEach, describe, expect, test, vi } from 'vitest';
import { paint, pixelsOf } from '../../src/canvas/index.js';
import { decode, deriveImageKey, embed, overlayBox, type Pixels, prepareChips, trace } from '../../src/index.js';
import { skin, viewings } from '../pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const chips = prepareChips(key, 'view-42');
const original = skin(512, 400);
const { pixels: marked } = embed(original, { chips });
const overlay = {
  mode: 'border',
  who: 'Dr Ada <Example>',
  role: 'Registrar',
  organisation: 'Example & Trust',
  at: '2026-03-01T09:00:00Z',
  code: 'K7QX-9MPD',
} as const;

const blobOf = (canvas: HTMLCanvasElement, type = 'image/png', quality = 1): Promise<Blob> =>
  new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no blob'))), type, quality));
const imageOf = (blob: Blob): Promise<HTMLImageElement> => {
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  return image.decode().then(() => image);
};
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? error,
  );
/** The first sample that differs, or -1. */
function difference(a: Pixels, b: Pixels): number {
  if (a.width !== b.width || a.height !== b.height || a.data.length !== b.data.length) return Number.NaN;
  return a.data.findIndex((value, i) => value !== b.data[i]);
}

afterEach(() => vi.unstubAllGlobals());

describe('a picture on a canvas', () => {
  test('is read back exactly, from whatever holds it', async () => {
    const canvas = document.createElement('canvas');
    await paint(canvas, marked);
    const png = await blobOf(canvas);
    expect(difference(await pixelsOf(canvas), marked)).toBe(-1);
    expect(difference(await pixelsOf(png), marked)).toBe(-1);
    expect(difference(await pixelsOf(await imageOf(png)), marked)).toBe(-1);
    expect(difference(await pixelsOf(await createImageBitmap(canvas)), marked)).toBe(-1);
    const offscreen = new OffscreenCanvas(1, 1);
    await paint(offscreen, marked);
    expect(difference(await pixelsOf(offscreen), marked)).toBe(-1);
  });

  test('names its viewing after PNG, and after JPEG', async () => {
    const canvas = document.createElement('canvas');
    await paint(canvas, marked);
    for (const [type, quality] of [
      ['image/png', 1],
      ['image/jpeg', 0.7],
    ] as const) {
      const leaked = await pixelsOf(await blobOf(canvas, type, quality));
      const report = await trace(leaked, original, { key, candidates: viewings(200), decoys: 1000 });
      expect(report.hits.filter(({ verdict }) => verdict === 'match').map(({ id }) => id)).toEqual(['view-42']);
    }
  });

  test('may be grey or RGB', async () => {
    const canvas = document.createElement('canvas');
    for (const channels of [1, 3] as const) {
      const plain = skin(90, 70, 3, channels);
      await paint(canvas, plain);
      const { data } = await pixelsOf(canvas);
      for (let i = 0; i < 90 * 70; i++) {
        const expected = [0, 1, 2].map((c) => plain.data[i * channels + Math.min(c, channels - 1)]);
        if ([0, 1, 2].some((c) => data[i * 4 + c] !== expected[c])) throw new Error(`pixel ${i}`);
      }
    }
  });

  test('is converted from Display P3 to sRGB', async () => {
    const canvas = new OffscreenCanvas(64, 64);
    const context = canvas.getContext('2d', { colorSpace: 'display-p3' })!;
    context.fillStyle = 'rgb(180 90 70)';
    context.fillRect(0, 0, 64, 64);
    const asStored = [...context.getImageData(0, 0, 1, 1).data];
    const [r, g, b] = (await pixelsOf(canvas)).data;
    expect(asStored[0]).toBeLessThan(178);
    for (const [value, wanted] of [
      [r, 180],
      [g, 90],
      [b, 70],
    ])
      expect(Math.abs(value! - wanted!)).toBeLessThan(3);
  });

  test('half transparent keeps its alpha, and its mark', async () => {
    const clear = { ...original, data: original.data.map((value, i) => (i % 4 === 3 ? 160 : value)) };
    const { pixels } = embed(clear, { chips });
    const canvas = document.createElement('canvas');
    await paint(canvas, pixels);
    const back = await pixelsOf(await blobOf(canvas));
    expect(new Set(back.data.filter((_, i) => i % 4 === 3))).toEqual(new Set([160]));
    expect(decode(back, { keys: [key] }).found).toBe(true);
  });

  test('that is a photograph lying on its side is read upright', async () => {
    const canvas = document.createElement('canvas');
    await paint(canvas, skin(80, 64));
    const jpeg = new Uint8Array(await (await blobOf(canvas, 'image/jpeg')).arrayBuffer());
    // Orientation 6 in a minimal EXIF segment.
    const exif = [0xff, 0xe1, 0, 34, 69, 120, 105, 102, 0, 0, 77, 77, 0, 42, 0, 0, 0, 8, 0, 1];
    exif.push(1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0);
    const lying = new Blob([jpeg.slice(0, 2), Uint8Array.from(exif), jpeg.slice(2)], { type: 'image/jpeg' });
    expect(await pixelsOf(lying)).toMatchObject({ width: 64, height: 80 });
    expect(await pixelsOf(await imageOf(lying))).toMatchObject({ width: 64, height: 80 });
  });
});

describe('the overlay', () => {
  test('as a border lies outside the picture, and the canvas can still be read', async () => {
    const canvas = document.createElement('canvas');
    await paint(canvas, marked, overlay);
    const box = overlayBox('border', marked);
    expect([canvas.width, canvas.height]).toEqual([box.width, box.height]);
    const all = await pixelsOf(await blobOf(canvas));
    const inside = all.data.subarray(box.top * 512 * 4, (box.top + 400) * 512 * 4);
    expect(difference({ data: inside, width: 512, height: 400 }, marked)).toBe(-1);
    const dark = (from: number, to: number): number =>
      all.data.subarray(from * 2048, to * 2048).filter((value) => value < 60).length;
    expect(dark(0, box.top)).toBeGreaterThan(100);
    expect(dark(box.top + 400, box.height)).toBeGreaterThan(100);
  });

  test('tiled over the picture leaves the mark readable', async () => {
    const canvas = document.createElement('canvas');
    await paint(canvas, marked, { ...overlay, mode: 'tile' });
    const shown = await pixelsOf(canvas);
    expect(difference(shown, marked)).toBeGreaterThan(-1);
    expect(decode(shown, { keys: [key] }).found).toBe(true);
  });

  test('that is slow does not bring back a picture that was left', async () => {
    const [earlier, later] = [document.createElement('canvas'), document.createElement('canvas')];
    vi.stubGlobal(
      'Image',
      class extends Image {
        override async decode(): Promise<void> {
          await super.decode();
          await new Promise((resolve) => setTimeout(resolve, this.src.includes('SLOW') ? 60 : 0));
        }
      },
    );
    const next = skin(96, 80, 9);
    const slow = paint(earlier, marked, { ...overlay, code: 'SLOW-1' });
    await Promise.all([slow, paint(earlier, next)]);
    expect(difference(await pixelsOf(earlier), next)).toBe(-1);
    const both = [paint(earlier, marked, { ...overlay, code: 'SLOW-1' }), paint(earlier, next, overlay)];
    await Promise.all([...both, paint(later, next, overlay)]);
    expect(difference(await pixelsOf(earlier), await pixelsOf(later))).toBe(-1);
  });

  test('that cannot be drawn leaves the canvas as it was', async () => {
    const canvas = document.createElement('canvas');
    await paint(canvas, skin(64, 64), overlay);
    const before = await pixelsOf(canvas);
    vi.stubGlobal(
      'Image',
      class extends Image {
        override decode(): Promise<void> {
          return Promise.reject(new Error('blocked'));
        }
      },
    );
    expect(await codeOf(paint(canvas, marked, overlay))).toBe('CANVAS_UNAVAILABLE');
    expect(await codeOf(paint(canvas, marked, { ...overlay, at: 'today' }))).toBe('OVERLAY_INVALID');
    expect(difference(await pixelsOf(canvas), before)).toBe(-1);
  });
});

describe('refused', () => {
  test('what is no picture', async () => {
    const empty = document.createElement('canvas');
    empty.width = 0;
    const closed = await createImageBitmap(new ImageData(4, 4));
    closed.close();
    const sources = [null, undefined, 'wound.jpg', {}, new Blob(['no picture']), new Image(), empty, closed];
    for (const source of sources) expect(await codeOf(pixelsOf(source as never)), String(source)).toBe('IMAGE_INVALID');
    expect(await codeOf(paint(empty, { ...marked, width: 5 }))).toBe('IMAGE_INVALID');
  });

  test('what may not be read, for it is of another origin', async () => {
    class Tainted extends OffscreenCanvas {
      override getContext(): never {
        const context = super.getContext('2d')!;
        return new Proxy(context, {
          get: (target, name) => {
            const value: unknown = Reflect.get(target, name);
            if (typeof value !== 'function') return value;
            return (...args: number[]) => {
              if (name === 'getImageData' && args[2]! > 1) throw new DOMException('tainted', 'SecurityError');
              return Reflect.apply(value, target, args) as unknown;
            };
          },
        }) as never;
      }
    }
    const canvas = document.createElement('canvas');
    await paint(canvas, skin(64, 64));
    vi.stubGlobal('OffscreenCanvas', Tainted);
    expect(await codeOf(pixelsOf(canvas))).toBe('IMAGE_INVALID');
  });

  test('more pixels than we or the browser take', async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 20_000;
    canvas.height = 5_001;
    expect(await codeOf(pixelsOf(canvas))).toBe('IMAGE_TOO_LARGE');
    canvas.width = 1;
    // A browser whose canvas is too small draws nothing, in silence.
    class Small extends OffscreenCanvas {
      override getContext(): never {
        const context = super.getContext('2d')!;
        context.fillRect = () => {};
        return context as never;
      }
    }
    const picture = document.createElement('canvas');
    await paint(picture, skin(64, 64));
    vi.stubGlobal('OffscreenCanvas', Small);
    expect(await codeOf(pixelsOf(picture))).toBe('IMAGE_TOO_LARGE');
    expect(await codeOf(paint(new Small(1, 1) as never, marked))).toBe('IMAGE_TOO_LARGE');
  });

  test('a canvas that belongs to something else', async () => {
    const canvas = document.createElement('canvas');
    canvas.getContext('bitmaprenderer');
    expect(await codeOf(paint(canvas, marked))).toBe('CANVAS_UNAVAILABLE');
    const away = document.createElement('canvas');
    away.transferControlToOffscreen();
    expect(await codeOf(paint(away, marked))).toBe('CANVAS_UNAVAILABLE');
  });
});

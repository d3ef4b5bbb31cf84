/** What `strip` promises, run with sharp in Node and with the canvas in Chromium. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Orientation, Pixels } from '../../client/picture/exif-orientation.js';
import { adobeRgbProfile, isSrgbProfile } from '../../client/picture/icc.js';
import { deflated } from '../../client/picture/inflate.js';
import { MAX_BYTES } from '../../client/picture/limits.js';
import { PictureError } from '../../client/picture/picture-error.js';
import type { PictureType } from '../../client/picture/sniff.js';
import { type PictureCodec, strip } from '../../client/picture/strip.js';
import {
  ascii,
  concat,
  exifBlock,
  holds,
  iccSegments,
  joinPng,
  MARK,
  matrixProfile,
  P3_PRIMARIES,
  type PngChunk,
  SEGMENTS,
  SRGB_PRIMARIES,
  segment,
  splitJpeg,
  splitPng,
  withChunks,
  withSegments,
} from './planted.js';

/** 48 x 32 pixels, a different colour in each 16 x 16 block, so that no turn or mirroring maps it on itself. */
const COLOURS = [
  [200, 40, 40],
  [40, 160, 60],
  [40, 60, 200],
  [220, 200, 60],
  [60, 60, 60],
  [220, 220, 220],
] as const;

function blocks(): Pixels {
  const width = 48;
  const height = 32;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set([...COLOURS[(y >> 4) * 3 + (x >> 4)]!, 255], (y * width + x) * 4);
    }
  }
  return { data, width, height };
}

function flat(colour: readonly number[], width = 32, height = 32): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < data.length; i += 4) data.set([...colour, 255], i);
  return { data, width, height };
}

/** EXIF 2.32, 4.6.4: row 0 and column 0 of the stored pixels are these sides of the upright picture. */
const SIDES: Readonly<Record<Orientation, readonly [string, string]>> = {
  1: ['top', 'left'],
  2: ['top', 'right'],
  3: ['bottom', 'right'],
  4: ['bottom', 'left'],
  5: ['left', 'top'],
  6: ['right', 'top'],
  7: ['right', 'bottom'],
  8: ['left', 'bottom'],
};

/** Where the upright picture shows the stored pixel (column, row), told from the words of the standard. */
function uprightPlace(orientation: Orientation, column: number, row: number, stored: Pixels): [number, number] {
  const place = (side: string, steps: number, across: number, down: number): [number, number] =>
    (
      ({
        top: [-1, steps],
        bottom: [-1, down - 1 - steps],
        left: [steps, -1],
        right: [across - 1 - steps, -1],
      }) as Record<string, [number, number]>
    )[side]!;
  const [rowSide, columnSide] = SIDES[orientation];
  const swapped = rowSide === 'left' || rowSide === 'right';
  const across = swapped ? stored.height : stored.width;
  const down = swapped ? stored.width : stored.height;
  const a = place(rowSide, row, across, down);
  const b = place(columnSide, column, across, down);
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
}

const at = (pixels: Pixels, x: number, y: number): number[] =>
  Array.from(pixels.data.subarray((y * pixels.width + x) * 4, (y * pixels.width + x) * 4 + 3));

const far = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

async function refusal(bytes: Uint8Array, codec: PictureCodec): Promise<PictureError> {
  const error = await strip(bytes, codec).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PictureError);
  return error as PictureError;
}

/** Every file in which a byte is changed or cut must be refused, or come out clean; nothing else may happen. */
async function refusedOrClean(bytes: Uint8Array, codec: PictureCodec): Promise<void> {
  try {
    const { bytes: out } = await strip(bytes, codec);
    expect(holds(out, MARK)).toBe(false);
  } catch (error) {
    expect(error).toBeInstanceOf(PictureError);
  }
}

export function stripSuite(codec: PictureCodec): void {
  let jpeg: Uint8Array<ArrayBuffer>;
  let png: Uint8Array<ArrayBuffer>;
  const encode = async (pixels: Pixels, type: PictureType): Promise<Uint8Array<ArrayBuffer>> =>
    Uint8Array.from(await codec.encode(pixels, type, 0.95));

  beforeAll(async () => {
    // Encoders add segments of their own; stripped once, the pictures below hold pixels and what a test plants.
    jpeg = (await strip(await encode(blocks(), 'image/jpeg'), codec)).bytes;
    png = (await strip(await encode(blocks(), 'image/png'), codec)).bytes;
  });

  describe('a JPEG', () => {
    test('without metadata comes out byte for byte', async () => {
      const out = await strip(jpeg, codec);
      expect(out).toMatchObject({ route: 'rebuilt', mediaType: 'image/jpeg', width: 48, height: 32, removed: [] });
      expect(out.bytes).toEqual(jpeg);
      expect(out.bytes.buffer).not.toBe(jpeg.buffer);
    });

    test('loses every kind of metadata, in any order and number, and keeps its scan data', async () => {
      const { head, rest } = splitJpeg(jpeg);
      const needed = head.slice(1);
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray(Object.keys(SEGMENTS), { minLength: 1 }),
          fc.array(fc.nat(needed.length), { minLength: 20, maxLength: 20 }),
          async (names, places) => {
            const body: (readonly number[] | Uint8Array)[] = [];
            for (let i = 0; i <= needed.length; i++) {
              for (const [n, name] of names.entries()) if (places[n] === i) body.push(SEGMENTS[name]!);
              if (i < needed.length) body.push(needed[i]!);
            }
            const planted = concat([0xff, 0xd8], ...body, rest);
            const out = await strip(planted, codec);
            expect(out.route).toBe('rebuilt');
            expect(out.bytes).toEqual(jpeg);
            expect(out.removed.length).toBeGreaterThan(0);
          },
        ),
        { numRuns: 60 },
      );
    });

    test('names the kinds removed and never a value', async () => {
      const out = await strip(withSegments(jpeg, ...Object.values(SEGMENTS)), codec);
      expect(out.removed).toEqual([
        'application-data',
        'comment',
        'content-credentials',
        'exif',
        'gps',
        'icc',
        'iptc',
        'maker-note',
        'multi-picture',
        'thumbnail',
        'xmp',
      ]);
      expect(JSON.stringify(out.removed)).not.toContain(MARK);
    });

    test.each([
      ['a ZIP', 'PK\x03\x04'],
      ['HTML', '<html><script>'],
      ['a PDF', '%PDF-1.7'],
      ['a second JPEG', '\xff\xd8\xff\xe1'],
    ])('loses %s after its end', async (_, text) => {
      const out = await strip(concat(jpeg, ascii(text), ascii(MARK)), codec);
      expect(out.bytes).toEqual(jpeg);
      expect(out.removed).toEqual(['data-after-end']);
    });

    test('loses what hides between its last block and its end', async () => {
      const end = jpeg.length - 2;
      const out = await strip(concat(jpeg.subarray(0, end), ascii(`PK\x03\x04${MARK}`), jpeg.subarray(end)), codec);
      expect(out.bytes).toEqual(jpeg);
      expect(out.removed).toEqual(['hidden-data']);
    });

    test('loses tables that no scan uses', async () => {
      const quantiser = segment(0xdb, [3, ...ascii(MARK.padEnd(64, '.'))]);
      const huffman = segment(0xc4, [0x13, 0, 0, 0, 0, 0, 0, 0, MARK.length, 0, 0, 0, 0, 0, 0, 0, 0, ...ascii(MARK)]);
      expect((await strip(withSegments(jpeg, quantiser, huffman), codec)).bytes).toEqual(jpeg);
    });

    test('loses restart intervals that no scan uses', async () => {
      const hidden = Array.from({ length: MARK.length / 2 }, (_, i) =>
        segment(0xdd, ascii(MARK.slice(i * 2, i * 2 + 2))),
      );
      const { bytes } = await strip(withSegments(jpeg, ...hidden, segment(0xdd, [0, 0])), codec);
      expect(bytes).toEqual(jpeg);
    });

    test('that stores red, green and blue says so, and nothing else', async () => {
      const { head, rest } = splitJpeg(jpeg);
      const adobe = segment(0xee, [...ascii('Adobe'), 0, 100, 0x12, 0x34, 0x56, 0x78, 0]);
      const rgb = concat([0xff, 0xd8], adobe, ...head.slice(1), rest);
      const out = await strip(rgb, codec);
      expect(out.route).toBe('rebuilt');
      expect(holds(out.bytes, '\x12\x34\x56\x78')).toBe(false);
      expect((await codec.decode(out.bytes, 'image/jpeg')).data).toEqual((await codec.decode(rgb, 'image/jpeg')).data);
      expect((await codec.decode(jpeg, 'image/jpeg')).data).not.toEqual((await codec.decode(rgb, 'image/jpeg')).data);
    });

    test('that names its colours in two ways is read once, as viewers read it', async () => {
      const adobe = segment(0xee, [...ascii('Adobe'), 0, 100, 0, 0, 0, 0, 0]);
      const { head, rest } = splitJpeg(jpeg);
      const unclear = concat([0xff, 0xd8], head[0]!, adobe, ...head.slice(1), rest);
      const out = await strip(unclear, codec);
      expect(out.route).toBe('encoded');
      expect(holds(out.bytes, 'Adobe')).toBe(false);
      const shown = await codec.decode(out.bytes, 'image/jpeg');
      const meant = await codec.decode(unclear, 'image/jpeg');
      for (let x = 8; x < 48; x += 16) expect(far(at(shown, x, 8), at(meant, x, 8))).toBeLessThanOrEqual(4);
    });

    test.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('of orientation %i comes out upright', async (orientation) => {
      for (const little of [false, true]) {
        const exif = segment(0xe1, [...ascii('Exif\0\0'), ...exifBlock(orientation, { little })]);
        const out = await strip(withSegments(jpeg, exif), codec);
        expect(out.route).toBe(orientation === 1 ? 'rebuilt' : 'encoded');
        expect(holds(out.bytes, 'Exif')).toBe(false);
        expect([out.width, out.height]).toEqual(orientation >= 5 ? [32, 48] : [48, 32]);
        const upright = await codec.decode(out.bytes, 'image/jpeg');
        const stored = blocks();
        for (let row = 4; row < 32; row += 8) {
          for (let column = 4; column < 48; column += 8) {
            const [x, y] = uprightPlace(orientation, column, row, stored);
            expect(far(at(upright, x, y), at(stored, column, row))).toBeLessThanOrEqual(8);
          }
        }
      }
    });

    test('whose EXIF blocks contradict each other about what is up is refused', async () => {
      const exif = (o: Orientation): number[] => segment(0xe1, [...ascii('Exif\0\0'), ...exifBlock(o)]);
      expect((await refusal(withSegments(jpeg, exif(1), exif(6)), codec)).code).toBe('PICTURE_MALFORMED');
      expect((await strip(withSegments(jpeg, exif(1), exif(1)), codec)).bytes).toEqual(jpeg);
    });

    test('with a damaged EXIF block counts as upright, as viewers show it', async () => {
      const block = exifBlock(6, { bare: true });
      await fc.assert(
        fc.asyncProperty(fc.nat(block.length - 1), async (length) => {
          const out = await strip(
            withSegments(jpeg, segment(0xe1, [...ascii('Exif\0\0'), ...block.slice(0, length)])),
            codec,
          );
          if (length < 18) expect(out.bytes).toEqual(jpeg);
          expect(holds(out.bytes, 'Exif')).toBe(false);
        }),
        { numRuns: 20 },
      );
    });

    test('is refused wherever it is cut', async () => {
      for (let length = 3; length < jpeg.length; length += 3) {
        const { code } = await refusal(jpeg.subarray(0, length), codec);
        expect(code).toBe('PICTURE_TRUNCATED');
      }
    });

    test('is refused when it is cut and closed again, so that no half-grey picture is sent', async () => {
      const { rest } = splitJpeg(jpeg);
      const scanStart = jpeg.length - rest.length + 14;
      for (let length = scanStart; length < jpeg.length - 12; length += 5) {
        const error = await refusal(concat(jpeg.subarray(0, length), [0xff, 0xd9]), codec);
        expect(['PICTURE_TRUNCATED', 'PICTURE_MALFORMED']).toContain(error.code);
      }
    });

    test('with any byte changed is refused or clean', async () => {
      const planted = withSegments(jpeg, ...Object.values(SEGMENTS));
      await fc.assert(
        fc.asyncProperty(fc.nat(planted.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
          const bytes = planted.slice();
          bytes[place]! ^= change;
          await refusedOrClean(bytes, codec);
        }),
        { numRuns: 150 },
      );
    });
  });

  describe('a PNG', () => {
    const extra: PngChunk[] = [
      { type: 'tEXt', body: Uint8Array.from(ascii(`Author\0${MARK}text`)) },
      { type: 'iTXt', body: Uint8Array.from(ascii(`XML:com.adobe.xmp\0\0\0\0\0${MARK}xmp`)) },
      { type: 'tIME', body: Uint8Array.of(7, 231, 1, 2, 3, 4, 5) },
      { type: 'eXIf', body: Uint8Array.from(exifBlock(1)) },
      { type: 'caBX', body: Uint8Array.from(ascii(`${MARK}jumbf`)) },
      { type: 'prVt', body: Uint8Array.from(ascii(`${MARK}private`)) },
      { type: 'pHYs', body: Uint8Array.of(0, 0, 11, 19, 0, 0, 11, 19, 1) },
    ];

    test('loses every chunk that is no pixel, in any order, and keeps its pixel data', async () => {
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray(extra, { minLength: 1 }), fc.boolean(), async (chunks, late) => {
          const all = splitPng(png);
          const planted = late
            ? joinPng([...all.slice(0, -1), ...chunks, all.at(-1)!])
            : concat(withChunks(png, ...chunks), ascii(MARK));
          const out = await strip(planted, codec);
          expect(out.route).toBe('rebuilt');
          expect(out.bytes).toEqual(png);
        }),
        { numRuns: 30 },
      );
      const { removed } = await strip(concat(withChunks(png, ...extra), [0]), codec);
      const kinds = ['application-data', 'content-credentials', 'data-after-end', 'exif', 'gps', 'maker-note'];
      expect(removed).toEqual([...kinds, 'text', 'thumbnail', 'time']);
    });

    test.each([2, 3, 4, 5, 6, 7, 8] as const)(
      'of orientation %i comes out upright, pixel for pixel',
      async (orientation) => {
        const exif = { type: 'eXIf', body: Uint8Array.from(exifBlock(orientation)) };
        const out = await strip(withChunks(png, exif), codec);
        expect(out).toMatchObject({ route: 'encoded', mediaType: 'image/png' });
        expect(splitPng(out.bytes).map(({ type }) => type)).toEqual(expect.not.arrayContaining(['eXIf']));
        const upright = await codec.decode(out.bytes, 'image/png');
        const stored = blocks();
        for (let row = 0; row < 32; row += 5) {
          for (let column = 0; column < 48; column += 5) {
            const [x, y] = uprightPlace(orientation, column, row, stored);
            expect(at(upright, x, y)).toEqual(at(stored, column, row));
          }
        }
      },
    );

    test('is refused wherever it is cut, and for any changed byte in a kept chunk', async () => {
      for (let length = 8; length < png.length; length += 7) {
        expect((await refusal(png.subarray(0, length), codec)).code).toBe('PICTURE_TRUNCATED');
      }
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 12, max: png.length - 1 }),
          fc.integer({ min: 1, max: 255 }),
          async (i, x) => {
            const bytes = png.slice();
            bytes[i]! ^= x;
            await refusal(bytes, codec);
          },
        ),
        { numRuns: 100 },
      );
    });

    test('is refused when its pixel data is short, long, or followed by more inside the chunk', async () => {
      const all = splitPng(png);
      const data = all.find(({ type }) => type === 'IDAT')!;
      const swap = (body: Uint8Array): Uint8Array =>
        joinPng(all.map((chunk) => (chunk === data ? { type: 'IDAT', body } : chunk)));
      expect((await refusal(swap(concat(data.body, ascii(`PK${MARK}`))), codec)).code).toBe('PICTURE_MALFORMED');
      expect((await refusal(swap(data.body.subarray(0, -6)), codec)).code).toBe('PICTURE_MALFORMED');
      const header = all[0]!.body;
      for (const height of [31, 33, 60_000]) {
        const body = header.slice();
        new DataView(body.buffer).setUint32(4, height);
        const code = (await refusal(joinPng([{ type: 'IHDR', body }, ...all.slice(1)]), codec)).code;
        expect(code).toBe(height === 31 ? 'PICTURE_MALFORMED' : 'PICTURE_TRUNCATED');
      }
    });

    test('with a row that no viewer can read is refused', async () => {
      const row = 1 + 32 * 3;
      const rgb = Uint8Array.of(0, 0, 0, 32, 0, 0, 0, 32, 8, 2, 0, 0, 0);
      const interlaced = Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 3, 8, 0, 0, 0, 1);
      const file = async (header: Uint8Array, rows: Uint8Array): Promise<Uint8Array> =>
        joinPng([
          { type: 'IHDR', body: header },
          { type: 'IDAT', body: await deflated(rows) },
          { type: 'IEND', body: new Uint8Array(0) },
        ]);
      for (const place of [0, row, 31 * row]) {
        const rows = new Uint8Array(32 * row);
        rows[place] = 4;
        await strip(await file(rgb, rows), codec);
        rows[place] = 5;
        expect((await refusal(await file(rgb, rows), codec)).code).toBe('PICTURE_MALFORMED');
      }
      // 3 x 3 in Adam7: passes 1, 4, 5, 6 and 7 hold rows of 1, 1, 2, 1 and 3 pixels; pass 6 holds two of them
      const passes = [0, 9, 0, 9, 0, 9, 9, 0, 9, 0, 9, 0, 9, 9, 9];
      await strip(await file(interlaced, Uint8Array.from(passes)), codec);
      for (const [place, byte] of passes.entries()) {
        if (byte !== 0) continue;
        const rows = Uint8Array.from(passes.with(place, 5));
        expect((await refusal(await file(interlaced, rows), codec)).code).toBe('PICTURE_MALFORMED');
      }
    });

    test('with an unknown critical chunk or a video colour space is refused', async () => {
      const odd = withChunks(png, { type: 'ABCD', body: new Uint8Array(1) });
      expect((await refusal(odd, codec)).code).toBe('PICTURE_MALFORMED');
      const hdr = withChunks(png, { type: 'cICP', body: Uint8Array.of(9, 16, 0, 1) });
      expect((await refusal(hdr, codec)).code).toBe('PICTURE_UNSUPPORTED');
    });
  });

  describe('colour', () => {
    // Erythema and wound red as Display P3 numbers, and what they are in sRGB.
    const p3 = [
      { stored: [190, 120, 110], srgb: [202, 116, 107] },
      { stored: [150, 60, 55], srgb: [162, 52, 50] },
    ];

    test('sRGB is recognised by its numbers, under any name; nothing else is', () => {
      const profile = (...args: Parameters<typeof matrixProfile>): boolean =>
        isSrgbProfile(Uint8Array.from(matrixProfile(...args)));
      expect(profile(SRGB_PRIMARIES, 'srgb')).toBe(true);
      expect(profile(SRGB_PRIMARIES, 'srgb as Chromium writes it')).toBe(true);
      expect(profile(SRGB_PRIMARIES, 2.2)).toBe(false);
      expect(profile(SRGB_PRIMARIES, 'table')).toBe(false);
      expect(profile(SRGB_PRIMARIES, 1.8)).toBe(false);
      expect(profile(P3_PRIMARIES, 'srgb')).toBe(false);
      expect(isSrgbProfile(adobeRgbProfile())).toBe(false);
      const good = Uint8Array.from(matrixProfile(SRGB_PRIMARIES, 'srgb'));
      for (let length = 0; length < good.length; length++) expect(isSrgbProfile(good.subarray(0, length))).toBe(false);
    });

    test.each(p3)('a Display P3 JPEG is converted, not relabelled: $stored', async ({ stored, srgb }) => {
      const plain = (await strip(await encode(flat(stored), 'image/jpeg'), codec)).bytes;
      for (const size of [60_000, 100]) {
        const out = await strip(withSegments(plain, iccSegments(matrixProfile(P3_PRIMARIES, 'srgb'), size)), codec);
        expect(out).toMatchObject({ route: 'encoded', removed: ['icc'] });
        expect(holds(out.bytes, 'ICC_PROFILE')).toBe(false);
        expect(far(at(await codec.decode(out.bytes, 'image/jpeg'), 16, 16), srgb)).toBeLessThanOrEqual(3);
      }
    });

    test('a Display P3 PNG is converted', async () => {
      const { stored, srgb } = p3[0]!;
      const plain = (await strip(await encode(flat(stored), 'image/png'), codec)).bytes;
      const profile = Uint8Array.from(matrixProfile(P3_PRIMARIES, 'srgb'));
      const packed = new Response(new Blob([profile]).stream().pipeThrough(new CompressionStream('deflate')));
      const body = concat(ascii(`${MARK}\0\0`), new Uint8Array(await packed.arrayBuffer()));
      const out = await strip(withChunks(plain, { type: 'iCCP', body }), codec);
      expect(out).toMatchObject({ route: 'encoded', removed: ['icc'] });
      expect(splitPng(out.bytes).map(({ type }) => type)).toEqual(expect.not.arrayContaining(['iCCP']));
      expect(far(at(await codec.decode(out.bytes, 'image/png'), 16, 16), srgb)).toBeLessThanOrEqual(2);
    });

    test('a camera that names Adobe RGB in EXIF only is believed', async () => {
      const plain = (await strip(await encode(flat([150, 100, 90]), 'image/jpeg'), codec)).bytes;
      const exif = segment(0xe1, [...ascii('Exif\0\0'), ...exifBlock(1, { interop: 'R03' })]);
      const out = await strip(withSegments(plain, exif), codec);
      expect(out.route).toBe('encoded');
      expect(far(at(await codec.decode(out.bytes, 'image/jpeg'), 16, 16), [167, 100, 89])).toBeLessThanOrEqual(3);
    });

    test('a damaged profile is refused', async () => {
      const [first] = [iccSegments(matrixProfile(P3_PRIMARIES, 'srgb'), 100)];
      const partial = withSegments(jpeg, first!.slice(0, 118));
      expect((await refusal(partial, codec)).code).toBe('PICTURE_MALFORMED');
    });
  });

  describe('what is no picture', () => {
    test.each([
      ['HEIC', '\0\0\0\x18ftypheic', 'Most Compatible'],
      ['AVIF', '\0\0\0\x18ftypavif', 'JPEG'],
      ['video', '\0\0\0\x18ftypisom', 'video'],
      ['GIF', 'GIF89a', 'JPEG'],
      ['WebP', 'RIFF\0\0\0\0WEBPVP8 ', 'JPEG'],
      ['TIFF', 'II*\0\x08\0\0\0', 'JPEG'],
      ['PDF', '%PDF-1.7', 'record'],
      ['ZIP', 'PK\x03\x04', 'JPEG'],
      ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'JPEG'],
      ['noise', 'hello there', 'JPEG'],
    ])('%s is refused with a sentence to act on', async (_, text, word) => {
      const error = await refusal(Uint8Array.from(ascii(text)), codec);
      expect(error.code).toBe('PICTURE_UNSUPPORTED');
      expect(error.advice).toContain(word);
    });

    test('an empty file, and one above the byte limit', async () => {
      expect((await refusal(new Uint8Array(0), codec)).code).toBe('PICTURE_EMPTY');
      const large = new Uint8Array(MAX_BYTES + 1);
      large.set(jpeg);
      expect((await refusal(large, codec)).code).toBe('PICTURE_TOO_LARGE');
    });

    test('a 100-megapixel bomb is refused from its header, and never reaches the codec', async () => {
      const untouched: PictureCodec = {
        decode: () => Promise.reject(new Error('decoded')),
        encode: () => Promise.reject(new Error('encoded')),
      };
      const { head, rest } = splitJpeg(jpeg);
      const grown = head.map((part) => {
        if (part[1]! < 0xc0 || part[1]! > 0xc2) return part;
        const frame = part.slice();
        frame.set([10_000 >> 8, 10_000 & 255, 10_000 >> 8, 10_000 & 255], 5);
        return frame;
      });
      expect((await refusal(concat([0xff, 0xd8], ...grown, rest), untouched)).code).toBe('PICTURE_TOO_LARGE');
      const [header, ...others] = splitPng(png);
      const body = header!.body.slice();
      new DataView(body.buffer).setUint32(0, 10_000);
      new DataView(body.buffer).setUint32(4, 10_000);
      expect((await refusal(joinPng([{ type: 'IHDR', body }, ...others]), untouched)).code).toBe('PICTURE_TOO_LARGE');
    });

    test('noise after the first bytes of a picture', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (noise, asJpeg) => {
          await refusal(concat(asJpeg ? [0xff, 0xd8, 0xff] : png.subarray(0, 8), noise), codec);
        }),
        { numRuns: 200 },
      );
    });
  });

  describe('a codec that fails or cheats', () => {
    const turned = (): Uint8Array => withSegments(jpeg, segment(0xe1, [...ascii('Exif\0\0'), ...exifBlock(6)]));

    test('is reported with its cause, and its picture is not used', async () => {
      const cause = new Error('no memory');
      const broken: PictureCodec = { ...codec, decode: () => Promise.reject(cause) };
      expect(await refusal(turned(), broken)).toMatchObject({ code: 'PICTURE_CODEC_FAILED', cause });
      for (const wrong of [flat([1, 2, 3]), flat([1, 2, 3], 32, 48)]) {
        const lying: PictureCodec = { ...codec, decode: async () => wrong };
        expect((await refusal(turned(), lying)).code).toBe('PICTURE_CODEC_FAILED');
      }
      const other: PictureCodec = { ...codec, encode: async () => png };
      expect((await refusal(turned(), other)).code).toBe('PICTURE_CODEC_FAILED');
    });

    test('that adds metadata of its own has it removed', async () => {
      const chatty: PictureCodec = {
        ...codec,
        encode: async (...args) =>
          withSegments(Uint8Array.from(await codec.encode(...args)), SEGMENTS['xmp']!, SEGMENTS['comment']!),
      };
      expect(holds((await strip(turned(), chatty)).bytes, MARK)).toBe(false);
    });

    test('never sees a byte of metadata but the colour profile', async () => {
      let seen: Uint8Array = new Uint8Array(0);
      const watching: PictureCodec = {
        ...codec,
        decode: (bytes, type) => {
          seen = bytes;
          return codec.decode(bytes, type);
        },
      };
      await strip(withSegments(turned(), SEGMENTS['xmp']!, SEGMENTS['iptc']!, SEGMENTS['comment']!), watching);
      expect(seen.length).toBeGreaterThan(0);
      expect(holds(seen, MARK) || holds(seen, 'Exif')).toBe(false);
    });
  });
}

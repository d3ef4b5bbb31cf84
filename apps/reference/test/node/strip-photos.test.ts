import { readFile } from 'node:fs/promises';
import { photos, syntheticSkin } from '@wardseal/testkit/node';
import sharp, { type JpegOptions, type PngOptions } from 'sharp';
import { describe, expect, test } from 'vitest';
import { strip } from '../../client/picture/strip.js';
import { sharpCodec } from '../../src/demo/sharp-codec.js';
import { ascii, holds, MARK, segment } from '../suites/planted.js';

const codec = sharpCodec();
const raw = (bytes: Uint8Array): Promise<Buffer> => sharp(bytes).raw().toBuffer();

describe('photographs as they come', () => {
  test.each(Object.entries(photos))('%s keeps its very pixels', async (_, { path, type, width, height }) => {
    const original = await readFile(path);
    const out = await strip(original, codec);
    expect(out).toMatchObject({ route: 'rebuilt', mediaType: type, width, height });
    expect((await raw(out.bytes)).equals(await raw(original))).toBe(true);
    const { exif, icc, xmp, iptc, orientation } = await sharp(out.bytes).metadata();
    expect({ exif, icc, xmp, iptc, orientation }).toEqual({});
    expect(out.bytes.length).toBeLessThanOrEqual(original.length);
  });

  test('the EXIF and maker note that a real camera wrote are gone', async () => {
    const original = await readFile(photos.flower.path);
    expect(holds(original, 'Exif')).toBe(true);
    const out = await strip(original, codec);
    expect(out.removed).toEqual(['exif', 'maker-note', 'thumbnail']);
    // The thumbnail is a JPEG and may share its standard tables with the picture, so it is left out of the search.
    const block = (await sharp(original).metadata()).exif!;
    const camera = block.subarray(0, block.indexOf(Buffer.of(0xff, 0xd8, 0xff)));
    expect(camera.length).toBeGreaterThan(500);
    for (let at = 0; at + 16 <= camera.length; at += 16) {
      const piece = camera.subarray(at, at + 16);
      // Runs of one byte say nothing about a camera and may occur in any picture.
      if (new Set(piece).size > 8) expect(Buffer.from(out.bytes).includes(piece)).toBe(false);
    }
  });
});

describe('every coding a camera or program may choose', () => {
  const { data, width, height } = syntheticSkin(7);
  const skin = sharp(data, { raw: { width, height, channels: 4 } })
    .resize(301, 203, { fit: 'fill' })
    .removeAlpha();

  test.each<[string, JpegOptions]>([
    ['baseline 4:2:0', { chromaSubsampling: '4:2:0' }],
    ['baseline 4:4:4', { chromaSubsampling: '4:4:4' }],
    ['optimised tables', { optimiseCoding: true, quality: 30 }],
    ['progressive', { progressive: true }],
    ['progressive 4:4:4 at full quality', { progressive: true, chromaSubsampling: '4:4:4', quality: 100 }],
    ['progressive with optimised scans', { mozjpeg: true, quality: 60 }],
    ['trellis quantised', { mozjpeg: true, progressive: false }],
  ])('JPEG, %s', async (_, options) => {
    const original = await skin
      .clone()
      .jpeg(options)
      .withMetadata({ exif: { IFD0: { Artist: 'planted' } } })
      .toBuffer();
    const out = await strip(original, codec);
    expect(out).toMatchObject({ route: 'rebuilt', width: 301, height: 203 });
    expect((await raw(out.bytes)).equals(await raw(original))).toBe(true);
    // Walking the scans is what finds a cut: so no shorter file may pass, whatever it is closed with.
    for (let part = 1; part < 20; part++) {
      const cut = Buffer.concat([original.subarray(0, (original.length * part) / 20), Buffer.of(0xff, 0xd9)]);
      await expect(strip(cut, codec)).rejects.toMatchObject({ code: expect.stringMatching(/TRUNCATED|MALFORMED/) });
    }
  });

  test('JPEG with quantisers between its scans, which viewers would read differently', async () => {
    const original = await skin.clone().jpeg({ progressive: true }).toBuffer();
    const scan = Buffer.of(0xff, 0xda);
    const parts: Uint8Array[] = [original.subarray(0, original.indexOf(scan) + 2)];
    let scans = 1;
    for (let at = original.indexOf(scan) + 2; at > 1; scans++) {
      const next = original.indexOf(scan, at);
      parts.push(original.subarray(at, next < 0 ? original.length : next));
      if (next >= 0) parts.push(Uint8Array.from(segment(0xdb, [0, ...ascii(MARK.padEnd(64, '.'))])), scan);
      at = next + 2;
    }
    expect(scans).toBeGreaterThan(5);
    const out = await strip(Buffer.concat(parts), codec);
    expect(holds(out.bytes, MARK)).toBe(false);
    expect(out.bytes).toEqual((await strip(original, codec)).bytes);
  });

  test('JPEG with a million tables is read without building them', { timeout: 10_000 }, async () => {
    const original = await skin.clone().jpeg().toBuffer();
    const empty = Buffer.alloc(17 * 3_800);
    const tables = Array<Uint8Array>(300).fill(Uint8Array.from(segment(0xc4, [...empty])));
    const file = Buffer.concat([original.subarray(0, 2), ...tables, original.subarray(2)]);
    expect((await strip(file, codec)).bytes).toEqual((await strip(original, codec)).bytes);
  });

  test('JPEG, grey', async () => {
    const original = await skin.clone().greyscale().jpeg().toBuffer();
    const out = await strip(original, codec);
    expect(out.route).toBe('rebuilt');
    expect((await raw(out.bytes)).equals(await raw(original))).toBe(true);
  });

  test('JPEG, printing colours become sRGB', async () => {
    const original = await skin.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(original).metadata()).space).toBe('cmyk');
    const out = await strip(original, codec);
    expect(out.route).toBe('encoded');
    expect(await sharp(out.bytes).metadata()).toMatchObject({ space: 'srgb', channels: 3, width: 301, height: 203 });
  });

  test.each<[string, PngOptions, number]>([
    ['interlaced', { progressive: true }, 8],
    ['palette', { palette: true, colours: 16 }, 8],
    ['interlaced palette', { palette: true, colours: 2, progressive: true }, 8],
    ['16 bits', {}, 16],
  ])('PNG, %s', async (_, options, bits) => {
    const source = bits === 16 ? skin.clone().toColourspace('rgb16') : skin.clone();
    const original = await source.png(options).toBuffer();
    const out = await strip(original, codec);
    expect(out).toMatchObject({ route: 'rebuilt', width: 301, height: 203 });
    expect((await raw(out.bytes)).equals(await raw(original))).toBe(true);
  });

  test('PNG with transparency, turned', async () => {
    const original = await skin.clone().ensureAlpha(0.5).png().withMetadata({ orientation: 8 }).toBuffer();
    const out = await strip(original, codec);
    expect(out).toMatchObject({ route: 'encoded', width: 203, height: 301 });
    expect((await raw(out.bytes)).equals(await raw(await sharp(original).autoOrient().png().toBuffer()))).toBe(true);
  });
});

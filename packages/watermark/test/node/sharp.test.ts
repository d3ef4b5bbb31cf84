import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { HOSTILE_VALUES } from '@wardseal/testkit';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { deriveImageKey, embed, overlayBox, type Pixels, prepareChips, trace } from '../../src/index.js';
import { formatFor } from '../../src/sharp/formats.js';
import { markFile, readPicture, writePicture } from '../../src/sharp/index.js';
import { skin, viewings } from '../pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(5), 'img-1');
const chips = prepareChips(key, 'view-3');
const WIDTH = 400;
const HEIGHT = 300;
const picture = skin(WIDTH, HEIGHT, 4, 3);
const overlay = {
  mode: 'border',
  who: 'Dr Ada Example',
  role: 'Registrar',
  organisation: 'Example Trust',
  at: '2026-03-01T09:00:00Z',
  code: 'K7QX-9MPD',
} as const;

const raw = ({ data, width, height }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels: (data.length / (width * height)) as 3 } });
const file = async (encoder: Sharp): Promise<Uint8Array> => new Uint8Array(await encoder.toBuffer());
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? error,
  );

/** Mean absolute difference of the samples of two pictures of one size. */
function distance(a: Pixels, b: Pixels): number {
  expect([a.width, a.height, a.data.length]).toEqual([b.width, b.height, b.data.length]);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / a.data.length;
}

/** The head of a PNG that claims a size, and no pixels. */
function pngHead(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const parts = [signature, chunk('IHDR', head), chunk('IDAT', Buffer.alloc(20)), chunk('IEND', Buffer.alloc(0))];
  return new Uint8Array(Buffer.concat(parts));
}

describe('reading', () => {
  test('PNG, WebP without loss, TIFF and GIF come exactly as they are, JPEG and AVIF nearly', async () => {
    for (const encoder of [
      raw(picture).png(),
      raw(picture).webp({ lossless: true }),
      raw(picture).tiff({ compression: 'lzw' }),
    ]) {
      expect(distance(await readPicture(await file(encoder)), picture)).toBe(0);
    }
    const flat = { data: new Uint8Array(64 * 64 * 3).fill(120), width: 64, height: 64 };
    expect((await readPicture(await file(raw(flat).gif()))).data.slice(0, 4)).toEqual(
      Uint8ClampedArray.of(120, 120, 120, 255),
    );
    for (const encoder of [raw(picture).jpeg({ quality: 95 }), raw(picture).avif({ quality: 90, effort: 0 })]) {
      expect(distance(await readPicture(await file(encoder)), picture)).toBeLessThan(3);
    }
  });

  test('grey becomes three equal channels', async () => {
    const grey = { data: picture.data.filter((_, i) => i % 3 === 0), width: WIDTH, height: HEIGHT };
    const back = await readPicture(await file(raw(grey).toColourspace('b-w').png()));
    const channels = 3;
    for (let i = 0; i < grey.data.length; i += 997) expect(back.data[i * channels]).toBe(grey.data[i]);
  });

  test('all eight orientations come upright', async () => {
    // How a picture lies in the file so that its orientation turns it upright (EXIF 2.32, tag 0x0112).
    const stored: [orientation: number, quarters: number, mirror: boolean][] = [
      [1, 0, false],
      [2, 0, true],
      [3, 180, false],
      [4, 180, true],
      [5, 90, true],
      [6, 270, false],
      [7, 270, true],
      [8, 90, false],
    ];
    for (const [orientation, quarters, mirror] of stored) {
      const turned = await raw(picture).rotate(quarters).png().toBuffer();
      const lying = sharp(turned).flop(mirror).withMetadata({ orientation });
      expect(distance(await readPicture(await file(lying.png())), picture), `${orientation}`).toBe(0);
    }
  });

  test('an embedded Display P3 profile is converted from', async () => {
    const wide = await file(raw(picture).withIccProfile('p3').png());
    const asStored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    expect(distance({ ...picture, data: new Uint8Array(asStored) }, picture)).toBeGreaterThan(3);
    expect(distance(await readPicture(wide), picture)).toBeLessThan(1.5);
  });

  test('transparency is kept', async () => {
    const clear = {
      ...picture,
      data: new Uint8Array(WIDTH * HEIGHT * 4).map((_, i) => (i % 4 === 3 ? (i >> 6) & 255 : 128)),
    };
    expect(distance(await readPicture(await file(raw(clear).png())), clear)).toBe(0);
  });

  test.each([
    ['16-bit PNG', () => raw(picture).toColourspace('rgb16').png()],
    ['10-bit AVIF', () => raw(picture).avif({ bitdepth: 10, effort: 0 })],
    ['CMYK JPEG', () => raw(picture).toColourspace('cmyk').jpeg()],
    [
      'animated GIF',
      () => sharp(picture.data, { raw: { width: WIDTH, height: HEIGHT, channels: 3, pageHeight: HEIGHT / 2 } }).gif(),
    ],
    [
      'animated WebP',
      () => sharp(picture.data, { raw: { width: WIDTH, height: HEIGHT, channels: 3, pageHeight: HEIGHT / 2 } }).webp(),
    ],
  ])('refused: %s', async (what, encoder) => {
    const error = await readPicture(await file(encoder())).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'IMAGE_INVALID', field: 'file' });
    expect((error as Error).message).toContain(
      /bit/.test(what) ? '8 bits' : /CMYK/.test(what) ? 'sRGB' : 'a file of its own',
    );
  });

  test('refused: what is cut short, is something else, or is no bytes', async () => {
    const whole = await file(raw(picture).jpeg());
    for (const length of [0, 1, 3, 20, whole.length >> 1, whole.length - 300]) {
      expect(await codeOf(readPicture(whole.subarray(0, length))), `${length}`).toBe('IMAGE_INVALID');
    }
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><image href="file:///etc/hostname"/></svg>';
    for (const text of [
      svg,
      '%PDF-1.7',
      'GIF8',
      'RIFF    WEBP',
      'II*\0\xff\xff\xff\xff',
      '    ftypheic',
      '    ftypavif',
    ]) {
      expect(await codeOf(readPicture(Buffer.from(text, 'latin1'))), text).toBe('IMAGE_INVALID');
    }
    for (const value of HOSTILE_VALUES) expect(await codeOf(readPicture(value as never))).toBe('IMAGE_INVALID');
  });

  test('a size that is too large is refused by the head of the file alone', async () => {
    // Without pixels: only a reader that decodes nothing first can tell these apart.
    const bomb = await readPicture(pngHead(30_000, 30_000)).catch((error: unknown) => error);
    expect(bomb).toMatchObject({ code: 'IMAGE_TOO_LARGE', limit: 100_000_000, actual: 900_000_000 });
    expect(await codeOf(readPicture(pngHead(70_000, 64)))).toBe('IMAGE_TOO_LARGE');
    expect(await codeOf(readPicture(pngHead(300, 300)))).toBe('IMAGE_INVALID');
  });
});

describe('writing', () => {
  test('PNG loses nothing; every format carries the sRGB profile and nothing else', async () => {
    expect(distance(await readPicture(await writePicture(picture, { format: 'png' })), picture)).toBe(0);
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const written = await writePicture(picture, { format });
      const about = await sharp(written).metadata();
      expect(about.icc?.length).toBeGreaterThan(100);
      expect([about.exif, about.xmp, about.iptc, about.orientation]).toEqual(Array(4).fill(undefined));
      expect(distance(await readPicture(written), picture)).toBeLessThan(4);
    }
  });

  test('grey stays grey, a transparent picture is no JPEG', async () => {
    const grey = { data: new Uint8Array(64 * 64).map((_, i) => i), width: 64, height: 64 };
    const back = await sharp(await writePicture(grey, { format: 'png' }))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(back.info.channels).toBe(3);
    expect((await sharp(await writePicture(grey, { format: 'png' })).metadata()).channels).toBe(1);
    for (let i = 0; i < 4096; i += 7) expect(back.data[i * 3]).toBe(i & 255);
    const opaque = skin(64, 64, 1, 4);
    expect((await writePicture(opaque, { format: 'jpeg' })).length).toBeGreaterThan(100);
    (opaque.data as Uint8ClampedArray)[7] = 254;
    expect(await codeOf(writePicture(opaque, { format: 'jpeg' }))).toBe('IMAGE_INVALID');
  });

  test('refused: other formats and qualities, sides a format cannot hold, no pixels', async () => {
    for (const output of [
      { format: 'gif' },
      { format: 'toString' },
      {},
      { format: 'jpeg', quality: 89 },
      { format: 'png', quality: Number.NaN },
    ]) {
      await expect(writePicture(picture, output as never)).rejects.toThrow(RangeError);
    }
    for (const output of [undefined, null, 'jpeg']) {
      await expect(writePicture(picture, output as never)).rejects.toThrow(/^output is an object such as/);
    }
    const long = { data: new Uint8Array(16_400), width: 16_400, height: 1 };
    expect(await codeOf(writePicture(long, { format: 'webp' }))).toBe('IMAGE_TOO_LARGE');
    expect(await codeOf(writePicture(long, { format: 'avif' }))).toBe('IMAGE_TOO_LARGE');
    expect((await writePicture(long, { format: 'png' })).length).toBeGreaterThan(50);
    expect(await codeOf(writePicture({ ...picture, width: WIDTH + 1 }, { format: 'png' }))).toBe('IMAGE_INVALID');
  });
});

describe('marking a file', () => {
  test.each(['jpeg', 'png', 'webp', 'avif', 'tiff'] as const)(
    'a %s comes back marked, and is traced',
    async (source) => {
      const input = await file(raw(picture)[source]({ quality: 95 }));
      const { data, format, report } = await markFile(input, { chips });
      expect(format).toBe(source === 'tiff' ? 'png' : source);
      expect(report.psnr).toBeGreaterThan(44);
      const original = await readPicture(input);
      const found = await trace(await readPicture(data), original, { key, candidates: viewings(50), decoys: 1000 });
      expect(found.hits.filter(({ verdict }) => verdict === 'match').map(({ id }) => id)).toEqual(['view-3']);
    },
  );

  test('a format that cannot hold the picture is not chosen', () => {
    expect(formatFor('heic', true)).toBe('png');
    expect(formatFor('heic', false)).toBe('jpeg');
    expect(formatFor('gif', false)).toBe('png');
  });

  test('no metadata of the source is in the copy', async () => {
    const secret = 'Jane Invented 999 000 1234';
    const exif = {
      IFD0: { Copyright: secret, ImageDescription: secret },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
    };
    for (const source of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const input = await file(raw(picture).withExif(exif)[source]());
      expect(Buffer.from(input).includes('Invented')).toBe(true);
      const { data } = await markFile(input, { chips });
      expect(Buffer.from(data).includes('Invented')).toBe(false);
      expect((await sharp(data).metadata()).exif).toBeUndefined();
    }
  });

  test('transparency decides the format, and is kept', async () => {
    const clear = skin(200, 150, 2, 4);
    for (let i = 3; i < clear.data.length; i += 8) (clear.data as Uint8ClampedArray)[i] = 90;
    const input = await file(raw(clear).png());
    const { data, format } = await markFile(input, { chips });
    expect(format).toBe('png');
    const back = await readPicture(data);
    for (let i = 3; i < back.data.length; i += 4) if (back.data[i] !== clear.data[i]) throw new Error(`alpha at ${i}`);
    expect(await codeOf(markFile(input, { chips, output: { format: 'jpeg' } }))).toBe('IMAGE_INVALID');
  });

  test('a border lies outside the picture, a tiled overlay over it; the mark is below', async () => {
    const input = await file(raw(picture).png());
    const { pixels: marked } = embed(picture, { chips });
    const box = overlayBox('border', picture);
    const bordered = await readPicture((await markFile(input, { chips, overlay })).data);
    expect([bordered.width, bordered.height]).toEqual([box.width, box.height]);
    const line = WIDTH * 3;
    expect(Buffer.from(bordered.data.buffer, box.top * line, marked.data.length).equals(Buffer.from(marked.data))).toBe(
      true,
    );
    const dark = (from: number, to: number): number =>
      bordered.data.subarray(from * line, to * line).filter((v) => v < 60).length;
    expect(dark(0, box.top)).toBeGreaterThan(100);
    expect(dark(box.top + HEIGHT, box.height)).toBeGreaterThan(100);

    const tiled = await readPicture((await markFile(input, { chips, overlay: { ...overlay, mode: 'tile' } })).data);
    expect([tiled.width, tiled.height]).toEqual([WIDTH, HEIGHT]);
    expect(distance(tiled, marked)).toBeGreaterThan(0.2);
    expect(distance(tiled, marked)).toBeLessThan(20);
    expect(await codeOf(markFile(input, { chips, overlay: { ...overlay, who: '' } }))).toBe('OVERLAY_INVALID');
    expect(await codeOf(markFile(input, { chips: {} as never }))).toBe('CHIPS_INVALID');
    await expect(markFile(input, { chips, output: { quality: 50 } })).rejects.toThrow(RangeError);
  });

  test('a border leaves a transparent picture exactly as it was, hidden colours too', async () => {
    const clear = skin(200, 150, 2, 4);
    for (let i = 3; i < clear.data.length; i += 12) (clear.data as Uint8ClampedArray)[i] = i % 5 === 0 ? 0 : 77;
    const { pixels: marked } = embed(clear, { chips });
    const { data, format } = await markFile(await file(raw(clear).png()), { chips, overlay });
    expect(format).toBe('png');
    const { top } = overlayBox('border', clear);
    const bordered = await readPicture(data);
    expect(Buffer.from(bordered.data.buffer, top * 800, marked.data.length).equals(Buffer.from(marked.data))).toBe(
      true,
    );
  });

  test('an overlay that no font can draw is refused, not drawn as empty boxes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wardseal-fonts-'));
    writeFileSync(
      join(folder, 'fonts.conf'),
      '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>',
    );
    writeFileSync(join(folder, 'in.png'), await file(raw(picture).png()));
    const built = (name: string): string => JSON.stringify(new URL(`../../dist/${name}`, import.meta.url).href);
    const program = `
      import { readFileSync } from 'node:fs';
      import { markFile } from ${built('sharp/index.js')};
      const [chips, overlay] = ${JSON.stringify([chips, overlay])};
      const file = readFileSync(${JSON.stringify(join(folder, 'in.png'))});
      const plain = await markFile(file, { chips });
      const shown = await markFile(file, { chips, overlay }).catch((error) => error.code);
      console.log(plain.format, shown);`;
    const env = {
      ...process.env,
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      FONTCONFIG_PATH: folder,
      XDG_CACHE_HOME: folder,
      HOME: folder,
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
    rmSync(folder, { recursive: true });
    expect(stdout.trim()).toBe('png FONT_MISSING');
  });
});

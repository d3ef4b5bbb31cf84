import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { deriveImageKey, prepareChips, WatermarkError } from '../../src/index.js';
import { markFile, readPicture } from '../../src/sharp/index.js';

const refusal = async (work: Promise<unknown>): Promise<WatermarkError> => {
  const error = await work.then(
    () => new Error('accepted'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WatermarkError);
  return error as WatermarkError;
};
const plain = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#a87' } });

describe('files that are not what they begin as', () => {
  // XML takes a comment before its root: bytes 4 to 11 then say `ftypavif`, and sharp would draw the SVG.
  test.each(['avif', 'heic', 'mif1'])('a drawing that begins as %s is not drawn', async (brand) => {
    const drawing = `<!--ftyp${brand}--><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"></svg>`;
    const { code, field } = await refusal(readPicture(Buffer.from(drawing)));
    expect([code, field]).toEqual(['IMAGE_INVALID', 'file']);
  });

  test('an animated PNG holds several frames, an ordinary one does not', async () => {
    const whole = await plain(80, 70).png().toBuffer();
    const body = Buffer.from('acTL\0\0\0\x02\0\0\0\0', 'latin1');
    const [length, sum] = [Buffer.from([0, 0, 0, 8]), Buffer.alloc(4)];
    sum.writeUInt32BE(crc32(body));
    const animated = Buffer.concat([whole.subarray(0, 33), length, body, sum, whole.subarray(33)]);
    expect((await refusal(readPicture(animated))).message).toContain('several pages or frames');
    expect((await readPicture(whole)).width).toBe(80);
    for (const end of [9, 20, 34, 40]) await refusal(readPicture(animated.subarray(0, end)));
  });

  test('more channels than colour and transparency are refused', async () => {
    const raw = { width: 70, height: 70 } as const;
    const clear = sharp(Buffer.alloc(4 * 4900, 9), { raw: { ...raw, channels: 4 } });
    const five = clear.joinChannel(Buffer.alloc(4900, 9), { raw: { ...raw, channels: 1 } });
    five.tiff({ compression: 'none' });
    expect((await refusal(readPicture(await five.toBuffer()))).code).toBe('IMAGE_INVALID');
  });
});

/** A grey progressive JPEG, 64 pixels a side, in which each scan adds nothing: one for its mean, the others for waves. */
function progressive(waves: number): Buffer {
  const segment = (marker: number, body: readonly number[]): Buffer =>
    Buffer.from([0xff, marker, 0, body.length + 2, ...body]);
  const table = (kind: number, symbol: number): Buffer => segment(0xc4, [kind, 1, ...Array(15).fill(0), symbol]);
  const scan = (wave: number, high: number, low: number): Buffer =>
    segment(0xda, [1, 1, 0, wave, wave, (high << 4) | low]);
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array(64).fill(1)]),
    segment(0xc2, [8, 0, 64, 0, 64, 1, 1, 0x11, 0]),
    table(0x00, 0),
    table(0x10, 0x50),
    scan(0, 0, 0),
    Buffer.alloc(8),
  ];
  for (let i = 0; i < waves; i++) {
    const [wave, step] = [1 + Math.floor(i / 14), i % 14];
    // A run of 64 blocks without waves takes two codes of 32: 0 00000, 0 00000, and ones to fill the byte.
    parts.push(scan(wave, step === 0 ? 0 : 14 - step, 13 - step), Buffer.from([0x00, 0x0f]));
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xd9])]);
}

describe('files that cost far more than they weigh', () => {
  test('a JPEG of more scans than any encoder writes is refused before it is decoded', async () => {
    expect((await readPicture(progressive(98))).width).toBe(64);
    expect((await readPicture(progressive(99))).width).toBe(64);
    expect((await refusal(readPicture(progressive(100)))).message).toContain('more than 100 scans');
  });

  test('a thumbnail and what lies behind the end count for nothing', async () => {
    const whole = await plain(80, 70).jpeg({ progressive: true }).toBuffer();
    const thumbnail = Buffer.alloc(400, Buffer.from([0xff, 0xda]));
    const within = Buffer.concat([Buffer.from([0xff, 0xe2, 1, 0x92]), thumbnail]);
    const file = Buffer.concat([whole.subarray(0, 2), within, whole.subarray(2), thumbnail]);
    expect((await readPicture(file)).width).toBe(80);
  });
});

describe('overlays', () => {
  test('a picture longer than a drawing can be is refused by name', async () => {
    const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(1), 'img-1'), 'view-1');
    const details = { who: 'Dr Ada Example', role: 'Registrar', organisation: 'Example Trust' };
    const overlay = { mode: 'tile', ...details, at: '2026-03-01T09:00:00Z', code: 'K7QX-9MPD' } as const;
    const file = await plain(32_768, 64).png().toBuffer();
    const { code, limit, actual } = await refusal(markFile(file, { chips, overlay }));
    expect([code, limit, actual]).toEqual(['IMAGE_TOO_LARGE', 32_767, 32_768]);
  });
});

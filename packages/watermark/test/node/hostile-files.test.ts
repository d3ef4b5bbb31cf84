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

import { afterAll, describe, expect, test } from 'vitest';
import { canvasCodec } from '../../client/picture/canvas-codec.js';
import { photoOf } from '../suites/core-items.js';
import { newCore } from '../suites/core-world.js';

const core = newCore();

afterAll(() => core.lock());

const bytesOf = (start: string, length = 64): Blob => {
  const bytes = new Uint8Array(length);
  bytes.set(Array.from(start, (letter) => letter.charCodeAt(0)));
  return new Blob([bytes]);
};

describe('preparing', () => {
  test('an upright photograph keeps its very pixels and loses its metadata', async () => {
    const photo = await photoOf(7);
    const { width, height, removed, route, preview } = await core.prepare(photo);
    expect([width, height, route, preview.type]).toEqual([640, 480, 'rebuilt', 'image/jpeg']);
    expect(removed).toEqual(expect.arrayContaining(['exif', 'gps']));
    const decoded = async (file: Blob) =>
      (await canvasCodec().decode(new Uint8Array(await file.arrayBuffer()), 'image/jpeg')).data;
    expect(await decoded(preview)).toEqual(await decoded(photo));
  });

  test.each([
    ['a video of a phone', bytesOf('\0\0\0\x20ftypisom'), 'VIDEO_LATER'],
    ['a QuickTime video', bytesOf('\0\0\0\x14ftypqt  '), 'VIDEO_LATER'],
    ['a WebM video', bytesOf('\x1a\x45\xdf\xa3'), 'VIDEO_LATER'],
    ['what the browser calls a video', new Blob([new Uint8Array(9)], { type: 'video/mp4' }), 'VIDEO_LATER'],
    ['a HEIC picture', bytesOf('\0\0\0\x18ftypheic'), 'PICTURE_HEIC'],
    ['a picture of another iPhone', bytesOf('\0\0\0\x18ftypmif1'), 'PICTURE_HEIC'],
    ['an empty file', new Blob([]), 'PICTURE_EMPTY'],
    ['a text', bytesOf('Dear colleague'), 'PICTURE_UNSUPPORTED'],
    ['a JPEG that ends early', bytesOf('\xff\xd8\xff\xe0\0\x10JFIF'), 'PICTURE_MALFORMED'],
  ])('refuses %s', async (_what, file, code) => {
    await expect(core.prepare(file)).rejects.toMatchObject({ code, name: 'CoreError' });
  });

  test('refuses half a photograph, and one too small to carry a mark', async () => {
    const photo = await photoOf(8);
    await expect(core.prepare(photo.slice(0, photo.size / 2))).rejects.toMatchObject({ code: 'PICTURE_TRUNCATED' });
    await expect(core.prepare(await photoOf(9, 200, 40))).rejects.toMatchObject({ code: 'PICTURE_TOO_SMALL' });
  });

  test('ends when nobody wants it any more', async () => {
    const controller = new AbortController();
    const underWay = core.prepare(await photoOf(10), { signal: controller.signal });
    controller.abort();
    await expect(underWay).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(core.prepare(await photoOf(10), { signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect((await core.prepare(await photoOf(10))).width).toBe(640);
  });

  test('a worker that cannot be started or dies says so', async () => {
    const { startCore } = await import('../../client/core/rpc.js');
    const url = URL.createObjectURL(new Blob([''], { type: 'text/javascript' }));
    URL.revokeObjectURL(url);
    const dying = startCore({ worker: () => new Worker(url), storage: localStorage });
    await expect(dying.drop('x')).rejects.toMatchObject({ code: 'CORE_FAILED' });
  });
});

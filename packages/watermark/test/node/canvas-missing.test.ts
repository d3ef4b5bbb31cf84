import { expect, test } from 'vitest';
import { paint, pixelsOf } from '../../src/canvas/index.js';
import { skin } from '../pictures.js';

test('outside a browser there is no canvas, and that is said', async () => {
  const refused = { code: 'CANVAS_UNAVAILABLE', message: 'there is no canvas here: use this in a browser' };
  await expect(pixelsOf(new Blob([Uint8Array.of(1, 2, 3)]))).rejects.toMatchObject(refused);
  await expect(paint(null as never, skin(64, 64))).rejects.toMatchObject(refused);
});

import sharp from 'sharp';
import { MAX_PIXELS } from '../../client/picture/limits.js';
import type { PictureCodec } from '../../client/picture/strip.js';

/** Decodes and encodes with sharp, for programs outside the browser. */
export function sharpCodec(): PictureCodec {
  return {
    async decode(bytes) {
      const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'warning' })
        .toColourspace('srgb')
        .ensureAlpha()
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      const pixels = new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length);
      return { data: pixels, width: info.width, height: info.height };
    },
    async encode({ data, width, height }, type, quality) {
      const raw = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: MAX_PIXELS });
      if (type === 'image/png') return raw.png({ compressionLevel: 6 }).toBuffer();
      // Full colour resolution: halving it would be a second loss, and red on skin is where it shows first.
      const chromaSubsampling = '4:4:4';
      return raw
        .flatten({ background: '#fff' })
        .jpeg({ quality: Math.round(quality * 100), chromaSubsampling })
        .toBuffer();
    },
  };
}

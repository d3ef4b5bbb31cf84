import { loadSharp } from '../sharp/load-sharp.js';
import type { JpegRoundTrip } from '../testing/index.js';

/** JPEG 4:2:0 and back, as messengers do it. Transparency does not survive it. */
export const jpeg: JpegRoundTrip = async ({ data, width, height }, quality) => {
  const sharp = await loadSharp();
  const channels = data.length / (width * height);
  const plain = channels === 4 ? data.filter((_, i) => i % 4 !== 3) : data;
  const raw = { width, height, channels: channels === 1 ? 1 : 3 } as const;
  const file = await sharp(plain, { raw, limitInputPixels: false })
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer();
  const { data: read, info } = await sharp(file, { limitInputPixels: false })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(read), width: info.width, height: info.height };
};

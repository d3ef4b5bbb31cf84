import sharp, { type Sharp } from 'sharp';
import type { Pixels } from '../../src/image.js';
import type { JpegRoundTrip } from '../../src/testing/index.js';

/** A photograph, upright, as RGB. */
export async function load(path: string): Promise<Pixels> {
  const { data, info } = await sharp(path)
    .rotate()
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

const raw = ({ data, width, height }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels: (data.length / (width * height)) as 3 } });

/** JPEG 4:2:0 and back, by sharp. */
export const jpeg: JpegRoundTrip = async (pixels, quality) => {
  const encoded = await raw(pixels).removeAlpha().jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer();
  const { data, info } = await sharp(encoded).raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
};

/** What a messenger does: longest side 1600, enlarged or not, then JPEG 70. */
export async function messenger(pixels: Pixels, enlarge: boolean): Promise<Pixels> {
  const scaled = await raw(pixels)
    .resize({ width: 1600, height: 1600, fit: 'inside', withoutEnlargement: !enlarge })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return jpeg({ data: new Uint8Array(scaled.data), width: scaled.info.width, height: scaled.info.height }, 70);
}

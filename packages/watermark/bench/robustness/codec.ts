import type { Pixels } from '@wardseal/watermark';
import sharp from 'sharp';

/** JPEG 4:2:0 and back. */
export async function codec({ data, width, height }: Pixels, quality: number): Promise<Pixels> {
  const channels = (data.length / (width * height)) as 1 | 3 | 4;
  const encoded = await sharp(data, { raw: { width, height, channels } })
    .removeAlpha()
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer();
  const decoded = await sharp(encoded).raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(decoded.data), width: decoded.info.width, height: decoded.info.height };
}

import type { Pixels } from '@wardseal/watermark';
import sharp from 'sharp';

/** Who takes part: 64 bits in, and out again of every copy. Times are processor seconds of one thread's work. */
export interface Contestant {
  readonly name: string;
  /** What the times hold. */
  readonly timed: string;
  /** True when a copy has to be scaled back to the original's size first: the peer is told that size. */
  readonly needsSize: boolean;
  /** Embeds so many times, for so many times taken. */
  embed(picture: Pixels, rounds: number): Promise<{ copy: Pixels; seconds: number[] }>;
  /** Whether all 64 bits came back, copy by copy. */
  extract(copies: readonly Pixels[], original: Pixels): Promise<{ exact: boolean; seconds: number }[]>;
}

/** Processor seconds that some work took in this process. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; seconds: number }> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (user + system) / 1e6 };
}

export async function writePng({ data, width, height }: Pixels, path: string): Promise<void> {
  const channels = (data.length / (width * height)) as 3;
  await sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 1 }).toFile(path);
}

export async function readPng(path: string): Promise<Pixels> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

/** Scaled to a size. */
export async function scaledTo(copy: Pixels, { width, height }: Omit<Pixels, 'data'>): Promise<Pixels> {
  if (copy.width === width && copy.height === height) return copy;
  const { data } = await sharp(copy.data, { raw: { width: copy.width, height: copy.height, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width, height };
}

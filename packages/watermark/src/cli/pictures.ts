import { type Options, openInput, readAll, UsageError, writeOutput } from '@wardseal/primitives/cli';
import type { Pixels } from '../image.js';
import { MAX_FILE_BYTES } from '../limits.js';
import type { Roi } from '../roi.js';
import type { Format, OutputOptions } from '../sharp/index.js';
import { readPicture } from '../sharp/index.js';
import { isTransparent } from '../sharp/write-picture.js';
import { whole } from './asked.js';

const FORMATS: readonly Format[] = ['jpeg', 'png', 'webp', 'avif'];

/** How a picture is written. */
export const WRITTEN = {
  format: {
    kind: 'text',
    value: 'FORMAT',
    help: `${FORMATS.join(', ')}; as the picture came without it, however -o ends`,
  },
  quality: { kind: 'text', value: 'N', help: 'of jpeg, webp and avif, 90 to 100; 92 without it' },
} as const satisfies Options;

/** The same, read. */
export function writtenAs(format: string | undefined, quality: string | undefined): Partial<OutputOptions> {
  const known = FORMATS.find((one) => one === format);
  if (format !== undefined && known === undefined) throw new UsageError(`--format takes ${FORMATS.join(', ')}`);
  return { ...(known && { format: known }), ...(quality !== undefined && { quality: whole(quality, 'quality') }) };
}

/** The bytes of a picture file. `-` is stdin. */
export async function fileOf(path: string | undefined, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const input = await openInput(path, what);
  try {
    return await readAll(input.chunks(), MAX_FILE_BYTES, what);
  } finally {
    await input.close();
  }
}

/** A mask picture: black leaves pixels untouched, white gives the mark its full strength. */
export async function roiOf(path: string | undefined): Promise<Roi | undefined> {
  if (path === undefined) return undefined;
  const { data, width, height }: Pixels = await readPicture(await fileOf(path, 'the mask'));
  const channels = data.length / (width * height);
  // Drawn on nothing, a mask would mean one thing to whoever sees it and another here.
  if (isTransparent({ data, width, height }, channels))
    throw new UsageError('the mask must not be transparent anywhere');
  const mean = (at: number): number => (channels < 3 ? data[at]! : (data[at]! + data[at + 1]! + data[at + 2]!) / 3);
  const strengths = Uint8Array.from({ length: width * height }, (_, i) => Math.round(mean(i * channels)));
  return { data: strengths, width, height };
}

/** Writes a picture for its owner alone. */
export async function writeFileOf(path: string | undefined, force: boolean, data: Uint8Array): Promise<void> {
  await writeOutput({ path, force, secret: true, content: 'binary' }, ({ write }) => write(data));
}

import { holdsPatientNumber } from '@wardseal/primitives';
import { type Options, readSmall, UsageError } from '@wardseal/primitives/cli';
import { deriveImageKey } from '../derive-image-key.js';
import type { Layer } from '../version.js';

/** Options of whatever needs an image's key. The secret is a file: a command line is seen by others. */
export const KEY = {
  secret: { kind: 'text', value: 'FILE', help: 'the watermark secret: 32 to 1024 random bytes, as they are' },
  image: { kind: 'text', value: 'ID', help: "the picture's opaque id" },
} as const satisfies Options;

/** Whose mark. */
export const LAYER = {
  layer: {
    kind: 'text',
    value: 'LAYER',
    help: "view (without it) or share: a viewer's mark, or that of a person's copy",
  },
} as const satisfies Options;

/** A value that must be given. */
export function needed(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`--${option} is missing`);
  return value;
}

/** An id that may be marked with and printed: no NHS or CHI number. What stands there is not repeated. */
export function opaqueId(value: string | undefined, option: string): string {
  const id = needed(value, option);
  if (holdsPatientNumber(id, 'identifier'))
    throw new UsageError(`--${option} holds a number that could be a patient’s`);
  return id;
}

/** A layer's name. */
export function layerOf(value: string | undefined): Layer {
  if (value === undefined || value === 'view') return 'view';
  if (value === 'share') return value;
  throw new UsageError('--layer takes view or share');
}

/** Who gives the secret itself where its file's name belongs shall not read it again in an error, nor in a log of it. */
export async function unquoted<T>(option: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const trouble = error as NodeJS.ErrnoException;
    if (trouble.path !== undefined) trouble.path = `--${option}`;
    throw trouble;
  }
}

/** A text for the report: no NHS or CHI number. */
export function nobodysNumber(text: string | undefined, option: string): void {
  if (text !== undefined && holdsPatientNumber(text))
    throw new UsageError(`--${option} holds a number that could be a patient’s`);
}

/** Gives `act` what makes the keys of images, and wipes the secret when it is done. */
export async function withSecret<T>(
  path: string | undefined,
  act: (keyOf: (image: string) => Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const secret = await unquoted('secret', () => readSmall(needed(path, 'secret'), 'the watermark secret'));
  try {
    return await act((image) => deriveImageKey(secret, image));
  } finally {
    secret.fill(0);
  }
}

/** A whole number in an option. */
export function whole(value: string, option: string): number {
  if (!/^(?:0|[1-9]\d{0,9})$/.test(value)) throw new UsageError(`--${option} takes a whole number`);
  return Number(value);
}

/** A number in an option, as 45 or 46.5. */
export function decimal(value: string, option: string): number {
  if (!/^-?\d{1,9}(?:\.\d{1,9})?$/.test(value)) throw new UsageError(`--${option} takes a number`);
  return Number(value);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** A length of time in an option, in milliseconds: a number with its unit. */
export function budget(value: string): number {
  const [, count, unit] = /^([1-9]\d{0,8})(ms|s|m)$/.exec(value) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError('--budget takes a time with its unit, as 500ms, 30s or 5m');
  return Number(count) * UNITS[unit]!;
}

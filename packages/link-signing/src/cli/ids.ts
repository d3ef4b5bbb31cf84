import { fromHex } from '@wardseal/primitives';
import { UsageError } from '@wardseal/primitives/cli';

/** A digest in an option: 64 hexadecimal digits. What stands there is not repeated: it may be anything. */
export function digest(text: string, option: string): Uint8Array<ArrayBuffer> {
  const data = text.length === 64 ? fromHex(text) : null;
  if (data === null) throw new UsageError(`--${option} takes 64 hexadecimal digits`);
  return data;
}

/** An opaque id in an option: a digest, or a UUID. */
export function opaqueId(text: string, option: string): Uint8Array<ArrayBuffer> {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? fromHex(text.replaceAll('-', '')) : null;
  if (uuid !== null) return uuid;
  const data = text.length === 64 ? fromHex(text) : null;
  if (data === null) throw new UsageError(`--${option} takes a UUID or 64 hexadecimal digits: no name, no number`);
  return data;
}

/** A value that an option must have. */
export function needed<T>(value: T | undefined, option: string): T {
  if (value === undefined) throw new UsageError(`--${option} is needed`);
  return value;
}

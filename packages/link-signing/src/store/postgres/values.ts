import { hex } from '@wardseal/primitives';
import { LinkError } from '../../errors.js';
import type { Row } from './pool.js';

/** A literal of `bytea[]`, in the one form that every driver passes on: {"\\x00ff"}. */
export function byteaArray(items: readonly Uint8Array[]): string {
  return `{${items.map((item) => `"\\\\x${hex(item)}"`).join(',')}}`;
}

/** A whole number, however the driver was told to give it. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw unreadable();
  return number;
}

/** Bytes, as a copy that is no Buffer and shares no memory with one. */
export function bytesOf(row: Row, column: string): Uint8Array<ArrayBuffer> {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw unreadable();
  return new Uint8Array(value);
}

/** What is not NULL, read by one of the above. */
export function optional<T>(read: (row: Row, column: string) => T, row: Row, column: string): T | null {
  return row[column] === null ? null : read(row, column);
}

function unreadable(): LinkError {
  return new LinkError('STORE_FAILED', 'the database driver gives a value in a form that is not known here');
}

import { hex } from '@wardseal/primitives';
import { AuditError } from '../../errors.js';
import type { Row } from './pool.js';

type Bytes = Uint8Array<ArrayBuffer>;

// Arrays go as text, in the one form that every driver passes on: {"\\x00ff",NULL}.

/** A literal of `bytea[]`. */
export function byteaArray(items: readonly (Uint8Array | undefined)[]): string {
  return `{${items.map((item) => (item === undefined ? 'NULL' : `"\\\\x${hex(item)}"`)).join(',')}}`;
}

/** A literal of an array of numbers, or of uuids in hex. */
export function plainArray(items: readonly (number | string)[]): string {
  return `{${items.join(',')}}`;
}

/** A whole number, however the driver was told to give it. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw unreadable();
  return number;
}

/** Bytes, as a copy that is no Buffer and shares no memory with one. */
export function bytesOf(row: Row, column: string): Bytes {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw unreadable();
  return new Uint8Array(value);
}

function unreadable(): AuditError {
  return new AuditError('STORE_FAILED', 'the database driver gives a value in a form that is not known here');
}

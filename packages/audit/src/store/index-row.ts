import { readUint } from '@wardseal/primitives';
import { EVENT_TYPES } from '../event-codes.js';
import type { EntryQuery } from './store.js';

// One row of the index (docs/spec/index-file.md): id (16), recordedAt (6), type (1), the first 8 bytes of the handles of
// subject, actor and object, zeros for none, then where the entry's batch starts in the journal (7) and its place there.

/** Bytes of a row. */
export const ROW_BYTES = 55;
const TIME = 16;
const TYPE = 22;
const SUBJECT = 23;
const ACTOR = 31;
const OBJECT = 39;
const OFFSET = 47;
const PLACE = 54;
const PREFIX = 8;
const HANDLE = 32;

// Fields of a leaf that a row repeats: tag, where in the row, how many bytes of it.
const FIELDS: readonly (readonly [tag: number, at: number, length: number])[] = [
  [1, 0, TIME],
  [2, TIME, 6],
  [3, TYPE, 1],
  [9, ACTOR, PREFIX],
  [10, SUBJECT, PREFIX],
  [11, OBJECT, PREFIX],
];
const BY_TAG = new Map(FIELDS.map((field) => [field[0], field]));

/** Writes the row of an entry; what a leaf does not say stays zero. */
export function writeRow(into: Uint8Array, at: number, leaf: Uint8Array, offset: number, place: number): void {
  into.fill(0, at, at + ROW_BYTES);
  // A leaf's fields are all shorter than 128 bytes, so each length takes one byte.
  for (let field = 2; field + 2 < leaf.length; field += 2 + leaf[field + 1]!) {
    const [, to, length] = BY_TAG.get(leaf[field]!) ?? [0, 0, 0];
    for (let i = 0; i < length; i++) into[at + to + i] = leaf[field + 2 + i] ?? 0;
  }
  let rest = offset;
  for (let i = PLACE - 1; i >= OFFSET; i--) {
    into[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  into[at + PLACE] = place;
}

/** Where the entry of a row lies: its batch in the journal, and its place in it. */
export function placeOf(rows: Uint8Array, at: number): { offset: number; place: number } {
  return { offset: readUint(rows, at + OFFSET, 7) ?? 0, place: rows[at + PLACE]! };
}

/** Whether two rows are the same. */
export function sameRow(a: Uint8Array, at: number, b: Uint8Array, bt: number): boolean {
  for (let i = 0; i < ROW_BYTES; i++) if (a[at + i] !== b[bt + i]) return false;
  return true;
}

/**
 * Prepares a query: whether the row at a place may be one that it asks for. It is for all that are, and by a chance of 1
 * in 2^64 for another; without a handle in the query it decides. Throws RangeError when a handle is not 32 bytes.
 */
export function rowMatcher(query: EntryQuery): (rows: Uint8Array, at: number) => boolean {
  const { subject, actor, object, objects, types, from = 0, until = Number.POSITIVE_INFINITY } = query;
  const handles = (
    [
      [SUBJECT, subject],
      [ACTOR, actor],
      [OBJECT, object],
    ] as const
  ).flatMap(([field, handle]) => (handle === undefined ? [] : [{ field, handle }]));
  if (handles.some(({ handle }) => handle.length !== HANDLE)) throw new RangeError('a handle must be 32 bytes');
  const oneOf = objects && byStart(objects);
  const codes = types && new Set<number>(types.map((type) => EVENT_TYPES[type]));
  return (rows, at) => {
    for (const { field, handle } of handles) if (!begins(rows, at + field, handle)) return false;
    if (oneOf && !oneOf.get(start(rows, at + OBJECT))?.some((handle) => begins(rows, at + OBJECT, handle)))
      return false;
    if (codes !== undefined && !codes.has(rows[at + TYPE]!)) return false;
    const time = readUint(rows, at + TIME, 6)!;
    return time >= from && time < until;
  };
}

function byStart(handles: readonly Uint8Array[]): ReadonlyMap<number, Uint8Array[]> {
  const map = new Map<number, Uint8Array[]>();
  for (const handle of handles) {
    if (handle.length !== HANDLE) throw new RangeError('a handle must be 32 bytes');
    const known = map.get(start(handle, 0));
    if (known) known.push(handle);
    else map.set(start(handle, 0), [handle]);
  }
  return map;
}

function start(bytes: Uint8Array, at: number): number {
  return readUint(bytes, at, 4)!;
}

function begins(rows: Uint8Array, at: number, handle: Uint8Array): boolean {
  for (let i = 0; i < PREFIX; i++) if (rows[at + i] !== handle[i]) return false;
  return true;
}

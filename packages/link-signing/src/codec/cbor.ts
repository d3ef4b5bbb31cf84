import { fromUtf8, utf8 } from '@wardseal/primitives';
import { LinkError } from '../errors.js';
import { MAX_CBOR_BYTES, MAX_CBOR_DEPTH } from '../limits.js';

/** What this codec carries: integers, byte strings, text and maps with integer keys. No arrays, tags, floats or simple values. */
export type CborValue = number | string | Uint8Array | CborMap;
/** A map with integer keys. */
export type CborMap = Map<number, CborValue>;

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const MAP = 5;
const ASCII = /^[\0-\x7f]*$/;

function refuse(message: string): never {
  throw new LinkError('ENCODING_INVALID', message);
}

/** Bytes of a head in its shortest form. */
export function headLength(value: number): number {
  return value < 24 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : value < 0x100000000 ? 5 : 9;
}

/** Writes a head in its shortest form (RFC 8949 section 4.2.1) and returns where the next byte goes. */
export function writeHead(out: Uint8Array, at: number, major: number, value: number): number {
  const length = headLength(value);
  if (length === 1) {
    out[at] = (major << 5) | value;
    return at + 1;
  }
  out[at] = (major << 5) | (length === 2 ? 24 : length === 3 ? 25 : length === 5 ? 26 : 27);
  let rest = value;
  for (let i = at + length - 1; i > at; i--) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + length;
}

// Keys in the bytewise order of their encodings: 0, 1, 2 ... then -1, -2 ... (RFC 8949 section 4.2.1).
function before(a: number, b: number): boolean {
  return a >= 0 ? b < 0 || a < b : b < 0 && a > b;
}

function writeInteger(out: Uint8Array, at: number, value: number): number {
  return value < 0 ? writeHead(out, at, NEGATIVE, -1 - value) : writeHead(out, at, UNSIGNED, value);
}

/** The entries of a map in the order of their keys' encodings; most are made in it. */
function inOrder(map: CborMap): Iterable<[number, CborValue]> {
  let last: number | undefined;
  for (const key of map.keys()) {
    if (last !== undefined && !before(last, key)) return [...map].sort(([a], [b]) => (before(a, b) ? -1 : 1));
    last = key;
  }
  return map;
}

function write(out: Uint8Array, at: number, value: CborValue, depth: number): number {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError('cbor integer must be within 2^53 - 1');
    return writeInteger(out, at, value);
  }
  if (value instanceof Map) {
    if (depth === MAX_CBOR_DEPTH) throw new RangeError(`cbor is nested deeper than ${MAX_CBOR_DEPTH}`);
    let next = writeHead(out, at, MAP, value.size);
    for (const [key, item] of inOrder(value)) {
      if (!Number.isSafeInteger(key)) throw new RangeError('cbor map key must be an integer');
      next = write(out, writeInteger(out, next, key), item, depth + 1);
    }
    return next;
  }
  if (typeof value === 'string' && ASCII.test(value)) {
    // Without bytes in between: beyond the end they are dropped, and the length tells.
    let next = writeHead(out, at, TEXT, value.length);
    for (let i = 0; i < value.length; i++) out[next++] = value.charCodeAt(i);
    return next;
  }
  const data = typeof value === 'string' ? utf8(value) : value;
  const start = writeHead(out, at, typeof value === 'string' ? TEXT : BYTES, data.length);
  if (start + data.length > out.length) throw new RangeError(`cbor is longer than ${MAX_CBOR_BYTES} bytes`);
  out.set(data, start);
  return start + data.length;
}

// Encoding is synchronous and copies its result out, so one buffer serves all.
const SCRATCH = new Uint8Array(MAX_CBOR_BYTES);

/**
 * The one encoding of a value: deterministic CBOR (RFC 8949 section 4.2.1).
 * Throws RangeError when it is nested deeper than 3, longer than 1 KiB, or holds a number that is not a safe integer.
 */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  const end = write(SCRATCH, 0, value, 0);
  // Heads are written without a bound: beyond the end they are dropped, and the length tells.
  if (end > MAX_CBOR_BYTES) throw new RangeError(`cbor is longer than ${MAX_CBOR_BYTES} bytes`);
  return SCRATCH.slice(0, end);
}

/** A place in the bytes being read. */
export interface Cursor {
  readonly data: Uint8Array;
  at: number;
}

function byte(from: Cursor): number {
  const value = from.data[from.at];
  if (value === undefined) refuse('cbor is truncated');
  from.at += 1;
  return value;
}

/** Reads the argument of a head and refuses any form but the shortest. */
function argument(from: Cursor, info: number): number {
  if (info < 24) return info;
  if (info > 27) refuse('cbor holds an indefinite or reserved length');
  const width = 1 << (info - 24);
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + byte(from);
  if (!Number.isSafeInteger(value)) refuse('cbor integer is above 2^53 - 1');
  if (headLength(value) !== width + 1) refuse('cbor integer is not in its shortest form');
  return value;
}

/** Reads a byte string of a known major type 2; a view, not a copy. */
export function readBytes(from: Cursor): Uint8Array {
  const first = byte(from);
  if (first >> 5 !== BYTES) refuse('cbor holds something else where a byte string must be');
  return span(from, argument(from, first & 31));
}

function span(from: Cursor, length: number): Uint8Array {
  if (length > from.data.length - from.at) refuse('cbor is truncated');
  from.at += length;
  return from.data.subarray(from.at - length, from.at);
}

function integer(from: Cursor, first: number): number {
  const value = argument(from, first & 31);
  if (first >> 5 === UNSIGNED) return value;
  if (value === Number.MAX_SAFE_INTEGER) refuse('cbor integer is below -(2^53 - 1)');
  return -1 - value;
}

function read(from: Cursor, depth: number): CborValue {
  const first = byte(from);
  switch (first >> 5) {
    case UNSIGNED:
    case NEGATIVE:
      return integer(from, first);
    case BYTES:
      return new Uint8Array(span(from, argument(from, first & 31)));
    case TEXT:
      return fromUtf8(span(from, argument(from, first & 31))) ?? refuse('cbor text is not UTF-8');
    case MAP:
      return readMap(from, argument(from, first & 31), depth);
    default:
      return refuse('cbor holds an array, a tag, a float or a simple value');
  }
}

function readMap(from: Cursor, size: number, depth: number): CborMap {
  if (depth === MAX_CBOR_DEPTH) refuse(`cbor is nested deeper than ${MAX_CBOR_DEPTH}`);
  const map: CborMap = new Map();
  let last: number | undefined;
  for (let i = 0; i < size; i++) {
    const first = byte(from);
    if (first >> 5 > NEGATIVE) refuse('cbor map key is not an integer');
    const key = integer(from, first);
    if (last !== undefined && !before(last, key)) refuse('cbor map keys are not in order or repeat');
    last = key;
    map.set(key, read(from, depth + 1));
  }
  return map;
}

/**
 * Reads one CBOR map in its one encoding: shortest forms, keys in order without repeats, nothing behind it.
 * Throws LinkError `ENCODING_INVALID` on anything else, on more than 1 KiB and on nesting deeper than 3.
 */
export function decodeCbor(data: Uint8Array): CborMap {
  if (data.length > MAX_CBOR_BYTES) refuse(`cbor is longer than ${MAX_CBOR_BYTES} bytes`);
  const from: Cursor = { data, at: 0 };
  const value = read(from, 0);
  if (from.at !== data.length) refuse('cbor has bytes behind its end');
  return value instanceof Map ? value : refuse('cbor is not a map');
}

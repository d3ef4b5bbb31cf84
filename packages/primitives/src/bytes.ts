import { nodeCrypto } from './platform.js';

/** Bytes that own an ordinary ArrayBuffer, so that `Blob` and `crypto.subtle` take them (TypeScript >= 5.7). */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The same bytes as `Bytes`: shares memory where it can, copies out of shared memory and Node's Buffer class. */
export function asBytes(data: Uint8Array): Bytes {
  return data.constructor === Uint8Array && data.buffer instanceof ArrayBuffer ? (data as Bytes) : new Uint8Array(data);
}

/** Joins byte arrays into a new one. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Compares without stopping at the first difference. Lengths are public. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** An unsigned integer (0 to 2^53 - 1) as `width` big-endian bytes. Throws RangeError when it does not fit. */
export function uint(value: number, width: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('value must be an integer from 0 to 2^53 - 1');
  const out = new Uint8Array(width);
  let rest = value;
  for (let i = width - 1; i >= 0; i--) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  if (rest !== 0) throw new RangeError(`value does not fit ${width} bytes`);
  return out;
}

/** `width` big-endian bytes at `at` as a number, or null when above 2^53 - 1 or beyond the end. */
export function readUint(data: Uint8Array, at: number, width: number): number | null {
  if (at < 0 || at + width > data.length) return null;
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + data[at + i]!;
  return Number.isSafeInteger(value) ? value : null;
}

let injected: ((length: number) => Uint8Array) | undefined;

/**
 * Replaces the source of `randomBytes` (undefined: back to the platform's). For realms without a generator and for tests
 * that replay from a seed; whoever exposes it to users must refuse it where the platform has a generator of its own.
 */
export function injectRandom(source?: (length: number) => Uint8Array): void {
  injected = source;
}

/** Whether `randomBytes` is replaced: then nothing may draw from the platform's generator behind its back. */
export function randomIsInjected(): boolean {
  return injected !== undefined;
}

/** Whether the platform has a random generator of its own. */
export function platformHasRandom(): boolean {
  return nodeCrypto !== undefined || (globalThis as { crypto?: Crypto }).crypto?.getRandomValues !== undefined;
}

/**
 * Random bytes from the platform's generator, or from the injected one.
 * Throws Error when there is none, TypeError when the injected one gives no Uint8Array, RangeError when another length.
 */
export function randomBytes(length: number): Bytes {
  if (injected) {
    const given: unknown = injected(length);
    // By name: it may be another realm's. Of a number, such as the count of bytes written, there would be that many zeros.
    if (Object.prototype.toString.call(given) !== '[object Uint8Array]')
      throw new TypeError('random source gave no Uint8Array');
    const out = new Uint8Array(given as Uint8Array);
    if (out.length !== length) throw new RangeError('random source gave another length');
    return out;
  }
  if (nodeCrypto) return new Uint8Array(nodeCrypto.randomBytes(length));
  const source = (globalThis as { crypto?: Crypto }).crypto;
  if (!source?.getRandomValues) throw new Error('no secure random source: inject one');
  const out = new Uint8Array(length);
  // getRandomValues refuses more than 65,536 bytes a call.
  for (let at = 0; at < length; at += 65_536) source.getRandomValues(out.subarray(at, Math.min(at + 65_536, length)));
  return out;
}

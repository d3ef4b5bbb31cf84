import { utf8 } from '@wardseal/primitives';
import { MAX_KEY_LENGTH } from './limits.js';

// Bech32 (BIP 173) as age uses it: the original checksum constant 1 and no limit of 90 characters.
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const CHECKSUM_LENGTH = 6;

function polymod(values: Iterable<number>, before = 1): number {
  let check = before;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (let i = 0; i < 5; i++) if ((top >>> i) & 1) check ^= GENERATOR[i]!;
  }
  return check >>> 0;
}

function expandPrefix(prefix: string): number[] {
  const codes = [...utf8(prefix)];
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

/** Bytes as lower-case bech32 with a lower-case prefix. */
export function bech32(prefix: string, data: Uint8Array): string {
  const words: number[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of data) {
    bits = ((bits << 8) | byte) & 0xfff;
    held += 8;
    while (held >= 5) {
      held -= 5;
      words.push((bits >> held) & 31);
    }
  }
  if (held > 0) words.push((bits << (5 - held)) & 31);
  const check = polymod([...expandPrefix(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  for (let i = 0; i < CHECKSUM_LENGTH; i++) words.push((check >>> (5 * (5 - i))) & 31);
  return `${prefix}1${words.map((word) => ALPHABET[word]!).join('')}`;
}

// Above `\x60` stand the lower-case letters, and others of which these are the lower case (U+212A is a K that becomes k).
const UPPER_CASE = /^[\x21-\x60]*$/;

/** As `fromBech32`, of a text that must be in upper case. */
export function fromUpperBech32(prefix: string, text: string): Uint8Array<ArrayBuffer> | null {
  return UPPER_CASE.test(text) ? fromBech32(prefix, text.toLowerCase()) : null;
}

/** Lower-case bech32 with exactly this prefix as bytes, or null when it is not the one spelling of its value. */
export function fromBech32(prefix: string, text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length > MAX_KEY_LENGTH || !text.startsWith(`${prefix}1`)) return null;
  const start = prefix.length + 1;
  // A directory holds thousands of keys of 1,959 characters: no list is built for each.
  const all = new Uint8Array(text.length - start);
  for (let i = 0; i < all.length; i++) {
    const word = VALUES[text.charCodeAt(start + i)] ?? -1;
    if (word < 0) return null;
    all[i] = word;
  }
  if (all.length < CHECKSUM_LENGTH || polymod(all, polymod(expandPrefix(prefix))) !== 1) return null;
  const words = all.subarray(0, -CHECKSUM_LENGTH);
  const out = new Uint8Array(Math.floor((words.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const word of words) {
    bits = ((bits << 5) | word) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      out[at++] = (bits >> held) & 255;
    }
  }
  // At most 4 spare bits, all zero: otherwise several texts would name one key.
  return held <= 4 && (bits & ((1 << held) - 1)) === 0 ? out : null;
}

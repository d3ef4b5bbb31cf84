import type { Bytes } from './bytes.js';

// Strict on purpose: one value has one spelling. Spare bits must be zero, padding is there or not by variant,
// and nothing (blank, newline, other alphabet) is skipped. Lenient decoders let a deny-list be walked around.

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

function table(alphabet: string): Int16Array {
  const values = new Int16Array(128).fill(-1);
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}
const STANDARD_VALUES = table(STANDARD);
const URL_VALUES = table(URL_SAFE);

function encode(data: Uint8Array, alphabet: string, pad: boolean): string {
  let text = '';
  let i = 0;
  for (; i + 2 < data.length; i += 3) {
    const n = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
    text += alphabet[n >> 18]! + alphabet[(n >> 12) & 63]! + alphabet[(n >> 6) & 63]! + alphabet[n & 63]!;
  }
  const left = data.length - i;
  if (left === 1) {
    const n = data[i]! << 4;
    text += alphabet[n >> 6]! + alphabet[n & 63]! + (pad ? '==' : '');
  } else if (left === 2) {
    const n = (data[i]! << 10) | (data[i + 1]! << 2);
    text += alphabet[n >> 12]! + alphabet[(n >> 6) & 63]! + alphabet[n & 63]! + (pad ? '=' : '');
  }
  return text;
}

function decode(text: string, values: Int16Array, padded: boolean): Bytes | null {
  let length = text.length;
  if (padded) {
    if (length % 4 !== 0) return null;
    if (text.endsWith('==')) length -= 2;
    else if (text.endsWith('=')) length -= 1;
  }
  if (length % 4 === 1) return null;
  const out = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? values[code]! : -1;
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[at++] = (bits >> held) & 255;
    }
  }
  // Spare bits of the last character must be zero (RFC 4648 section 3.5).
  return (bits & ((1 << held) - 1)) === 0 ? out : null;
}

/** base64url without padding (RFC 4648 section 5). */
export function base64url(data: Uint8Array): string {
  return encode(data, URL_SAFE, false);
}

/** Strict base64url without padding as bytes, or null when it is not the one spelling of its value. */
export function fromBase64url(text: string): Bytes | null {
  return decode(text, URL_VALUES, false);
}

/** Standard base64 with padding (RFC 4648 section 4), as signed notes use it. */
export function base64(data: Uint8Array): string {
  return encode(data, STANDARD, true);
}

/** Strict standard base64 with padding as bytes, or null. */
export function fromBase64(text: string): Bytes | null {
  return decode(text, STANDARD_VALUES, true);
}

/** Standard alphabet without padding, as the age header uses it. */
export function base64raw(data: Uint8Array): string {
  return encode(data, STANDARD, false);
}

/** Strict standard base64 without padding as bytes, or null. */
export function fromBase64raw(text: string): Bytes | null {
  return decode(text, STANDARD_VALUES, false);
}

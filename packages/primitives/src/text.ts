import type { Bytes } from './bytes.js';

/** From about this length on, UTF-16 units, asking the platform is worth it: a cold process takes 2 ms over 60 KB by itself. */
const LONG = 1_024;

/** Text as UTF-8. Works where TextEncoder is missing. Throws RangeError on a lone surrogate, which has no UTF-8 form. */
export function utf8(text: string): Bytes {
  // TextEncoder would put another character in place of a lone surrogate.
  if (text.length > LONG && typeof TextEncoder === 'function' && !/[\ud800-\udfff]/u.test(text))
    return new TextEncoder().encode(text);
  const out = new Uint8Array(text.length * 3);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = text.charCodeAt(i + 1);
      if (code > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) throw new RangeError('text holds a lone surrogate');
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i++;
    }
    if (code < 0x80) out[at++] = code;
    else if (code < 0x800) {
      out[at++] = 0xc0 | (code >> 6);
      out[at++] = 0x80 | (code & 63);
    } else if (code < 0x10000) {
      out[at++] = 0xe0 | (code >> 12);
      out[at++] = 0x80 | ((code >> 6) & 63);
      out[at++] = 0x80 | (code & 63);
    } else {
      out[at++] = 0xf0 | (code >> 18);
      out[at++] = 0x80 | ((code >> 12) & 63);
      out[at++] = 0x80 | ((code >> 6) & 63);
      out[at++] = 0x80 | (code & 63);
    }
  }
  return out.slice(0, at);
}

/** UTF-8 as text, or null when the bytes are not well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). */
export function fromUtf8(data: Uint8Array): string | null {
  let text = '';
  for (let i = 0; i < data.length; ) {
    const first = data[i++]!;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const extra = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || i + extra > data.length) return null;
    let code = first & (0x3f >> extra);
    for (let k = 0; k < extra; k++) {
      const next = data[i++]!;
      if ((next & 0xc0) !== 0x80) return null;
      code = (code << 6) | (next & 0x3f);
    }
    const smallest = extra === 3 ? 0x10000 : extra === 2 ? 0x800 : 0x80;
    if (code < smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
    text += String.fromCodePoint(code);
  }
  return text;
}

const HEX = '0123456789abcdef';

/** Bytes as lower-case hexadecimal. */
export function hex(data: Uint8Array): string {
  let text = '';
  for (const byte of data) text += HEX[byte >> 4]! + HEX[byte & 15]!;
  return text;
}

/** Lower-case hexadecimal as bytes, or null when it is anything else. */
export function fromHex(text: string): Bytes | null {
  if (text.length % 2 !== 0) return null;
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = HEX.indexOf(text.charAt(2 * i));
    const low = HEX.indexOf(text.charAt(2 * i + 1));
    if (high < 0 || low < 0) return null;
    out[i] = (high << 4) | low;
  }
  return out;
}

import { fromUtf8 } from '@wardseal/primitives';

/** Modulus 11 of NHS, Scottish CHI and Northern Irish H&C numbers: ten digits, the last a check. */
function checks(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (10 - i) * Number(digits[i]);
  return (11 - (sum % 11)) % 11 === Number(digits[9]);
}

/**
 * Whether text holds what looks like an NHS, CHI or H&C number: ten digits with a right check digit,
 * joined or parted by single blanks, dots, dashes or slashes, anywhere, also inside a longer run of digits.
 */
export function holdsPatientNumber(text: string): boolean {
  for (const run of text.normalize('NFKC').match(/\d(?:[\s./_–-]?\d){9,}/g) ?? []) {
    const digits = run.replace(/\D/g, '');
    for (let i = 0; i + 10 <= digits.length; i++) if (checks(digits.slice(i, i + 10))) return true;
  }
  return false;
}

/**
 * Whether bytes can be an opaque identifier: a UUID (16 bytes with the RFC 9562 variant) or a digest (32 bytes).
 * Text in disguise is refused: a name of 16 letters has no UUID variant, and a digest is well-formed UTF-8 once in 10^9.
 */
export function isOpaque(id: Uint8Array): boolean {
  if (id.length === 16) return (id[8]! & 0xc0) === 0x80 && fromUtf8(id) === null;
  return isDigest(id);
}

/** Whether bytes can be a SHA-256 digest and not 32 bytes of text. */
export function isDigest(id: Uint8Array): boolean {
  return id.length === 32 && fromUtf8(id) === null;
}

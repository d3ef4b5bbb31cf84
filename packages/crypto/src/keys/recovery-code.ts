import { SealError } from '../errors.js';
import { random } from '../random.js';
import { fromSymbols, readSymbols, toSymbols, writeSymbols } from './crockford.js';

const SECRET_BYTES = 20;
const SECRET_SYMBOLS = 32;
const CHECK_SYMBOLS = 4;
/** Far above a code with a blank behind every symbol: whatever is longer is no code. */
const MAX_TYPED_LENGTH = 256;

// The code, read as one number in base 32, is 1 modulo this prime: the largest below 2^20 under which no one or two wrong
// symbols give 1 again, wherever they stand (a test tries them all). Swapping two symbols is two wrong ones.
const PRIME = 1_048_517;
const REMAINDER = 1;

function remainder(symbols: readonly number[]): number {
  let rest = 0;
  for (const symbol of symbols) rest = (rest * 32 + symbol) % PRIME;
  return rest;
}

function checkOf(secret: readonly number[]): number[] {
  const shifted = remainder([...secret, ...new Array<number>(CHECK_SYMBOLS).fill(0)]);
  const check = (PRIME + REMAINDER - shifted) % PRIME;
  return [15, 10, 5, 0].map((bit) => (check >> bit) & 31);
}

function parse(text: string): { canonical: string; secret: Uint8Array<ArrayBuffer> } {
  if (typeof text !== 'string') throw new TypeError('recovery code must be a string');
  const symbols = text.length > MAX_TYPED_LENGTH ? null : readSymbols(text);
  const secret = symbols?.slice(0, SECRET_SYMBOLS) ?? [];
  // Compared with the one check there is, not by the remainder: a few checks could be written in a second way.
  const canonical = writeSymbols([...secret, ...checkOf(secret)]);
  if (symbols?.length !== SECRET_SYMBOLS + CHECK_SYMBOLS || writeSymbols(symbols) !== canonical)
    throw new SealError('CODE_INVALID', 'recovery code is mistyped or incomplete');
  return { canonical, secret: fromSymbols(secret) };
}

/**
 * Makes a recovery code for `protectKeys`: 160 random bits and a check, 36 symbols of Crockford's base32 in nine groups of
 * four. To be written down or printed by the person and stored nowhere else: whoever has it and the wrapped keys has the keys.
 *
 * @throws SealError RANDOM_UNAVAILABLE where there is no secure random source.
 *
 * @example
 * const code = generateRecoveryCode(); // 36 symbols, such as '6XKD-0PAM-...'
 */
export function generateRecoveryCode(): string {
  const secret = toSymbols(random(SECRET_BYTES));
  return writeSymbols([...secret, ...checkOf(secret)]);
}

/**
 * The one spelling of a recovery code that somebody typed: upper case, groups of four with hyphens. Takes either case,
 * blanks and dashes anywhere, O for 0, I and L for 1. Needs no key and no wrapped keys, so a form can say at once that
 * something is mistyped: one or two wrong or swapped symbols always, anything else all but once in a million.
 *
 * @throws SealError CODE_INVALID when the text is no recovery code; TypeError when it is no string.
 *
 * @example
 * const code = canonicalRecoveryCode(' 6xkd 0pam ...');
 */
export function canonicalRecoveryCode(text: string): string {
  return parse(text).canonical;
}

/** The 20 secret bytes of a code as typed. Throws CODE_INVALID. */
export function recoveryCodeSecret(text: string): Uint8Array<ArrayBuffer> {
  return parse(text).secret;
}

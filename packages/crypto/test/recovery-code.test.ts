import { randomBytes } from '@wardseal/primitives';
import { expect, it } from 'vitest';
import { generateIdentity, generateRecoveryCode, generateSigningKey, limits, protectKeys } from '../src/index.js';
import { fromSymbols, toSymbols } from '../src/keys/crockford.js';
import { recoveryCodeSecret } from '../src/keys/recovery-code.js';
import { codeOf } from './world.js';

// A code against its definition, as one large number: the secret's bits in front, and 1 modulo the prime as a whole.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PRIME = 1_048_517n;

const numberOf = (code: string): bigint =>
  [...code.replaceAll('-', '')].reduce((sum, symbol) => sum * 32n + BigInt(ALPHABET.indexOf(symbol)), 0n);

const bytesOf = (value: bigint, length: number): number[] =>
  Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 255n));

it('a code holds every bit of its secret, and a check of twenty bits', () => {
  for (let run = 0; run < 50; run++) {
    const code = generateRecoveryCode();
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}$/);
    const whole = numberOf(code);
    expect(whole % PRIME).toBe(1n);
    expect([...recoveryCodeSecret(code)]).toEqual(bytesOf(whole >> 20n, 20));
  }
});

it('symbols are bits in groups of five, both ways', () => {
  expect(toSymbols(Uint8Array.of(0x84, 0x21, 0x08, 0x42, 0x10))).toEqual([16, 16, 16, 16, 16, 16, 16, 16]);
  expect(fromSymbols([31, 0, 31, 0, 31, 0, 31, 0])).toEqual(Uint8Array.of(0xf8, 0x3e, 0x0f, 0x83, 0xe0));
  for (const length of [5, 10, 20]) {
    const data = randomBytes(length);
    expect(fromSymbols(toSymbols(data))).toEqual(data);
  }
});

it('a typed code is text of a sensible length', async () => {
  const code = generateRecoveryCode();
  expect(await codeOf(() => recoveryCodeSecret(code.padEnd(256)))).toBe('accepted');
  expect(await codeOf(() => recoveryCodeSecret(code.padEnd(257)))).toBe('CODE_INVALID');
  expect(await codeOf(() => recoveryCodeSecret(undefined as never))).toBe('TypeError: recovery code must be a string');
});

it('what keys are wrapped for and with is checked', async () => {
  const { identity } = await generateIdentity();
  const keys = { identity, signing: await generateSigningKey() };
  const right = new Uint8Array(32).fill(1, 1);
  const wrap = (about: unknown, passkeyPrf: unknown = right) =>
    codeOf(() => protectKeys(keys, { passkeyPrf } as never, about as never));
  for (const about of [
    { person: 7, credential: 'c' },
    { person: 'p', credential: undefined },
    { person: '\ud800', credential: 'c' },
    { person: 'p', credential: 'c\udc00' },
    { person: '', credential: 'c' },
    { person: 'p', credential: 'x'.repeat(limits.MAX_CREDENTIAL_LENGTH + 1) },
  ])
    expect(await wrap(about)).toBe('TypeError: about must name a person and a credential');
  const about = { person: 'p', credential: '\u{1f511}' };
  for (const length of [32, 64]) expect(await wrap(about, new Uint8Array(length).fill(1, 1))).toBe('accepted');
  for (const length of [0, 31, 65]) expect(await wrap(about, new Uint8Array(length).fill(1))).toMatch(/^RangeError/);
  expect(await wrap(about, new Uint8Array(32))).toBe('RangeError: passkeyPrf must not be all zeros');
  expect(await wrap(about, 'x')).toBe('TypeError: passkeyPrf must be a Uint8Array');
});

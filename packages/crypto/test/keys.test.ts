import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bech32, fromBech32 } from '../src/bech32.js';
import {
  capabilities,
  generateIdentity,
  generateSigningKey,
  limits,
  provideRandomness,
  recipientOf,
  recipientThumbprint,
  signingKeyPairOf,
  signingKeyThumbprint,
} from '../src/index.js';
import { parseIdentity, parseRecipient } from '../src/keys/recipient.js';
import { signerOf } from '../src/keys/signing-key.js';
import { forceRandomness } from '../src/testing.js';
import { codeOf } from './world.js';

describe('bech32', () => {
  it('comes back, and no other text gives the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.nat(31), (data, place, other) => {
        const text = bech32('age', data);
        expect(fromBech32('age', text)).toEqual(new Uint8Array(data));
        const at = 4 + (place % (text.length - 4));
        const changed = `${text.slice(0, at)}${'qpzry9x8gf2tvdw0s3jn54khce6mua7l'[other]}${text.slice(at + 1)}`;
        if (changed !== text) expect(fromBech32('age', changed)).toBeNull();
      }),
    );
  });

  it('knows the vectors of BIP 173', () => {
    expect(bech32('a', new Uint8Array(0))).toBe('a12uel5l');
    expect(fromBech32('a', 'a12uel5l')).toEqual(new Uint8Array(0));
    // 32 words of value 0 to 31
    const all = fromBech32('abcdef', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw');
    expect(all && bech32('abcdef', all)).toBe('abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw');
  });

  it.each([
    ['another prefix', 'b12uel5l'],
    ['upper case', 'A12UEL5L'],
    ['mixed case', 'a12UEL5L'],
    ['no checksum', 'a1'],
    ['a short checksum', 'a12uel5'],
    ['a character outside', 'a12ueb5l'],
    ['a blank', 'a12uel5l '],
    ['bech32m', 'a1lqfn3a'],
    ['too long a text', `a1${'q'.repeat(3000)}`],
  ])('refuses %s', (_, text) => {
    expect(fromBech32('a', text)).toBeNull();
  });

  it('refuses spare bits that are not zero', () => {
    // one word too many, and a last word with spare bits set, both with a right checksum
    expect(fromBech32('a', 'a1qqqzgdj7h')).toBeNull();
    for (let i = 0; i < 32; i++) {
      const decoded = fromBech32('age', withChecksum('age', [0, i]));
      expect(decoded === null).toBe((i & 3) !== 0);
    }
    expect(fromBech32('age', withChecksum('age', [0]))).toBeNull();
    expect(fromBech32('age', withChecksum('age', [0, 0, 0]))).toBeNull();
  });

  it('reads texts of the longest length and no longer ones', () => {
    const longest = bech32('a', new Uint8Array(1275));
    expect(longest).toHaveLength(limits.MAX_KEY_LENGTH);
    expect(fromBech32('a', longest)).toEqual(new Uint8Array(1275));
    expect(fromBech32('ab', bech32('ab', new Uint8Array(1275)))).toBeNull();
  });

  it('refuses a character outside even where the checksum was made to fit it', () => {
    // a `b`, had it been taken for the number -1
    const text = withChecksum('age', [0, 0, 0xffffffff, 0]).replace('age1qq', 'age1qqb');
    expect(fromBech32('age', text)).toBeNull();
  });

  it('refuses what is too short for a checksum, though the sum is right', () => {
    const found: string[] = [];
    for (let code = 0x21; code < 0x7f; code++) {
      const prefix = String.fromCharCode(code);
      // Words are added to the sum's low bits one after the other, so five of them can be chosen where the rest is right.
      for (const other of 'abcdefgh') {
        const short = shortSum(`${prefix}${other}`);
        if (short !== null) found.push(`${prefix}${other}`, short);
      }
    }
    expect(found.length).toBeGreaterThan(10);
    for (let i = 0; i < found.length; i += 2) expect(fromBech32(found[i]!, found[i + 1]!)).toBeNull();
  });
});

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** BIP 173's sum over a prefix and words. */
function polymod(prefix: string, words: readonly number[]): bigint {
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  let check = 1n;
  for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...words]) {
    const top = check >> 25n;
    check = ((check & 0x1ffffffn) << 5n) ^ BigInt(value);
    for (const [i, g] of [0x3b6a57b2n, 0x26508e6dn, 0x1ea119fan, 0x3d4233ddn, 0x2a1462b3n].entries())
      if ((top >> BigInt(i)) & 1n) check ^= g;
  }
  return check;
}

const wordsOf = (value: bigint, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Number((value >> BigInt(5 * (count - 1 - i))) & 31n));

const textOf = (prefix: string, words: readonly number[]): string =>
  `${prefix}1${words.map((word) => ALPHABET[word]).join('')}`;

/** Words with a right checksum. */
function withChecksum(prefix: string, words: readonly number[]): string {
  return textOf(prefix, [...words, ...wordsOf(polymod(prefix, [...words, 0, 0, 0, 0, 0, 0]) ^ 1n, 6)]);
}

/** Five words whose sum is right, one less than a checksum has; null for the prefixes that have none. */
function shortSum(prefix: string): string | null {
  const missing = polymod(prefix, [0, 0, 0, 0, 0]) ^ 1n;
  return missing >> 25n === 0n ? textOf(prefix, wordsOf(missing, 5)) : null;
}

describe('keys', () => {
  it('are age strings of either kind', async () => {
    const pq = await generateIdentity();
    expect(pq.identity).toMatch(/^AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}$/);
    expect(pq.recipient).toMatch(/^age1pq1[0-9a-z]{1952}$/);
    const classic = await generateIdentity({ kind: 'classic' });
    expect(classic.identity).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
    expect(classic.recipient).toMatch(/^age1[0-9a-z]{58}$/);
    for (const { identity, recipient } of [pq, classic]) expect(await recipientOf(identity)).toBe(recipient);
    expect(await codeOf(() => generateIdentity({ kind: 'rsa' as 'pq' }))).toMatch(/^TypeError/);
  });

  it('have one spelling, whatever letters have the same lower case', async () => {
    const { identity } = await generateIdentity({ kind: 'classic' });
    for (const other of [identity.replace('K', '\u212a'), identity.toLowerCase(), `${identity} `])
      expect(await codeOf(() => recipientOf(other))).toBe('KEY_INVALID');
  });

  it('have thumbprints that anybody can compute', async () => {
    const { recipient } = await generateIdentity({ kind: 'classic' });
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(recipient)));
    const text = btoa(String.fromCharCode(...digest))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace('=', '');
    expect(recipientThumbprint(recipient)).toBe(text);
    // RFC 8037 appendix A.3
    expect(signingKeyThumbprint('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(
      'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    );
  });

  it('for signing carry their thumbprint', async () => {
    const keys = await generateSigningKey();
    expect(keys.kid).toBe(signingKeyThumbprint(keys.publicKey));
    expect(await signingKeyPairOf(keys.secretKey)).toEqual(keys);
    for (const bad of ['', keys.secretKey.toLowerCase(), keys.secretKey.slice(0, -1), keys.publicKey])
      expect(await codeOf(() => signingKeyPairOf(bad))).toBe('KEY_INVALID');
    expect(keys.secretKey).toMatch(/^WARDSEAL-SIGNING-KEY-1[0-9A-Z]{58}$/);
    for (const bad of ['', 'x', `${keys.publicKey}=`, keys.publicKey.slice(1)])
      expect(await codeOf(() => signingKeyThumbprint(bad))).toBe('KEY_INVALID');
  });
});

describe('keys from outside', () => {
  it('for receiving are of one kind and one length', async () => {
    const { identity, recipient } = await generateIdentity();
    for (const text of [
      bech32('age1pq', new Uint8Array(1215)),
      bech32('age', new Uint8Array(31)),
      'age1',
      recipient.slice(1),
    ])
      expect(await codeOf(() => recipientThumbprint(text))).toBe('KEY_INVALID');
    const upper = (prefix: string, length: number) => bech32(prefix, new Uint8Array(length)).toUpperCase();
    for (const text of [
      upper('age-secret-key-', 31),
      upper('age-secret-key-pq-', 33),
      recipient,
      identity.slice(1),
      '',
    ])
      expect(await codeOf(() => recipientOf(text))).toBe('KEY_INVALID');
    for (const none of [undefined, null, 7, [identity]]) {
      expect(await codeOf(() => recipientThumbprint(none as never))).toBe('TypeError: recipient must be a string');
      expect(await codeOf(() => recipientOf(none as never))).toMatch(
        /^TypeError: (identity|recipient) must be a string/,
      );
    }
    expect(await codeOf(() => generateIdentity({ kind: 'rsa' as 'pq' }))).toBe(
      'TypeError: kind must be `pq` or `classic`',
    );
  });

  it('for receiving say which kind they are', async () => {
    for (const [kind, length] of [
      ['pq', 1216],
      ['classic', 32],
    ] as const) {
      const { identity, recipient } = await generateIdentity({ kind });
      expect(parseRecipient(recipient)).toMatchObject({ kind, text: recipient, publicKey: { length } });
      expect(parseIdentity(identity)).toMatchObject({ kind, secret: { length: 32 } });
      expect(recipientThumbprint(recipient)).toHaveLength(43);
    }
  });

  it('that are held elsewhere name their recipient', async () => {
    const { recipient } = await generateIdentity({ kind: 'classic' });
    const decapsulate = () => null;
    expect(await recipientOf({ recipient, decapsulate })).toBe(recipient);
    expect(await codeOf(() => recipientOf({ recipient: 'age1x', decapsulate }))).toBe('KEY_INVALID');
  });

  it('for signing come back from their secret', async () => {
    const keys = await generateSigningKey();
    expect(await signingKeyPairOf(keys.secretKey)).toEqual(keys);
    const prefix = 'wardseal-signing-key-';
    for (const text of [
      keys.secretKey.toLowerCase(),
      keys.secretKey.slice(1),
      bech32(prefix, new Uint8Array(31)).toUpperCase(),
    ])
      expect(await codeOf(() => signingKeyPairOf(text))).toBe('KEY_INVALID');
    expect(await codeOf(() => signingKeyPairOf(7 as never))).toBe('TypeError: secretKey must be a string');
    for (const text of ['A'.repeat(42), 'A'.repeat(44), 'A'.repeat(400), `${keys.publicKey.slice(0, -1)}=`, undefined])
      expect(await codeOf(() => signingKeyThumbprint(text as never))).toBe('KEY_INVALID');
  });

  it('sign only when their parts belong together', async () => {
    const [keys, other] = [await generateSigningKey(), await generateSigningKey()];
    const message = Uint8Array.of(1, 2, 3);
    const signature = await (await signerOf(keys)).sign(message);
    expect(signature).toHaveLength(64);
    expect(await signerOf(keys)).toMatchObject({ kid: keys.kid, publicKey: keys.publicKey });
    for (const [changed, told] of [
      [{ kid: other.kid }, /thumbprint do not belong together/],
      [{ publicKey: other.publicKey }, /thumbprint do not belong together/],
      [{ kid: other.kid, publicKey: other.publicKey }, /not the one of its public key/],
      [{ secretKey: other.secretKey }, /not the one of its public key/],
      [{ secretKey: keys.secretKey.toLowerCase() }, /not the one of its public key/],
      [{ secretKey: undefined }, /not the one of its public key/],
    ] as const) {
      const error = await signerOf({ ...keys, ...changed } as never).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'KEY_INVALID', message: expect.stringMatching(told) });
    }
  });

  it('held elsewhere sign nothing that their public key does not verify', async () => {
    const [keys, other] = [await generateSigningKey(), await generateSigningKey()];
    const { kid, publicKey } = keys;
    const message = Uint8Array.of(1, 2, 3);
    const right = await (await signerOf(keys)).sign(message);
    const by = (sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array) => signerOf({ kid, publicKey, sign });
    const held = await by(() => right);
    expect(held).toMatchObject({ kid, publicKey });
    expect(await held.sign(message)).toEqual(right);
    const short = await by(() => right.slice(1));
    expect(await codeOf(() => short.sign(message))).toBe('TypeError: signer must give 64 bytes');
    const foreign = await by(async (text) => (await signerOf(other)).sign(text));
    expect(await codeOf(() => foreign.sign(message))).toBe('SIGNATURE_INVALID');
    expect(await codeOf(() => held.sign(Uint8Array.of(1, 2, 4)))).toBe('SIGNATURE_INVALID');
    expect(await codeOf(() => signerOf({ kid: other.kid, publicKey, sign: () => right }))).toBe('KEY_INVALID');
  });
});

describe('the realm', () => {
  it('says where things run', async () => {
    const found = await capabilities();
    expect(Object.keys(found).sort()).toEqual(['aead', 'backend', 'hash', 'kem', 'sign']);
    expect(found.backend).toBe(typeof process === 'object' ? 'node' : 'webcrypto');
    expect(found).toMatchObject({ hash: 'native', aead: 'native', sign: 'native' });
  });

  it('lets nobody replace a random generator it has', () => {
    expect(() => provideRandomness((length) => new Uint8Array(length))).toThrow(TypeError);
  });

  it('draws no key from what is not random bytes', async () => {
    // Of a number `new Uint8Array` makes that many zeros.
    forceRandomness((length) => length as unknown as Uint8Array);
    try {
      expect(await codeOf(() => generateIdentity())).toBe('RANDOM_UNAVAILABLE');
    } finally {
      forceRandomness();
    }
  });

  it('without randomness makes no key', async () => {
    forceRandomness(() => {
      throw new Error('none');
    });
    try {
      expect(await codeOf(() => generateIdentity())).toBe('RANDOM_UNAVAILABLE');
      expect(await codeOf(() => generateSigningKey())).toBe('RANDOM_UNAVAILABLE');
    } finally {
      forceRandomness();
    }
  });
});

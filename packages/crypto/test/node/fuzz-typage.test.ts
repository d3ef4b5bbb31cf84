import { base64raw } from '@wardseal/primitives';
import { armor, Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bech32 } from '../../src/bech32.js';
import {
  decodeArmor,
  encodeArmor,
  generateIdentity,
  limits,
  open,
  recipientOf,
  recipientThumbprint,
} from '../../src/index.js';
import {
  type Base,
  build,
  type Case,
  fuzz,
  ours,
  type Pool,
  pool,
  type Strictness,
  strictness,
  theyOpen,
} from '../differential.js';
import { codeOf } from '../world.js';

let all: Pool;
beforeAll(async () => {
  all = await pool();
});

// 100,000 in test/full.
it('2,000 changed files are taken or refused as typage does, but where we are stricter on purpose', async () => {
  await fuzz(all, 2000);
});

it('key strings are taken or refused as typage does', async () => {
  const made = await Promise.all((['pq', 'classic'] as const).map((kind) => generateIdentity({ kind })));
  const valid = made.flatMap(({ identity, recipient }) => [identity, recipient]);
  const prefix = fc.constantFrom('age', 'age1pq', 'age-secret-key-', 'age-secret-key-pq-', 'agf', 'ag', 'age1');
  const encoded = fc
    .tuple(prefix, fc.constantFrom(0, 31, 32, 33, 1215, 1216, 1217), fc.nat(255))
    .map(([name, length, byte]) => bech32(name, new Uint8Array(length).fill(byte)));
  const edited = fc
    .tuple(fc.constantFrom(...valid), fc.nat(), fc.nat(3), fc.constantFrom(...'qQpP10bio \u212a\u017f-'))
    .map(([text, at, how, char]) => {
      const i = at % (text.length + 1);
      return text.slice(0, i) + (how === 1 ? '' : char) + text.slice(i + [0, 1, 1, 2][how]!);
    });
  const cased = fc
    .tuple(fc.oneof(encoded, edited, fc.constantFrom(...valid)), fc.nat(9))
    .map(([text, how]) => (how === 0 ? text.toUpperCase() : how === 1 ? text.toLowerCase() : text));
  const counts = { taken: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        cased,
        encoded.map((text) => text.toUpperCase()),
      ),
      async (text) => {
        const asIdentity = await codeOf(() => recipientOf(text));
        expect(asIdentity === 'accepted').toBe((await codeOf(() => new Decrypter().addIdentity(text))) === 'accepted');
        if (asIdentity === 'accepted') expect(await recipientOf(text)).toBe(await identityToRecipient(text));
        const asRecipient = await codeOf(() => recipientThumbprint(text));
        expect(asRecipient === 'accepted').toBe(
          (await codeOf(() => new Encrypter().addRecipient(text))) === 'accepted',
        );
        counts[asIdentity === 'accepted' || asRecipient === 'accepted' ? 'taken' : 'refused']++;
      },
    ),
    { numRuns: 500 },
  );
  expect(counts.taken).toBeGreaterThan(50);
  expect(counts.refused).toBeGreaterThan(100);
});

describe('where we are stricter than typage', () => {
  const none = (base: Base): Case => ({
    base: all.bases.indexOf(base),
    steps: [],
    inside: true,
    chunks: null,
    armor: null,
  });
  const base = (name: RegExp): Base => all.bases.find((one) => name.test(one.name))!;

  const stanza = (line: string, length = 43): string => `-> ${line}\n${'A'.repeat(length)}\n`;
  const share = base64raw(new Uint8Array(1120).fill(9));
  it.each<[string, RegExp, (text: string) => string, string, Strictness]>([
    [
      'a file of ours without its manifest',
      /ours, classic, 40/,
      (text) => text.replace(/-> wardseal\.org\/manifest[^>]*$/, ''),
      'UNSIGNED',
      'a file of ours must keep its signature, recipients, content and parts',
    ],
    [
      'a file of ours with one recipient more',
      /ours, pq, 40/,
      (text) => text.replace('-> ', `${stanza(`mlkem768x25519 ${share}`)}-> `),
      'RECIPIENTS_MISMATCH',
      'a file of ours must keep its signature, recipients, content and parts',
    ],
    [
      'a broken stanza behind the one that opens',
      /typage's, classic, 40/,
      (text) => `${text}${stanza('X25519 AAAA')}`,
      'HEADER_INVALID',
      'every native stanza must have its one shape, also another person’s and behind one’s own',
    ],
    [
      'a broken stanza of a kind that the reader does not hold',
      /typage's, classic, 40/,
      (text) => `${text}${stanza(`mlkem768x25519 ${share}`, 44)}`,
      'HEADER_INVALID',
      'every native stanza must have its one shape, also another person’s and behind one’s own',
    ],
    [
      'a passphrase beside a recipient',
      /typage's, classic, 40/,
      (text) => `${text}${stanza(`scrypt ${'A'.repeat(22)} 2`)}`,
      'HEADER_INVALID',
      'a scrypt stanza must be the only one',
    ],
    [
      'one stanza too many',
      /typage's, classic, 1 /,
      (text) => text + '-> x\n\n'.repeat(limits.MAX_STANZAS),
      'LIMIT',
      'more than the limits allow',
    ],
    [
      'a line too long',
      /typage's, classic, 1 /,
      (text) => `${text}-> x ${'y'.repeat(limits.MAX_STANZA_LINE_BYTES)}\n\n`,
      'HEADER_INVALID',
      'more than the limits allow',
    ],
    [
      'a header too long',
      /typage's, classic, 1 /,
      (text) => `${text}-> x\n${`${'A'.repeat(64)}\n`.repeat(32_300)}\n`,
      'LIMIT',
      'more than the limits allow',
    ],
  ])('%s', async (_, name, change, code, why) => {
    const from = base(name);
    const file = await build(all, none(from), change);
    expect(await theyOpen(file, all.opening)).toEqual(from.plaintext);
    expect(await ours(() => open(file, all.opening))).toEqual({ code });
    expect(strictness(file, code)).toBe(why);
    // and nothing else is wrong with the file
    expect(await ours(() => open(from.bytes, all.opening))).toEqual({ plaintext: from.plaintext });
  });

  it('armor between blanks that are not of ASCII', async () => {
    const { bytes } = base(/ours, classic, 40/);
    for (const blank of ['\ufeff', '\u00a0', '\v', '\f', '\u2028']) {
      expect(new Uint8Array(armor.decode(blank + encodeArmor(bytes)))).toEqual(bytes);
      expect(await codeOf(() => decodeArmor(blank + encodeArmor(bytes)))).toBe('ARMOR_INVALID');
      expect(await codeOf(() => decodeArmor(encodeArmor(bytes) + blank))).toBe('ARMOR_INVALID');
    }
  });
});

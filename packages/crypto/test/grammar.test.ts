import { base64raw, base64url, concat, sha256, utf8 } from '@wardseal/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeArmor, encodeArmor } from '../src/armor.js';
import { bytes, listOf, oneOf, plainObject, record, text, textUpTo, whole } from '../src/checks.js';
import { encodeHeader, encodeStanza, headerMac, parseHeader, stanzaDigest, verifyMac } from '../src/header.js';
import { limits, SealError, type SealErrorCode } from '../src/index.js';
import { openInner, sealInner } from '../src/inner.js';
import { generateSigningKey, parseSigningPublicKey, signerOf } from '../src/keys/signing-key.js';
import { readStatement, type StatementKind, signStatement, verifyStatement } from '../src/statement.js';

// The small languages that files and statements are written in: each value has one spelling, and what is refused is named.

const VERSION = 'age-encryption.org/v1\n';
const MAC = `--- ${'A'.repeat(43)}\n`;

/** Every message is a phrase of the house's style. */
function styled(error: SealError): SealError {
  expect(error.message).toMatch(/^[a-z`].*[^.]$/);
  return error;
}

function errorOf(act: () => unknown): SealError {
  try {
    act();
  } catch (error) {
    if (error instanceof SealError) return styled(error);
    throw error;
  }
  throw new Error('was accepted');
}

async function refusal(act: () => Promise<unknown>): Promise<SealError> {
  const error = await act().catch((reason: unknown) => reason);
  if (error instanceof SealError) return styled(error);
  throw new Error('was accepted, or threw something else', { cause: error });
}

const facts = ({ code, what, limit, found }: SealError) => ({ code, what, limit, found });

describe('a header', () => {
  const parse = (header: string) => parseHeader(utf8(header));

  it('comes back as it was written', () => {
    const word = fc.string({
      minLength: 1,
      maxLength: 20,
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    const stanza = fc.tuple(word, fc.array(word, { maxLength: 4 }), fc.uint8Array({ maxLength: 200 }));
    fc.assert(
      fc.property(fc.array(stanza, { minLength: 1, maxLength: 5 }), fc.uint8Array({ maxLength: 50 }), (parts, tail) => {
        const fileKey = new Uint8Array(16).fill(3);
        const stanzas = parts.map(([type, args, body]) => encodeStanza(type, args, body));
        const encoded = encodeHeader(fileKey, stanzas);
        const header = parseHeader(concat(encoded, tail));
        expect(header.length).toBe(encoded.length);
        expect(header.stanzas).toEqual(stanzas);
        expect(concat(header.macInput, utf8(` ${base64raw(header.mac)}\n`))).toEqual(encoded);
        expect(header.mac).toEqual(headerMac(fileKey, header.macInput));
        verifyMac(fileKey, header);
        expect(errorOf(() => verifyMac(new Uint8Array(16), header)).code).toBe('MAC_INVALID');
        for (const one of header.stanzas) expect(stanzaDigest(one)).toEqual(sha256(one.raw));
      }),
    );
  });

  it('is written as the specification shows it', () => {
    const { raw } = encodeStanza('type', ['a', 'b'], new Uint8Array(48));
    expect(new TextDecoder().decode(raw)).toBe(`-> type a b\n${'A'.repeat(64)}\n\n`);
    expect(new TextDecoder().decode(encodeStanza('type', [], new Uint8Array(0)).raw)).toBe('-> type\n\n');
    expect(new TextDecoder().decode(encodeStanza('t', [], new Uint8Array(49)).raw)).toBe(
      `-> t\n${'A'.repeat(64)}\nAA\n`,
    );
  });

  it.each([
    ['version line', ''],
    ['version line', 'age-encryption.org/v2\n'],
    ['version line', ` ${VERSION}-> x\n\n${MAC}`],
    ['stanza line cut short', VERSION],
    ['stanza line cut short', `${VERSION}-> x`],
    ['stanza line cut short', `${VERSION}-> x\n\n--- ${'A'.repeat(43)}`],
    ['body line cut short', `${VERSION}-> x\n`],
    ['body line cut short', `${VERSION}-> x\nAAAA`],
    ['body line cut short', `${VERSION}-> x\n${'A'.repeat(64)}\n`],
    ['stanza line too long', `${VERSION}-> ${'x'.repeat(5000)}`],
    ['body line too long', `${VERSION}-> x\n${'A'.repeat(65)}`],
    ['body line too long', `${VERSION}-> x\n${'A'.repeat(65)}\n${MAC}`],
    ['body line too long', `${VERSION}-> x\n${'A'.repeat(64)}\n${'A'.repeat(68)}\n${MAC}`],
    ['stanza body', `${VERSION}-> x\nA\n${MAC}`],
    ['stanza body', `${VERSION}-> x\nAB\n${MAC}`],
    ['stanza body', `${VERSION}-> x\nAA==\n${MAC}`],
    ['stanza body', `${VERSION}-> x\nAA_A\n${MAC}`],
    ['stanza body', `${VERSION}-> x\n${MAC}${MAC}`],
    ['no stanza', `${VERSION}${MAC}`],
    ['MAC line', `${VERSION}-> x\n\n--- ${'A'.repeat(42)}B\n`],
    ['stanza line', `${VERSION}-> x\n\n--- ${'A'.repeat(42)}\n`],
    ['stanza line', `${VERSION}-> x\n\n--- ${'A'.repeat(44)}\n`],
    ['stanza line', `${VERSION}-> x\n\n---${'A'.repeat(43)}\n`],
    ['stanza line', `${VERSION}-> x\n\nx--- ${'A'.repeat(43)}\n`],
    ['stanza line', `${VERSION}-> x\n\n--- ${'A'.repeat(43)} \n`],
    ['stanza line', `${VERSION}->\n\n${MAC}`],
    ['stanza line', `${VERSION}-> \n\n${MAC}`],
    ['stanza line', `${VERSION}->  x\n\n${MAC}`],
    ['stanza line', `${VERSION}-> x  y\n\n${MAC}`],
    ['stanza line', `${VERSION}-> x y \n\n${MAC}`],
    ['stanza line', `${VERSION} -> x\n\n${MAC}`],
    ['stanza line', `${VERSION}=> x\n\n${MAC}`],
    ['stanza line', `${VERSION}-> x\ty\n\n${MAC}`],
    ['stanza line', `${VERSION}-> x\r\n\n${MAC}`],
    ['stanza line', `${VERSION}-> x \x7f\n\n${MAC}`],
    ['stanza line', `${VERSION}-> x é\n\n${MAC}`],
    ['stanza line', `${VERSION}-> é\n\n${MAC}`],
  ])('without a right %s is refused: %#', (what, header) => {
    const error = errorOf(() => parse(header));
    expect(facts(error)).toMatchObject({ code: 'HEADER_INVALID', what });
    expect(error.message).toContain(what);
  });

  it('is read up to its limits and not beyond', () => {
    const line = (length: number) => `${VERSION}-> ${'x'.repeat(length - 3)}\n\n${MAC}`;
    expect(parse(line(limits.MAX_STANZA_LINE_BYTES)).stanzas).toHaveLength(1);
    expect(errorOf(() => parse(line(limits.MAX_STANZA_LINE_BYTES + 1)))).toMatchObject({
      code: 'HEADER_INVALID',
      what: 'stanza line too long',
    });

    const many = (count: number) => `${VERSION}${'-> x\n\n'.repeat(count)}${MAC}`;
    expect(parse(many(limits.MAX_STANZAS)).stanzas).toHaveLength(limits.MAX_STANZAS);
    expect(facts(errorOf(() => parse(many(limits.MAX_STANZAS + 1))))).toMatchObject({
      code: 'LIMIT',
      what: 'MAX_STANZAS',
      limit: limits.MAX_STANZAS,
    });

    // a header of exactly the limit: full lines, and a last one that fills up the rest
    const fixed = VERSION.length + '-> x\n'.length + MAC.length;
    const long = (length: number) => {
      const body = length - fixed;
      const rest = body % 65;
      const last = rest === 0 ? 64 : rest - 1;
      return `${VERSION}-> x\n${`${'A'.repeat(64)}\n`.repeat(Math.floor((body - last - 1) / 65))}${'A'.repeat(last)}\n${MAC}`;
    };
    const longest = utf8(long(limits.MAX_HEADER_BYTES));
    expect(longest).toHaveLength(limits.MAX_HEADER_BYTES);
    expect(parseHeader(longest)).toMatchObject({ length: limits.MAX_HEADER_BYTES });
    expect(parseHeader(concat(longest, new Uint8Array(100)))).toMatchObject({ length: limits.MAX_HEADER_BYTES });
    expect(facts(errorOf(() => parse(long(limits.MAX_HEADER_BYTES + 1))))).toMatchObject({
      code: 'LIMIT',
      what: 'MAX_HEADER_BYTES',
      limit: limits.MAX_HEADER_BYTES,
    });
    // cut short is cut short, not too long, also at the limit
    expect(errorOf(() => parseHeader(longest.subarray(0, -1))).code).toBe('HEADER_INVALID');
    const cut = utf8(long(limits.MAX_HEADER_BYTES + 1)).subarray(0, -1);
    expect(errorOf(() => parseHeader(cut)).code).toBe('HEADER_INVALID');
  });
});

describe('armor', () => {
  const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
  const END = '-----END AGE ENCRYPTED FILE-----';

  it('has one form', () => {
    expect(encodeArmor(new Uint8Array(48))).toBe(`${BEGIN}\n${'A'.repeat(64)}\n${END}\n`);
    expect(encodeArmor(new Uint8Array(49))).toBe(`${BEGIN}\n${'A'.repeat(64)}\nAA==\n${END}\n`);
    expect(encodeArmor(new Uint8Array(0))).toBe(`${BEGIN}\n${END}\n`);
    for (let length = 0; length < 200; length++) {
      const data = Uint8Array.from({ length }, (_, i) => i * 7);
      expect(decodeArmor(encodeArmor(data))).toEqual(data);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('', '\n', ' \t\r\n '), (data, blank) => {
        const armored = encodeArmor(data);
        expect(decodeArmor(armored)).toEqual(new Uint8Array(data));
        expect(decodeArmor(utf8(blank + armored + blank))).toEqual(new Uint8Array(data));
        expect(decodeArmor(blank + armored.replaceAll('\n', '\r\n') + blank)).toEqual(new Uint8Array(data));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['only its first line', BEGIN],
    ['only its lines', `${BEGIN}${END}`],
    ['another first line', `-----BEGIN AGE FILE-----\nAAAA\n${END}`],
    ['another last line', `${BEGIN}\nAAAA\n-----END AGE FILE-----`],
    ['blanks in its first line', `${BEGIN} \nAAAA\n${END}`],
    ['an empty line', `${BEGIN}\n\nAAAA\n${END}`],
    ['an empty last line', `${BEGIN}\n${'A'.repeat(64)}\n\n${END}`],
    ['a long line', `${BEGIN}\n${'A'.repeat(68)}\n${END}`],
    ['a long line before the last', `${BEGIN}\n${'A'.repeat(68)}\nAAAA\n${END}`],
    ['a short line before the last', `${BEGIN}\n${'A'.repeat(60)}\nAAAA\n${END}`],
    ['a blank in a line', `${BEGIN}\nAAAA AAAA\n${END}`],
    ['no padding', `${BEGIN}\nAA\n${END}`],
    ['spare bits', `${BEGIN}\nAB==\n${END}`],
    ['base64url', `${BEGIN}\nAA_-\n${END}`],
    ['a lone carriage return', `${BEGIN}\rAAAA\r${END}`],
    ['something before it', `x\n${encodeArmor(new Uint8Array(9))}`],
    ['something after it', `${encodeArmor(new Uint8Array(9))}x`],
    ['two of them', encodeArmor(new Uint8Array(9)).repeat(2)],
  ])('with %s is refused', (_, armored) => {
    expect(errorOf(() => decodeArmor(armored)).code).toBe('ARMOR_INVALID');
    expect(errorOf(() => decodeArmor(utf8(armored))).code).toBe('ARMOR_INVALID');
  });

  it('that is no text is refused', () => {
    const armored = utf8(encodeArmor(new Uint8Array(60)));
    armored[50] = 0xff;
    expect(errorOf(() => decodeArmor(armored)).code).toBe('ARMOR_INVALID');
  });
});

describe('claims', () => {
  const NEVER = [undefined, null, true, NaN, [], {}, () => 1, Symbol('x'), 1n];

  it('of text have a length', () => {
    for (const value of [...NEVER, 7, '', 'abcd']) expect(textUpTo(3)(value)).toBe(false);
    for (const value of ['a', 'abc', '  ']) expect(textUpTo(3)(value)).toBe(true);
    expect(text('x'.repeat(limits.MAX_NAME_LENGTH))).toBe(true);
    expect(text('x'.repeat(limits.MAX_NAME_LENGTH + 1))).toBe(false);
  });

  it('of numbers are whole and not negative', () => {
    for (const value of [...NEVER, '7', -1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY]) expect(whole(value)).toBe(false);
    for (const value of [0, 1, 2 ** 53 - 1]) expect(whole(value)).toBe(true);
  });

  it('of bytes have one length and one spelling', () => {
    const three = bytes(3);
    for (const value of [...NEVER, 7, '', 'AAA', 'AAAA=', 'AAAAA', 'AA+A', 'A'.repeat(100_000)])
      expect(three(value)).toBe(false);
    expect(three('AA_-')).toBe(true);
    expect(bytes(2)('AAA')).toBe(true);
    expect(bytes(2)('AAB')).toBe(false);
    // longer than any value of the format: not even decoded
    expect(bytes(192)('A'.repeat(256))).toBe(true);
    expect(bytes(195)('A'.repeat(260))).toBe(false);
  });

  it('of a choice or a list are of it', () => {
    expect([0, 'pq', 1, 'x', undefined].map(oneOf(0, 'pq'))).toEqual([true, true, false, false, false]);
    const list = listOf(whole, 1, 3);
    expect([[1], [1, 2, 3]].map(list)).toEqual([true, true]);
    for (const value of [...NEVER, 'abc', { length: 1, 0: 1 }, [1, 2, 3, 4], [1, 'x']]) expect(list(value)).toBe(false);
  });

  it('in a record are exactly the members it knows', () => {
    const check = record({ a: whole, 'because?': text });
    for (const value of [{ a: 1 }, { a: 1, because: 'x' }, { because: 'x', a: 0 }]) expect(check(value)).toBe(true);
    for (const value of [
      ...NEVER,
      { a: -1 },
      { because: 'x' },
      { a: 1, because: '' },
      { a: 1, because: undefined },
      { a: 1, c: 1 },
      { a: 1, 'because?': 'x' },
      { a: 1, toString: 1 },
      JSON.parse('{"a":1,"__proto__":{}}'),
      Object.create({ a: 1 }),
    ])
      expect(check(value)).toBe(false);
  });

  it('of any object have a length in canonical form', () => {
    const check = plainObject(7);
    for (const value of [{}, { a: 1 }]) expect(check(value)).toBe(true);
    for (const value of [null, true, 'x', [], { a: 10 }, { a: Number.NaN }, { a: () => 1 }, { a: 1n }])
      expect(check(value)).toBe(false);
    expect(plainObject(8)({ a: 10 })).toBe(true);
    // in bytes, not in characters
    expect(plainObject(9)({ a: 'é' })).toBe(false);
    expect(plainObject(10)({ a: 'é' })).toBe(true);
  });
});

describe('a statement', () => {
  const kind: StatementKind = {
    typ: 'wardseal-grant-v0',
    check: record({ n: whole, 'why?': text }),
    most: 400,
    limit: 'MAX_GRANT_BYTES',
    broken: 'GRANT_INVALID',
    title: 'grant',
  };
  const HEADER = base64url(utf8('{"alg":"Ed25519","typ":"wardseal-grant-v0"}'));
  const jwsOf = (payload: string, signature = new Uint8Array(64), header = HEADER) =>
    `${header}.${base64url(utf8(payload))}.${base64url(signature)}`;

  it('is read as it was signed, and only its signer’s key verifies it', async () => {
    const [keys, other] = [await generateSigningKey(), await generateSigningKey()];
    const jws = await signStatement(kind, { n: 1, why: 'x' }, await signerOf(keys));
    expect(jws.split('.').slice(0, 2)).toEqual([HEADER, base64url(utf8('{"n":1,"why":"x"}'))]);
    for (const carried of [jws, utf8(jws)]) {
      const statement = readStatement<{ n: number }>(kind, carried);
      expect(statement).toMatchObject({ claims: { n: 1, why: 'x' }, jws, signedText: jws.split('.', 2).join('.') });
      await verifyStatement(statement, parseSigningPublicKey(keys.publicKey));
      const wrong = parseSigningPublicKey(other.publicKey);
      expect((await refusal(() => verifyStatement(statement, wrong))).code).toBe('SIGNATURE_INVALID');
      expect((await refusal(() => verifyStatement(statement, wrong, 'GRANT_INVALID'))).code).toBe('GRANT_INVALID');
    }
  });

  it('is signed only when it is of its kind, and up to its length', async () => {
    const signer = await signerOf(await generateSigningKey());
    await expect(signStatement(kind, { n: -1 }, signer)).rejects.toThrow(/^grant has a part/);
    await expect(signStatement(kind, { n: -1 }, signer)).rejects.toBeInstanceOf(TypeError);
    const { length } = await signStatement(kind, { n: 1 }, signer);
    const exactly = { ...kind, most: length };
    const jws = await signStatement(exactly, { n: 1 }, signer);
    expect(readStatement(exactly, jws).claims).toEqual({ n: 1 });
    const short = { ...kind, most: length - 1 };
    const limit = { code: 'LIMIT', what: 'MAX_GRANT_BYTES', limit: length - 1, found: length };
    expect(facts(await refusal(() => signStatement(short, { n: 1 }, signer)))).toEqual(limit);
    expect(facts(errorOf(() => readStatement(short, jws)))).toEqual(limit);
    expect(facts(errorOf(() => readStatement(short, utf8(jws))))).toEqual(limit);
    expect(errorOf(() => readStatement(short, jws)).message).toBe('grant is too long');
  });

  it.each([
    ['nothing', ''],
    ['one part', HEADER],
    ['two parts', `${HEADER}.e30`],
    ['four parts', `${jwsOf('{"n":1}')}.`],
    ['another typ', jwsOf('{"n":1}', undefined, base64url(utf8('{"alg":"Ed25519","typ":"wardseal-manifest-v0"}')))],
    ['another algorithm', jwsOf('{"n":1}', undefined, base64url(utf8('{"alg":"none","typ":"wardseal-grant-v0"}')))],
    [
      'more in its header',
      jwsOf('{"n":1}', undefined, base64url(utf8('{"alg":"Ed25519","kid":"x","typ":"wardseal-grant-v0"}'))),
    ],
    ['a short signature', jwsOf('{"n":1}', new Uint8Array(63))],
    ['a long signature', jwsOf('{"n":1}', new Uint8Array(65))],
    ['a signature in another spelling', `${jwsOf('{"n":1}').slice(0, -1)}B`],
    ['padding', `${jwsOf('{"n":1}')}=`],
    ['a payload that is no base64url', `${HEADER}.e+0.${base64url(new Uint8Array(64))}`],
    [
      'a payload that is no text',
      `${HEADER}.${base64url(Uint8Array.of(0x22, 0xff, 0x22))}.${base64url(new Uint8Array(64))}`,
    ],
    ['an empty payload', jwsOf('')],
    ['no JSON', jwsOf('{')],
    ['a blank', jwsOf('{"n": 1}')],
    ['a member twice', jwsOf('{"n":1,"n":1}')],
    ['another order', jwsOf('{"why":"x","n":1}')],
    ['another spelling of a number', jwsOf('{"n":1.0}')],
    ['another kind of value', jwsOf('{"n":-1}')],
    ['a member it does not know', jwsOf('{"n":1,"z":1}')],
  ])('with %s is refused', (_, jws) => {
    for (const carried of [jws, utf8(jws)]) {
      const error = errorOf(() => readStatement(kind, carried));
      expect(error.message).toBe('grant is not a valid signed statement');
      expect(facts(error)).toMatchObject({ code: 'GRANT_INVALID', what: 'grant' });
    }
  });

  it('that is no text is refused', () => {
    expect(errorOf(() => readStatement(kind, Uint8Array.of(0xff))).code).toBe('GRANT_INVALID');
  });
});

describe('a part that only holders of the file key read', () => {
  const fileKey = new Uint8Array(16).fill(5);

  it.each<['manifest' | 'tree' | 'grant', SealErrorCode]>([
    ['manifest', 'MANIFEST_INVALID'],
    ['tree', 'TREE_INVALID'],
    ['grant', 'GRANT_INVALID'],
  ])('%s: opens for them, once sealed, and as nothing else', async (part, code) => {
    const data = utf8('content');
    const stanza = await sealInner(part, fileKey, data);
    expect(stanza.type).toBe(`wardseal.org/${part}`);
    expect(await openInner(part, stanza, fileKey, data.length)).toEqual(data);
    expect((await sealInner(part, fileKey, data)).raw).toEqual(stanza.raw);
    expect((await sealInner(part, fileKey, utf8('Content'))).args[1]).not.toBe(stanza.args[1]);

    const open = (changed: object, most = 100, key = fileKey) =>
      refusal(() => openInner(part, { ...stanza, ...changed }, key, most));
    const what = stanza.type;
    expect(facts(await open({}, data.length - 1))).toEqual({
      code: 'LIMIT',
      what,
      limit: data.length - 1,
      found: data.length,
    });
    expect(facts(await open({ args: ['v1', stanza.args[1]] }))).toMatchObject({ code: 'UNSUPPORTED', what });
    expect(facts(await open({ args: [] }))).toMatchObject({ code: 'UNSUPPORTED', what });
    const salt = stanza.args[1]!;
    const other = part === 'tree' ? 'grant' : 'tree';
    for (const args of [
      ['v0'],
      ['v0', ''],
      ['v0', '='],
      ['v0', salt, 'x'],
      ['v0', salt.slice(2)],
      ['v0', `${salt}AA`],
      ['v0', 'A'.repeat(22)],
    ])
      expect(facts(await open({ args }))).toMatchObject({ code, what });
    const foreign = await sealInner(other, fileKey, data);
    expect(foreign.args[1]).not.toBe(salt);
    for (const changed of [
      { body: stanza.body.slice(1) },
      { body: new Uint8Array(0) },
      { args: foreign.args, body: foreign.body },
    ]) {
      const error = await open(changed);
      expect(error.code).toBe(code);
      expect(error.message).toBe(`${part} does not belong to this file`);
    }
    expect((await open({}, 100, new Uint8Array(16))).code).toBe(code);
  });
});

import { fromHex, hex } from '@wardseal/primitives';
import { describe, expect, test } from 'vitest';
import { type Claims, faultOf, isIssuerName, isOrigin } from '../src/claims.js';
import { type CborMap, type CborValue, encodeCbor } from '../src/codec/cbor.js';
import { fromCwt, PRIVATE_CLAIM, toCwt } from '../src/codec/cwt.js';
import { isDigest, isOpaque } from '../src/identifiers.js';
import { refusal } from './world.js';

const NOW = 1_772_355_600;
const filled = (byte: number, length = 32): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(byte);
const LEAST: Claims = {
  issuer: 'img.trust.example',
  object: filled(0xa1),
  audience: 'https://img.trust.example',
  expires: NOW + 3600,
  notBefore: NOW,
  issuedAt: NOW,
  cti: filled(0x01),
  maxUses: 1,
  purpose: 'referral',
  binding: 'bearer',
  permissions: ['view'],
  delegationDepth: 0,
  issuerUser: filled(0xa2),
};
const FULL: Claims = {
  ...LEAST,
  expires: NOW + 7 * 86_400,
  issuedAt: NOW - 5,
  recipientKey: filled(0xa3),
  maxUses: 100,
  binding: 'passkey',
  permissions: ['view', 'save-to-record', 'delegate'],
  delegationDepth: 3,
  policy: { digest: filled(0xa4), revision: 12 },
  recipient: filled(0xa5),
};
const CHILD: Claims = {
  ...FULL,
  delegationDepth: 2,
  delegation: { parent: filled(0xa6), key: { algorithm: 'ES256', x: filled(0xa7), y: filled(0xa8) } },
};
const OKP_CHILD: Claims = {
  ...CHILD,
  delegation: { parent: filled(0xa6), key: { algorithm: 'EdDSA', x: filled(0xa7) } },
};

const own = (map: CborMap): CborMap => map.get(PRIVATE_CLAIM) as CborMap;

describe('claims on the wire', () => {
  test.each([
    ['least', LEAST],
    ['full', FULL],
    ['delegated, ES256', CHILD],
    ['delegated, EdDSA', OKP_CHILD],
    ['with a later issue', { ...LEAST, issuedAt: NOW + 1 }],
    ['with a UUID', { ...LEAST, issuerUser: fromHex('6f1c3f3e4d2a4c7a9f00000000000001')! }],
    ['at the last second there is', { ...LEAST, expires: 0xffff_ffff, notBefore: 0xffff_ffff - 1, issuedAt: 0 }],
    ['at the longest life', { ...LEAST, expires: NOW + 86_400 }],
  ])('%s: come back as they went', (_, claims) => {
    expect(faultOf(claims)).toBeNull();
    expect(fromCwt(toCwt(claims))).toEqual(claims);
  });

  test('lie where the specification has them', () => {
    expect(PRIVATE_CLAIM).toBe(-65537);
    expect(toCwt(CHILD)).toEqual(
      new Map<number, CborValue>([
        [1, 'img.trust.example'],
        [3, 'https://img.trust.example'],
        [4, NOW + 7 * 86_400],
        [5, NOW],
        [6, NOW - 5],
        [7, filled(0x01)],
        [8, new Map([[5, filled(0xa3)]])],
        [
          -65537,
          new Map<number, CborValue>([
            [1, 100],
            [2, 1],
            [3, 4],
            [4, 7],
            [5, 2],
            [6, new Map<number, CborValue>([[1, filled(0xa4)], [2, 12]])], // biome-ignore format: two facts
            [7, filled(0xa6)],
            [8, filled(0xa5)],
            [9, filled(0xa2)],
            [10, filled(0xa1)],
            [11, new Map<number, CborValue>([[1, 2], [-1, 1], [-2, filled(0xa7)], [-3, filled(0xa8)]])], // biome-ignore format: one key
          ]),
        ],
      ]),
    );
    expect([...toCwt(LEAST).keys()].sort((a, b) => a - b)).toEqual([-65537, 1, 3, 4, 5, 7]);
    expect([...own(toCwt(LEAST)).keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 9, 10]);
    expect(own(toCwt(OKP_CHILD)).get(11)).toEqual(new Map<number, CborValue>([[1, 1], [-1, 6], [-2, filled(0xa7)]])); // biome-ignore format: one key
  });

  const drop = (key: number) => (map: CborMap) => void map.delete(key);
  const set = (key: number, value: CborValue) => (map: CborMap) => void map.set(key, value);
  const inner = (edit: (map: CborMap) => void) => (map: CborMap) => edit(own(map));
  const at = (key: number, edit: (map: CborMap) => void) => inner((map) => edit(map.get(key) as CborMap));
  type Case = readonly [string, string, (map: CborMap) => void];
  const CASES: readonly Case[] = [
    ...([[1, 'issuer'], [3, 'audience'], [4, 'expires'], [5, 'notBefore'], [7, 'cti']] as const).flatMap(([key, claim]): Case[] => [[`no ${claim}`, claim, drop(key)], [`${claim} as a map`, claim, set(key, new Map())]]), // biome-ignore format: one table
    ...([[1, 'maxUses'], [2, 'purpose'], [3, 'binding'], [4, 'permissions'], [9, 'issuerUser'], [10, 'object']] as const).flatMap(([key, claim]): Case[] => [[`no ${claim}`, claim, inner(drop(key))], [`${claim} as text`, claim, inner(set(key, 'view'))]]), // biome-ignore format: one table
    ['no private claims', 'private', drop(PRIVATE_CLAIM)],
    ['private claims as bytes', 'private', set(PRIVATE_CLAIM, filled(1))],
    ['issuer as bytes', 'issuer', set(1, filled(0x61))],
    ['expiry as text', 'expires', set(4, '1')],
    ['an issuing time that is the start', 'issuedAt', set(6, NOW)],
    ['issuing time as text', 'issuedAt', set(6, '1')],
    ['an unknown claim', '2', set(2, 'erikw')],
    ['an unknown private claim', 'private.12', inner(set(12, 0))],
    ['an unknown claim of the key', 'recipientKey.1', (map) => void (map.get(8) as CborMap).set(1, 0)],
    ['a key as bytes', 'recipientKey', set(8, filled(1))],
    ['a key as an empty map', 'recipientKey', set(8, new Map())],
    ['a thumbprint as text', 'recipientKey', set(8, new Map([[5, 'a'.repeat(32)]]))],
    ['no key', 'recipientKey', (map) => void (map.delete(8) && map.set(4, NOW + 3600))],
    ['a policy without digest', 'policy', at(6, drop(1))],
    ['a policy without revision', 'policy', at(6, drop(2))],
    ['an unknown fact of the policy', 'policy.3', at(6, set(3, 1))],
    ['a policy as a number', 'policy', inner(set(6, 1))],
    ['a digest of text', 'policy', at(6, set(1, filled(0x61)))],
    ['a revision below zero', 'policy', at(6, set(2, -1))],
    ['permissions below zero', 'permissions', inner(set(4, -1))],
    ['permissions of an unknown bit', 'permissions', inner(set(4, 64))],
    ['no permission', 'permissions', inner(set(4, 0))],
    ['purpose 200', 'purpose', inner(set(2, 200))],
    ['purpose below zero', 'purpose', inner(set(2, -1))],
    ['binding 5', 'binding', inner(set(3, 5))],
    ['a depth of 4', 'delegationDepth', inner(set(5, 4))],
    ['a depth as bytes', 'delegationDepth', inner(set(5, filled(1)))],
    ['no depth', 'delegationDepth', inner(drop(5))],
    ['a recipient as a number', 'recipient', inner(set(8, 1))],
    ['no recipient', 'recipient', inner(drop(8))],
    ['a parent without key', 'delegation', inner(drop(11))],
    ['a key without parent', 'delegation', inner(drop(7))],
    ['a parent as text', 'delegation', inner(set(7, 'a'))],
    ['a parent of 31 bytes', 'delegation', inner(set(7, filled(0xa6, 31)))],
    ['a holder key as bytes', 'delegation', inner(set(11, filled(1)))],
    ['a holder key of another type', 'delegation', at(11, set(1, 3))],
    ['a holder key of another curve', 'delegation', at(11, set(-1, 2))],
    ['a holder key of the other kind’s curve', 'delegation', at(11, set(-1, 6))],
    ['a holder key without x', 'delegation', at(11, drop(-2))],
    ['a holder key without y', 'delegation', at(11, drop(-3))],
    ['a short x', 'delegation', at(11, set(-2, filled(1, 31)))],
    ['a short y', 'delegation', at(11, set(-3, filled(1, 31)))],
    ['an unknown fact of the holder key', 'delegation.3', at(11, set(3, -7))],
  ];

  test.each(CASES)('%s is refused as `%s`', async (_, claim, edit) => {
    const map = toCwt(CHILD);
    const before = hex(encodeCbor(map));
    edit(map);
    expect(hex(encodeCbor(map))).not.toBe(before);
    const message = `claim \`${claim}\` is missing, unknown or not allowed`;
    expect(await refusal(() => fromCwt(map))).toMatchObject({ code: 'GRANT_INVALID', claim, message });
  });

  test('an OKP key with a y is refused', async () => {
    const map = toCwt(OKP_CHILD);
    (own(map).get(11) as CborMap).set(-3, filled(1));
    expect(await refusal(() => fromCwt(map))).toMatchObject({ claim: 'delegation' });
  });
});

describe('rules across claims', () => {
  const KEYED: Partial<Claims> = { binding: 'holder-of-key', recipientKey: filled(0xa3) };
  const cases: readonly (readonly [Partial<Claims>, string | null])[] = [
    [{}, null],
    [{ expires: NOW }, 'expires'],
    [{ expires: NOW + 1 }, null],
    [{ expires: NOW - 1 }, 'expires'],
    [{ expires: 2 ** 32, notBefore: 2 ** 32 - 5, issuedAt: NOW }, 'expires'],
    [{ expires: NOW + 0.5 }, 'expires'],
    [{ notBefore: -1, expires: 5, issuedAt: 0 }, 'notBefore'],
    [{ notBefore: NOW + 0.5 }, 'notBefore'],
    [{ expires: NOW + 86_401 }, 'expires'],
    [{ ...KEYED, expires: NOW + 604_800 }, null],
    [{ ...KEYED, expires: NOW + 604_801 }, 'expires'],
    [{ issuedAt: NOW + 3600 }, null],
    [{ issuedAt: NOW + 3601 }, 'issuedAt'],
    [{ issuedAt: -1 }, 'issuedAt'],
    [{ issuedAt: 1.5 }, 'issuedAt'],
    [{ cti: filled(1, 31) }, 'cti'],
    [{ cti: filled(0x61) }, null], // a random value, which no one chose
    [{ object: filled(0x61) }, 'object'],
    [{ object: filled(0xa1, 16) }, 'object'],
    [{ recipientKey: filled(0xa3) }, 'recipientKey'],
    [{ binding: 'holder-of-key' }, 'recipientKey'],
    [{ ...KEYED, recipientKey: filled(0x61) }, 'recipientKey'],
    [{ ...KEYED, binding: 'passkey' }, null],
    [{ binding: 'one-time-code' }, null],
    [{ binding: 'one-time-code', recipientKey: filled(0xa3) }, 'recipientKey'],
    [{ maxUses: 0 }, 'maxUses'],
    [{ maxUses: 100 }, null],
    [{ maxUses: 101 }, 'maxUses'],
    [{ maxUses: 1.5 }, 'maxUses'],
    [{ purpose: 'gossip' as never }, 'purpose'],
    [{ binding: 'trust-me' as never }, 'binding'],
    [{ permissions: [] }, 'permissions'],
    [{ permissions: ['view', 'print' as never] }, 'permissions'],
    [{ permissions: ['save-to-record'] }, null],
    [{ delegationDepth: 1 }, 'delegationDepth'],
    [{ delegationDepth: -1 }, 'delegationDepth'],
    [{ ...KEYED, recipient: filled(0xa5), permissions: ['view', 'delegate'], delegationDepth: 1 }, null],
    [{ ...KEYED, recipient: filled(0xa5), permissions: ['view', 'delegate'], delegationDepth: 0 }, 'delegationDepth'],
    [{ ...KEYED, recipient: filled(0xa5), permissions: ['view', 'delegate'], delegationDepth: 4 }, 'delegationDepth'],
    [{ ...KEYED, recipient: filled(0xa5), permissions: ['view', 'delegate'], delegationDepth: 1.5 }, 'delegationDepth'],
    [{ ...KEYED, permissions: ['view', 'delegate'], delegationDepth: 1 }, 'recipient'],
    [{ recipient: filled(0xa5), permissions: ['view', 'delegate'], delegationDepth: 1 }, 'delegationDepth'],
    [{ recipient: filled(0x61) }, 'recipient'],
    [{ recipient: filled(0xa5, 16) }, null], // the variant of RFC 9562
    [{ recipient: filled(0xc5, 16) }, 'recipient'],
    [{ issuerUser: filled(0x61) }, 'issuerUser'],
    [{ issuerUser: filled(0xa5, 17) }, 'issuerUser'],
    [{ policy: { digest: filled(0xa4), revision: 0 } }, null],
    [{ policy: { digest: filled(0xa4), revision: -1 } }, 'policy'],
    [{ policy: { digest: filled(0xa4), revision: 2 ** 32 } }, 'policy'],
    [{ policy: { digest: filled(0xa4), revision: 2 ** 32 - 1 } }, null],
    [{ policy: { digest: filled(0xa4, 16), revision: 1 } }, 'policy'],
    [{ issuer: 'Trust' }, 'issuer'],
    [{ audience: 'https://img.trust.example/' }, 'audience'],
    [{ ...KEYED, delegation: CHILD.delegation! }, 'recipient'],
    [{ ...KEYED, recipient: filled(0xa5), delegation: CHILD.delegation! }, null],
    [{ recipient: filled(0xa5), delegation: CHILD.delegation! }, 'delegationDepth'],
    [{ ...KEYED, recipient: filled(0xa5), delegation: { ...CHILD.delegation!, parent: filled(0x61) } }, 'delegation'],
  ];
  test.each(cases)('%o: %s', (changes, fault) => expect(faultOf({ ...LEAST, ...changes })).toBe(fault));
});

describe('names, origins and identifiers', () => {
  test.each([
    ['a', true],
    ['img.trust.example', true],
    ['a-b.c-d', true],
    ['x1.example', true],
    ['a'.repeat(64), true],
    ['a'.repeat(65), false],
    ['', false],
    ['.example', false],
    ['example.', false],
    ['a..b', false],
    ['-a.example', false],
    ['a-.example', false],
    ['a.-b', false],
    ['a.b-', false],
    ['A.example', false],
    ['ümlaut.example', false],
    ['a_b.example', false],
    ['a b.example', false],
    ['img.trust.example\n', false],
    ['\nimg.trust.example', false],
    ['9990000018.example', false],
    ['9990000017.example', true], // ten digits that do not check
    ['a999-000-0018.example', false],
  ])('issuer %j: %s', (name, good) => expect(isIssuerName(name)).toBe(good));

  test.each([
    ['https://img.trust.example', true],
    ['https://img.trust.example:8443', true],
    ['https://a', true],
    ['https://localhost', true],
    ['http://localhost', true],
    ['http://localhost:4000', true],
    ['http://127.0.0.1:4000', true],
    [`https://${'a'.repeat(128)}`, true],
    [`https://${'a'.repeat(129)}`, false],
    ['http://img.trust.example', false],
    ['http://localhost.evil.example', false],
    ['http://127.0.0.10', false],
    ['http://localhost:80', false],
    ['https://img.trust.example:443', false],
    ['https://img.trust.example:0', false],
    ['https://img.trust.example:08443', false],
    ['https://img.trust.example:123456', false],
    ['https://img.trust.example:', false],
    ['https://img.trust.example/', false],
    ['https://img.trust.example.', false],
    ['https://-img.example', false],
    ['https://IMG.example', false],
    ['https://user@img.example', false],
    ['https://', false],
    ['img.trust.example', false],
    [' https://img.trust.example', false],
    ['https://img.trust.example ', false],
    ['x\nhttps://img.trust.example', false],
    ['https://img.trust.example\n', false],
    ['ftp://img.trust.example', false],
    ['https://9990000018.example', false],
    ['https://img.trust.example:80', true],
    ['http://localhost:443', true],
  ])('origin %j: %s', (origin, good) => expect(isOrigin(origin)).toBe(good));

  test('opaque ids are digests, or UUIDs of the one variant, and no text', () => {
    for (const length of [0, 15, 16, 17, 31, 32, 33]) expect(isDigest(filled(0xa5, length))).toBe(length === 32);
    for (const length of [0, 15, 16, 17, 31, 32, 33]) expect(isOpaque(filled(0xa5, length))).toBe(length === 16 || length === 32); // biome-ignore format: one rule
    expect(isDigest(filled(0x61))).toBe(false);
    const uuid = filled(0xff, 16);
    for (let top = 0; top < 4; top++) {
      uuid[8] = top << 6;
      expect(isOpaque(uuid)).toBe(top === 2);
    }
    // The variant alone does not make text a UUID: 8 letters, one of two bytes, 6 letters.
    const text = filled(0x61, 16);
    text.set([0xc3, 0xa4], 7);
    expect(new TextDecoder().decode(text)).toBe('aaaaaaaäaaaaaaa');
    expect(isOpaque(text)).toBe(false);
  });
});

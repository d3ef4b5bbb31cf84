import { concat, fromHex, hex, hmacSha256, p256Verifier, utf8 } from '@wardseal/primitives';
import { describe, expect, test } from 'vitest';
import { type CborValue, decodeCbor, encodeCbor } from '../src/codec/cbor.js';
import { createSigner, importKeySet, verifyChain, verifyGrant } from '../src/index.js';
import { refusal } from './world.js';

const bytes = (text: string): Uint8Array<ArrayBuffer> => fromHex(text)!;

describe('RFC 8032 section 7.1: the signer of grants', () => {
  test.each([
    [
      'TEST 1',
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      'TEST 2',
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'TEST 3',
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
    [
      'TEST SHA(abc)',
      '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
      'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
    ],
  ])('%s', async (_, secretKey, publicKey, message, signature) => {
    const signer = await createSigner(bytes(secretKey));
    expect(hex(signer.publicKey)).toBe(publicKey);
    expect(hex(await signer.sign(bytes(message)))).toBe(signature);
  });
});

describe('RFC 8392 appendix A: other CBOR Web Tokens', () => {
  // A.1: the claims that A.3 signs and A.4 authenticates.
  const CLAIMS =
    'a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f61703a2f2f6c696768742e6578616d706c652e636f6d041a5612aeb0051a5610d9f0061a5610d9f007420b71';
  const NOW = 1_443_944_944; // the tokens' own start
  const ownKeys = async () =>
    importKeySet([{ publicKey: (await createSigner(new Uint8Array(32).fill(1))).publicKey, issuer: 'as.example.com' }]);
  const codeOf = async (token: string): Promise<string> =>
    (await refusal(verifyGrant(bytes(token), await ownKeys(), NOW))).code;

  test('A.1: the claims read as the RFC prints them, and are in their one encoding', () => {
    const claims = decodeCbor(bytes(CLAIMS));
    const printed: [number, CborValue][] = [
      [1, 'coap://as.example.com'],
      [2, 'erikw'],
      [3, 'coap://light.example.com'],
      [4, 1_444_064_944],
      [5, 1_443_944_944],
      [6, 1_443_944_944],
      [7, bytes('0b71')],
    ];
    expect(claims).toEqual(new Map(printed));
    expect(hex(encodeCbor(claims))).toBe(CLAIMS);
  });

  test('A.3 (ES256): the signature is good, and the token no grant', async () => {
    const [x, y] = [
      '143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f',
      '60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9',
    ];
    const signature =
      '5427c1ff28d23fbad1f29c4c7c6a555e601d6fa29f9179bc3d7438bacaca5acd08c8d4d4f96131680c429a01f85951ecee743a52b9b63632c57209120e1c9e30';
    const signed = bytes(`846a5369676e61747572653143a10126405850${CLAIMS}`);
    const verify = await p256Verifier(bytes(`${x}${y}`));
    expect(await verify(signed, bytes(signature))).toBe(true);
    expect(await verify(signed, bytes(signature.replace('5427', '5428')))).toBe(false);
    // As the RFC has it, the CWT tag before it, and with the kid in the unprotected header.
    for (const token of [
      `d28443a10126a05850${CLAIMS}5840${signature}`,
      `d28443a10126a104524173796d6d657472696345434453413235365850${CLAIMS}5840${signature}`,
    ]) {
      // biome-ignore format: two tokens
      expect(await codeOf(token)).toBe('GRANT_UNTRUSTED');
      expect(await codeOf(`d83d${token}`)).toBe('GRANT_UNTRUSTED');
      const chain = verifyChain([bytes(token), bytes(token)], await ownKeys(), NOW);
      expect((await refusal(chain)).code).toBe('GRANT_UNTRUSTED');
    }
  });

  test('A.4 (HMAC 256/64): the tag is the one that our HMAC and codec make, and the token no grant', async () => {
    const key = bytes('403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388');
    const header = encodeCbor(new Map([[1, 4]])); // alg: HMAC 256/64
    const claims = encodeCbor(decodeCbor(bytes(CLAIMS)));
    const authenticated = concat(bytes('8464'), utf8('MAC0'), bytes('43'), header, bytes('405850'), claims);
    const tag = hex(hmacSha256(key, authenticated).subarray(0, 8));
    expect(tag).toBe('093101ef6d789200');
    expect(await codeOf(`d18443a10104a05850${CLAIMS}48${tag}`)).toBe('GRANT_UNTRUSTED');
    expect(await codeOf(`d83dd18443a10104a1044c53796d6d65747269633235365850${CLAIMS}48${tag}`)).toBe('GRANT_UNTRUSTED');
  });

  test('A.7 (a floating-point issuing time): the MAC is good, and the claims are refused', async () => {
    const claims = 'a106fb41d584367c200000';
    const key = bytes('403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388');
    const tag = hex(hmacSha256(key, bytes(`84644d41433043a10104404b${claims}`)).subarray(0, 8));
    expect(tag).toBe('b8816f34c0542892');
    expect((await refusal(() => decodeCbor(bytes(claims)))).code).toBe('ENCODING_INVALID');
    expect(await codeOf(`d18443a10104a04b${claims}48${tag}`)).toBe('GRANT_UNTRUSTED');
  });
});

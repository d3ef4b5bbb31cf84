import { base64url, fromBase64url, fromUtf8, hex, sha256, utf8 } from '@wardseal/primitives';
import { everyBitFlip, everyTextMutation, seededRandom } from '@wardseal/testkit';
import * as dpop from 'dpop';
import { describe, expect, test } from 'vitest';
import {
  createProof,
  createRedeemer,
  type HolderKey,
  holderKey,
  keyThumbprint,
  openingToken,
  verifyProof,
} from '../src/index.js';
import { holder, ORIGIN, refusal, world } from './world.js';

const NOW = 1_772_355_600;
const URL_ = 'https://img.trust.example/o/redeem';
const TOKEN = 'wXy0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789-_a';
const expected = { method: 'POST', url: URL_, token: TOKEN, now: NOW };
const made = async (key: HolderKey, changes = {}): Promise<string> =>
  createProof({ key, method: 'POST', url: URL_, token: TOKEN, now: NOW, ...changes });
const part = (value: unknown): string => base64url(utf8(JSON.stringify(value)));
const read = (text: string): Record<string, unknown> => JSON.parse(fromUtf8(fromBase64url(text)!)!);
/** A proof with header and payload changed, signed again by the same key. */
async function resigned(key: HolderKey, header: object, payload: object): Promise<string> {
  const [first, second] = (await made(key)).split('.') as [string, string];
  const input = `${part({ ...read(first), ...header })}.${part({ ...read(second), ...payload })}`;
  return `${input}.${base64url(await key.sign(utf8(input)))}`;
}

describe.each(['ES256', 'EdDSA'] as const)('%s', (algorithm) => {
  test('a proof shows the key, once by its id, from a private key that cannot be extracted', async () => {
    const key = await holder(algorithm);
    const proof = await made(key, { nonce: 'n-0123' });
    const shown = await verifyProof(proof, { ...expected, nonce: 'n-0123' });
    expect(shown).toMatchObject({ key: key.publicKey, recipientKey: keyThumbprint(key.publicKey), issuedAt: NOW });
    expect(shown.until).toBeGreaterThan(NOW + 300);
    expect((await verifyProof(proof, expected)).id).toEqual(shown.id);
    expect((await verifyProof(await made(key), expected)).id).not.toEqual(shown.id);
    expect(read(proof.split('.')[0]!)).toMatchObject({ typ: 'dpop+jwt', alg: algorithm });
    expect(proof.length).toBeLessThan(700);
  });

  test('the proof of an RFC 9449 client library is accepted, with link and one-opening key covered', async () => {
    const pair = await dpop.generateKeyPair(algorithm === 'EdDSA' ? 'Ed25519' : algorithm);
    const { publicKey } = await holderKey(pair);
    const proof = await dpop.generateProof(pair, URL_, 'POST', 'n-0123', TOKEN);
    const now = Math.floor(Date.now() / 1000);
    const shown = await verifyProof(proof, { ...expected, now, nonce: 'n-0123' });
    expect(shown.recipientKey).toEqual(keyThumbprint(publicKey));
    expect((await refusal(verifyProof(proof, { ...expected, now, token: `${TOKEN}x` }))).claim).toBe('ath');
    const bare = await dpop.generateProof(pair, URL_, 'POST', 'n-0123');
    expect((await refusal(verifyProof(bare, { ...expected, now }))).claim).toBe('ath');
  });

  test('every change of one character, every flipped bit of every part is refused', async () => {
    const proof = await made(await holder(algorithm), { nonce: 'n-0123' });
    let tried = 0;
    const dies = async (text: string): Promise<void> => {
      tried += 1;
      const { code } = await refusal(verifyProof(text, expected));
      expect(code).toMatch(/^PROOF_(INVALID|REFUSED)$/);
    };
    for (const { text } of everyTextMutation(proof)) await dies(text);
    const parts = proof.split('.');
    for (const [i, one] of parts.entries())
      for (const changed of everyBitFlip(fromBase64url(one)!))
        await dies(parts.map((old, at) => (at === i ? base64url(changed) : old)).join('.'));
    expect(tried).toBeGreaterThan(8_000);
  }, 60_000);

  test('each rule of RFC 9449 section 4.3 refuses by itself', async () => {
    const key = await holder(algorithm);
    const other = algorithm === 'EdDSA' ? 'ES256' : 'EdDSA';
    const jwk = read((await made(key)).split('.')[0]!)['jwk'] as Record<string, unknown>;
    const headers: [object, string][] = [
      [{ typ: 'jwt' }, 'typ'],
      [{ typ: 'DPoP+JWT' }, 'typ'],
      [{ typ: undefined }, 'typ'],
      [{ alg: 'none' }, 'alg'],
      [{ alg: 'HS256' }, 'alg'],
      [{ alg: 'RS256' }, 'alg'],
      [{ alg: other }, 'alg'],
      [{ alg: 'toString' }, 'alg'],
      [{ alg: undefined }, 'alg'],
      [{ crit: ['b64'], b64: false }, 'crit'],
      [{ jwk: undefined }, 'jwk'],
      [{ jwk: null }, 'jwk'],
      [{ jwk: [jwk] }, 'jwk'],
      [{ jwk: { ...jwk, d: jwk['x'] } }, 'jwk'],
      [{ jwk: { ...jwk, k: '' } }, 'jwk'],
      [{ jwk: { ...jwk, x: `${jwk['x']}=` } }, 'jwk'],
      [{ jwk: { ...jwk, x: 'AAAA' } }, 'jwk'],
      [{ jwk: { ...jwk, kty: 'oct' } }, 'jwk'],
      [{ jwk: { ...jwk, crv: 'P-384' } }, 'jwk'],
      [{ jwk: { ...jwk, x: base64url(seededRandom(1)(32)) } }, 'signature'],
    ];
    for (const [change, claim] of headers) {
      const error = await refusal(verifyProof(await resigned(key, change, {}), expected));
      expect([change, error.code, error.claim]).toEqual([change, 'PROOF_INVALID', claim]);
    }
    const payloads: [object, string, string?][] = [
      [{ jti: undefined }, 'jti'],
      [{ jti: 'short' }, 'jti'],
      [{ jti: 'x'.repeat(257) }, 'jti'],
      [{ htm: undefined }, 'htm'],
      [{ htu: 7 }, 'htu'],
      [{ iat: undefined }, 'iat'],
      [{ iat: `${NOW}` }, 'iat'],
      [{ iat: NOW + 0.5 }, 'iat'],
      [{ htm: 'GET' }, 'htm', 'PROOF_REFUSED'],
      [{ htm: 'post' }, 'htm', 'PROOF_REFUSED'],
      [{ htu: 'http://img.trust.example/o/redeem' }, 'htu', 'PROOF_REFUSED'],
      [{ htu: 'https://img.trust.example/o/Redeem' }, 'htu', 'PROOF_REFUSED'],
      [{ htu: 'https://img.trust.example/o/x/../redeem' }, 'htu', 'PROOF_REFUSED'],
      [{ htu: 'https://img.trust.example:444/o/redeem' }, 'htu', 'PROOF_REFUSED'],
      [{ htu: 'https://img.trust.example@evil.example/o/redeem' }, 'htu', 'PROOF_REFUSED'],
      [{ ath: undefined }, 'ath', 'PROOF_REFUSED'],
      [{ ath: TOKEN }, 'ath', 'PROOF_REFUSED'],
      [{ iat: NOW - 301 }, 'iat', 'PROOF_REFUSED'],
      [{ iat: NOW + 61 }, 'iat', 'PROOF_REFUSED'],
    ];
    for (const [change, claim, code = 'PROOF_INVALID'] of payloads) {
      const error = await refusal(verifyProof(await resigned(key, {}, change), expected));
      expect([change, error.code, error.claim]).toEqual([change, code, claim]);
    }
    const asked = { ...expected, nonce: 'n-0123' };
    for (const nonce of [undefined, 'n-0124', 7])
      expect((await refusal(verifyProof(await resigned(key, {}, { nonce }), asked))).claim).toBe('nonce');
    for (const htu of ['HTTPS://IMG.trust.example:443/o/redeem', 'https://img.trust.example/%6f/redeem?a=b#c'])
      expect((await verifyProof(await resigned(key, { kid: 'mine' }, { htu }), expected)).issuedAt).toBe(NOW);
    for (const text of ['', 'a', 'a.b', 'a.b.c', '..', `${await made(key)}.`, 'x'.repeat(3000), part(null), 7 as never])
      expect((await refusal(verifyProof(text, expected))).code).toBe('PROOF_INVALID');
  });
});

test('the example proof of RFC 9449 (figure 2) passes all but what it was not made for', async () => {
  const jwk = { kty: 'EC', x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs', y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA', crv: 'P-256' }; // biome-ignore format: one key
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk };
  const payload = { jti: '-BwC3ESc6acc2lTc', htm: 'POST', htu: 'https://server.example.com/token', iat: 1562262616 };
  const signature = '2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg';
  const proof = `${part(header)}.${part(payload)}.${signature}`;
  const at = { method: 'POST', url: 'https://server.example.com/token', token: TOKEN, now: 1562262616 };
  // The signature is good: the proof is refused for the token alone, which the example has not.
  expect(await refusal(verifyProof(proof, at))).toMatchObject({ code: 'PROOF_REFUSED', claim: 'ath' });
});

test('the thumbprint is that of RFC 9679 section 6', () => {
  const x = '65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d';
  const y = '1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c';
  const bytes = (text: string) => Uint8Array.from(text.match(/../g)!, (two) => Number.parseInt(two, 16));
  expect(hex(keyThumbprint({ algorithm: 'ES256', x: bytes(x), y: bytes(y) }))).toBe(
    '496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec',
  );
  expect(() => keyThumbprint({ algorithm: 'EdDSA', x: new Uint8Array(31) })).toThrow(RangeError);
});

test('the token stands for the link and the one-opening key', async () => {
  const { issuer, request, random } = await world();
  const [one, two] = [await issuer.grant(request()), await issuer.grant(request())];
  const [a, b] = [await createRedeemer({ random }), await createRedeemer({ random })];
  const tokens = [openingToken(one.handle, a.publicKey), openingToken(one.handle, b.publicKey), openingToken(two.handle, a.publicKey)]; // biome-ignore format: three tokens
  expect(new Set(tokens).size).toBe(3);
  const whole = new Uint8Array([...utf8('wardseal.org/link-proof v0'), ...one.id, ...a.publicKey]);
  expect(tokens[0]).toBe(base64url(sha256(whole)));
});

test('mistakes of the caller are not refusals', async () => {
  const key = await holder('EdDSA');
  const proof = await made(key);
  await expect(verifyProof(proof, { ...expected, now: Date.now() })).rejects.toThrow(RangeError);
  await expect(verifyProof(proof, { ...expected, maxAge: 301 })).rejects.toThrow(RangeError);
  for (const url of ['/o/redeem', `${ORIGIN}/o/../o/redeem`, `${ORIGIN}/.`, `${ORIGIN}/%zz`, `${ORIGIN}/é`])
    await expect(verifyProof(proof, { ...expected, url })).rejects.toThrow(TypeError);
  await expect(made(key, { url: 'ftp://img.trust.example/' })).rejects.toThrow(TypeError);
});

import { fromHex, hex, hmacSha256, p256Verifier } from '@wardseal/primitives';
import { vectorSet } from '@wardseal/testkit/node';
import { describe, expect, test } from 'vitest';
import { createSigner, importKeySet, verifyGrant } from '../../src/index.js';
import { refusal } from '../world.js';

interface Key {
  readonly crv?: string;
  readonly d_hex?: string;
  readonly x_hex?: string;
  readonly y_hex?: string;
}
interface Example {
  readonly input: { readonly sign0?: { readonly key: Key; readonly alg: string } };
  readonly intermediates: { readonly ToBeSign_hex?: string; readonly ToMac_hex?: string; readonly CEK_hex?: string };
  readonly output: { readonly cbor: string };
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => fromHex(text.toLowerCase())!;

/** How much of an example is right by our own HMAC, Ed25519 and P-256: which part, or null where it uses another algorithm. */
async function rightPart({ input, intermediates, output }: Example): Promise<'mac' | 'signature' | null> {
  const whole = output.cbor.toLowerCase();
  const { ToMac_hex: authenticated, CEK_hex: key, ToBeSign_hex: signed } = intermediates;
  if (authenticated && key) {
    // Algorithm 4 has 64 bits of it; HMac-04 and HMac-enc-04 have one of them changed.
    const digits = authenticated.toLowerCase().includes('43a10104') ? 16 : 64;
    return whole.includes(hex(hmacSha256(bytes(key), bytes(authenticated))).slice(0, digits)) ? 'mac' : null;
  }
  const own = input.sign0?.key;
  if (!signed || !own) return null;
  const signature = whole.slice(-128);
  if (own.crv === 'Ed25519') {
    const signer = await createSigner(bytes(own.d_hex!));
    expect(hex(signer.publicKey)).toBe(own.x_hex);
    return hex(await signer.sign(bytes(signed))) === signature ? 'signature' : null;
  }
  if (own.crv !== 'P-256') return null;
  const verify = await p256Verifier(bytes(`${own.x_hex}${own.y_hex}`));
  return (await verify(bytes(signed), bytes(signature))) ? 'signature' : null;
}

// Other people's messages are well-formed COSE and CWT, but none of them is a grant: each must be refused by its code.
describe.each([
  ['cose/CWT', 5, { 'A_3.json': 'signature', 'A_4.json': 'mac', 'A_7.json': 'mac' }],
  ['cose/eddsa-examples', 4, { 'eddsa-sig-01.json': 'signature' }],
  [
    'cose/hmac-examples',
    10,
    { 'HMac-01.json': 'mac', 'HMac-05.json': 'mac', 'HMac-enc-01.json': 'mac', 'HMac-enc-05.json': 'mac' },
  ],
] as const)('%s', (name, cases, right) => {
  const set = vectorSet(name, cases);
  test.skipIf(!set.available)(set.title, async () => {
    const signer = await createSigner(new Uint8Array(32).fill(1));
    const keySet = await importKeySet([{ publicKey: signer.publicKey, issuer: 'img.trust.example' }]);
    expect(set.files()).toHaveLength(cases);
    const found: Record<string, string> = {};
    for (const file of set.files()) {
      const example = set.json(file) as Example;
      const part = await rightPart(example);
      if (part) found[file.split('/').at(-1)!] = part;
      const { code } = await refusal(verifyGrant(bytes(example.output.cbor), keySet, 1_443_944_944));
      expect(code).toMatch(/^GRANT_(INVALID|UNTRUSTED)$/);
    }
    expect(found).toEqual(right);
  });
});

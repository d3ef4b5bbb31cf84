import { vectorSet } from '@wardseal/testkit/node';
import { expect, test } from 'vitest';
import { createSigner, importKeySet, verifyGrant } from '../../src/index.js';
import { refusal } from '../world.js';

interface Example {
  output: { cbor: string };
}

// Other people's messages are well-formed COSE and CWT, but none of them is a grant: each must be refused by its code.
for (const [name, cases] of [
  ['cose/CWT', 5],
  ['cose/eddsa-examples', 4],
  ['cose/hmac-examples', 10],
] as const) {
  const set = vectorSet(name, cases);
  test.skipIf(!set.available)(set.title, async () => {
    const signer = await createSigner(new Uint8Array(32).fill(1));
    const keySet = await importKeySet([{ publicKey: signer.publicKey, issuer: 'img.trust.example' }]);
    expect(set.files()).toHaveLength(cases);
    for (const file of set.files()) {
      const message = Buffer.from((set.json(file) as Example).output.cbor, 'hex');
      const { code } = await refusal(verifyGrant(new Uint8Array(message), keySet, 1_443_944_944));
      expect(code).toMatch(/^GRANT_(INVALID|UNTRUSTED)$/);
    }
  });
}

import { everyTextMutation } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import {
  createProof,
  decodeGrant,
  delegate,
  encodeGrant,
  openingToken,
  verifyChain,
  verifyProof,
} from '../../src/index.js';
import { forPerson, passedOn, person, REDEEM_URL } from '../people.js';
import { everyEdit, refusal, world } from '../world.js';

test.each(['ES256', 'EdDSA'] as const)(
  'every edit of a grant delegated with %s is refused',
  async (algorithm) => {
    const of = await world();
    const [ada, bob] = [await person(of, algorithm), await person(of)];
    const now = of.seconds();
    const { grant: root } = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn }));
    const text = encodeGrant(await delegate(root, forPerson(bob), ada.key, { now }));
    await verifyChain([decodeGrant(text), root], of.keySet, now);
    let tried = 0;
    for (const edits of [everyEdit(text), [...everyTextMutation(text)].map((one) => one.text)])
      for (const changed of edits) {
        tried += 1;
        await refusal(async () => verifyChain([decodeGrant(changed), root], of.keySet, now));
      }
    expect(tried).toBeGreaterThan(text.length * 128);
  },
  600_000,
);

test.each(['ES256', 'EdDSA'] as const)(
  'every edit of a proof signed with %s is refused',
  async (algorithm) => {
    const of = await world();
    const { key } = await person(of, algorithm);
    const { handle } = await of.issuer.grant(of.request());
    const expected = {
      method: 'POST',
      url: REDEEM_URL,
      token: openingToken(handle, (await of.redeemer()).publicKey),
      now: of.seconds(),
    };
    const proof = await createProof({ key, ...expected, nonce: of.issuer.proofNonce() });
    await verifyProof(proof, expected);
    let tried = 0;
    for (const changed of everyEdit(proof)) {
      tried += 1;
      const { code } = await refusal(verifyProof(changed, expected));
      expect(code).toMatch(/^PROOF_/);
    }
    expect(tried).toBeGreaterThan(proof.length * 126);
  },
  600_000,
);

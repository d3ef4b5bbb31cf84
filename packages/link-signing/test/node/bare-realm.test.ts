import { fromHex } from '@wardseal/primitives';
import { bareRealm } from '@wardseal/testkit/node';
import { expect, test } from 'vitest';
import { createSigner } from '../../src/index.js';
import chains from '../../vectors/chains.json' with { type: 'json' };
import proofs from '../../vectors/proofs.json' with { type: 'json' };
import { ISSUER, ORIGIN, world } from '../world.js';

test('parsing, verifying and opening need nothing of the platform', async () => {
  const secretKey = new Uint8Array(32).fill(3);
  const signer = await createSigner(secretKey);
  const { issuer, request, redeem, redeemer, seconds, random } = await world({ signer });
  const { cti, share } = await issuer.prepare();
  const { handle, link, grant } = await issuer.grant(request({ cti }));
  const mine = await redeemer();
  const { sealed } = await redeem(handle, mine);
  const input = {
    url: link(ORIGIN, random(32)),
    origin: ORIGIN,
    issuer: ISSUER,
    publicKey: signer.publicKey,
    grant,
    sealed,
    redeemer: mine,
    now: seconds(),
  };
  const answer = await bareRealm<typeof import('../../src/index.js')>(
    new URL('../../dist/index.js', import.meta.url),
    async (api, given: typeof input, { random }) => {
      const parsed = api.parseLink(given.url, { origins: [given.origin] });
      const keySet = await api.importKeySet([{ publicKey: given.publicKey, issuer: given.issuer }]);
      const { claims } = await api.verifyGrant(given.grant, keySet, given.now);
      const opened = await api.openAnswer(given.sealed, given.redeemer.secretKey, parsed.handle);
      const fresh = await api.createRedeemer({ random });
      const key = api.linkKey({ secret: parsed.secret!, share: opened.share!, cti: claims.cti });
      return { share: opened.share, purpose: claims.purpose, length: fresh.publicKey.length, key: key.length };
    },
    { input },
  );
  expect(answer).toEqual({ share, purpose: 'direct-care', length: 1216, key: 32 });
});

test('chains and proofs, of P-256 and Ed25519, are verified there too', async () => {
  const input = { chains, proofs, publicKey: fromHex(chains.publicKey)! };
  const verdicts = await bareRealm<typeof import('../../src/index.js')>(
    new URL('../../dist/index.js', import.meta.url),
    async (api, { chains, proofs, publicKey }: typeof input) => {
      const keySet = await api.importKeySet([{ publicKey, issuer: chains.issuer }]);
      const good = (check: Promise<unknown>) => check.then(() => true, (error: Error) => error.name); // biome-ignore format: one line
      const all = [];
      for (const { chain } of [...chains.accepted, ...chains.refused])
        all.push(await good(api.verifyChain(chain.map(api.decodeGrant), keySet, chains.now)));
      for (const { proof } of [...proofs.accepted, ...proofs.refused])
        all.push(await good(api.verifyProof(proof, proofs)));
      return all;
    },
    { input },
  );
  const wanted = [chains, proofs].flatMap(({ accepted, refused }) => [
    ...accepted.map(() => true),
    ...refused.map(() => 'LinkError'),
  ]);
  expect(verdicts).toEqual(wanted);
});

import { everyTextMutation } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import { createProof, openingToken, type RedeemRequest } from '../src/index.js';
import { forPerson, open, person, proven, REDEEM_URL as URL_ } from './people.js';
import { ORIGIN, refusal, world } from './world.js';

test('a link bound to a key opens for that key alone, and a proof is good once and for one opening', async () => {
  const of = await world();
  const [ada, bob] = [await person(of), await person(of, 'EdDSA')];
  const { handle } = await of.issuer.grant(of.request({ ...forPerson(ada), maxUses: 9 }));
  const { redeemed } = await open(of, handle, ada);
  expect(redeemed.use).toBe(1);

  const mine = await of.redeemer();
  const good = await proven(of, handle, mine, ada);
  const other = await of.issuer.grant(of.request({ ...forPerson(ada), maxUses: 9 }));
  const code = async (act: Promise<unknown>) => {
    const { code, claim, reason } = await refusal(act);
    return [code, claim ?? reason];
  };
  expect(await code(of.redeem(handle, mine, {}))).toEqual(['EVIDENCE_REFUSED', undefined]);
  expect(await code(of.redeem(handle, mine, await proven(of, handle, mine, bob)))).toEqual([
    'EVIDENCE_REFUSED',
    undefined,
  ]);
  // A captured proof, moved to another key, another link, another route or another method.
  expect(await code(of.redeem(handle, await of.redeemer(), good))).toEqual(['PROOF_REFUSED', 'ath']);
  expect(await code(of.redeem(other.handle, mine, good))).toEqual(['PROOF_REFUSED', 'ath']);
  const at = (changes: object) => ({ proof: { ...good.proof!, ...changes } });
  expect(await code(of.redeem(handle, mine, at({ url: `${ORIGIN}/o/status` })))).toEqual(['PROOF_REFUSED', 'htu']);
  expect(await code(of.redeem(handle, mine, at({ method: 'PUT' })))).toEqual(['PROOF_REFUSED', 'htm']);
  const elsewhere = 'https://other.example/o/redeem';
  const there = await proven(of, handle, mine, ada, elsewhere);
  expect(await code(of.redeem(handle, mine, there))).toEqual(['PROOF_REFUSED', 'htu']);
  expect((await of.issuer.inspect(handle)).used).toBe(1);
  expect(await of.redeem(handle, mine, good)).toMatchObject({ use: 2, repeated: false });
  expect(await of.redeem(handle, mine, good)).toMatchObject({ use: 2, repeated: true }); // a lost answer, asked for again
  of.clock.advance(61_000);
  expect(await code(of.redeem(handle, mine, good))).toEqual(['LINK_GONE', 'stale']);
});

test('one proof of one key opens once, however often it is sent at once', async () => {
  const of = await world();
  const ada = await person(of);
  const { handle, id } = await of.issuer.grant(of.request({ ...forPerson(ada), maxUses: 50 }));
  const mine = await of.redeemer();
  const request = await proven(of, handle, mine, ada);
  const all = await Promise.all(Array.from({ length: 20 }, () => of.redeem(handle, mine, request)));
  expect(new Set(all.map(({ use }) => use))).toEqual(new Set([1]));
  expect((await of.store.read(id))!.link.used).toBe(1);
});

test('nonces: of this issuer, fresh, and needed unless the issuer says otherwise', async () => {
  const of = await world();
  const ada = await person(of);
  const { handle } = await of.issuer.grant(of.request({ ...forPerson(ada), maxUses: 9, expires: of.seconds() + 7000 }));
  const mine = await of.redeemer();
  const token = openingToken(handle, mine.publicKey);
  const given = async (nonce?: string): Promise<Partial<RedeemRequest>> => {
    const jwt = await createProof({ key: ada.key, method: 'POST', url: URL_, token, now: of.seconds(), ...(nonce !== undefined && { nonce }) }); // biome-ignore format: one call
    return { proof: { jwt, method: 'POST', url: URL_ } };
  };
  const claim = async (nonce?: string) => (await refusal(of.redeem(handle, mine, await given(nonce)))).claim;
  const nonce = of.issuer.proofNonce();
  const stranger = await world({ seed: 'stranger' });
  expect(await claim()).toBe('nonce');
  expect(await claim(stranger.issuer.proofNonce())).toBe('nonce');
  for (const { text } of everyTextMutation(nonce)) if (text !== nonce) expect(await claim(text)).toBe('nonce');
  of.clock.advance(301_000);
  expect(await claim(nonce)).toBe('nonce');
  await of.redeem(handle, mine, await given(of.issuer.proofNonce()));

  const lax = await world({ requireProofNonce: false });
  const link = await lax.issuer.grant(lax.request({ ...forPerson(ada) }));
  const redeemer = await lax.redeemer();
  const jwt = await createProof({ key: ada.key, method: 'POST', url: URL_, token: openingToken(link.handle, redeemer.publicKey), now: lax.seconds() }); // biome-ignore format: one call
  expect((await lax.redeem(link.handle, redeemer, { proof: { jwt, method: 'POST', url: URL_ } })).use).toBe(1);
});

test('a proof is no passkey, and no evidence where no key is named', async () => {
  const of = await world();
  const ada = await person(of);
  const passkey = await of.issuer.grant(of.request({ ...forPerson(ada), binding: 'passkey' }));
  const mail = await of.issuer.grant(of.request({ binding: 'one-time-code' }));
  for (const { handle } of [passkey, mail]) {
    const mine = await of.redeemer();
    expect((await refusal(of.redeem(handle, mine, await proven(of, handle, mine, ada)))).code).toBe('EVIDENCE_REFUSED');
  }
});

test('an identifier of a proof opens once, whatever else the proof says', async () => {
  const of = await world();
  const ada = await person(of);
  const { handle } = await of.issuer.grant(of.request({ ...forPerson(ada), maxUses: 9 }));
  const nonce = of.issuer.proofNonce();
  const again = async () => {
    const mine = await of.redeemer();
    const token = openingToken(handle, mine.publicKey);
    const random = (length: number) => new Uint8Array(length).fill(7);
    const jwt = await createProof({ key: ada.key, method: 'POST', url: URL_, token, nonce, now: of.seconds(), random });
    return of.redeem(handle, mine, { proof: { jwt, method: 'POST', url: URL_ } });
  };
  expect((await again()).use).toBe(1);
  expect((await refusal(again())).reason).toBe('replayed');
  expect((await of.issuer.inspect(handle)).used).toBe(1);
});

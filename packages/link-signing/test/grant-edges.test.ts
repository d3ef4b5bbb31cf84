import { base64url, ed25519Sign } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import { createSigner, decodeGrant, importKeySet, verifyGrant } from '../src/index.js';
import { ISSUER, refusal, world } from './world.js';

const SEED = new Uint8Array(32).fill(9);

/** A good grant under a known key, and its refusal when something is changed. */
async function known() {
  const signer = await createSigner(SEED);
  const here = await world({ signer });
  const { grant } = await here.issuer.grant(here.request());
  const now = here.seconds();
  const keys = (issuer = ISSUER, state: 'active' | 'retired' = 'active') =>
    importKeySet([{ publicKey: signer.publicKey, issuer, state }]);
  const keySet = await keys();
  const refused = async (data: Uint8Array, by = keySet, at = now) => refusal(verifyGrant(data, by, at));
  return { grant, now, keys, keySet, refused, signer };
}

test('the envelope says what is wrong with it', async () => {
  const { grant, refused } = await known();
  const changed = (at: number, byte: number): Uint8Array => grant.map((one, i) => (i === at ? byte : one));
  const header = { code: 'GRANT_INVALID', message: 'grant header is not the one of its key' };
  expect(await refused(new Uint8Array(769))).toMatchObject({
    code: 'GRANT_INVALID',
    message: 'grant is longer than 768 bytes',
  });
  expect(await refused(new Uint8Array(768))).toMatchObject({ code: 'GRANT_UNTRUSTED' });
  for (const length of [0, 1, 11])
    expect(await refused(grant.slice(0, length))).toMatchObject({
      code: 'GRANT_INVALID',
      message: 'grant is truncated',
    });
  // Twelve bytes name a key; the header is a byte longer.
  expect(await refused(grant.slice(0, 12))).toMatchObject(header);
  for (const [at, byte] of [[0, 0xd1], [1, 0x83], [2, 0x48], [5, 0x26], [12, 0xa1]] as const) expect(await refused(changed(at, byte))).toMatchObject(header); // biome-ignore format: one list
  expect(await refused(changed(8, grant[8]! ^ 1))).toMatchObject({
    code: 'GRANT_UNTRUSTED',
    message: 'grant is not signed by a known key',
  });
  const short = grant.slice(0, -1);
  short[short.length - 64] = 63; // the signature's length
  expect(await refused(short)).toMatchObject({ code: 'GRANT_INVALID', message: 'grant signature is not 64 bytes' });
  expect(await refused(Uint8Array.of(...grant, 0))).toMatchObject({
    code: 'GRANT_INVALID',
    message: 'grant has bytes behind its end',
  });
  expect(await refused(changed(grant.length - 1, grant.at(-1)! ^ 1))).toMatchObject({
    code: 'GRANT_UNTRUSTED',
    message: 'grant signature is wrong',
  });
  await expect(verifyGrant([...grant] as never, (await known()).keySet, 0)).rejects.toThrow(
    new TypeError('grant must be a Uint8Array'),
  );
});

test('key, issuer and time are told apart', async () => {
  const { grant, refused, keys, now, keySet } = await known();
  expect(await refused(grant, await keys(ISSUER, 'retired'))).toMatchObject({
    code: 'GRANT_UNTRUSTED',
    message: 'grant is not signed by a known key',
  });
  expect(await refused(grant, await keys('other.example'))).toMatchObject({
    code: 'GRANT_UNTRUSTED',
    claim: 'issuer',
    message: 'grant names another issuer than its key speaks for',
  });
  expect(await refused(grant, keySet, now + 3600)).toMatchObject({
    code: 'GRANT_EXPIRED',
    message: 'grant has expired',
  });
  expect(await refused(grant, keySet, now - 61)).toMatchObject({
    code: 'GRANT_NOT_YET_VALID',
    message: 'grant is not valid yet',
  });
  for (const time of [0, 0xffff_ffff]) await refused(grant, keySet, time); // both are times
  for (const time of [-1, 0.5, Number.NaN, 2 ** 32, '1' as never])
    await expect(verifyGrant(grant, keySet, time)).rejects.toThrow(
      new RangeError('now must be whole seconds since 1970'),
    );
  for (const skew of [-1, 301, Number.NaN])
    await expect(verifyGrant(grant, keySet, now, { skew })).rejects.toThrow(
      new RangeError('skew must be 0 to 300 seconds'),
    );
  for (const skew of [0, 300]) expect((await verifyGrant(grant, keySet, now, { skew })).claims.issuer).toBe(ISSUER);
});

test('the text of a grant has one spelling and an end', async () => {
  const { grant } = await known();
  const text = base64url(grant);
  expect(decodeGrant(text)).toEqual(grant);
  expect(decodeGrant(base64url(new Uint8Array(768)))).toHaveLength(768);
  for (const bad of [
    base64url(new Uint8Array(769)),
    `${text}=`,
    `${text}\n`,
    ` ${text}`,
    text.replace(/.$/, '+'),
    [text],
    null,
    undefined,
    { length: 1 },
  ])
    expect(await refusal(() => decodeGrant(bad as never))).toMatchObject({
      code: 'GRANT_INVALID',
      message: 'grant text is not base64url in its one spelling',
    });
});

test('a signer that gives something else than a signature mints nothing', async () => {
  const { signer } = await known();
  for (const length of [0, 63, 65]) {
    const broken = await world({ signer: { ...signer, sign: () => new Uint8Array(length) } });
    await expect(broken.issuer.grant(broken.request())).rejects.toThrow(new RangeError('signer must return 64 bytes'));
  }
  const plain = await world({ signer: { ...signer, sign: (message) => ed25519Sign(SEED, message) } });
  expect((await plain.issuer.grant(plain.request())).handle).toHaveLength(76);
});

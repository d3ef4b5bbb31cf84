import { base64url, ed25519Sign } from '@wardseal/primitives';
import { everyBitFlip, everyTextMutation, seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BINDINGS,
  createSigner,
  decodeGrant,
  encodeGrant,
  importKeySet,
  linkKey,
  MAX_GRANT_BYTES,
  PERMISSIONS,
  PURPOSES,
  verifyGrant,
} from '../src/index.js';
import { ISSUER, ORIGIN, refusal, world } from './world.js';

test('a grant says what was asked for, and verifies offline', async () => {
  const { issuer, request, keySet, seconds, random } = await world();
  const asked = request({
    expires: seconds() + 7 * 24 * 3600,
    recipientKey: random(32),
    maxUses: 100,
    purpose: 'complaint',
    binding: 'passkey',
    permissions: ['delegate', 'view', 'save-to-record'],
    delegationDepth: 3,
    policy: { digest: random(32), revision: 12 },
    recipient: random(32),
  });
  const { grant, id } = await issuer.grant(asked);
  const verified = await verifyGrant(grant, keySet, seconds());
  expect(verified).toEqual({
    id,
    claims: {
      ...asked,
      permissions: ['view', 'save-to-record', 'delegate'],
      issuer: ISSUER,
      audience: ORIGIN,
      notBefore: seconds(),
      issuedAt: seconds(),
      cti: expect.any(Uint8Array),
    },
  });
  expect(verified.claims.cti).toHaveLength(32);
  expect(grant.length).toBeLessThan(MAX_GRANT_BYTES);
});

test('any allowed request comes back the same', async () => {
  const { issuer, request, keySet, seconds } = await world();
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(),
        keyed: fc.boolean(),
        life: fc.integer({ min: 1, max: 24 * 3600 }),
        maxUses: fc.integer({ min: 1, max: 100 }),
        purpose: fc.constantFrom(...PURPOSES),
        view: fc.boolean(),
        revision: fc.option(fc.nat()),
        named: fc.boolean(),
      }),
      async ({ seed, keyed, life, maxUses, purpose, view, revision, named }) => {
        const random = seededRandom(seed);
        const asked = request({
          expires: seconds() + life,
          maxUses,
          purpose,
          binding: keyed ? 'holder-of-key' : 'bearer',
          permissions: view ? ['view'] : ['view', 'save-to-record'],
          ...(keyed && { recipientKey: random(32) }),
          ...(named && { recipient: random(32) }),
          ...(revision !== null && { policy: { digest: random(32), revision } }),
        });
        const { grant } = await issuer.grant(asked);
        const { claims } = await verifyGrant(grant, keySet, seconds());
        expect(claims).toMatchObject(asked);
        expect(encodeGrant(decodeGrant(encodeGrant(grant)))).toBe(encodeGrant(grant));
      },
    ),
    { numRuns: 60 },
  );
});

test('every flipped bit is refused', async () => {
  const { issuer, request, keySet, seconds } = await world();
  const { grant } = await issuer.grant(request());
  let tried = 0;
  for (const changed of everyBitFlip(grant)) {
    tried += 1;
    const { code } = await refusal(verifyGrant(changed, keySet, seconds()));
    expect(code).toMatch(/^(GRANT_INVALID|GRANT_UNTRUSTED|ENCODING_INVALID)$/);
  }
  expect(tried).toBe(grant.length * 8);
});

test('every change of one character of its text is refused', async () => {
  const { issuer, request, keySet, seconds } = await world();
  const { grant } = await issuer.grant(request());
  let tried = 0;
  for (const { text } of everyTextMutation(encodeGrant(grant))) {
    tried += 1;
    await refusal(async () => verifyGrant(decodeGrant(text), keySet, seconds()));
  }
  expect(tried).toBeGreaterThan(10_000);
});

test('cutting off and adding behind are refused', async () => {
  const { issuer, request, keySet, seconds } = await world();
  const { grant } = await issuer.grant(request());
  for (let length = 0; length < grant.length; length++)
    await refusal(verifyGrant(grant.slice(0, length), keySet, seconds()));
  for (const more of [1, 2, 64, 1000, 1_000_000]) {
    const longer = new Uint8Array(grant.length + more);
    longer.set(grant);
    expect((await refusal(verifyGrant(longer, keySet, seconds()))).code).toBe('GRANT_INVALID');
  }
  await expect(verifyGrant('text' as unknown as Uint8Array, keySet, seconds())).rejects.toThrow(TypeError);
});

test('time decides to the second, with the skew the verifier allows', async () => {
  const { issuer, request, keySet, seconds } = await world();
  const start = seconds() + 600;
  const { grant } = await issuer.grant(request({ notBefore: start, expires: start + 100 }));
  const at = async (now: number, skew = 0): Promise<string> => {
    try {
      await verifyGrant(grant, keySet, now, { skew });
      return 'good';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(await at(start - 61)).toBe('GRANT_NOT_YET_VALID');
  expect(await at(start - 60)).toBe('good');
  expect(await at(start + 99)).toBe('good');
  expect(await at(start + 100)).toBe('GRANT_EXPIRED');
  expect(await at(start + 399, 300)).toBe('good');
  expect(await at(start + 400, 300)).toBe('GRANT_EXPIRED');
  expect(await at(start - 300, 300)).toBe('good');
  await expect(verifyGrant(grant, keySet, start, { skew: 301 })).rejects.toThrow(RangeError);
  await expect(verifyGrant(grant, keySet, Date.now())).rejects.toThrow(RangeError);
});

test('only a known key of the issuer it names is believed', async () => {
  const { issuer, request, seconds, random } = await world();
  const secretKey = random(32);
  const signer = await createSigner(secretKey);
  const { grant } = await issuer.grant(request());
  const mine = await world({ signer });
  const theirs = (await mine.issuer.grant(mine.request())).grant;
  const code = async (keys: Parameters<typeof importKeySet>[0]) =>
    (await refusal(verifyGrant(theirs, await importKeySet(keys), seconds()))).code;
  const { publicKey } = signer;
  expect((await verifyGrant(theirs, await importKeySet([{ publicKey, issuer: ISSUER, state: 'verify-only' }]), seconds())).claims.issuer).toBe(ISSUER); // biome-ignore format: one line of proof
  expect(await code([])).toBe('GRANT_UNTRUSTED');
  expect(await code([{ publicKey, issuer: ISSUER, state: 'retired' }])).toBe('GRANT_UNTRUSTED');
  expect(await code([{ publicKey, issuer: 'other.example' }])).toBe('GRANT_UNTRUSTED');
  // The same claims under another key's signature.
  const forged = new Uint8Array(theirs);
  forged.set(await ed25519Sign(random(32), theirs.slice(0, -66)), theirs.length - 64);
  expect((await refusal(verifyGrant(forged, await importKeySet([{ publicKey, issuer: ISSUER }]), seconds()))).code).toBe('GRANT_UNTRUSTED'); // biome-ignore format: one line of proof
  expect(grant).not.toEqual(theirs);
  await expect(importKeySet([{ publicKey: random(31), issuer: ISSUER }])).rejects.toThrow(RangeError);
  await expect(importKeySet([{ publicKey, issuer: 'Trust' }])).rejects.toThrow(RangeError);
  await expect(
    importKeySet([
      { publicKey, issuer: ISSUER },
      { publicKey, issuer: ISSUER },
    ]),
  ).rejects.toThrow(RangeError);
});

test('the request schema refuses what must not enter a grant', async () => {
  const { issuer, request, seconds, random } = await world({ limits: { maxUses: 50 } });
  const now = seconds();
  const text = (words: string) => new TextEncoder().encode(words);
  const cases: [Record<string, unknown>, string][] = [
    [{ patient: 'Ada Example' }, 'unknown field'],
    [{ label: 'Ada Example' }, 'unknown field'],
    [{ purpose: 'Ada Example' }, 'purpose'],
    [{ purpose: '9990001234' }, 'purpose'],
    [{ issuerUser: text('dr.ada.example@trust.example.com').slice(0, 32) }, 'issuerUser'],
    [{ issuerUser: text('Ada Example, SpR') }, 'issuerUser'],
    [{ issuerUser: 'Ada Example' }, 'issuerUser'],
    [{ recipient: text('999 000 1234 999 000 1234 999 00') }, 'recipient'],
    [{ recipient: random(31) }, 'recipient'],
    [{ object: text('Ada Example, left hand, 2026-03-0') }, 'object'],
    [{ object: random(31) }, 'object'],
    [{ policy: { digest: random(32), revision: 1, name: 'Ada' } }, 'policy'],
    [{ policy: { digest: text('a'.repeat(32)), revision: 1 } }, 'policy'],
    [{ audience: 'https://other.example' }, 'audience'],
    [{ audience: 'https://img.trust.example/9990001234' }, 'audience'],
    [{ expires: now }, 'expires'],
    [{ expires: now + 24 * 3600 + 1 }, 'expires'],
    [{ expires: now * 1000 }, 'expires'],
    [{ expires: now + 0.5 }, 'expires'],
    [{ expires: Number.NaN }, 'expires'],
    [{ notBefore: now - 1 }, 'notBefore'],
    [{ maxUses: 0 }, 'maxUses'],
    [{ maxUses: 51 }, 'maxUses'],
    [{ maxUses: 101 }, 'maxUses'],
    [{ maxUses: 1.5 }, 'maxUses'],
    [{ permissions: [] }, 'permissions'],
    [{ permissions: ['print'] }, 'permissions'],
    [{ permissions: ['view', 'delegate'], delegationDepth: 1 }, 'delegationDepth'], // a bearer link cannot be passed on
    [{ delegationDepth: 1 }, 'delegationDepth'],
    [{ recipientKey: random(32) }, 'recipientKey'],
    [{ binding: 'holder-of-key' }, 'recipientKey'],
    [{ binding: 'trust-me' }, 'binding'],
    [{ binding: 'passcode' }, 'passcode'],
    [{ binding: 'passcode', passcode: '12345' }, 'passcode'],
    [{ binding: 'passcode', passcode: 'a'.repeat(65) }, 'passcode'],
    [{ binding: 'passcode', passcode: '9990001235' }, 'passcode'],
    [{ passcode: '483920' }, 'passcode'],
    [{ cti: random(31) }, 'cti'],
  ];
  for (const [changes, claim] of cases) {
    const error = await refusal(issuer.grant({ ...request(), ...changes } as never));
    expect([changes, error.code, error.claim]).toEqual([changes, 'CLAIMS_REFUSED', claim]);
    expect(error.message).not.toMatch(/Ada|999/);
  }
});

test('lifetimes: seven days for a recipient with a key, one day for anybody else', async () => {
  const { issuer, request, seconds, random } = await world();
  const week = seconds() + 7 * 24 * 3600;
  const keyed = { binding: 'holder-of-key', recipientKey: random(32) } as const;
  expect((await issuer.grant(request({ ...keyed, expires: week }))).handle).toHaveLength(76);
  expect((await refusal(issuer.grant(request({ ...keyed, expires: week + 1 })))).code).toBe('CLAIMS_REFUSED');
  for (const binding of BINDINGS.slice(0, 3)) {
    const passcode = binding === 'passcode' ? { passcode: '483920' } : {};
    const day = seconds() + 24 * 3600;
    expect((await issuer.grant(request({ binding, ...passcode, expires: day }))).handle).toHaveLength(76);
    expect((await refusal(issuer.grant(request({ binding, ...passcode, expires: day + 1 })))).claim).toBe('expires');
  }
});

test('link keys need all three parts, and differ when one does', () => {
  const part = (seed: number) => seededRandom(seed)(32);
  const keys = [
    linkKey({ secret: part(1), share: part(2), cti: part(3) }),
    linkKey({ secret: part(4), share: part(2), cti: part(3) }),
    linkKey({ secret: part(1), share: part(4), cti: part(3) }),
    linkKey({ secret: part(1), share: part(2), cti: part(4) }),
    linkKey({ secret: part(2), share: part(1), cti: part(3) }),
  ];
  expect(new Set(keys.map(base64url)).size).toBe(keys.length);
  expect(keys[0]).toHaveLength(32);
  expect(() => linkKey({ secret: part(1), share: part(2).slice(1), cti: part(3) })).toThrow(RangeError);
  expect(PERMISSIONS).toHaveLength(4);
});

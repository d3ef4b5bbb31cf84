import { everyBitFlip } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envelope } from '../src/codec/cose.js';
import { canonical } from '../src/codec/low-s.js';
import { grantId, holderEnvelope, signGrant } from '../src/grant.js';
import {
  BINDINGS,
  type Claims,
  createSigner,
  delegate,
  type HolderKey,
  importKeySet,
  linkKey,
  MAX_GRANT_BYTES,
  memoryStore,
  openAnswer,
  PERMISSIONS,
  verifyChain,
  verifyGrant,
} from '../src/index.js';
import { grantKid } from '../src/keys.js';
import { forPerson, open, passedOn, person } from './people.js';
import { ISSUER, refusal, world } from './world.js';

test.each(['ES256', 'EdDSA'] as const)(
  'a chain of three, signed with %s, opens for the last and counts at all',
  async (algorithm) => {
    const of = await world();
    const [ada, bob, cyn] = [await person(of, algorithm), await person(of, algorithm), await person(of, algorithm)];
    const { cti, share } = await of.issuer.prepare();
    const root = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn, cti, maxUses: 3 }));
    const now = of.seconds();
    const child = await delegate(
      root.grant,
      { ...forPerson(bob), ...passedOn, delegationDepth: 1, maxUses: 2 },
      ada.key,
      { now },
    );
    const two = await of.issuer.adopt(child);
    const grandchild = await delegate(child, { ...forPerson(cyn), maxUses: 2, expires: now + 60 }, bob.key, { now });
    const three = await of.issuer.adopt(grandchild);
    expect((await of.issuer.adopt(grandchild)).handle).toBe(three.handle);

    const chain = [grandchild, child, root.grant];
    const verified = await verifyChain(chain, of.keySet, now);
    expect(verified.ancestors.map(({ id }) => id)).toEqual([two.id, root.id]);
    expect(verified.claims).toMatchObject({ maxUses: 2, issuerUser: bob.recipient, recipient: cyn.recipient });
    expect(grandchild.length).toBeLessThan(MAX_GRANT_BYTES);
    expect((await refusal(verifyGrant(grandchild, of.keySet, now))).code).toBe('GRANT_UNTRUSTED');

    const { mine, redeemed } = await open(of, three.handle, cyn);
    expect(of.events[0]!.delegatedFrom).toHaveLength(2);
    const answer = await openAnswer(redeemed.sealed, mine.secretKey, three.handle);
    expect([answer.share, answer.cti, answer.grant]).toEqual([share, cti, grandchild]);
    expect(linkKey({ secret: share, share: answer.share!, cti: answer.cti })).toHaveLength(32);
    const used = async () => [(await of.issuer.inspect(three.handle)).used, (await of.issuer.inspect(two.handle)).used, (await of.issuer.inspect(root.handle)).used]; // biome-ignore format: one row
    expect(await used()).toEqual([1, 1, 1]);
    await open(of, root.handle, ada);
    expect(await used()).toEqual([1, 1, 2]);
    expect((await refusal(open(of, three.handle, ada))).code).toBe('EVIDENCE_REFUSED');
    await open(of, two.handle, bob); // the third use of the root, the second of the child
    expect(await used()).toEqual([1, 2, 3]);
    expect((await refusal(open(of, three.handle, cyn))).reason).toBe('exhausted');
    expect(await of.shares.get(cti)).toBeNull(); // the root's share died with its last use, taken by a child
    expect((await of.issuer.inspect(three.handle)).ancestors).toEqual([child, root.grant]);
  },
);

test('revoking an ancestor, or by the one who delegated, kills all below', async () => {
  const of = await world();
  const [ada, bob, cyn] = [await person(of), await person(of), await person(of)];
  const root = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn, maxUses: 9 }));
  const now = of.seconds();
  const child = await delegate(
    root.grant,
    { ...forPerson(bob), ...passedOn, delegationDepth: 1, maxUses: 9 },
    ada.key,
    { now },
  );
  const two = await of.issuer.adopt(child);
  const three = await of.issuer.adopt(await delegate(child, forPerson(cyn), bob.key, { now }));
  expect(await of.issuer.revoke({ issuerUser: bob.recipient })).toEqual([three.id]);
  expect((await of.issuer.inspect(two.handle)).state).toBe('live');
  const late = await delegate(child, forPerson(cyn), bob.key, { now });
  await of.issuer.revoke({ id: root.id });
  for (const { handle } of [root, two, three]) expect((await of.issuer.inspect(handle)).state).toBe('revoked');
  expect((await refusal(open(of, two.handle, bob))).reason).toBe('revoked');
  expect((await refusal(of.issuer.adopt(late))).reason).toBe('revoked');
});

test('what cannot be passed on, by whom, and what cannot be adopted', async () => {
  const of = await world();
  const [ada, bob] = [await person(of), await person(of)];
  const now = of.seconds();
  const root = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn, maxUses: 2 }));
  const bearer = await of.issuer.grant(of.request());
  const fault = async (parent: Uint8Array, narrowing: object, key: HolderKey) =>
    (await refusal(delegate(parent, { ...forPerson(bob), ...narrowing }, key, { now }))).claim;
  expect(await fault(bearer.grant, {}, ada.key)).toBe('delegation');
  expect(await fault(root.grant, {}, bob.key)).toBe('delegation');
  const final = await of.issuer.grant(of.request(forPerson(ada)));
  expect(await fault(final.grant, {}, ada.key)).toBe('permissions');
  const wider: [object, string][] = [
    [{ expires: now + 3601 }, 'expires'],
    [{ notBefore: now - 1 }, 'notBefore'],
    [{ maxUses: 3 }, 'maxUses'],
    [{ binding: 'bearer' }, 'recipientKey'],
    [{ permissions: ['save-to-record'] }, 'permissions'],
    [{ permissions: ['print'] }, 'permissions'],
    [{ permissions: ['view', 'delegate'], delegationDepth: 3 }, 'delegationDepth'],
    [{ recipient: undefined }, 'recipient'],
    [{ recipientKey: undefined }, 'recipientKey'],
  ];
  for (const [narrowing, claim] of wider) expect([narrowing, await fault(root.grant, narrowing, ada.key)]).toEqual([narrowing, claim]); // biome-ignore format: one loop
  expect((await refusal(of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn, recipient: undefined as never })))).code).toBe('CLAIMS_REFUSED'); // biome-ignore format: one line

  const elsewhere = await world({ store: memoryStore(), seed: 'elsewhere' });
  const child = await delegate(root.grant, forPerson(bob), ada.key, { now });
  expect((await refusal(elsewhere.issuer.adopt(child))).reason).toBe('unknown');
  expect((await refusal(of.issuer.adopt(root.grant))).claim).toBe('delegation');
  await open(of, root.handle, ada);
  await open(of, root.handle, ada);
  expect((await refusal(of.issuer.adopt(child))).reason).toBe('exhausted');
});

test('a revocation that comes while a child is adopted is not slipped past', async () => {
  const store = memoryStore();
  const of = await world({ store });
  const [ada, bob] = [await person(of), await person(of)];
  const root = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn }));
  const child = await delegate(root.grant, forPerson(bob), ada.key, { now: of.seconds() });
  const put = store.put.bind(store);
  store.put = async (link, now) => {
    await store.revoke({ id: root.id }, now);
    return put(link, now);
  };
  expect(await refusal(of.issuer.adopt(child))).toMatchObject({ code: 'LINK_GONE', reason: 'revoked' });
});

test('a chain verifies whole, in order and unbroken only', async () => {
  const of = await world();
  const [ada, bob, cyn] = [await person(of), await person(of), await person(of)];
  const now = of.seconds();
  const { grant: root } = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn }));
  const { grant: twin } = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn }));
  const child = await delegate(root, { ...forPerson(bob), ...passedOn, delegationDepth: 1 }, ada.key, { now });
  const last = await delegate(child, forPerson(cyn), bob.key, { now });
  const code = async (chain: Uint8Array[], at = now) => (await refusal(verifyChain(chain, of.keySet, at))).code;
  await verifyChain([last, child, root], of.keySet, now);
  expect(await code([child, last, root])).toBe('DELEGATION_REFUSED');
  expect(await code([last, root])).toBe('DELEGATION_REFUSED');
  expect(await code([last, child, twin])).toBe('DELEGATION_REFUSED');
  expect(await code([last, child])).toBe('GRANT_UNTRUSTED');
  expect(await code([child, root, root])).toBe('GRANT_INVALID');
  expect(await code([last, last, last, child, root])).toBe('DELEGATION_REFUSED');
  expect(await code([last, child, root], now + 3600)).toBe('GRANT_EXPIRED');
  await expect(verifyChain([], of.keySet, now)).rejects.toThrow(RangeError);
  for (const changed of everyBitFlip(child)) await refusal(verifyChain([changed, root], of.keySet, now));
}, 30_000);

test("a child is of one parent, by the parent's own key, and never the issuer's", async () => {
  const signer = await createSigner(new Uint8Array(32).fill(5));
  const of = await world({ signer });
  const keySet = await importKeySet([{ publicKey: signer.publicKey, issuer: ISSUER }]);
  const [ada, bob, eve] = [await person(of), await person(of), await person(of)];
  const now = of.seconds();
  const asked = of.request({ ...forPerson(ada), ...passedOn });
  const [root, twin] = [await of.issuer.grant(asked), await of.issuer.grant(asked)]; // alike in all but the cti
  const child = await delegate(root.grant, forPerson(bob), ada.key, { now });
  const { claims } = await verifyChain([child, root.grant], keySet, now);
  expect(await refusal(verifyChain([child, twin.grant], keySet, now))).toMatchObject({ code: 'DELEGATION_REFUSED', claim: 'delegation' }); // biome-ignore format: one line of proof
  // Eve, who has the grant and a key of her own, but not Ada's.
  const { publicKey } = eve.key;
  const forged = { ...claims, delegation: { ...claims.delegation!, key: publicKey } };
  const sign = async (message: Uint8Array): Promise<Uint8Array> => {
    const signature = await eve.key.sign(new Uint8Array(message));
    return canonical(publicKey.algorithm, signature);
  };
  const hers = await signGrant(forged, holderEnvelope(publicKey), { sign });
  expect(await refusal(verifyChain([hers, root.grant], keySet, now))).toMatchObject({ code: 'DELEGATION_REFUSED', claim: 'delegation' }); // biome-ignore format: one line of proof
  expect((await refusal(of.issuer.adopt(hers))).code).toBe('DELEGATION_REFUSED');
  const issuers = await signGrant(claims, envelope(grantKid(signer.publicKey)), signer);
  for (const check of [verifyGrant(issuers, keySet, now), verifyChain([issuers], keySet, now)])
    expect(await refusal(check)).toMatchObject({ code: 'GRANT_INVALID', claim: 'delegation' });
});

test('an ES256 grant has one form: the twin of its signature is refused', async () => {
  const of = await world();
  const [ada, bob] = [await person(of), await person(of)];
  const now = of.seconds();
  const { grant: root } = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn }));
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  for (let i = 0; i < 8; i++) {
    const child = await delegate(root, forPerson(bob), ada.key, { now });
    await verifyChain([child, root], of.keySet, now);
    const s = child.slice(-32).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    expect(s <= order / 2n).toBe(true);
    const twin = new Uint8Array(child);
    for (let rest = order - s, at = twin.length - 1; at >= twin.length - 32; at--, rest /= 256n)
      twin[at] = Number(rest % 256n);
    expect((await refusal(verifyChain([twin, root], of.keySet, now))).code).toBe('GRANT_UNTRUSTED');
  }
});

/** Whether `child` allows nothing that `parent` does not; written apart from the package, claim by claim. */
function narrower(child: Claims, parent: Claims): boolean {
  const text = (value: unknown) => JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? [...part] : part));
  const equals = (['issuer', 'object', 'audience', 'purpose', 'policy'] as const).every((name) => text(child[name]) === text(parent[name])); // biome-ignore format: one rule
  return (
    equals &&
    text(child.issuerUser) === text(parent.recipient) &&
    parent.permissions.includes('delegate') &&
    PERMISSIONS.every((one) => !child.permissions.includes(one) || parent.permissions.includes(one)) &&
    child.delegationDepth + 1 <= parent.delegationDepth &&
    child.expires <= parent.expires &&
    child.notBefore >= parent.notBefore &&
    child.issuedAt >= parent.issuedAt &&
    child.maxUses <= parent.maxUses &&
    BINDINGS.indexOf(child.binding) >= BINDINGS.indexOf(parent.binding)
  );
}

test('random chains, signed by whoever may sign: a child is accepted if and only if it is no wider', async () => {
  const of = await world();
  const people = await Promise.all([
    person(of, 'EdDSA'),
    person(of, 'EdDSA'),
    person(of, 'EdDSA'),
    person(of, 'EdDSA'),
  ]);
  const now = of.seconds();
  const digest = of.random(32);
  const { grant: root } = await of.issuer.grant(of.request({ ...forPerson(people[0]!), permissions: ['view', 'save-to-record', 'delegate'], delegationDepth: 3, maxUses: 50, policy: { digest, revision: 3 } })); // biome-ignore format: one call
  const outcomes = { accepted: 0, refused: 0 };
  const change = fc.record(
    {
      expires: fc.integer({ min: now + 3000, max: now + 3700 }),
      notBefore: fc.integer({ min: now - 5, max: now + 20 }),
      issuedAt: fc.integer({ min: now - 5, max: now + 20 }),
      maxUses: fc.integer({ min: 1, max: 60 }),
      purpose: fc.constantFrom('direct-care', 'mdt'),
      binding: fc.constantFrom('holder-of-key', 'passkey'),
      view: fc.boolean(),
      save: fc.boolean(),
      depth: fc.integer({ min: 0, max: 3 }),
      revision: fc.constantFrom(3, 3, 3, 4),
      stranger: fc.constantFrom(false, false, false, true),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      let chain = [root];
      let last = await verifyChain(chain, of.keySet, now);
      for (const [i, { view, save, depth, revision, stranger, ...rest }] of changes.entries()) {
        const parent = last.claims;
        const [signer, next] = [people[i]!, people[i + 1]!];
        const delegationDepth = depth ?? Math.max(0, parent.delegationDepth - 1);
        const claims: Claims = {
          ...parent,
          cti: of.random(32),
          ...rest,
          ...(forPerson(next) as object),
          binding: rest.binding ?? parent.binding,
          permissions: PERMISSIONS.filter(
            (one) =>
              one === 'view' || (one === 'save-to-record' && save) || (one === 'delegate' && delegationDepth > 0),
          ).slice(view === false && save ? 1 : 0),
          delegationDepth,
          policy: { digest, revision: revision ?? 3 },
          issuerUser: stranger ? of.random(32) : parent.recipient!,
          delegation: { parent: grantId(chain[0]!), key: signer.key.publicKey },
        };
        const grant = await signGrant(claims, holderEnvelope(signer.key.publicKey), { sign: async (message) => signer.key.sign(new Uint8Array(message)) }); // biome-ignore format: one call
        const verdict = await verifyChain([grant, ...chain], of.keySet, now + 60).then(
          (verified) => verified,
          () => null,
        );
        expect(verdict !== null).toBe(narrower(claims, parent));
        outcomes[verdict ? 'accepted' : 'refused'] += 1;
        if (!verdict) return;
        chain = [grant, ...chain];
        last = verdict;
      }
    }),
    { numRuns: 800 },
  );
  expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(50);
}, 60_000);

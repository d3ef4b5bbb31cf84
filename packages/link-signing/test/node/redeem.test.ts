import { base64url, fromBase64url } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import {
  createIssuer,
  createSigner,
  LinkError,
  type LinkStore,
  memoryEraseStore,
  memoryStore,
  openAnswer,
} from '../../src/index.js';
import { ISSUER, ORIGIN, refusal, world } from '../world.js';

test('outside, unknown, forged, expired, revoked and exhausted are one answer; the reason is for the log', async () => {
  const { issuer, request, redeem, redeemer, clock, random } = await world();
  const mine = await redeemer();
  const elsewhere = await world({ store: memoryStore() });
  const granted = async () => issuer.grant(request());

  const forged = fromBase64url((await granted()).handle)!;
  do forged.set(random(16), 41);
  while (!/[A-Za-z0-9]$/.test(base64url(forged)));
  const revoked = await granted();
  await issuer.revoke({ id: revoked.id });
  const exhausted = await granted();
  await redeem(exhausted.handle, await redeemer());
  const expired = await granted();
  const later = await issuer.grant(request({ notBefore: Math.floor(clock.now() / 1000) + 1000 }));
  const reasons: Record<string, string> = {
    unknown: (await elsewhere.issuer.grant(elsewhere.request({ maxUses: 2 }))).handle,
    forged: base64url(forged),
    revoked: revoked.handle,
    exhausted: exhausted.handle,
    'not-yet': later.handle,
  };
  const faces = new Set<string>();
  for (const [reason, handle] of Object.entries(reasons)) {
    const error = await refusal(redeem(handle, mine));
    expect(error.reason).toBe(reason);
    faces.add(JSON.stringify([error.message, { ...error }, Object.keys(error)]));
  }
  clock.advance(3600_000);
  const error = await refusal(redeem(expired.handle, mine));
  expect(error.reason).toBe('expired');
  faces.add(JSON.stringify([error.message, { ...error }, Object.keys(error)]));
  expect([...faces]).toHaveLength(1);
  expect([...faces][0]).toContain('LINK_GONE');
});

test('each step comes in its order, and a refusal costs no use', async () => {
  const steps: string[] = [];
  const inner = memoryStore();
  const store = new Proxy(inner, {
    get:
      (target, name: keyof LinkStore) =>
      (...args: unknown[]) => {
        steps.push(name);
        return (target[name] as (...all: unknown[]) => unknown).apply(target, args);
      },
  });
  const { issuer, request, redeem, redeemer } = await world({
    store,
    audit: () => {
      steps.push('audit');
    },
  });
  const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: '483920' }));
  const mine = await redeemer();
  const authorize = (permit: boolean) => () => {
    steps.push('authorize');
    return { permit };
  };
  steps.length = 0;
  expect((await refusal(redeem(handle, mine, { passcode: '483921', authorize: authorize(true) }))).code).toBe(
    'PASSCODE_REFUSED',
  );
  expect(steps).toEqual(['read', 'attempt', 'judge']);
  steps.length = 0;
  const denied = await refusal(redeem(handle, mine, { passcode: '483920', authorize: authorize(false) }));
  expect([denied.code, denied.decision]).toEqual(['DENIED', { permit: false }]);
  expect(steps).toEqual(['read', 'attempt', 'judge', 'authorize']);
  steps.length = 0;
  await redeem(handle, mine, { passcode: '483920', authorize: authorize(true) });
  expect(steps).toEqual(['read', 'attempt', 'judge', 'authorize', 'take', 'audit', 'release']);
});

test('a policy that throws, or answers anything but permit true, denies', async () => {
  const { issuer, request, redeem, redeemer } = await world();
  const { handle } = await issuer.grant(request());
  const mine = await redeemer();
  for (const answer of [undefined, null, {}, { permit: 1 }, { permit: 'true' }, true])
    expect((await refusal(redeem(handle, mine, { authorize: () => answer as never }))).code).toBe('DENIED');
  const cause = new Error('policy is away');
  const error = await refusal(redeem(handle, mine, { authorize: () => Promise.reject(cause) }));
  expect([error.code, error.cause]).toEqual(['DENIED', cause]);
  expect((await issuer.inspect(handle)).used).toBe(0);
});

test('nothing is released when the audit fails; the same opening may be asked for again', async () => {
  let broken = true;
  const { issuer, request, redeem, redeemer } = await world({
    audit: async (event) => {
      if (broken) throw new Error('log is away');
      return event.id;
    },
  });
  const { cti, share } = await issuer.prepare();
  const { handle } = await issuer.grant(request({ cti }));
  const mine = await redeemer();
  expect((await refusal(redeem(handle, mine))).code).toBe('AUDIT_FAILED');
  expect((await issuer.inspect(handle)).used).toBe(1);
  expect((await refusal(redeem(handle, await redeemer()))).reason).toBe('exhausted');
  broken = false;
  const redeemed = await redeem(handle, mine);
  expect(redeemed).toMatchObject({ use: 1, of: 1, repeated: true });
  expect((await openAnswer(redeemed.sealed, mine.secretKey, handle)).share).toEqual(share);
});

test('a lost answer is given again for 60 seconds, as the same use and the same event', async () => {
  const { issuer, request, redeem, redeemer, clock, events } = await world();
  const { handle } = await issuer.grant(request({ maxUses: 3 }));
  const mine = await redeemer();
  const first = await redeem(handle, mine);
  clock.advance(59_000);
  const again = await redeem(handle, mine);
  expect(again).toMatchObject({ use: 1, repeated: true, sealed: first.sealed });
  expect(events[1]!.id).toBe(events[0]!.id);
  expect(await redeem(handle, await redeemer())).toMatchObject({ use: 2, repeated: false });
  expect(events[2]!.id).not.toBe(events[0]!.id);
  clock.advance(1_000);
  expect((await refusal(redeem(handle, mine))).reason).toBe('stale');
  expect((await issuer.inspect(handle)).used).toBe(2);
});

test('a captured request, replayed, gives its sender nothing to read', async () => {
  const { issuer, request, redeem, redeemer } = await world();
  const { cti } = await issuer.prepare();
  const { handle } = await issuer.grant(request({ cti, maxUses: 5 }));
  const [victim, thief] = [await redeemer(), await redeemer()];
  await redeem(handle, victim);
  const { sealed, use } = await redeem(handle, victim);
  expect(use).toBe(1);
  expect((await refusal(openAnswer(sealed, thief.secretKey, handle))).code).toBe('ANSWER_INVALID');
});

test('revoking by id, object, recipient and issuing user reaches the answers that were kept', async () => {
  const { issuer, request, redeem, redeemer, random } = await world();
  const [object, recipient, issuerUser] = [random(32), random(32), random(32)];
  const links = {
    id: await issuer.grant(request()),
    object: await issuer.grant(request({ object })),
    recipient: await issuer.grant(request({ recipient })),
    issuerUser: await issuer.grant(request({ issuerUser })),
    bystander: await issuer.grant(request({ maxUses: 9 })),
  };
  const by = { id: { id: links.id.id }, object: { object }, recipient: { recipient }, issuerUser: { issuerUser } };
  for (const [name, field] of Object.entries(by)) {
    const { handle, id } = links[name as keyof typeof by];
    const mine = await redeemer();
    await redeem(handle, mine);
    expect(await issuer.revoke(field)).toEqual([id]);
    expect(await issuer.revoke(field)).toEqual([id]);
    expect((await refusal(redeem(handle, mine))).reason).toBe('revoked');
    expect((await issuer.inspect(handle)).state).toBe('revoked');
  }
  await redeem(links.bystander.handle, await redeemer());
  for (const wrong of [{}, { id: object, object }, { patient: object }, { id: 'all' }])
    await expect(issuer.revoke(wrong as never)).rejects.toThrow(TypeError);
  // Nothing has an id of another length: to answer "none" would pass for "all are revoked".
  for (const short of [
    { id: random(31) },
    { object: random(16) },
    { recipient: random(20) },
    { issuerUser: random(0) },
  ])
    await expect(issuer.revoke(short)).rejects.toThrow(RangeError);
  expect(await issuer.revoke({ recipient: random(16) })).toEqual([]);
});

test('passcodes: five wrong ones lock the link for good, a missing one does not count', async () => {
  const { issuer, request, redeem, redeemer } = await world();
  const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: '483920', maxUses: 9 }));
  const mine = await redeemer();
  for (const passcode of [undefined, '', 'short', 'x'.repeat(65), 'with blank', 483920 as unknown as string])
    expect((await refusal(redeem(handle, mine, passcode === undefined ? {} : { passcode }))).code).toBe(
      'PASSCODE_REFUSED',
    );
  expect((await issuer.inspect(handle)).failures).toBe(0);
  await redeem(handle, mine, { passcode: '483920' });
  for (let i = 0; i < 5; i++) {
    expect((await issuer.inspect(handle)).state).toBe('live');
    expect((await refusal(redeem(handle, mine, { passcode: `48392${i + 1}` }))).code).toBe('PASSCODE_REFUSED');
  }
  const locked = await refusal(redeem(handle, mine, { passcode: '483920' }));
  expect([locked.code, locked.reason]).toEqual(['LINK_GONE', 'locked']);
  expect(await issuer.inspect(handle)).toMatchObject({ state: 'locked', failures: 5, used: 1 });
});

test('a stored passcode is worthless without the tag key', async () => {
  const store = memoryStore();
  const one = await world({ store });
  const { handle, id } = await one.issuer.grant(one.request({ binding: 'passcode', passcode: '483920' }));
  const row = (await store.read(id))!.link;
  // The same row under another issuer's tag key, with a handle minted there.
  const two = await world({ tagKeys: [{ key: new Uint8Array(32).fill(9) }] });
  const minted = await two.issuer.grant(two.request({ binding: 'passcode', passcode: '111111' }));
  const stolen = { ...(await two.store.read(minted.id))!.link, passcode: row.passcode };
  const { sealedShare, used, failures, revokedAt, ...fresh } = stolen;
  expect([sealedShare, used, failures, revokedAt]).toEqual([null, 0, 0, null]);
  const target = memoryStore();
  await target.put({ ...fresh, withShare: false }, 0);
  const three = await world({ tagKeys: [{ key: new Uint8Array(32).fill(9) }], store: target });
  expect((await refusal(three.redeem(minted.handle, await three.redeemer(), { passcode: '483920' }))).code).toBe(
    'PASSCODE_REFUSED',
  );
  expect((await one.redeem(handle, await one.redeemer(), { passcode: '483920' })).use).toBe(1);
});

test('bindings above a passcode need verified evidence of that level and of that key', async () => {
  const shown: unknown[] = [];
  const { issuer, request, redeem, redeemer, random } = await world({
    verifyEvidence: (evidence, facts) => {
      shown.push(facts);
      if (evidence === 'throw') throw new Error('broken');
      return evidence as never;
    },
  });
  const recipientKey = random(32);
  const { handle } = await issuer.grant(request({ binding: 'holder-of-key', recipientKey, maxUses: 2 }));
  const mine = await redeemer();
  for (const evidence of [
    undefined,
    null,
    'throw',
    { level: 'one-time-code', recipientKey },
    { level: 'holder-of-key' },
    { level: 'holder-of-key', recipientKey: random(32) },
    { level: 'god', recipientKey },
  ])
    expect((await refusal(redeem(handle, mine, { evidence }))).code).toBe('EVIDENCE_REFUSED');
  expect(await redeem(handle, mine, { evidence: { level: 'holder-of-key', recipientKey } })).toMatchObject({ use: 1 });
  expect(await redeem(handle, await redeemer(), { evidence: { level: 'passkey', recipientKey } })).toMatchObject({
    use: 2,
  });
  expect(shown[0]).toMatchObject({ required: 'holder-of-key', recipientKey, ephemeralKey: mine.publicKey });
  const none = await world({ seed: 'none' });
  const coded = await none.issuer.grant(none.request({ binding: 'one-time-code' }));
  expect((await refusal(none.redeem(coded.handle, mine, { evidence: { level: 'passkey' } }))).code).toBe(
    'EVIDENCE_REFUSED',
  );
});

test('a row that says more than its grant opens nothing', async () => {
  const inner = memoryStore();
  let widen: Record<string, unknown> = {};
  const store = new Proxy(inner, {
    get:
      (target, name: keyof LinkStore) =>
      async (...args: unknown[]) => {
        const answer = await (target[name] as (...all: unknown[]) => unknown).apply(target, args);
        return name === 'read' && answer
          ? { ...answer, link: { ...(answer as { link: object }).link, ...widen } }
          : answer;
      },
  });
  const { issuer, request, redeem, redeemer, random, seconds } = await world({ store });
  const { handle, grant } = await issuer.grant(request({ recipient: random(32) }));
  const other = await issuer.grant(request({ maxUses: 9 }));
  const mine = await redeemer();
  const forged = new Uint8Array(grant);
  forged[forged.length - 1]! ^= 1;
  for (widen of [
    { maxUses: 100 },
    { expires: seconds() + 7200 },
    { object: random(32) },
    { cti: random(32) },
    { recipient: null },
    { issuerUser: random(32) },
    { grant: forged },
    { grant: other.grant },
  ]) {
    const error = await refusal(redeem(handle, mine));
    expect([error.code, error.reason]).toEqual(['LINK_GONE', 'tampered']);
  }
  widen = {};
  expect((await redeem(handle, mine)).use).toBe(1);
});

test('malformed requests are told so, and cost nothing', async () => {
  const { issuer, request, redeem, redeemer } = await world();
  const { handle } = await issuer.grant(request());
  const mine = await redeemer();
  for (const ephemeralKey of [new Uint8Array(0), mine.publicKey.slice(1), new Uint8Array(1217), 'key' as never])
    expect((await refusal(redeem(handle, mine, { ephemeralKey }))).code).toBe('EPHEMERAL_KEY_INVALID');
  for (const bad of [new Uint8Array(1216).fill(255), new Uint8Array(1216)])
    expect((await refusal(redeem(handle, mine, { ephemeralKey: bad }))).code).toBe('EPHEMERAL_KEY_INVALID');
  expect((await refusal(redeem('%41'.repeat(20), mine))).code).toBe('HANDLE_INVALID');
  expect((await issuer.inspect(handle)).used).toBe(0);
});

test('a prepared share belongs to one grant and does not wait for ever', async () => {
  const { issuer, request, clock, random } = await world();
  const { cti } = await issuer.prepare();
  await issuer.grant(request({ cti }));
  expect((await refusal(issuer.grant(request({ cti })))).code).toBe('CTI_USED');
  expect((await refusal(issuer.grant(request({ cti: random(32) })))).code).toBe('CTI_UNPREPARED');
  const late = await issuer.prepare();
  clock.advance(3600_000);
  expect((await refusal(issuer.grant(request({ cti: late.cti })))).code).toBe('CTI_UNPREPARED');
  await issuer.sweep();
  expect((await refusal(issuer.grant(request({ cti: late.cti })))).code).toBe('CTI_UNPREPARED');
});

test('a second grant of one share is refused and leaves the first link as it was', async () => {
  const { issuer, request, redeem, redeemer, clock, seconds } = await world();
  const { cti } = await issuer.prepare();
  const { handle } = await issuer.grant(request({ cti }));
  expect((await refusal(issuer.grant(request({ cti, expires: seconds() + 1 })))).code).toBe('CTI_USED');
  clock.advance(2_000);
  await issuer.sweep();
  expect((await redeem(handle, await redeemer())).use).toBe(1);
});

test.each([Number.NaN, undefined, '1', Number.POSITIVE_INFINITY, -1, 0.5, Date.now()])(
  'with a clock that says %s nothing opens, not even a link that has not expired',
  async (time) => {
    let broken = false;
    const clock = () => (broken ? (time as number) : 1_800_000_000);
    const { issuer, request, redeem, redeemer } = await world({ clock });
    const { handle } = await issuer.grant(request({ expires: 1_800_000_100 }));
    broken = true;
    await expect(redeem(handle, await redeemer())).rejects.toThrow(RangeError);
    broken = false;
    expect((await issuer.inspect(handle)).used).toBe(0);
  },
);

test('a stored passcode that does not read is a changed one', async () => {
  const store = memoryStore();
  const { issuer, request, redeem, redeemer } = await world({ store });
  const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: 'sample-code' }));
  const read = store.read.bind(store);
  for (const passcode of [Uint8Array.of(0xa0), Uint8Array.of(1), new Uint8Array(0)]) {
    store.read = async (...asked) => {
      const found = await read(...asked);
      return found && { ...found, link: { ...found.link, passcode } };
    };
    const refused = await refusal(redeem(handle, await redeemer(), { passcode: 'sample-code' }));
    expect(refused.reason).toBe('tampered');
  }
});

test('a share whose key was destroyed behind our back is not released, and no use is lost', async () => {
  const { issuer, request, redeem, redeemer, shares } = await world();
  const { cti } = await issuer.prepare();
  const { handle } = await issuer.grant(request({ cti }));
  await shares.destroy([cti]);
  expect((await refusal(redeem(handle, await redeemer()))).reason).toBe('share-lost');
  expect((await issuer.inspect(handle)).used).toBe(0);
});

test('a store that fails is told as such, with its cause', async () => {
  const cause = new Error('disk full');
  const store = new Proxy(memoryStore(), { get: () => () => Promise.reject(cause) });
  const { issuer, request } = await world({ store });
  for (const act of [
    issuer.prepare(),
    issuer.grant(request()),
    issuer.sweep(),
    issuer.revoke({ id: new Uint8Array(32) }),
  ]) {
    const error = await refusal(act);
    expect([error.code, error.cause]).toEqual(['STORE_FAILED', cause]);
  }
});

test('an issuer checks its options once, when it is made', async () => {
  const signer = await createSigner(new Uint8Array(32).fill(1));
  const good = {
    issuer: ISSUER,
    origins: [ORIGIN],
    signer,
    tagKeys: [{ key: new Uint8Array(32).fill(2) }],
    store: memoryStore(),
    shares: memoryEraseStore(),
    audit: () => undefined,
  };
  await createIssuer(good);
  for (const wrong of [
    { issuer: 'Trust Example' },
    { issuer: '9990001235.example' },
    { origins: [] },
    { origins: ['https://img.trust.example/o'] },
    { origins: ['http://img.trust.example'] },
    { tagKeys: [] },
    { limits: { maxUses: 101 } },
    { limits: { bearerSeconds: 7 * 24 * 3600 } },
    { limits: { passcodeFailures: Number.NaN } },
    { limits: { patience: 5 } },
    { passcodeCost: { N: 3, r: 8, p: 1 } },
  ])
    await expect(createIssuer({ ...good, ...(wrong as object) })).rejects.toThrow(RangeError);
});

test('an error gives nothing away when it is written out', () => {
  const error = new LinkError('LINK_GONE', 'link is not available', { reason: 'revoked', decision: { why: 'leaver' } });
  expect(JSON.stringify({ ...error })).toBe('{"name":"LinkError","code":"LINK_GONE"}');
  expect(error.reason).toBe('revoked');
});

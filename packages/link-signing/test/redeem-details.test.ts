import { concat, hex, sha256, utf8 } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import { type LinkStore, memoryStore, type Take, verifyGrant } from '../src/index.js';
import { refusal, world } from './world.js';

/** A store that keeps what it was asked. */
function watched(): { store: LinkStore; takes: Take[]; releases: unknown[][] } {
  const inner = memoryStore();
  const takes: Take[] = [];
  const releases: unknown[][] = [];
  const store: LinkStore = {
    ...Object.fromEntries(
      (['prepare', 'put', 'read', 'attempt', 'judge', 'revoke', 'sweep'] as const).map((name) => [
        name,
        (...args: unknown[]) => (inner[name] as (...all: unknown[]) => unknown)(...args),
      ]),
    ),
    take: (take: Take) => {
      takes.push(take);
      return inner.take(take);
    },
    release: (...args: Parameters<LinkStore['release']>) => {
      releases.push(args);
      return inner.release(...args);
    },
  } as LinkStore;
  return { store, takes, releases };
}

const digestOf = (domain: string, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  sha256(concat(utf8(domain), ...parts));

test('the policy, the store and the log are told exactly this', async () => {
  const { store, takes, releases } = watched();
  const { issuer, request, redeem, redeemer, events, seconds, random, keySet } = await world({ store });
  const object = random(32);
  const { handle, id, grant } = await issuer.grant(request({ object, maxUses: 2, purpose: 'mdt' }));
  const mine = await redeemer();
  const opening = digestOf('wardseal.org/link-opening v0', mine.publicKey);
  const asked: unknown[] = [];
  const context = { desk: 7 };
  const authorize = (facts: unknown) => {
    asked.push(facts);
    return { permit: true, obligations: ['watermark'] };
  };
  const first = await redeem(handle, mine, { context, authorize });
  expect(first).toMatchObject({ use: 1, of: 2, repeated: false, obligations: ['watermark'], receipt: 'receipt 1' });
  const second = await redeem(handle, mine, { context });
  expect(second).toMatchObject({ use: 1, of: 2, repeated: true, obligations: [], receipt: 'receipt 2' });
  expect(hex(second.sealed)).toBe(hex(first.sealed));

  const { claims } = await verifyGrant(grant, keySet, seconds());
  expect(asked).toEqual([{ claims, link: id, used: 0, repeated: false, context }]);
  const same = { chain: [id], key: opening, now: seconds(), window: 60, failureLimit: 5 };
  expect(takes).toEqual([
    { ...same, sealed: expect.any(Uint8Array) },
    { ...same, sealed: null },
  ]);
  expect(releases).toEqual([[id, opening, seconds(), 60], [id, opening, seconds(), 60]]); // biome-ignore format: twice
  const event = {
    type: 'link.open',
    id: hex(digestOf('wardseal.org/link-open-event v0', id, opening)),
    link: hex(id),
    opening: hex(opening),
    object: hex(object),
    purpose: 'mdt',
    binding: 'bearer',
    use: 1,
    of: 2,
    repeated: false,
    at: seconds(),
    context,
  };
  expect(events).toEqual([event, { ...event, repeated: true }]);
});

test('whoever checks evidence is told exactly this', async () => {
  const told: unknown[] = [];
  const here = await world({
    verifyEvidence: (evidence, facts) => {
      told.push([evidence, facts]);
      return { level: 'one-time-code' };
    },
  });
  const { issuer, request, redeem, redeemer, random } = here;
  const mine = await redeemer();
  const plain = await issuer.grant(request({ binding: 'one-time-code' }));
  expect(await redeem(plain.handle, mine, { evidence: 'code', context: 1 })).toMatchObject({ use: 1 });
  const recipientKey = random(32);
  const recipient = random(32);
  const keyed = await issuer.grant(request({ binding: 'passkey', recipientKey, recipient }));
  expect(await refusal(redeem(keyed.handle, mine, { evidence: 'key', context: 2 }))).toMatchObject({
    code: 'EVIDENCE_REFUSED',
    message: 'evidence does not show the required binding',
  });
  const { publicKey: ephemeralKey } = mine;
  expect(told).toEqual([
    ['code', { link: plain.id, required: 'one-time-code', ephemeralKey, context: 1 }],
    ['key', { link: keyed.id, required: 'passkey', recipientKey, recipient, ephemeralKey, context: 2 }],
  ]);
});

test('each refusal has its words, and its cause', async () => {
  const cause = new Error('underneath');
  const fail = (): never => {
    throw cause;
  };
  let audit: () => unknown = () => 'receipt';
  const here = await world({ audit: () => audit(), verifyEvidence: fail });
  const { issuer, request, redeem, redeemer } = here;
  const mine = await redeemer();
  const { handle } = await issuer.grant(request({ maxUses: 3 }));
  const said = async (changes: Parameters<typeof redeem>[2], on = handle) => refusal(redeem(on, mine, changes));
  expect(await said({ ephemeralKey: new Uint8Array(3) })).toMatchObject({
    code: 'EPHEMERAL_KEY_INVALID',
    message: 'ephemeral key must be 1216 bytes',
  });
  expect(await said({ authorize: fail })).toMatchObject({ code: 'DENIED', message: 'authorization failed', cause });
  for (const decision of [undefined, null, {}, { permit: false }, { permit: 'true' }, { permit: 1 }])
    expect(await said({ authorize: () => decision as never })).toMatchObject({ code: 'DENIED', message: 'opening is not permitted', decision }); // biome-ignore format: one answer
  const coded = await issuer.grant(request({ binding: 'one-time-code' }));
  expect(await said({}, coded.handle)).toMatchObject({
    code: 'EVIDENCE_REFUSED',
    message: 'evidence could not be checked',
    cause,
  });
  audit = fail;
  expect(await said({})).toMatchObject({
    code: 'AUDIT_FAILED',
    message: 'opening could not be logged, so nothing is released',
    cause,
  });
  audit = () => 'later';
  expect(await redeem(handle, mine)).toMatchObject({ use: 1, repeated: true, receipt: 'later' });
});

test('passcodes are told apart from nothing, and counted', async () => {
  const { issuer, request, redeem, redeemer } = await world({ limits: { passcodeFailures: 2 } });
  const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: '483920', maxUses: 2 }));
  const message = 'passcode is missing or wrong';
  const said = async (passcode?: string) => refusal(redeem(handle, await redeemer(), passcode === undefined ? {} : { passcode })); // biome-ignore format: one question
  for (const malformed of [undefined, '', '12345', 'a'.repeat(65), '48 3920', '483920\n'])
    expect(await said(malformed)).toMatchObject({
      code: 'PASSCODE_REFUSED',
      message,
      failures: undefined,
      remaining: 2,
    });
  expect(await redeem(handle, await redeemer(), { passcode: '483920' })).toMatchObject({ use: 1 });
  expect(await said('483921')).toMatchObject({ code: 'PASSCODE_REFUSED', message, failures: 1, remaining: 1 });
  expect(await said('483922')).toMatchObject({ code: 'PASSCODE_REFUSED', message, failures: 2, remaining: 0 });
  expect(await said('483920')).toMatchObject({ code: 'LINK_GONE', reason: 'locked' });
});

test('right passcodes of a crowd wait for each other, and none of them counts as a guess', async () => {
  const { issuer, request, redeem, redeemer } = await world({ limits: { passcodeFailures: 1 } });
  const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: '483920', maxUses: 20 }));
  const people = await Promise.all(Array.from({ length: 20 }, () => redeemer()));
  const opened = await Promise.all(people.map((one) => redeem(handle, one, { passcode: '483920' })));
  expect(opened.map(({ use }) => use).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('the share is destroyed with the last use, and not before', async () => {
  const { issuer, request, redeem, redeemer, shares } = await world();
  const { cti } = await issuer.prepare();
  const { handle } = await issuer.grant(request({ cti, maxUses: 2 }));
  await redeem(handle, await redeemer());
  expect(await shares.get(cti)).not.toBeNull();
  const last = await redeemer();
  await redeem(handle, last);
  expect(await shares.get(cti)).toBeNull();
  // The lost answer of the last use is still given.
  expect(await redeem(handle, last)).toMatchObject({ use: 2, repeated: true });
});

test('what is over or was changed in the database is gone, each for its reason', async () => {
  let change: Record<string, unknown> = {};
  let reads = 0;
  const inner = memoryStore();
  const { store } = watched();
  const here = await world({
    store: {
      ...store,
      put: (...args) => inner.put(...args),
      read: async (...args) => {
        reads += 1;
        const found = await inner.read(...args);
        return found && { ...found, link: { ...found.link, ...change } };
      },
    },
  });
  const { issuer, request, redeem, redeemer, clock } = here;
  const mine = await redeemer();
  const coded = await issuer.grant(request({ binding: 'passcode', passcode: '483920' }));
  change = { passcode: null };
  expect(await refusal(redeem(coded.handle, mine, { passcode: '483920' }))).toMatchObject({ code: 'LINK_GONE', reason: 'tampered' }); // biome-ignore format: one answer
  change = {};
  const { handle } = await issuer.grant(request());
  clock.advance(3_600_000);
  const before = reads;
  expect(await refusal(redeem(handle, mine))).toMatchObject({ code: 'LINK_GONE', reason: 'expired' });
  expect(reads).toBe(before); // the handle says so: no database is asked
});

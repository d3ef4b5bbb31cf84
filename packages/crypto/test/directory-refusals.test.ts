import { beforeAll, describe, expect, it } from 'vitest';
import { bech32 } from '../src/bech32.js';
import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  type DirectoryEntry,
  delegateDirectory,
  limits,
  protectKeys,
  type SealOptions,
  type SigningKeyPair,
  seal,
  signSnapshot,
  unprotectKeys,
  verifyEnrolment,
  verifySnapshot,
} from '../src/index.js';
import { DAY, delegation, snapshotOf } from './directory-craft.js';
import { codeOf, content, NOW, ORGANISATION, organisationKeys, type World, world } from './world.js';

// What directories, enrolments and wrapped keys are not called with: the caller's own mistakes, each named.

let w: World;
let root: SigningKeyPair;
let directoryKey: SigningKeyPair;
beforeAll(async () => {
  w = await world('classic');
  ({ root, directoryKey } = await organisationKeys());
});

describe('a directory', () => {
  it('is delegated to another key, for a time, by name', async () => {
    const delegate = (change: object, key = directoryKey.publicKey) =>
      codeOf(() => delegateDirectory(root, key, { organisation: ORGANISATION, until: NOW + DAY, now: NOW, ...change }));
    expect(await delegate({})).toBe('accepted');
    for (const organisation of [undefined, '', 'x'.repeat(257), 7])
      expect(await delegate({ organisation })).toMatch(/^TypeError: organisation/);
    for (const until of [NOW, NOW - 1, NOW + 90 * DAY + 1])
      expect(await delegate({ until })).toBe('RangeError: until must be at most 90 days after from');
    expect(await delegate({ until: NOW + 90 * DAY })).toBe('accepted');
    for (const until of [undefined, null, 0.5]) expect(await delegate({ until })).toMatch(/^RangeError: until/);
    expect(await delegate({ from: -1 })).toMatch(/^RangeError: from/);
    expect(await delegate({}, root.publicKey)).toBe('TypeError: directoryKey must be another key than the root');
    expect(await delegate({}, directoryKey.secretKey)).toBe('KEY_INVALID');
  });

  it('is signed from a list, under a number', async () => {
    const options = { directoryKey, delegation: await delegation(), organisation: ORGANISATION, epoch: 1, now: NOW };
    const sign = (change: object, entries: unknown = [w.alice.entry]) =>
      codeOf(() => signSnapshot(entries as DirectoryEntry[], { ...options, ...change }));
    expect(await sign({})).toBe('accepted');
    for (const entries of [null, w.alice.entry, 'alice', new Set([w.alice.entry])])
      expect(await sign({}, entries)).toBe('TypeError: entries must be a list');
    expect(await sign({ organisation: '' })).toMatch(/^TypeError: organisation/);
    const previous = 'A'.repeat(43);
    for (const epoch of [0, -1, 1.5, '1', NOW + 1]) expect(await sign({ epoch })).toMatch(/^RangeError: epoch/);
    expect(await sign({ epoch: 2, previous })).toBe('accepted');
    for (const change of [{ previous }, { epoch: 2 }, { epoch: 2, previous: 'x' }, { epoch: 2, previous: null }])
      expect(await sign(change)).toMatch(/^TypeError: previous/);
    for (const validFor of [0, 0.5, 7 * DAY + 1, '1'])
      expect(await sign({ validFor })).toMatch(/^RangeError: validFor/);
    expect(await sign({ validFor: 7 * DAY })).toBe('accepted');
    for (const now of [-1, 0.5]) expect(await sign({ now })).toMatch(/^RangeError: now/);
  });

  it('is verified under a pinned root', async () => {
    const snapshot = await snapshotOf([w.alice.entry]);
    const verify = (change: object, given: unknown = snapshot) =>
      codeOf(() => verifySnapshot(given as Uint8Array, { rootThumbprint: root.kid, now: NOW, ...change }));
    expect(await verify({})).toBe('accepted');
    for (const given of [null, 'text', [...snapshot.subarray(0, 9)]])
      expect(await verify({}, given)).toBe('TypeError: snapshot must be a Uint8Array');
    for (const rootThumbprint of [undefined, '', 'x', root.kid.slice(1)])
      expect(await verify({ rootThumbprint })).toBe('TypeError: rootThumbprint must be the thumbprint of a root');
    expect(await verify({ organisation: '' })).toMatch(/^TypeError: organisation/);
    for (const notBelowEpoch of [0.5, '1', null])
      expect(await verify({ notBelowEpoch })).toMatch(/^RangeError: notBelowEpoch/);
    for (const previous of ['', 'x', null])
      expect(await verify({ previous })).toBe('TypeError: previous must be the digest of a snapshot');
    const seen = await verifySnapshot(snapshot, { rootThumbprint: root.kid, now: NOW });
    expect(await verify({ since: seen })).toBe('accepted');
    for (const change of [{ epoch: 'x' }, { digest: 'x' }, { organisation: '' }, { rootThumbprint: directoryKey.kid }])
      expect(await verify({ since: { ...seen, ...change } })).toMatch(/^TypeError: since/);
    for (const now of [-1, 0.5, '1']) expect(await verify({ now })).toMatch(/^RangeError: now/);
  });

  it('and its entries are what sealing is given', async () => {
    const sealing = (change: Partial<SealOptions> | object) =>
      codeOf(() => seal(content(1), { ...w.sealing, ...change } as SealOptions));
    const { entry, keys } = w.alice;
    for (const broken of [
      null,
      7,
      {},
      { ...entry, person: '' },
      { ...entry, validTo: undefined },
      { ...entry, revokedAt: '1' },
    ]) {
      expect(await sealing({ sender: { keys, entry: broken } })).toBe(
        'TypeError: sender entry must be a directory entry',
      );
      expect(await sealing({ recipients: [broken] })).toMatch(/^TypeError: .*must be a directory entry/);
    }
    for (const directory of [undefined, null, {}, 'verified', { holds: () => true }, { ...w.directory, validTo: 'x' }])
      expect(await sealing({ directory })).toBe(
        'TypeError: directory must be what verifySnapshot gave, or `unverified`',
      );
  });
});

describe('an enrolment', () => {
  const secret = new Uint8Array(32).fill(7);
  const link = () => ({ secret, person: 'bob', organisation: ORGANISATION, rootThumbprint: root.kid });

  it('is asked for with a link, keys and passkeys', async () => {
    const create = (change: object) =>
      codeOf(() => createEnrolment({ ...link(), identity: w.bob.identity, keys: w.bob.keys, now: NOW, ...change }));
    expect(await create({})).toBe('accepted');
    for (const other of [undefined, 'x'.repeat(32), new Uint8Array(31), new Uint8Array(33)])
      expect(await create({ secret: other })).toBe('RangeError: secret must be 32 bytes');
    for (const change of [
      { person: '' },
      { organisation: undefined },
      { rootThumbprint: 'x' },
      { person: 'x'.repeat(257) },
    ])
      expect(await create(change)).toMatch(/^TypeError: person, organisation and rootThumbprint/);
    const passkey = { id: 'AAAA', publicKey: 'AAAA' };
    expect(await create({ credentials: Array(limits.MAX_CREDENTIALS).fill(passkey) })).toBe('accepted');
    for (const credentials of [
      null,
      passkey,
      Array(limits.MAX_CREDENTIALS + 1).fill(passkey),
      [{ id: 'AAAA' }],
      [{ ...passkey, id: '' }],
      [{ ...passkey, id: 'A' }],
    ])
      expect(await create({ credentials })).toMatch(/^TypeError: credentials/);
  });

  it('of a key that is no usable point is refused when it is challenged', async () => {
    const identity = { recipient: bech32('age', new Uint8Array(32)), decapsulate: () => null };
    const request = await createEnrolment({ ...link(), identity, keys: w.bob.keys, now: NOW });
    await expect(challengeEnrolment(request, { ...link(), now: NOW })).rejects.toMatchObject({
      code: 'ENROLMENT_INVALID',
      what: 'recipient',
    });
  });

  it('is challenged, answered and verified with bytes, within half an hour', async () => {
    const request = await createEnrolment({ ...link(), identity: w.bob.identity, keys: w.bob.keys, now: NOW });
    const challenge = await challengeEnrolment(request, { ...link(), now: NOW });
    const held = { secret, identity: w.bob.identity, request };
    const answer = await answerChallenge(challenge.message, held);
    for (const other of [undefined, new Uint8Array(31), 'x'])
      expect(await codeOf(() => answerChallenge(challenge.message, { ...held, secret: other as never }))).toBe(
        'RangeError: secret must be 32 bytes',
      );
    for (const other of [undefined, 'x']) {
      expect(await codeOf(() => answerChallenge(challenge.message, { ...held, request: other as never }))).toBe(
        'TypeError: request must be a Uint8Array',
      );
      expect(await codeOf(() => answerChallenge(other as never, held))).toBe(
        'TypeError: challenge must be a Uint8Array',
      );
      expect(await codeOf(() => challengeEnrolment(other as never, link()))).toBe(
        'TypeError: request must be a Uint8Array',
      );
    }
    const verify = (change: object, given: unknown = answer) =>
      codeOf(() => verifyEnrolment(request, given as Uint8Array, { ...link(), challenge, now: NOW, ...change }));
    expect(await verify({})).toBe('accepted');
    expect(await verify({}, 'x')).toBe('TypeError: answer must be a Uint8Array');
    for (const other of [undefined, null, {}, { ...challenge, message: 'x' }, { ...challenge, expected: undefined }])
      expect(await verify({ challenge: other })).toBe('TypeError: challenge must be what challengeEnrolment gave');
    for (const maxAge of [0, 1801, 0.5, null])
      expect(await verify({ maxAge })).toBe('RangeError: maxAge must be 1 to 1800 seconds');
    expect(await verify({ secret: new Uint8Array(31) })).toBe('RangeError: secret must be 32 bytes');
    expect(await verify({ now: NOW + 1800 })).toBe('accepted');
    expect(await verify({ now: NOW + 1801 })).toBe('ENROLMENT_INVALID');
    expect(await verify({ maxAge: 1, now: NOW + 2 })).toBe('ENROLMENT_INVALID');
  });
});

it('keys are wrapped with one way, of its kind', async () => {
  const keys = { identity: w.bob.identity, signing: w.bob.keys };
  const about = { person: 'bob', credential: 'c' };
  const protect = (by: object) => codeOf(() => protectKeys(keys, by as never, about));
  for (const passkeyPrf of ['x'.repeat(32), undefined, [...new Uint8Array(32)]])
    expect(await protect({ passkeyPrf })).toBe('TypeError: passkeyPrf must be a Uint8Array');
  for (const recoveryCode of [7, undefined]) {
    expect(await protect({ recoveryCode })).toBe('TypeError: recovery code must be a string');
    expect(await codeOf(() => unprotectKeys(new Uint8Array(9), { recoveryCode } as never, about))).toMatch(
      /^TypeError/,
    );
  }
  expect(await protect({ deviceRecipient: 7 })).toBe('TypeError: recipient must be a string');
  for (const by of [{}, { passkey: 1 }, { passkeyPrf: new Uint8Array(32).fill(1), recoveryCode: 'x' }])
    expect(await protect(by)).toMatch(/^TypeError: give one of/);
});

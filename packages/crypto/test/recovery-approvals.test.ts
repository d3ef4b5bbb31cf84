import { base64url, canonicalJson, fromUtf8, sha256, utf8 } from '@wardseal/primitives';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  approveShare,
  combineShares,
  type Directory,
  type DirectoryEntry,
  decodeShareRequest,
  encodeShareRequest,
  erasureCertificate,
  limits,
  openShare,
  SealError,
  type SealedFile,
  type ShareRequest,
  seal,
  verifyShareRequest,
} from '../src/index.js';
import { approvalLike, approvedRequest, directoryWith, GROUND, LOG_ENTRY } from './recovery-world.js';
import { codeOf, content, NOW, type Person, person, type World, world } from './world.js';

let w: World;
let requester: DirectoryEntry;
let sealed: SealedFile;
let request: ShareRequest;
let options: { directory: Directory; now: number };
/** Who else is in the directory. */
let carol: Person;

/** `CODE what`, or `accepted`: what the guardian of seat 1 answers. */
async function answer(change: Partial<ShareRequest> = {}, other: object = {}, header = sealed.header) {
  try {
    await openShare(header, w.guardians[0]!.identity, { ...request, ...change }, { ...options, ...other });
    return 'accepted';
  } catch (error) {
    return error instanceof SealError ? `${error.code} ${error.what ?? ''}`.trim() : (error as Error).name;
  }
}

const signedBy = (approver: Person, change: object = {}, kind: object = {}) =>
  approvalLike(request.approvals[0]!, approver, change, kind);

beforeAll(async () => {
  carol = await person('carol', 'classic');
  w = await world('classic', [carol]);
  requester = w.mallory.entry;
  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
  sealed = await seal(content(10), { ...w.sealing, guardians });
  ({ request, options } = await approvedRequest(w, sealed.header, requester));
});

describe('a request for a share', () => {
  it('with two approvals is granted, and the guardian sees what was proven', async () => {
    expect(await answer()).toBe('accepted');
    expect(await verifyShareRequest(sealed.header, request, options)).toEqual({
      requester,
      ground: GROUND,
      logEntry: LOG_ENTRY,
      approvals: [w.alice, w.bob].map(({ entry }) => ({ approver: entry, at: NOW })),
      headerDigest: sha256(sealed.header),
      threshold: 2,
      seats: 3,
    });
  });

  it('needs approvals, as many as asked for, of different people', async () => {
    const [first, second] = request.approvals as [string, string];
    const third = await signedBy(carol);
    expect(await answer({ approvals: [] })).toBe('APPROVAL_INVALID count');
    expect(await answer({ approvals: [first] })).toBe('APPROVAL_INVALID count');
    expect(await answer({ approvals: [first, first] })).toBe('APPROVAL_INVALID people');
    expect(await answer({ approvals: [first, await signedBy(w.alice, { iat: NOW - 1 })] })).toBe(
      'APPROVAL_INVALID people',
    );
    expect(await answer({}, { approvals: 3 })).toBe('APPROVAL_INVALID count');
    expect(await answer({ approvals: [first, second, third] }, { approvals: 3 })).toBe('accepted');
    expect(await answer({ approvals: Array.from({ length: 17 }, () => first) })).toBe('LIMIT MAX_APPROVALS');
    for (const approvals of [1, 0, -1, 17, 1.5, Number.NaN, '2', null])
      expect(await answer({}, { approvals })).toBe('RangeError');
  });

  it('one person under two keys, or two people under one key, count once', async () => {
    const again = { ...(await person('alice', 'classic')) };
    const shared = { ...carol, keys: w.alice.keys, entry: { ...carol.entry, signingKey: w.alice.entry.signingKey } };
    for (const second of [again, shared]) {
      const directory = directoryWith([...options.directory.entries.filter((e) => e.person !== 'carol'), second.entry]);
      const approvals = [request.approvals[0]!, await signedBy(second)];
      expect(await answer({ approvals }, { directory })).toBe('APPROVAL_INVALID people');
    }
  });

  it('is for one file, requester, ground and log entry', async () => {
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const other = await seal(content(10), { ...w.sealing, guardians });
    expect(await answer({}, {}, other.header)).toBe('APPROVAL_INVALID file');
    expect(await answer({ requester: carol.entry })).toBe('APPROVAL_INVALID requester');
    expect(await answer({ ground: 'another' })).toBe('APPROVAL_INVALID ground');
    expect(await answer({ logEntry: 'another' })).toBe('APPROVAL_INVALID ground');
    // the same person with a key put in the place of the approved one
    const rekeyed = { ...requester, recipient: carol.entry.recipient };
    const directory = directoryWith([...options.directory.entries, rekeyed]);
    expect(await answer({ requester: rekeyed }, { directory })).toBe('APPROVAL_INVALID requester');
  });

  it.each([
    ['set', { set: base64url(new Uint8Array(16)) }, 'file'],
    ['header', { header: base64url(new Uint8Array(32)) }, 'file'],
    [
      'requester',
      { requester: { org: 'demo-trust', person: 'mallory', recipient: base64url(new Uint8Array(32)) } },
      'requester',
    ],
    ['ground', { ground: 'x' }, 'ground'],
    ['log', { log: 'x' }, 'ground'],
    [
      'an unknown person',
      { iss: { org: 'demo-trust', person: 'nobody', kid: base64url(new Uint8Array(32)) } },
      'approver',
    ],
    ['version', { v: 1 }, 'approval'],
    ['an extra member', { extra: 1 }, 'approval'],
    ['a time that is none', { iat: 1.5 }, 'approval'],
    ['a ground too long', { ground: 'x'.repeat(1025) }, 'approval'],
    ['no epoch', { epoch: undefined }, 'approval'],
  ])('with another %s signed is refused', async (_name, change, what) => {
    expect(await answer({ approvals: [request.approvals[0]!, await signedBy(w.bob, change)] })).toBe(
      `APPROVAL_INVALID ${what}`,
    );
  });

  it('approvals count for a week, and never from the future', async () => {
    const dated = async (iat: number) => answer({ approvals: [request.approvals[0]!, await signedBy(carol, { iat })] });
    const { MAX_APPROVAL_AGE_SECONDS: age, MAX_CLOCK_SKEW_SECONDS: skew } = limits;
    expect(age).toBe(7 * 86_400);
    const old = directoryWith(options.directory.entries.map((entry) => ({ ...entry, validFrom: 0 })));
    const long = async (iat: number) =>
      answer(
        {
          requester: { ...requester, validFrom: 0 },
          approvals: [request.approvals[0]!, await signedBy(carol, { iat })],
        },
        { directory: old },
      );
    expect(await long(NOW - age + 1)).toBe('accepted');
    expect(await long(NOW - age)).toBe('APPROVAL_INVALID time');
    expect(await dated(NOW + skew)).toBe('accepted');
    expect(await dated(NOW + skew + 1)).toBe('APPROVAL_INVALID time');
    // signed before the approver's entry began
    expect(await dated(NOW - 1001)).toBe('APPROVAL_INVALID approver');
  });

  it('signatures of others, and statements of other kinds, do not count', async () => {
    const [first, second] = request.approvals as [string, string];
    const swapped = `${second.split('.').slice(0, 2).join('.')}.${first.split('.')[2]}`;
    expect(await answer({ approvals: [first, swapped] })).toBe('APPROVAL_INVALID');
    const stolen = { ...carol, keys: w.mallory.keys };
    const named = await signedBy(stolen, {
      iss: { org: 'demo-trust', person: 'carol', kid: carol.keys.kid },
    });
    expect(await answer({ approvals: [first, named] })).toBe('APPROVAL_INVALID');
    const certificate = await erasureCertificate({
      manifestId: sealed.manifestId,
      headerDigests: [sealed.headerDigest],
      actor: w.bob,
      ground: GROUND,
      backupHorizon: NOW + 1,
      now: NOW,
    });
    const grant = await signedBy(w.bob, {}, { typ: 'wardseal-grant-v0' });
    for (const jws of [certificate, grant, '', 'x', `${second} `, `${second}.x`])
      expect(await answer({ approvals: [first, jws] })).toBe('APPROVAL_INVALID approval');
    expect(await answer({ approvals: [first, 'x'.repeat(20_000)] })).toBe('LIMIT MAX_APPROVAL_BYTES');
  });

  it('nobody approves their own request, and no guardian or outsider approves any', async () => {
    const [first] = request.approvals as [string];
    expect(await answer({ approvals: [first, await signedBy(w.mallory)] })).toBe('APPROVAL_INVALID approver');
    expect(await answer({ approvals: [first, await signedBy(w.guardians[1]!)] })).toBe('APPROVAL_INVALID approver');
    const outside = { ...carol.entry, outsider: { purpose: 'x', approvedBy: ['a', 'b'], until: NOW + 10 } };
    const others = options.directory.entries.filter(({ person: id }) => id !== 'carol');
    const approvals = [first, await signedBy(carol)];
    expect(await answer({ approvals })).toBe('accepted');
    expect(await answer({ approvals }, { directory: directoryWith([...others, outside]) })).toBe(
      'APPROVAL_INVALID approver',
    );
    // the holder of the seat in hand, whose entry says nothing of it: now, or a former key
    const seat = w.guardians[0]!.entry.recipient;
    const keeper = { ...carol.entry, recipient: seat };
    expect(await answer({ approvals }, { directory: directoryWith([...others, keeper]) })).toBe(
      'APPROVAL_INVALID approver',
    );
    const former = { ...keeper, validTo: NOW - 500, signingKey: w.custodian.entry.signingKey };
    expect(await answer({ approvals }, { directory: directoryWith([...others, carol.entry, former]) })).toBe(
      'APPROVAL_INVALID approver',
    );
    // under the requester's own signing key
    const twin = { ...carol, keys: w.mallory.keys, entry: { ...carol.entry, signingKey: requester.signingKey } };
    const directory = directoryWith([...others, twin.entry]);
    expect(await answer({ approvals: [first, await signedBy(twin)] }, { directory })).toBe('APPROVAL_INVALID approver');
  });

  it('approvers and requester must count now', async () => {
    const changed = (id: string, change: object) =>
      directoryWith(options.directory.entries.map((e) => (e.person === id ? { ...e, ...change } : e)));
    for (const change of [{ revokedAt: NOW }, { validTo: NOW }, { validFrom: NOW + 1 }])
      expect(await answer({}, { directory: changed('bob', change) })).toBe('APPROVAL_INVALID approver');
    for (const [change, code] of [
      [{ revokedAt: NOW }, 'RECIPIENT_REVOKED'],
      [{ validTo: NOW }, 'RECIPIENT_EXPIRED'],
      [{ validFrom: NOW + 1 }, 'RECIPIENT_EXPIRED'],
    ] as const)
      expect(await answer({ requester: { ...requester, ...change } }, { directory: changed('mallory', change) })).toBe(
        code,
      );
    expect(await answer({ requester: { ...requester, validTo: NOW + 2 } })).toBe('RECIPIENT_UNKNOWN');
    const without = directoryWith(options.directory.entries.filter((e) => e.person !== 'mallory'));
    expect(await answer({}, { directory: without })).toBe('RECIPIENT_UNKNOWN');
    expect(await answer({}, { now: options.directory.validTo })).toBe('SNAPSHOT_STALE');
    expect(await answer({}, { now: options.directory.issuedAt - 86_400 })).toBe('SNAPSHOT_STALE');
  });

  it('nobody goes back behind the directory that an approver judged by', async () => {
    const approvals = [request.approvals[0]!, await signedBy(carol, { epoch: options.directory.epoch + 1 })];
    expect(await answer({ approvals })).toBe('ROLLBACK epoch');
    const newer = directoryWith(options.directory.entries, { epoch: options.directory.epoch + 1 });
    expect(await answer({ approvals }, { directory: newer })).toBe('accepted');
  });

  it('no guardian asks', async () => {
    const asking = { ...w.mallory.entry, roles: ['guardian'] };
    const directory = directoryWith([...options.directory.entries.filter((e) => e.person !== 'mallory'), asking]);
    expect(await answer({ requester: asking }, { directory })).toBe('APPROVAL_INVALID requester');
  });

  it('the caller cannot leave out the directory, the ground or the log entry', async () => {
    for (const directory of ['unverified', undefined, null, {}, { holds: () => true }])
      expect(await answer({}, { directory })).toBe('TypeError');
    for (const change of [
      { ground: '' },
      { logEntry: '' },
      { requester: 'age1x' },
      { requester: null },
      { approvals: 'x' },
    ])
      expect(await answer(change as object)).toBe('TypeError');
    expect(await answer({}, { now: 1.5 })).toBe('RangeError');
  });
});

describe('approveShare', () => {
  const asked = () => ({ requester, ground: GROUND, logEntry: LOG_ENTRY });
  const approve = (approver: Pick<Person, 'keys' | 'entry'>, change = {}, header = sealed.header) =>
    codeOf(() => approveShare(header, asked(), { approver, ...options, ...change }));

  it('signs for whoever may, and for nobody else', async () => {
    expect(await approve(carol)).toBe('accepted');
    expect(await approve(w.mallory)).toBe('APPROVAL_INVALID');
    expect(await approve(w.guardians[0]!)).toBe('APPROVAL_INVALID');
    const stranger = await person('stranger', 'classic');
    expect(await approve(stranger)).toBe('SENDER_UNKNOWN');
    expect(await approve(carol, { now: NOW + 1000 })).toBe('RECIPIENT_EXPIRED');
    expect(await approve(carol, { now: options.directory.validTo })).toBe('SNAPSHOT_STALE');
    expect(await approve({ keys: w.bob.keys, entry: carol.entry })).toMatch(/^TypeError/);
    const plain = await seal(content(10), w.sealing);
    expect(await approve(carol, {}, plain.header)).toBe('UNSUPPORTED');
    expect(await approve(carol, { directory: 'unverified' })).toMatch(/^TypeError/);
  });
});

describe('a request as a file', () => {
  it('comes back as it was', () => {
    const data = encodeShareRequest(request);
    expect(decodeShareRequest(data)).toEqual(request);
    expect(encodeShareRequest(decodeShareRequest(data))).toEqual(data);
  });

  it('is refused unless it is exactly one', async () => {
    const text = fromUtf8(encodeShareRequest(request))!;
    const value = JSON.parse(text) as object;
    const { ground: _, ...without } = value as ShareRequest;
    for (const broken of [
      '',
      'null',
      '[]',
      ` ${text}`,
      `${text}\n`,
      canonicalJson({ ...value, extra: 1 }),
      canonicalJson({ ...value, v: 1 }),
      canonicalJson(without),
      canonicalJson({ ...value, requester: {} }),
      canonicalJson({ ...value, approvals: 'x' }),
      canonicalJson({ ...value, approvals: Array.from({ length: 17 }, () => 'x') }),
      text.replace('"v":0', '"v":0,"v":0'),
    ])
      expect(await codeOf(() => decodeShareRequest(utf8(broken)))).toBe('APPROVAL_INVALID');
    expect(await codeOf(() => decodeShareRequest(new Uint8Array(300_000)))).toBe('LIMIT');
    expect(await codeOf(() => encodeShareRequest({ ...request, ground: '' }))).toMatch(/^TypeError/);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        expect(() => decodeShareRequest(data)).toThrow(SealError);
      }),
    );
  });
});

it('what was asked at the call is what is judged, signed and answered, whenever the caller changes it', async () => {
  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
  const another = await seal(content(10), { ...w.sealing, guardians });
  expect(another.header.length).toBe(sealed.header.length);
  for (let ticks = 0; ticks < 60; ticks += 2) {
    const header = new Uint8Array(sealed.header);
    const asked = { ...request, requester: { ...requester }, approvals: [...request.approvals] };
    const opening = openShare(header, w.guardians[0]!.identity, asked, options);
    const showing = verifyShareRequest(header, asked, options);
    const approving = approveShare(header, asked, { approver: w.alice, ...options });
    for (let i = 0; i < ticks; i++) await null;
    header.set(another.header);
    Object.assign(asked, { ground: 'another', logEntry: 'another' });
    Object.assign(asked.requester, carol.entry);
    asked.approvals.length = 0;
    const share = await opening;
    expect((await showing).headerDigest).toEqual(sealed.headerDigest);
    expect((await showing).requester).toEqual(requester);
    expect(await approving).toEqual(request.approvals[0]);
    const second = await openShare(sealed.header, w.guardians[1]!.identity, request, options);
    expect(await codeOf(() => combineShares(sealed.header, [share, second], w.mallory.identity))).toBe('accepted');
  }
});

it('no change of one character of an approval is accepted', async () => {
  const [first, second] = request.approvals as [string, string];
  await fc.assert(
    fc.asyncProperty(fc.nat(second.length - 1), fc.constantFrom('A', 'b', '-', '9', '.', '='), async (at, letter) => {
      fc.pre(second[at] !== letter);
      const touched = second.slice(0, at) + letter + second.slice(at + 1);
      expect(await answer({ approvals: [first, touched] })).toMatch(/^APPROVAL_INVALID/);
    }),
    { numRuns: 150 },
  );
});

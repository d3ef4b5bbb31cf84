import { beforeAll, describe, expect, it } from 'vitest';
import {
  approveShare,
  checkSeat,
  combineShares,
  decodeShareRequest,
  encodeShareRequest,
  erasureCertificate,
  openShare,
  readErasureCertificate,
  type SealedFile,
  type ShareRequest,
  seal,
  verifyShareRequest,
} from '../src/index.js';
import { approvedRequest, GROUND, LOG_ENTRY } from './recovery-world.js';
import { codeOf, content, NOW, type World, world } from './world.js';

// What recovery and erasure are not called with: the caller's own mistakes, each named.

let w: World;
let sealed: SealedFile;
let request: ShareRequest;
let options: Awaited<ReturnType<typeof approvedRequest>>['options'];

beforeAll(async () => {
  w = await world('classic');
  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
  sealed = await seal(content(9), { ...w.sealing, guardians });
  ({ request, options } = await approvedRequest(w, sealed.header, w.mallory.entry));
});

describe('a request for shares', () => {
  const verify = (changed: object, more: object = {}) =>
    codeOf(() =>
      verifyShareRequest(sealed.header, { ...request, ...changed } as ShareRequest, { ...options, ...more }),
    );

  it('names who, why and where it is logged', async () => {
    expect(await verify({})).toBe('accepted');
    for (const ground of [undefined, '', 'x'.repeat(1025), 7])
      expect(await verify({ ground })).toBe('TypeError: ground is missing or too long');
    for (const logEntry of [undefined, '', 'x'.repeat(257), 7])
      expect(await verify({ logEntry })).toMatch(/^TypeError: logEntry/);
    for (const requester of [undefined, 'mallory', w.mallory.entry.recipient])
      expect(await verify({ requester })).toBe('TypeError: requester must be a directory entry');
    expect(await verify({ requester: null })).toMatch(/^TypeError/);
    expect(await codeOf(() => verifyShareRequest(sealed.header, undefined as never, options))).toMatch(/^TypeError/);
  });

  it('is judged by a directory, a time and a number of approvals', async () => {
    for (const directory of ['unverified', undefined])
      expect(await verify({}, { directory })).toBe('TypeError: directory must be what verifySnapshot gave');
    for (const directory of [null, {}, { holds: () => true }])
      expect(await verify({}, { directory })).toMatch(/^TypeError/);
    for (const now of [-1, 0.5, '1']) expect(await verify({}, { now })).toMatch(/^RangeError: now/);
    for (const approvals of [1, 0, 17, 2.5, '2', null])
      expect(await verify({}, { approvals })).toBe('RangeError: approvals must be 2 to 16');
    expect(await verify({}, { approvals: 2 })).toBe('accepted');
    expect(await verify({}, { approvals: 3 })).toBe('APPROVAL_INVALID');
    for (const approvals of [undefined, 'x', [7, 8], [...request.approvals, null]])
      expect(await verify({ approvals })).toBe('TypeError: approvals must be a list of strings');
    expect(await verify({ approvals: Array<string>(17).fill(request.approvals[0]!) })).toBe('LIMIT');
    expect(await verify({ approvals: Array<string>(16).fill(request.approvals[0]!) })).toBe('APPROVAL_INVALID');
  });

  it('is carried as bytes', async () => {
    expect(decodeShareRequest(encodeShareRequest(request))).toEqual(request);
    for (const data of [undefined, 'text', JSON.stringify(request)])
      expect(await codeOf(() => decodeShareRequest(data as never))).toBe('TypeError: request must be a Uint8Array');
    for (const changed of [{ ground: '' }, { approvals: [7] }, { requester: 'mallory' }, { logEntry: undefined }])
      expect(await codeOf(() => encodeShareRequest({ ...request, ...changed } as never))).toMatch(
        /^TypeError: request has a part/,
      );
  });

  it('is approved under a name', async () => {
    const asked = { requester: w.mallory.entry, ground: GROUND, logEntry: LOG_ENTRY };
    const approve = (more: object) =>
      codeOf(() => approveShare(sealed.header, asked, { approver: w.alice, ...options, ...more }));
    expect(await approve({})).toBe('accepted');
    expect(await approve({ approver: undefined })).toMatch(/^TypeError/);
    expect(await approve({ approver: { keys: w.bob.keys, entry: w.alice.entry } })).toMatch(/^TypeError/);
    expect(await approve({ now: Number.NaN })).toMatch(/^RangeError: now/);
  });
});

describe('shares', () => {
  it('are bytes, and their seats identities', async () => {
    const share = await openShare(sealed.header, w.guardians[0]!.identity, request, options);
    const combine = (shares: unknown, identity: unknown = w.mallory.identity) =>
      codeOf(() => combineShares(sealed.header, shares as Uint8Array[], identity as string));
    expect(await combine([share, 'text'])).toBe('TypeError: share must be a Uint8Array');
    expect(await combine([share, new TextDecoder().decode(share)])).toBe('TypeError: share must be a Uint8Array');
    expect(await combine([share], 7)).toBe('TypeError: identity must be a string');
    expect(await combine([share], w.mallory.entry.recipient)).toBe('KEY_INVALID');
    for (const seat of [7, undefined])
      expect(await codeOf(() => checkSeat(sealed.header, seat as never))).toMatch(/^TypeError/);
    expect(await codeOf(() => checkSeat(sealed.header, w.bob.identity))).toBe('NO_MATCH');
    expect(await codeOf(() => openShare(sealed.bytes, w.guardians[0]!.identity, request, options))).toBe(
      'HEADER_INVALID',
    );
  });
});

describe('an erasure certificate', () => {
  const erasure = () => ({
    manifestId: sealed.manifestId,
    headerDigests: [sealed.headerDigest],
    actor: { keys: w.alice.keys, entry: w.alice.entry },
    ground: 'filed and closed',
    backupHorizon: NOW + 86_400,
    now: NOW,
  });

  it('is made from digests in bytes and read from text', async () => {
    for (const headerDigests of [undefined, 'x', sealed.headerDigest, ['x'], [[1, 2]], [null]])
      expect(await codeOf(() => erasureCertificate({ ...erasure(), headerDigests } as never))).toBe(
        'TypeError: headerDigests must be Uint8Arrays',
      );
    const { resolveSender } = w.directory;
    for (const certificate of [undefined, 7, new Uint8Array(9)])
      expect(await codeOf(() => readErasureCertificate(certificate as never, { resolveSender }))).toBe(
        'TypeError: certificate must be a string',
      );
    const certificate = await erasureCertificate(erasure());
    for (const loggedAt of [null, -1, '1'])
      expect(await codeOf(() => readErasureCertificate(certificate, { resolveSender, loggedAt } as never))).toMatch(
        /^RangeError: loggedAt/,
      );
    expect(await codeOf(() => readErasureCertificate(certificate, { resolveSender, loggedAt: NOW }))).toBe('accepted');
    for (const backupHorizon of [NOW - 1, NOW + 4_000_000_000, 0.5])
      expect(await codeOf(() => erasureCertificate({ ...erasure(), backupHorizon }))).toMatch(
        /^RangeError: backupHorizon/,
      );
  });
});

import { base64, base64url, canonicalJson, fromBase64, fromUtf8, utf8 } from '@wardseal/primitives';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  combineShares,
  type Directory,
  decodeShareRequest,
  encodeShareRequest,
  erasureCertificate,
  open,
  openShare,
  readErasureCertificate,
  SealError,
  type SigningKeyPair,
  seal,
  verifySnapshot,
} from '../../src/index.js';
import { parseRecipient } from '../../src/keys/recipient.js';
import { signerOf } from '../../src/keys/signing-key.js';
import { sealTo } from '../../src/stanza/box.js';
import { forceBackend } from '../../src/testing.js';
import { DAY, snapshotOf } from '../directory-craft.js';
import { approvalLike, approvedRequest, GROUND, LOG_ENTRY } from '../recovery-world.js';
import { content, NOW, organisationKeys, person, world } from '../world.js';
import { fromSeed, linear, onDisk } from './vector-file.js';

// vectors/recovery.json and vectors/erasure.json are made here, from a fixed seed on the plain-JavaScript back end. With
// WRITE_VECTORS=1 they are written anew; otherwise they must be what this code makes, and each case must come out as it says.

interface Case {
  readonly name: string;
  /** `ok`, or code and `what` of the refusal, a space between. */
  readonly expect: string;
}

interface RequestCase extends Case {
  /** UTF-8 text of the request file. */
  readonly request: string;
  readonly now?: number;
  /** Base64; the usual header without it. */
  readonly header?: string;
  /** Identity of the seat; the first guardian's without it. */
  readonly seat?: string;
}

interface ShareCase extends Case {
  readonly shares: readonly string[];
}

interface CertificateCase extends Case {
  readonly certificate: string;
  readonly loggedAt?: number;
  /** When the actor was revoked, if ever. */
  readonly revokedAt?: number;
  readonly statement?: string;
}

interface Made {
  readonly recovery: {
    readonly format: string;
    readonly about: string;
    readonly now: number;
    readonly rootThumbprint: string;
    readonly snapshot: string;
    readonly file: string;
    readonly header: string;
    readonly seats: readonly string[];
    readonly requester: string;
    readonly requests: readonly RequestCase[];
    readonly shares: readonly ShareCase[];
  };
  readonly erasure: {
    readonly format: string;
    readonly about: string;
    readonly now: number;
    readonly rootThumbprint: string;
    readonly snapshot: string;
    readonly cases: readonly CertificateCase[];
  };
}

async function certificateLike(claims: object | string, keys: SigningKeyPair, header: string): Promise<string> {
  const payload = typeof claims === 'string' ? claims : canonicalJson(claims);
  const text = `${base64url(utf8(header))}.${base64url(utf8(payload))}`;
  return `${text}.${base64url(await (await signerOf(keys)).sign(utf8(text)))}`;
}

async function make(): Promise<Made> {
  const carol = await person('carol', 'classic');
  const outsider = { purpose: 'second opinion', approvedBy: ['alice', 'bob'], until: NOW + 900 };
  const from = await person('outsider', 'classic', { outsider });
  const left = await person('left', 'classic', { revokedAt: NOW - 10 });
  const w = await world('classic', [carol, from, left]);
  const snapshot = await snapshotOf(w.directory.entries);
  const { root } = await organisationKeys();
  const base = { now: NOW, rootThumbprint: root.kid, snapshot: base64(snapshot) };

  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
  const sealed = await seal(content(40), { ...w.sealing, guardians });
  const other = await seal(content(40), { ...w.sealing, guardians });
  const plain = await seal(content(40), w.sealing);
  const { request, options } = await approvedRequest(w, sealed.header, w.mallory.entry);
  const [first, second] = request.approvals as [string, string];
  const like = (change: object, approver = w.bob, kind = {}) => approvalLike(first, approver, change, kind);

  const requests: RequestCase[] = [];
  const text = (change: object = {}) => fromUtf8(encodeShareRequest({ ...request, ...change }))!;
  const add = (name: string, outcome: string, change: object = {}, more: Partial<RequestCase> = {}) =>
    requests.push({ name, expect: outcome, request: text(change), ...more });
  const refuse = (name: string, what: string, approvals: readonly string[]) =>
    add(name, `APPROVAL_INVALID${what === '' ? '' : ` ${what}`}`, { approvals });
  add('two approvals', 'ok');
  add('three approvals', 'ok', { approvals: [first, second, await like({}, carol)] });
  add('approved within the skew of another clock', 'ok', { approvals: [first, await like({ iat: NOW + 300 })] });
  refuse('one approval', 'count', [first]);
  refuse('the same approval twice', 'people', [first, first]);
  refuse('another set', 'file', [first, await like({ set: base64url(new Uint8Array(16)) })]);
  refuse('another header digest', 'file', [first, await like({ header: base64url(new Uint8Array(32)) })]);
  refuse('another ground signed', 'ground', [first, await like({ ground: 'x' })]);
  refuse('another log entry signed', 'ground', [first, await like({ log: 'x' })]);
  refuse('another key of the requester', 'requester', [
    first,
    await like({ requester: { org: 'demo-trust', person: 'mallory', recipient: base64url(new Uint8Array(32)) } }),
  ]);
  add('a directory older than an approver saw', 'ROLLBACK epoch', { approvals: [first, await like({ epoch: 2 })] });
  refuse('dated ahead', 'time', [first, await like({ iat: NOW + 301 })]);
  refuse('signed before the approver was in the directory', 'approver', [first, await like({ iat: NOW - 1001 })]);
  refuse('approved by the requester', 'approver', [first, await like({}, w.mallory)]);
  refuse('approved by a guardian', 'approver', [first, await like({}, w.guardians[1])]);
  refuse('approved by somebody from outside', 'approver', [first, await like({}, from)]);
  refuse('approved by somebody who left', 'approver', [first, await like({}, left)]);
  refuse('approved by nobody known', 'approver', [
    first,
    await like({ iss: { org: 'demo-trust', person: 'nobody', kid: w.bob.keys.kid } }),
  ]);
  refuse('signature of another', '', [first, `${second.slice(0, second.lastIndexOf('.'))}.${first.split('.')[2]}`]);
  refuse('another kind of statement', 'approval', [first, await like({}, w.bob, { typ: 'wardseal-grant-v0' })]);
  refuse('another version', 'approval', [first, await like({ v: 1 })]);
  refuse('an unknown member', 'approval', [first, await like({ extra: true })]);
  add('another ground asked', 'APPROVAL_INVALID ground', { ground: 'x' });
  add('another requester', 'APPROVAL_INVALID requester', { requester: carol.entry });
  add('a guardian asks', 'APPROVAL_INVALID requester', { requester: w.guardians[1]!.entry });
  add('a requester who left', 'RECIPIENT_REVOKED', { requester: left.entry });
  add('a requester with one member changed', 'RECIPIENT_UNKNOWN', {
    requester: { ...request.requester, validTo: NOW + 1 },
  });
  add('approvals of a week ago', 'APPROVAL_INVALID time', {
    approvals: [first, await like({ iat: NOW - 7 * DAY })],
  });
  add('a directory out of date', 'SNAPSHOT_STALE', {}, { now: NOW + 8 * DAY });
  add('the header of another file', 'APPROVAL_INVALID file', {}, { header: base64(other.header) });
  add('a file without recovery', 'UNSUPPORTED recovery', {}, { header: base64(plain.header) });
  add('a whole file', 'HEADER_INVALID length', {}, { header: base64(sealed.bytes) });
  add('a key without a seat', 'NO_MATCH', {}, { seat: w.custodian.identity });
  const file = (name: string, written: string) =>
    requests.push({ name, expect: 'APPROVAL_INVALID request', request: written });
  file('a request with a line end', `${text()}\n`);
  file('a request with an unknown member', canonicalJson({ ...(JSON.parse(text()) as object), extra: 1 }));
  file(
    'a request with members in another order',
    text().replace('{"approvals"', '{"v":0,"approvals"').replace(',"v":0}', '}'),
  );

  const share = (i: number, of = sealed.header) =>
    openShare(of, w.guardians[i]!.identity, request, options).then((data) => fromUtf8(data)!);
  const [one, two] = [await share(0), await share(1)];
  const recipient = parseRecipient(w.mallory.entry.recipient);
  const value = JSON.parse(two) as { set: string };
  const sealedAs = async (data: Uint8Array) => {
    const { enc, ciphertext } = await sealTo(recipient, utf8(`wardseal.org/v0/share ${value.set} 2 3 2`), data);
    return canonicalJson({ ...value, enc: base64url(enc), ciphertext: base64url(ciphertext) });
  };
  const shares: ShareCase[] = [
    { name: 'two shares', expect: 'ok', shares: [one, two] },
    { name: 'one share', expect: 'SHARES_INSUFFICIENT shares', shares: [one] },
    { name: 'the same share twice', expect: 'SHARES_INSUFFICIENT shares', shares: [one, one] },
    {
      name: 'a value that its guardian changed',
      expect: 'SHARE_INVALID value',
      shares: [one, await sealedAs(new Uint8Array(32))],
    },
    {
      name: 'a value too short',
      expect: 'SHARE_INVALID ciphertext',
      shares: [one, await sealedAs(new Uint8Array(31))],
    },
    {
      name: 'a share of another seat',
      expect: 'SHARE_INVALID ciphertext',
      shares: [one, canonicalJson({ ...value, seat: 3 })],
    },
    {
      name: 'a seat that is not there',
      expect: 'SHARE_INVALID set',
      shares: [one, canonicalJson({ ...value, seat: 4 })],
    },
    {
      name: 'another set',
      expect: 'SHARE_INVALID set',
      shares: [one, canonicalJson({ ...value, set: base64url(new Uint8Array(16)) })],
    },
    {
      name: 'an unknown member',
      expect: 'SHARE_INVALID encoding',
      shares: [one, canonicalJson({ ...value, extra: 1 })],
    },
    { name: 'a blank too many', expect: 'SHARE_INVALID encoding', shares: [one, `${two} `] },
  ];

  const erasure = {
    manifestId: sealed.manifestId,
    headerDigests: [sealed.headerDigest, other.headerDigest],
    actor: w.custodian,
    ground: 'filed and closed',
    backupHorizon: NOW + 7 * DAY,
    now: NOW,
  };
  const certificate = await erasureCertificate(erasure);
  const claims = JSON.parse(fromUtf8(new Uint8Array(Buffer.from(certificate.split('.')[1]!, 'base64url')))!) as {
    iss: object;
  };
  const usual = '{"alg":"Ed25519","typ":"wardseal-erasure-v0"}';
  const statement = 'Destroyed in our systems on 2026-09-21; irrecoverable from our backups after 2026-09-28.';
  const signed = async (
    name: string,
    outcome: string,
    change: object | string,
    keys = w.custodian.keys,
    header = usual,
  ) => ({
    name,
    expect: outcome,
    certificate: await certificateLike(typeof change === 'string' ? change : { ...claims, ...change }, keys, header),
  });
  const invalid = (name: string, change: object | string) => signed(name, 'CERTIFICATE_INVALID certificate', change);
  const typed = (name: string, header: string) =>
    signed(name, 'CERTIFICATE_INVALID certificate', {}, w.custodian.keys, header);
  const digest = base64url(sealed.headerDigest);
  const cases: CertificateCase[] = [
    { name: 'as it is made', expect: 'ok', certificate, statement },
    { name: 'logged', expect: 'ok', certificate, loggedAt: NOW + 5, statement },
    {
      name: 'of somebody who left since',
      expect: 'ok',
      certificate,
      loggedAt: NOW + 5,
      revokedAt: NOW + 10,
      statement,
    },
    { name: 'of somebody who left since, never logged', expect: 'SENDER_REVOKED', certificate, revokedAt: NOW + 10 },
    {
      name: 'logged after the actor left',
      expect: 'SENDER_REVOKED',
      certificate,
      loggedAt: NOW + 10,
      revokedAt: NOW + 10,
    },
    { name: 'logged after the entry ended', expect: 'SENDER_EXPIRED', certificate, loggedAt: NOW + 1000 },
    { name: 'logged before it was made', expect: 'CERTIFICATE_INVALID iat', certificate, loggedAt: NOW - 301 },
    await typed('another kind of statement', '{"alg":"Ed25519","typ":"wardseal-approval-v0"}'),
    await typed('protected header in another order', '{"typ":"wardseal-erasure-v0","alg":"Ed25519"}'),
    await typed('another algorithm', '{"alg":"none","typ":"wardseal-erasure-v0"}'),
    await signed('signed by another person', 'SIGNATURE_INVALID', {}, w.bob.keys),
    await signed('a person nobody knows', 'SENDER_UNKNOWN', { iss: { ...claims.iss, person: 'nobody' } }),
    await signed('the key of another person', 'SENDER_UNKNOWN', { iss: { ...claims.iss, kid: w.bob.keys.kid } }),
    await signed('dated before the actor was in the directory', 'SENDER_EXPIRED', { iat: NOW - 1001 }),
    await invalid('an unknown member', { extra: true }),
    await invalid('a member missing', { ground: undefined }),
    await invalid('another version', { v: 1 }),
    await invalid('no digest', { headers: [] }),
    await invalid('a digest twice', { headers: [digest, digest] }),
    await invalid('a digest of another length', { headers: ['AAAA'] }),
    await invalid('a horizon before the erasure', { horizon: NOW - 1 }),
    await invalid('a horizon in milliseconds', { horizon: (NOW + 7 * DAY) * 1000 }),
    await invalid('a payload that is not canonical', `${canonicalJson(claims)} `),
    await invalid('a member twice', canonicalJson(claims).replace('"v":0', '"v":0,"v":0')),
  ];
  return {
    recovery: {
      format: 'wardseal.org recovery v0',
      about:
        'Each request is judged at `now` with the header, under the snapshot and root thumbprint, by the guardian whose seat is given (the first without one); `expect` is `ok`, or code and `what`. `shares` are joined for the requester; two good ones open the file. Keys are made from a public seed: never use them.',
      ...base,
      file: base64(sealed.bytes),
      header: base64(sealed.header),
      seats: w.guardians.map(({ identity }) => identity),
      requester: w.mallory.identity,
      requests,
      shares,
    },
    erasure: {
      format: 'wardseal.org erasure certificate v0',
      about:
        'Each certificate is read with the directory of the snapshot, in which the custodian is revoked at `revokedAt` where that is given, and with `loggedAt` where that is given; `expect` is `ok`, or code and `what`.',
      ...base,
      cases,
    },
  };
}

const bytesOf = (text: string) => fromBase64(text)!;

async function outcome(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return 'ok';
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return `${error.code} ${error.what ?? ''}`.trim();
  }
}

let made: Made;
let recovery: Made['recovery'];
let erasure: Made['erasure'];
beforeAll(async () => {
  made = await fromSeed(linear(20_261_123), make);
  recovery = onDisk('recovery', made.recovery);
  erasure = onDisk('erasure', made.erasure);
});
afterAll(() => forceBackend());

const directoryAt = (snapshot: string, rootThumbprint: string, now: number): Promise<Directory> =>
  verifySnapshot(bytesOf(snapshot), { rootThumbprint, now });

describe('our vectors of recovery and erasure', () => {
  it('are what this code makes from the seed', () => {
    expect(made.recovery).toEqual(recovery);
    expect(made.erasure).toEqual(erasure);
    expect(recovery.requests.length).toBeGreaterThan(30);
    expect(recovery.requests[0]!.request).toContain(GROUND);
    expect(recovery.requests[0]!.request).toContain(LOG_ENTRY);
  });

  it.each(['node', 'noble'] as const)('come out as they say, %s', async (backend) => {
    forceBackend(backend);
    const told = await directoryAt(recovery.snapshot, recovery.rootThumbprint, recovery.now);
    for (const {
      name,
      expect: wanted,
      request,
      now = recovery.now,
      header = recovery.header,
      seat,
    } of recovery.requests)
      expect(
        await outcome(async () =>
          openShare(bytesOf(header), seat ?? recovery.seats[0]!, decodeShareRequest(utf8(request)), {
            directory: told,
            now,
          }),
        ),
        name,
      ).toBe(wanted);
    for (const { name, expect: wanted, shares } of recovery.shares) {
      const join = async () => {
        const key = await combineShares(bytesOf(recovery.header), shares.map(utf8), recovery.requester);
        const opened = await open(bytesOf(recovery.file), { recovery: key, resolveSender: told.resolveSender });
        expect(opened.plaintext).toEqual(content(40));
      };
      expect(await outcome(join), name).toBe(wanted);
    }
    const known = await directoryAt(erasure.snapshot, erasure.rootThumbprint, erasure.now);
    for (const { name, expect: wanted, certificate, loggedAt, revokedAt, statement } of erasure.cases) {
      const resolveSender: Directory['resolveSender'] = (iss) => {
        const entry = known.resolveSender(iss);
        return entry === null || revokedAt === undefined ? entry : { ...entry, revokedAt };
      };
      const options = { resolveSender, ...(loggedAt === undefined ? {} : { loggedAt }) };
      const judge = async () => {
        const result = await readErasureCertificate(certificate, options);
        expect(result.statement).toBe(statement);
      };
      expect(await outcome(judge), name).toBe(wanted);
    }
  });
});

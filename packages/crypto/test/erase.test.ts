import { base64url, canonicalJson, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ErasureOptions,
  erasureCertificate,
  limits,
  type ResolveSender,
  readErasureCertificate,
  type SealedFile,
  seal,
} from '../src/index.js';
import { type SigningKeyPair, signerOf } from '../src/keys/signing-key.js';
import { codeOf, content, NOW, type World, world } from './world.js';

const HORIZON = NOW + 7 * 86_400;
let w: World;
let sealed: SealedFile;
let erasure: ErasureOptions;
let resolveSender: ResolveSender;

beforeAll(async () => {
  w = await world('classic');
  sealed = await seal(content(10), w.sealing);
  ({ resolveSender } = w.opening);
  erasure = {
    manifestId: sealed.manifestId,
    headerDigests: [sealed.headerDigest, new Uint8Array(32)],
    actor: w.custodian,
    ground: 'filed and closed',
    backupHorizon: HORIZON,
    now: NOW,
  };
});

const claimsOf = (jws: string) => JSON.parse(fromUtf8(fromBase64url(jws.split('.')[1]!)!)!) as Record<string, unknown>;

/** Any claims under any protected header, signed by whoever has the keys. */
async function signed(
  claims: object | string,
  keys: SigningKeyPair = w.custodian.keys,
  header = '{"alg":"Ed25519","typ":"wardseal-erasure-v0"}',
) {
  const payload = typeof claims === 'string' ? claims : canonicalJson(claims);
  const text = `${base64url(utf8(header))}.${base64url(utf8(payload))}`;
  return `${text}.${base64url(await (await signerOf(keys)).sign(utf8(text)))}`;
}

describe('an erasure certificate', () => {
  it('names the headers of the call, whatever the caller does to them meanwhile', async () => {
    const digest = new Uint8Array(32).fill(1);
    const pending = erasureCertificate({ ...erasure, headerDigests: [digest] });
    digest.fill(2);
    expect(claimsOf(await pending)['headers']).toEqual([base64url(new Uint8Array(32).fill(1))]);
  });

  it('says what was destroyed, when, by whom and why, and what that is worth', async () => {
    const certificate = await readErasureCertificate(await erasureCertificate(erasure), { resolveSender });
    expect(certificate).toEqual({
      manifestId: sealed.manifestId,
      headerDigests: [...erasure.headerDigests].sort((a, b) => (base64url(a) < base64url(b) ? -1 : 1)),
      actor: w.custodian.entry,
      ground: 'filed and closed',
      erasedAt: NOW,
      judgedBy: 'claim',
      backupHorizon: HORIZON,
      statement: 'Destroyed in our systems on 2026-09-21; irrecoverable from our backups after 2026-09-28.',
    });
    expect(certificate.statement).not.toMatch(/every|all copies/i);
  });

  it('holds as many header versions as there can be', async () => {
    const headerDigests = Array.from({ length: limits.MAX_HEADER_VERSIONS }, (_, i) =>
      Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? i & 255 : at === 1 ? i >> 8 : 7)),
    );
    const jws = await erasureCertificate({ ...erasure, headerDigests, ground: 'x'.repeat(1024) });
    expect(jws.length).toBeLessThanOrEqual(limits.MAX_CERTIFICATE_BYTES);
    const read = await readErasureCertificate(jws, { resolveSender });
    expect(read.headerDigests.length).toBe(512);
    const more = [...headerDigests, new Uint8Array(32)];
    expect(await codeOf(() => erasureCertificate({ ...erasure, headerDigests: more }))).toMatch(/^TypeError/);
  });

  it.each([
    ['no digest', { headerDigests: [] }],
    ['a digest twice', { headerDigests: [new Uint8Array(32), new Uint8Array(32)] }],
    ['a digest of another length', { headerDigests: [new Uint8Array(31)] }],
    ['a digest that is text', { headerDigests: ['x'] }],
    ['no digests', { headerDigests: undefined }],
    ['no manifest', { manifestId: 'x' }],
    ['no ground', { ground: '' }],
    ['a ground too long', { ground: 'x'.repeat(1025) }],
  ])('with %s is not made', async (_name, change) => {
    expect(await codeOf(() => erasureCertificate({ ...erasure, ...change } as ErasureOptions))).toMatch(/^TypeError/);
  });

  it('names days that have a date of four digits', async () => {
    // Signed by somebody known whose entry never ends; what it says is to be written down as days.
    const entry = { ...w.custodian.entry, validTo: Number.MAX_SAFE_INTEGER };
    const { iat: _, horizon: __, ...claims } = claimsOf(await erasureCertificate(erasure));
    const read = async (iat: number, horizon: number) =>
      readErasureCertificate(await signed({ ...claims, iat, horizon }), { resolveSender: () => entry });
    const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;
    expect((await read(last, last)).statement).toMatch(/on 9999-12-31; .* after 9999-12-31\.$/);
    for (const time of [last + 1, 9_000_000_000_000, Number.MAX_SAFE_INTEGER])
      expect(await codeOf(() => read(time, time))).toBe('CERTIFICATE_INVALID');
    expect(await codeOf(() => read(last, last + 1))).toBe('CERTIFICATE_INVALID');
    const late = { ...erasure, actor: { ...w.custodian, entry }, now: last, backupHorizon: last + 1 };
    expect(await codeOf(() => erasureCertificate(late))).toMatch(/^RangeError/);
  });

  it('is made for possible times only', async () => {
    for (const backupHorizon of [
      undefined as never,
      NOW - 1,
      HORIZON * 1000,
      NOW + limits.MAX_BACKUP_HORIZON_SECONDS + 1,
      1.5,
      -1,
    ])
      expect(await codeOf(() => erasureCertificate({ ...erasure, backupHorizon }))).toMatch(/^RangeError/);
    for (const backupHorizon of [NOW, NOW + limits.MAX_BACKUP_HORIZON_SECONDS])
      expect(await codeOf(() => erasureCertificate({ ...erasure, backupHorizon }))).toBe('accepted');
    expect(await codeOf(() => erasureCertificate({ ...erasure, now: NOW + 1000 }))).toBe('SENDER_EXPIRED');
    const actor = { ...w.custodian, entry: { ...w.custodian.entry, revokedAt: NOW } };
    expect(await codeOf(() => erasureCertificate({ ...erasure, actor }))).toBe('SENDER_REVOKED');
  });

  it('is readable years later, whatever became of the actor', async () => {
    const jws = await erasureCertificate(erasure);
    const left = { ...w.custodian.entry, revokedAt: NOW + 900 };
    const read = (options: object) =>
      codeOf(() => readErasureCertificate(jws, { resolveSender: () => left, ...options }));
    expect(await read({ loggedAt: NOW + 5 })).toBe('accepted');
    expect(await read({})).toBe('SENDER_REVOKED');
    expect(await read({ loggedAt: NOW + 900 })).toBe('SENDER_REVOKED');
    expect(await codeOf(() => readErasureCertificate(jws, { resolveSender, loggedAt: NOW + 1000 }))).toBe(
      'SENDER_EXPIRED',
    );
    expect(await codeOf(() => readErasureCertificate(jws, { resolveSender, loggedAt: NOW - 300 }))).toBe('accepted');
    expect(await codeOf(() => readErasureCertificate(jws, { resolveSender, loggedAt: NOW - 301 }))).toBe(
      'CERTIFICATE_INVALID',
    );
    const by = await readErasureCertificate(jws, { resolveSender, loggedAt: NOW + 5 });
    expect(by.judgedBy).toBe('log');
    expect(await read({ loggedAt: 1.5 })).toMatch(/^RangeError/);
  });

  it('cannot be forged, moved or taken for something else', async () => {
    const jws = await erasureCertificate(erasure);
    const claims = claimsOf(jws);
    const read = (text: string) => codeOf(() => readErasureCertificate(text, { resolveSender }));
    expect(await read(await signed(claims))).toBe('accepted');
    expect(await read(await signed(claims, w.bob.keys))).toBe('SIGNATURE_INVALID');
    expect(
      await read(await signed({ ...claims, iss: { org: 'demo-trust', person: 'nobody', kid: w.bob.keys.kid } })),
    ).toBe('SENDER_UNKNOWN');
    expect(
      await read(await signed({ ...claims, iss: { org: 'demo-trust', person: 'bob', kid: w.custodian.keys.kid } })),
    ).toBe('SENDER_UNKNOWN');
    for (const typ of ['wardseal-approval-v0', 'wardseal-manifest-v0', 'wardseal-erasure-v1', 'JWT'])
      expect(await read(await signed(claims, w.custodian.keys, `{"alg":"Ed25519","typ":"${typ}"}`))).toBe(
        'CERTIFICATE_INVALID',
      );
    expect(await read(await signed(claims, w.custodian.keys, '{"typ":"wardseal-erasure-v0","alg":"Ed25519"}'))).toBe(
      'CERTIFICATE_INVALID',
    );
    const text = canonicalJson(claims);
    for (const change of [
      { extra: 1 },
      { v: 1 },
      { horizon: NOW - 1 },
      { horizon: NOW + limits.MAX_BACKUP_HORIZON_SECONDS + 1 },
      { headers: [] },
      { headers: ['x'] },
      { headers: [base64url(new Uint8Array(32)), base64url(new Uint8Array(32))] },
      { manifest: 'x' },
      { ground: '' },
      { iat: -1 },
      { iss: 'x' },
    ])
      expect(await read(await signed({ ...claims, ...change }))).toBe('CERTIFICATE_INVALID');
    for (const payload of [`${text} `, text.replace('"v":0', '"v":0,"v":0'), 'null', '{'])
      expect(await read(await signed(payload))).toBe('CERTIFICATE_INVALID');
    expect(await read('x'.repeat(limits.MAX_CERTIFICATE_BYTES + 1))).toBe('LIMIT');
    expect(await codeOf(() => readErasureCertificate(null as never, { resolveSender }))).toMatch(/^TypeError/);
  });

  it('no change of one character is accepted', async () => {
    const jws = await erasureCertificate(erasure);
    await fc.assert(
      fc.asyncProperty(fc.nat(jws.length - 1), fc.constantFrom('A', 'b', '-', '9', '.', '='), async (at, letter) => {
        fc.pre(jws[at] !== letter);
        const touched = jws.slice(0, at) + letter + jws.slice(at + 1);
        expect(await codeOf(() => readErasureCertificate(touched, { resolveSender }))).toMatch(
          /^(CERTIFICATE|SIGNATURE)_INVALID$|^SENDER_UNKNOWN$/,
        );
      }),
      { numRuns: 200 },
    );
  });
});

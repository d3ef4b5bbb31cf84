import { base64url, fromBase64url, fromHex, hex } from '@wardseal/primitives';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeGrant, importKeySet, LinkError, parseLink, parseUploadLink, uploadLink, uploadObject, verifyUploadCertificate } from '../src/index.js'; // biome-ignore format: one list
import uploads from '../vectors/uploads.json' with { type: 'json' };
import { everyEdit, ORIGIN, refusal, world } from './world.js';

const keySet = importKeySet([{ publicKey: fromHex(uploads.publicKey)!, issuer: uploads.issuer }]);
const verify = async (one: { certificate: string; grant: string }, at = uploads.now) =>
  verifyUploadCertificate(
    { certificate: fromBase64url(one.certificate)!, grant: decodeGrant(one.grant) },
    await keySet,
    at,
  );

describe('upload links', () => {
  const origins = [uploads.origin];
  const link = uploads.links.accepted[0]!;

  test('are taken apart and put together', () => {
    const { origin, handle, root } = uploads;
    expect(parseUploadLink(link, { origins })).toEqual({ origin, handle, root });
    expect(uploadLink(origin, handle, root)).toBe(link);
    expect(link.length).toBeLessThanOrEqual(150);
  });

  test.each(uploads.links.refused)('with $name are refused', ({ text }) => {
    expect(() => parseUploadLink(text, { origins })).toThrow(LinkError);
  });

  test('and links to open are never mistaken for each other', () => {
    expect(() => parseLink(link, { origins })).toThrow(LinkError);
    expect(() => parseLink(link.replace('/u#', '/o#'), { origins })).not.toThrow();
    expect(() => parseUploadLink(link.replace('/u#', '/o#'), { origins })).toThrow(LinkError);
  });

  test('have one spelling: of every change of one character, what is read is what was written', () => {
    let read = 0;
    for (const edit of everyEdit(link)) {
      let parts: ReturnType<typeof parseUploadLink>;
      try {
        parts = parseUploadLink(edit, { origins });
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        continue;
      }
      read++;
      expect(uploadLink(parts.origin, parts.handle, parts.root)).toBe(edit);
    }
    // Other handles and other roots, which the tag and the directory refuse.
    expect(read).toBeGreaterThan(0);
  });

  test('of any text end in a link or in the one error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => `${ORIGIN}/u#${tail}`),
        ),
        (text) => {
          expect(() => parseUploadLink(text, { origins: [ORIGIN] })).toThrow(LinkError);
        },
      ),
    );
    expect(() => parseUploadLink(link, { origins: ['https://x/y'] })).toThrow(RangeError);
    expect(() => uploadLink(ORIGIN, uploads.handle, `${uploads.root}A`)).toThrow(RangeError);
    expect(() => uploadLink('img', uploads.handle, uploads.root)).toThrow(RangeError);
    expect(() => uploadLink(ORIGIN, 'AAAA', uploads.root)).toThrow(LinkError);
  });
});

describe('certificates', () => {
  test.each(uploads.certificates.accepted)('$name: accepted', async ({ sensitivity, ...one }) => {
    const found = await verify(one);
    expect([found.role, found.sensitivity, hex(found.key), hex(found.link)]).toEqual(['patient via link', sensitivity, uploads.oneOff, uploads.id]); // biome-ignore format: one list
  });

  test.each(uploads.certificates.refused)('$name: refused', async (one) => {
    const { code } = await refusal(verify(one));
    expect(code).toMatch(/^(UPLOAD_CERTIFICATE_INVALID|GRANT_INVALID)$/);
  });

  test('with any bit changed are refused', async () => {
    const one = uploads.certificates.accepted[0]!;
    const certificate = fromBase64url(one.certificate)!;
    for (let bit = 0; bit < certificate.length * 8; bit++) {
      const changed = certificate.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await expect(verify({ ...one, certificate: base64url(changed) })).rejects.toMatchObject({ code: 'UPLOAD_CERTIFICATE_INVALID' }); // biome-ignore format: one rule
    }
  });

  test('of any bytes end in the one error; a bad time is the caller’s', async () => {
    const { grant } = uploads.certificates.accepted[0]!;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 900 }), async (bytes) => {
        const { code } = await refusal(verify({ certificate: base64url(new Uint8Array(bytes)), grant }));
        expect(code).toBe('UPLOAD_CERTIFICATE_INVALID');
      }),
    );
    await expect(verify(uploads.certificates.accepted[0]!, uploads.now * 1000)).rejects.toThrow(RangeError);
  });

  test('a retired key certifies nothing', async () => {
    const { certificate, grant } = uploads.certificates.accepted[0]!;
    const retired = await importKeySet([
      { publicKey: fromHex(uploads.publicKey)!, issuer: uploads.issuer, state: 'retired' },
    ]);
    const upload = { certificate: fromBase64url(certificate)!, grant: decodeGrant(grant) };
    await expect(verifyUploadCertificate(upload, retired, uploads.now)).rejects.toMatchObject({ claim: 'signer' });
  });
});

test('the object names a patient to whoever holds the handle', () => {
  expect(hex(uploadObject(fromHex(uploads.object.patientHandle)!))).toBe(uploads.object.object);
  expect(() => uploadObject(new Uint8Array(16))).toThrow(RangeError);
});

describe('upload grants', () => {
  test('stand alone: no other permission, binding, purpose or claim beside, and a team', async () => {
    const { issuer, request, random } = await world();
    const good = { permissions: ['upload'], recipient: random(32) } as const;
    await issuer.grant(request(good));
    const { recipient: _, ...teamless } = request(good);
    const { cti } = await issuer.prepare();
    const bad = {
      permissions: [{ permissions: ['upload', 'view'] }, { permissions: ['upload', 'delegate'], delegationDepth: 1 }],
      binding: [{ binding: 'one-time-code' }],
      purpose: [{ purpose: 'emergency' }, { purpose: 'teaching' }, { purpose: 'research' }],
      cti: [{ cti }],
      delegationDepth: [{ delegationDepth: 1 }],
      recipientKey: [{ recipientKey: random(32) }],
      expires: [{ expires: request().expires + 48 * 3600 }],
    };
    for (const [claim, list] of Object.entries(bad))
      for (const one of list) {
        const error = await refusal(issuer.grant(request({ ...good, ...(one as object) })));
        expect([error.code, error.claim === claim || claim === 'expires']).toEqual(['CLAIMS_REFUSED', true]);
      }
    expect((await refusal(issuer.grant(teamless))).claim).toBe('recipient');
    expect((await refusal(issuer.grant(request({ ...good, binding: 'holder-of-key', recipientKey: random(32) })))).code).toBe('CLAIMS_REFUSED'); // biome-ignore format: one rule
  });
});

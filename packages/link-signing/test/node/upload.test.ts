import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { base64url, ed25519Sign, equal, hex, sha256 } from '@wardseal/primitives';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  encodeGrant,
  memoryEraseStore,
  memoryStore,
  replay,
  uploadObject,
  verifyUploadCertificate,
} from '../../src/index.js';
import { fileMessage } from '../../src/upload/messages.js';
import { createUploadHandler, toNodeHandler } from '../../src/upload.js';
import { bytesOf, FILE, PASSCODE, type UploadFront, uploadFront } from '../support/uploads.js';
import { ORIGIN, refusal } from '../world.js';

let front: UploadFront;
beforeEach(async () => {
  front = await uploadFront();
});

describe('an upload', () => {
  it('is certified, signed, counted, logged and delivered, in ciphertext', async () => {
    const link = await front.mint({ maxUses: 2 });
    const key = await front.oneOff();
    const begun = await (await front.begin(link, key)).json();
    expect(begun).toEqual({
      certificate: expect.any(String),
      grant: base64url(link.grant),
      expires: front.here.seconds() + 3600,
      put: '/u/file',
      maxBytes: 64 * 1024 * 1024,
    });
    expect(await front.used(link)).toBe(0);
    const certificate = bytesOf(begun.certificate);
    const answer = await front.file(certificate, key, FILE);
    expect([answer.status, await answer.json()]).toEqual([200, { use: 1, of: 2, digest: base64url(sha256(FILE)) }]);
    const [kept] = front.kept.shelved.values();
    expect(kept).toMatchObject({ bytes: FILE, use: 1, of: 2, size: FILE.length, digest: sha256(FILE) });
    expect(kept!.facts).toMatchObject({ certificate, grant: link.grant, sensitivity: 'usual' });
    expect(front.events).toEqual([
      expect.objectContaining({
        type: 'link.upload',
        id: kept!.facts.id,
        link: hex(link.id),
        digest: hex(sha256(FILE)),
        use: 1,
        of: 2,
        repeated: false,
        sensitivity: 'usual',
        context: { network: 'test' },
      }),
    ]);
    const upload = await verifyUploadCertificate(kept!.facts, front.here.keySet, kept!.at);
    expect(upload).toMatchObject({ role: 'patient via link', key: key.publicKey, link: link.id });
    expect([front.kept.aside, front.refusals]).toEqual([0, []]);
  });

  it('is the same upload again: acknowledged, and neither counted, logged nor delivered twice', async () => {
    const link = await front.mint();
    const key = await front.oneOff();
    const certificate = await front.certified(link, key);
    const first = await (await front.file(certificate, key, FILE)).text();
    for (const seconds of [0, 61, 1800]) {
      front.here.clock.advance(seconds * 1000);
      expect(await (await front.file(certificate, key, FILE)).text()).toBe(first);
    }
    expect([front.events.length, front.kept.shelved.size, front.kept.aside, await front.used(link)]).toEqual([
      1, 1, 0, 1,
    ]);
  });

  it('is one file: another one under the same key is refused, before and after delivery', async () => {
    const link = await front.mint({ maxUses: 3 });
    const key = await front.oneOff();
    const certificate = await front.certified(link, key);
    front.kept.fail = 'commit';
    expect((await front.file(certificate, key, FILE)).status).toBe(503);
    front.kept.fail = '';
    expect((await front.file(certificate, key, FILE.slice(1))).status).toBe(404);
    expect(front.kept.shelved.size).toBe(0);
    expect((await front.file(certificate, key, FILE)).status).toBe(200);
    expect((await front.file(certificate, key, FILE.slice(1))).status).toBe(404);
    expect(front.refusals.at(-1)!.reason).toBe('replayed');
    expect([await front.used(link), front.kept.shelved.size, front.kept.aside]).toEqual([1, 1, 0]);
  });

  it('is not acknowledged before it is logged, nor logged before it is kept', async () => {
    const link = await front.mint();
    const key = await front.oneOff();
    const certificate = await front.certified(link, key);
    front.kept.fail = 'receive';
    expect((await front.file(certificate, key, FILE)).status).toBe(503);
    expect([await front.used(link), front.events.length]).toEqual([0, 0]);
    front.kept.fail = '';
    front.failAudit = 1;
    expect((await front.file(certificate, key, FILE)).status).toBe(503);
    expect([front.kept.shelved.size, front.kept.aside]).toEqual([0, 0]);
    expect(front.refusals.map(({ code }) => code)).toEqual(['DEPOSIT_FAILED', 'AUDIT_FAILED']);
    expect(await (await front.file(certificate, key, FILE)).json()).toMatchObject({ use: 1, of: 1 });
    expect([front.events.length, front.kept.shelved.size, await front.used(link)]).toEqual([1, 1, 1]);
  });
});

describe('what is refused', () => {
  const last = () => {
    const { code, reason } = front.refusals.at(-1)!;
    return reason ?? code;
  };

  it('a key that nobody shows, and a file that is not the signed one: half, longer, another, or by another key', async () => {
    const link = await front.mint();
    const [key, other] = [await front.oneOff(), await front.oneOff()];
    const body = { publicKey: key.publicKey, secretKey: other.secretKey };
    expect((await front.begin(link, body)).status).toBe(400);
    expect(last()).toBe('UPLOAD_KEY_INVALID');
    const certificate = await front.certified(link, key);
    const signature = await ed25519Sign(key.secretKey, fileMessage(certificate, sha256(FILE), FILE.length));
    const header = { 'content-type': 'application/octet-stream', 'wardseal-upload': `${base64url(certificate)}.${base64url(signature)}` }; // biome-ignore format: one header
    for (const bytes of [FILE.slice(0, -1), new Uint8Array(0), new Uint8Array([...FILE, 0])]) {
      expect((await front.post('/u/file', bytes, header)).status).toBe(422);
      expect(last()).toBe('UPLOAD_CHANGED');
    }
    expect((await front.file(certificate, other, FILE)).status).toBe(422);
    expect([await front.used(link), front.kept.aside, front.kept.shelved.size]).toEqual([0, 0, 0]);
  });

  it('a certificate of another link, key or time, or with one bit changed', async () => {
    const link = await front.mint({ expires: front.here.seconds() + 7200 });
    const key = await front.oneOff();
    const certificate = await front.certified(link, key);
    for (let at = 0; at < certificate.length; at++) {
      const changed = certificate.slice();
      changed[at]! ^= 1 << (at % 8);
      expect((await front.file(changed, key, FILE)).status).toBe(404);
    }
    expect((await front.file(link.grant, key, FILE)).status).toBe(404);
    expect((await front.file(certificate.slice(0, -1), key, FILE)).status).toBe(404);
    expect(front.kept.received).toBe(0);
    front.here.clock.advance(3600_000);
    expect((await front.file(certificate, key, FILE)).status).toBe(404);
    expect(last()).toBe('expired');
  });

  it('a link to open, here; an upload link, there', async () => {
    const { issuer, request, redeem, redeemer } = front.here;
    const view = await issuer.grant(request());
    expect((await front.post('/u/status', { handle: view.handle })).status).toBe(404);
    expect((await front.begin(view, await front.oneOff())).status).toBe(404);
    expect(last()).toBe('wrong-direction');
    const link = await front.mint();
    const error = await refusal(redeem(link.handle, await redeemer(), { passcode: PASSCODE }));
    expect([error.code, error.reason]).toEqual(['LINK_GONE', 'wrong-direction']);
    expect(() => link.link(ORIGIN)).toThrow(RangeError);
    expect(await front.used(link)).toBe(0);
  });

  it('everything once it is revoked: begin, a certified file, a file under way; and a new begin when it is used up', async () => {
    const link = await front.mint({ maxUses: 9 });
    const key = await front.oneOff();
    const certificate = await front.certified(link, key);
    const { audit } = front.options();
    const racing = createUploadHandler(
      front.here.issuer,
      front.options({
        audit: async (event) => {
          await audit(event);
          await front.here.issuer.revoke({ object: link.id.slice() });
          await front.here.issuer.revoke({ id: link.id });
        },
      }),
    );
    front.handle = racing;
    expect((await front.file(certificate, key, FILE)).status).toBe(404);
    expect([last(), front.kept.shelved.size, front.kept.aside]).toEqual(['revoked', 0, 0]);
    expect((await front.file(certificate, key, FILE)).status).toBe(404);
    expect((await front.begin(link, key)).status).toBe(404);
    const single = await front.mint();
    front.handle = createUploadHandler(front.here.issuer, front.options());
    await front.file(await front.certified(single, key), key, FILE);
    expect((await front.begin(single, await front.oneOff())).status).toBe(404);
    expect(last()).toBe('exhausted');
  });

  it('all upload links of a patient, by the handle of the patient', async () => {
    const patient = front.here.random(32);
    const links = await Promise.all([1, 2].map(() => front.mint({ object: uploadObject(patient) })));
    expect(await front.here.issuer.revoke({ object: uploadObject(patient) })).toHaveLength(2);
    for (const link of links) expect((await front.begin(link, await front.oneOff())).status).toBe(404);
  });

  it('a wrong passcode, five times, and then every one', async () => {
    const link = await front.mint();
    const key = await front.oneOff();
    const tries = await Promise.all(
      Array.from({ length: 60 }, (_, i) => front.begin(link, key, { passcode: `wrong-${i}` })),
    );
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(tries.filter(({ status }) => status === 404)).toHaveLength(55);
    expect((await front.begin(link, key)).status).toBe(404);
    expect(last()).toBe('locked');
  });

  it('what is too large, by its length and without one, reading no more than it may', async () => {
    const link = await front.mint();
    const key = await front.oneOff();
    front.handle = createUploadHandler(front.here.issuer, front.options({ maxBytes: 1000 }));
    const certificate = await front.certified(link, key);
    expect((await front.file(certificate, key, FILE.slice(0, 1001))).status).toBe(413);
    expect((await front.file(certificate, key, FILE, { 'content-length': '5000' })).status).toBe(413);
    let pulled = 0;
    const endless = new ReadableStream(
      {
        pull: (to) => {
          pulled++;
          to.enqueue(new Uint8Array(100));
        },
      },
      { highWaterMark: 0 },
    );
    const { headers } = new Request(ORIGIN, { headers: { origin: ORIGIN, 'content-type': 'application/octet-stream', 'wardseal-upload': `${base64url(certificate)}.${base64url(new Uint8Array(64))}` } }); // biome-ignore format: one request
    const init = { method: 'POST', headers, body: endless, duplex: 'half' };
    expect((await front.handle(new Request(`${ORIGIN}/u/file`, init))).status).toBe(413);
    expect([pulled <= 12, front.kept.aside, await front.used(link)]).toEqual([true, 0, 0]);
    expect((await front.file(certificate, key, FILE.slice(0, 1000))).status).toBe(200);
  });

  it('a policy that says no, at begin and when the file comes', async () => {
    const link = await front.mint();
    const key = await front.oneOff();
    const certificate = await front.certified(link, key);
    front.permit = false;
    expect((await front.begin(link, key)).status).toBe(403);
    expect((await front.file(certificate, key, FILE)).status).toBe(403);
    expect([await front.used(link), front.kept.received]).toEqual([0, 0]);
  });
});

describe('an intimate picture of somebody under 18', () => {
  const under18 = { sensitivity: 'intimate-under-18' };
  it('is refused, also after the right passcode', async () => {
    const link = await front.mint();
    const answer = await front.begin(link, await front.oneOff(), under18);
    expect([answer.status, await answer.json()]).toEqual([403, { error: 'face-to-face' }]);
    expect((await front.begin(link, await front.oneOff(), { ...under18, passcode: 'wrong-one' })).status).toBe(401);
  });

  it('comes only where a named clinician and a policy allow it for this link, and says so in its certificate', async () => {
    const [allowed, other] = [await front.mint(), await front.mint()];
    const of = { clinician: 'Dr Ada Example', policy: 'the policy on pictures of children, section 4' };
    const { claims } = await front.here.issuer.inspect(allowed.handle);
    const intimateUnder18 = ({ object }: { object: Uint8Array }) => (equal(object, claims!.object) ? of : null);
    front.handle = createUploadHandler(front.here.issuer, front.options({ intimateUnder18 }));
    expect((await (await front.post('/u/status', { handle: allowed.handle })).json()).intimateUnder18).toEqual(of);
    expect(await (await front.post('/u/status', { handle: other.handle })).json()).not.toHaveProperty(
      'intimateUnder18',
    );
    expect((await front.begin(other, await front.oneOff(), under18)).status).toBe(403);
    const key = await front.oneOff();
    await front.file(await front.certified(allowed, key, under18), key, FILE);
    const [kept] = front.kept.shelved.values();
    expect([kept!.facts.sensitivity, front.events[0]!.sensitivity]).toEqual(['intimate-under-18', 'intimate-under-18']);
  });
});

describe('races', () => {
  it('30 links of 3, 40 uploads each at once: exactly 3 arrive of each, none is left aside', async () => {
    for (let round = 0; round < 30; round++) {
      const link = await front.mint({ maxUses: 3, binding: 'bearer', passcode: undefined });
      const keys = await Promise.all(Array.from({ length: 40 }, () => front.oneOff()));
      const certificates = await Promise.all(keys.map((key) => front.certified(link, key, {})));
      const before = front.kept.shelved.size;
      let pending = keys.map((_, i) => i);
      let arrived = 0;
      // Busy is no refusal: those try again, as the page does.
      while (pending.length > 0) {
        const answers = await Promise.all(pending.map((i) => front.file(certificates[i]!, keys[i]!, FILE)));
        arrived += answers.filter(({ status }) => status === 200).length;
        pending = pending.filter((_, i) => answers[i]!.status === 503);
      }
      expect([arrived, front.kept.shelved.size - before, await front.used(link)]).toEqual([3, 3, 3]);
    }
    expect([front.kept.aside, front.events.length, new Set(front.events.map(({ id }) => id)).size]).toEqual([
      0, 90, 90,
    ]);
  }, 120_000);

  it('20 attempts of one upload at once are one upload', async () => {
    const link = await front.mint({ maxUses: 5 });
    const key = await front.oneOff();
    const certificate = await front.certified(link, key);
    const answers = await Promise.all(Array.from({ length: 20 }, () => front.file(certificate, key, FILE)));
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect([await front.used(link), front.kept.shelved.size, front.kept.aside]).toEqual([1, 1, 0]);
    expect(new Set(front.events.map(({ id }) => id)).size).toBe(1);
  });

  it('no more files of a link are taken in at once than it has uses left', async () => {
    const link = await front.mint();
    const keys = [await front.oneOff(), await front.oneOff()];
    const certificates = await Promise.all(keys.map((key) => front.certified(link, key)));
    const answers = await Promise.all(keys.map((key, i) => front.file(certificates[i]!, key, FILE)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
    expect([front.refusals[0]!.code, front.kept.received]).toEqual(['UPLOAD_BUSY', 1]);
  });

  it('two processes over one store count together', async () => {
    const store = memoryStore();
    const fronts = [await uploadFront({ store, seed: 'both' }), await uploadFront({ store, seed: 'both' })];
    const link = await fronts[0]!.mint({ maxUses: 2 });
    const one = async (i: number): Promise<number> => {
      const here = fronts[i % 2]!;
      const key = await front.oneOff();
      return (await here.file(await here.certified(link, key).catch(() => new Uint8Array(0)), key, FILE)).status;
    };
    await Promise.all(Array.from({ length: 12 }, (_, i) => one(i)));
    expect(await fronts[0]!.used(link)).toBe(2);
    expect(fronts[0]!.kept.shelved.size + fronts[1]!.kept.shelved.size).toBe(2);
  });
});

it('a connection that breaks in the middle leaves nothing behind, and the next one delivers', async () => {
  const link = await front.mint();
  const key = await front.oneOff();
  const certificate = await front.certified(link, key);
  const signature = await ed25519Sign(key.secretKey, fileMessage(certificate, sha256(FILE), FILE.length));
  const server = createServer(toNodeHandler((request) => front.handle(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const head = [`POST /u/file HTTP/1.1`, 'host: x', `origin: ${ORIGIN}`, 'content-type: application/octet-stream', `content-length: ${FILE.length}`, `wardseal-upload: ${base64url(certificate)}.${base64url(signature)}`]; // biome-ignore format: one head
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.write(FILE.slice(0, 2_000));
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  for (let i = 0; i < 50 && front.refusals.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  server.closeAllConnections();
  server.close();
  expect(front.refusals.map(({ code }) => code)).toEqual(['DEPOSIT_FAILED']);
  expect([await front.used(link), front.kept.aside, front.kept.shelved.size]).toEqual([0, 0, 0]);
  expect((await front.file(certificate, key, FILE)).status).toBe(200);
});

it('after a restore, uploads of the log are counted', async () => {
  const link = await front.mint({ binding: 'bearer', passcode: undefined });
  const key = await front.oneOff();
  await front.file(await front.certified(link, key, {}), key, FILE);
  const restored = memoryStore();
  const minted = {
    type: 'link.create',
    grant: encodeGrant(link.grant),
    share: false,
    at: front.here.seconds(),
  } as const;
  expect(await replay(restored, memoryEraseStore(), [minted, ...front.events])).toEqual({ lost: [], unknown: [] });
  expect((await restored.read(link.id))!.link.used).toBe(1);
});

it('requests that only look take nothing', async () => {
  const link = await front.mint();
  for (const method of ['GET', 'HEAD', 'OPTIONS'])
    for (const path of ['/u', '/u/status', '/u/begin', '/u/file', `/u/${link.handle}`, `/u?${link.handle}`])
      for (let i = 0; i < 60; i++) {
        const answer = await front.handle(
          new Request(`${ORIGIN}${path}`, { method, headers: { 'sec-purpose': 'prefetch' } }),
        );
        expect([200, 204, 404, 405]).toContain(answer.status);
        expect(answer.headers.get('location') ?? answer.headers.get('set-cookie')).toBeNull();
      }
  expect([await front.used(link), front.kept.received]).toEqual([0, 0]);
});

it('options are checked once', () => {
  const { issuer } = front.here;
  for (const bad of [{ origins: [] }, { emergency: '' }, { emergency: 'ring 999 000 0018' }, { maxBytes: 0 }, { maxBytes: 2 ** 30 }, { uploaderModule: 'https://evil.example/x.js' }])
    expect(() => createUploadHandler(issuer, front.options(bad))).toThrow(RangeError); // biome-ignore format: one list
  for (const bad of [{ audit: undefined }, { authorize: undefined }, { deposit: undefined }])
    expect(() => createUploadHandler(issuer, front.options(bad as never))).toThrow(TypeError);
});

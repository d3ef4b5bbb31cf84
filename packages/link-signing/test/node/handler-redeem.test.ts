import { base64url, hex } from '@wardseal/primitives';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../src/handler.js';
import { createProof, holderKey, keyThumbprint, LinkError, openAnswer, openingToken } from '../../src/index.js';
import { FILE, type Front, front, PASSCODE, whole } from '../support/front.js';
import { ORIGIN, world } from '../world.js';

let door: Front;
beforeEach(async () => {
  door = await front();
});

describe('redeem', () => {
  it('opens, gives the answer to the key that asked, and a place to fetch the file from', async () => {
    const { cti, share } = await door.here.issuer.prepare();
    const link = await door.here.issuer.grant(door.here.request({ cti, maxUses: 2 }));
    const answer = await door.post('/o/redeem', door.redeemBody(link));
    const given = await answer.json();
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(given).toMatchObject({ use: 1, of: 2, obligations: [{ kind: 'watermark' }] });
    const opened = await openAnswer(
      new Uint8Array(Buffer.from(given.sealed, 'base64url')),
      door.redeemer.secretKey,
      link.handle,
    );
    expect(opened.share).toEqual(share);
    expect(new Uint8Array(await (await door.ask('GET', given.location)).arrayBuffer())).toEqual(FILE);
  });

  it('answers the same opening again to the same key, byte for byte but for the place', async () => {
    const link = await door.here.issuer.grant(door.here.request());
    const [first, second] = [
      await door.post('/o/redeem', door.redeemBody(link)),
      await door.post('/o/redeem', door.redeemBody(link)),
    ];
    expect(await second.json()).toEqual(await first.json());
    expect(await door.usedOf(link)).toBe(1);
  });

  it('takes a passcode; a wrong one and none have one answer, which tells no count', async () => {
    const link = await door.here.issuer.grant(door.here.request({ binding: 'passcode', passcode: PASSCODE }));
    const answers = new Set<string>();
    for (const passcode of ['wrong-1', 'wrong-2', '1', ' ', 'é'.repeat(20), PASSCODE.toUpperCase()])
      answers.add(await whole(await door.post('/o/redeem', door.redeemBody(link, { passcode }))));
    answers.add(await whole(await door.post('/o/redeem', door.redeemBody(link))));
    expect(answers.size).toBe(1);
    expect([...answers][0]).toMatch(/^\[401,.*"passcode/);
    expect((await door.post('/o/redeem', door.redeemBody(link, { passcode: PASSCODE }))).status).toBe(200);
    expect(door.events.map(({ failures }) => failures)).toEqual([1, 2, undefined, undefined, undefined, 3, undefined]);
  });

  it('a denial, a file that is not there, a policy or a log that fails: no use, or the same one again', async () => {
    const link = await door.here.issuer.grant(door.here.request());
    door.permit = false;
    expect(await (await door.post('/o/redeem', door.redeemBody(link))).json()).toEqual({ error: 'denied' });
    door.permit = true;
    door.missing = true;
    expect((await door.post('/o/redeem', door.redeemBody(link))).status).toBe(503);
    door.missing = false;
    door.handle = createHandler(
      door.here.issuer,
      door.options({ authorize: () => Promise.reject(new Error('policy is down')) }),
    );
    const answer = await door.post('/o/redeem', door.redeemBody(link));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await door.usedOf(link)).toBe(0);
    expect(door.events.map(({ type, code, status }) => [type, code, status])).toEqual([
      ['link.refused', 'DENIED', 403],
      ['link.failed', 'DENIED', 503],
      ['link.failed', 'DENIED', 503],
    ]);
  });

  it('asks for a proof where the link is bound to a key, with a nonce for it', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const key = await holderKey(pair);
    const recipientKey = keyThumbprint(key.publicKey);
    const link = await door.here.issuer.grant(door.here.request({ binding: 'holder-of-key', recipientKey }));
    const { nonce } = await (await door.post('/o/status', { handle: link.handle })).json();
    const [method, url] = ['POST', `${ORIGIN}/o/redeem`];
    const token = openingToken(link.handle, door.redeemer.publicKey);
    const now = door.here.seconds();
    const none = await door.post('/o/redeem', door.redeemBody(link));
    const stale = await createProof({ key, method, url, token, now });
    const refused = await door.post('/o/redeem', door.redeemBody(link, { proof: stale }));
    expect([refused.status, await refused.json()]).toEqual([401, { error: 'proof' }]);
    expect([none.status, refused.headers.get('dpop-nonce')]).toEqual([401, nonce]);
    const proof = await createProof({ key, method, url, token, nonce, now });
    expect((await door.post('/o/redeem', door.redeemBody(link, { proof }))).status).toBe(200);
    const moved = {
      ...door.redeemBody(link, { proof }),
      ephemeralKey: base64url((await door.here.redeemer()).publicKey),
    };
    expect((await door.post('/o/redeem', moved)).status).not.toBe(200);
    expect(await door.usedOf(link)).toBe(1);
  });

  it('hands on as evidence what the issuer has a check for', async () => {
    const seen: unknown[] = [];
    door = await front({
      verifyEvidence: (evidence, { recipientKey }) => {
        seen.push(evidence);
        return evidence === 'a proof' ? { level: 'passkey', recipientKey: recipientKey! } : null;
      },
    });
    const recipientKey = door.here.random(32);
    const link = await door.here.issuer.grant(door.here.request({ binding: 'passkey', recipientKey }));
    const refused = await door.post('/o/redeem', door.redeemBody(link, { proof: 'another' }));
    expect([refused.status, await refused.json()]).toEqual([401, { error: 'proof' }]);
    expect((await door.post('/o/redeem', door.redeemBody(link, { proof: 'a proof' }))).status).toBe(200);
    expect(seen).toEqual(['another', 'a proof']);
  });
});

describe('a link that does not open', () => {
  it('gets one and the same answer, byte for byte, whatever the reason; the event has the reason', async () => {
    const soon = door.here.seconds() + 10;
    const expired = await door.here.issuer.grant(door.here.request({ expires: soon }));
    const exhausted = await door.here.issuer.grant(door.here.request());
    await door.post('/o/redeem', door.redeemBody(exhausted));
    door.redeemer = await door.here.redeemer();
    const revoked = await door.here.issuer.grant(door.here.request());
    await door.here.issuer.revoke({ id: revoked.id });
    const locked = await door.here.issuer.grant(door.here.request({ binding: 'passcode', passcode: PASSCODE }));
    for (let i = 0; i < 5; i++) await door.post('/o/redeem', door.redeemBody(locked, { passcode: `wrong-${i}` }));
    // Another issuer with the same tag key made it: its tag is right, and nobody here knows it.
    const unknown = await (await world({ seed: 'world' })).issuer.grant(door.here.request());
    const flipped = revoked.handle[60] === 'A' ? 'B' : 'A';
    const forged = { handle: `${revoked.handle.slice(0, 60)}${flipped}${revoked.handle.slice(61)}` };
    const late = await door.here.issuer.grant(
      door.here.request({ notBefore: door.here.seconds() + 900, expires: door.here.seconds() + 1800 }),
    );
    door.here.clock.advance(11_000);
    door.events = [];
    const dead = {
      expired,
      exhausted,
      revoked,
      locked,
      unknown,
      forged,
      late,
      empty: { handle: '' },
      odd: { handle: '../../x' },
    };
    for (const path of ['/o/redeem', '/o/status']) {
      const answers = new Set<string>();
      for (const link of Object.values(dead)) {
        const body = path === '/o/status' ? { handle: link.handle } : door.redeemBody(link, { passcode: PASSCODE });
        answers.add(await whole(await door.post(path, body)));
      }
      answers.add(await whole(await door.post('/o/nowhere', {})));
      answers.add(await whole(await door.ask('GET', '/o/content/AAAA')));
      expect([...answers]).toEqual([expect.stringMatching(/^\[404,.*\{\\"error\\":\\"gone\\"\}"\]$/)]);
    }
    const reasons = door.events.map(({ route, code, reason }) => `${route} ${reason ?? code}`);
    const each = [
      'expired',
      'exhausted',
      'revoked',
      'locked',
      'unknown',
      'forged',
      'not-yet',
      'HANDLE_INVALID',
      'HANDLE_INVALID',
    ];
    expect(reasons).toEqual([...each.map((one) => `redeem ${one}`), ...each.map((one) => `status ${one}`)]);
    expect(door.events[0]!.link).toBe(hex(expired.id));
  });

  it('gets its answer whatever a desk does', async () => {
    const fail = (): never => {
      throw new Error('secret');
    };
    for (const desk of [
      { redeem: fail, inspect: fail, proofNonce: fail },
      { redeem: () => Promise.reject(new LinkError('PROOF_REFUSED', 'x')), inspect: fail, proofNonce: fail },
      { redeem: () => Promise.reject('text'), inspect: () => Promise.reject(null) },
    ]) {
      door.handle = createHandler(desk, door.options({ context: door.events.length > 3 ? fail : () => ({}) }));
      for (const path of ['/o/redeem', '/o/status']) {
        const answer = await door.post(path, path === '/o/status' ? { handle: 'x' } : door.redeemBody({ handle: 'x' }));
        expect([401, 503]).toContain(answer.status);
        expect(await answer.text()).not.toContain('secret');
      }
    }
  });

  it('stays silent when the hook that is told throws or rejects', async () => {
    for (const onEvent of [
      () => Promise.reject(new Error('log')),
      () => {
        throw new Error('log');
      },
    ]) {
      door.handle = createHandler(door.here.issuer, door.options({ onEvent }));
      expect((await door.post('/o/status', { handle: 'x' })).status).toBe(404);
    }
  });
});

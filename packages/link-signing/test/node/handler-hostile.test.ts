import { base64url, hex } from '@wardseal/primitives';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../src/handler.js';
import { FROM_PAGE, type Front, front, PASSCODE, whole } from '../support/front.js';
import { ORIGIN } from '../world.js';

let door: Front;
beforeEach(async () => {
  door = await front();
});

describe('hostile requests', () => {
  const body = (): Record<string, string> => ({ handle: 'x', ephemeralKey: 'AAAA' });

  it('from another origin, or of another type, reach nothing', async () => {
    const link = await door.here.issuer.grant(door.here.request());
    const good = door.redeemBody(link);
    const { origin: _, ...noOrigin } = FROM_PAGE;
    const headers: [Record<string, string>, number][] = [
      [noOrigin, 403],
      [{ ...FROM_PAGE, origin: 'null' }, 403],
      [{ ...FROM_PAGE, origin: 'https://img.trust.example.evil.example' }, 403],
      [{ ...FROM_PAGE, origin: 'http://img.trust.example' }, 403],
      [{ ...FROM_PAGE, origin: `${ORIGIN}:444` }, 403],
      [{ ...FROM_PAGE, 'sec-fetch-site': 'cross-site' }, 403],
      [{ ...FROM_PAGE, 'sec-fetch-site': 'same-site' }, 403],
      [{ ...FROM_PAGE, 'sec-fetch-site': 'none' }, 403],
      [{ ...FROM_PAGE, 'content-type': 'text/plain' }, 415],
      [{ ...FROM_PAGE, 'content-type': 'application/x-www-form-urlencoded' }, 415],
      [{ ...FROM_PAGE, 'content-type': 'multipart/form-data; boundary=application/json' }, 415],
      [{ ...FROM_PAGE, 'content-type': 'application/json; charset=utf-16' }, 415],
      [{ ...FROM_PAGE, 'content-type': 'application/jsonp' }, 415],
      [{ ...FROM_PAGE, 'content-encoding': 'gzip' }, 415],
      [{ ...FROM_PAGE, 'content-length': String(MAX_BODY_BYTES + 1) }, 413],
    ];
    for (const path of ['/o/redeem', '/o/status'])
      for (const [one, status] of headers)
        expect([one, (await door.post(path, good, one)).status]).toEqual([one, status]);
    expect(await door.usedOf(link)).toBe(0);
    expect(new Set(door.events.map(({ code }) => code))).toEqual(new Set(['REQUEST_REFUSED']));
  });

  it('that are too long are not read on', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1_024;
        controller.enqueue(new Uint8Array(1_024).fill(0x20));
      },
    });
    const request = new Request(`${ORIGIN}/o/redeem`, {
      method: 'POST',
      headers: FROM_PAGE,
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect((await door.handle(request)).status).toBe(413);
    expect(sent).toBeLessThan(4 * MAX_BODY_BYTES);
  });

  it('that break off, or hold anything but known texts, are refused', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
    const request = new Request(`${ORIGIN}/o/redeem`, {
      method: 'POST',
      headers: FROM_PAGE,
      body: broken,
      duplex: 'half',
    } as RequestInit);
    expect((await door.handle(request)).status).toBe(400);
    const bodies: unknown[] = [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '7',
      'true',
      '[['.repeat(4_000),
      `{"handle":${'['.repeat(4_000)}`,
      '{"handle":"x","__proto__":{"ephemeralKey":"AAAA"}}',
      '{"handle":"x","constructor":"y"}',
      '{"toString":"x"}',
      '\ufeff{"handle":"x"}',
      new Uint8Array([0x7b, 0xff, 0x7d]),
      { ...body(), handle: 7 },
      { ...body(), handle: null },
      { ...body(), handle: ['x'] },
      { ...body(), handle: { toString: 'x' } },
      { ...body(), extra: 'x' },
      { ...body(), handle: 'x'.repeat(129) },
      { ...body(), passcode: 'x'.repeat(129) },
      { ...body(), passcode: 123456 },
      { ...body(), proof: {} },
      { ...body(), ephemeralKey: 'AA AA' },
      { ...body(), ephemeralKey: 'AAAB=' },
    ];
    for (const one of bodies) {
      const answer = await door.post('/o/redeem', one);
      expect([one, answer.status, await answer.json()]).toEqual([one, 400, { error: 'body' }]);
    }
    expect(Object.prototype).not.toHaveProperty('ephemeralKey');
    const link = await door.here.issuer.grant(door.here.request());
    expect((await door.post('/o/redeem', { handle: link.handle, ephemeralKey: 'AAAA' })).status).toBe(400);
    expect(await door.usedOf(link)).toBe(0);
  });

  it('of any shape get an answer, never an error, and none that repeats what was sent', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const shape = fc.oneof(
      fc.json(),
      text,
      fc
        .dictionary(fc.constantFrom('handle', 'ephemeralKey', 'passcode', 'proof', '__proto__'), text)
        .map((one) => JSON.stringify(one)),
    );
    await fc.assert(
      fc.asyncProperty(shape, fc.constantFrom('/o/redeem', '/o/status'), async (sent, path) => {
        const answer = await door.post(path, sent);
        expect([400, 404, 413]).toContain(answer.status);
        expect(['{"error":"body"}', '{"error":"gone"}', '{"error":"size"}']).toContain(await answer.text());
      }),
      { numRuns: 200 },
    );
  });

  it('put nothing of theirs into an event but a digest in hexadecimal digits', async () => {
    const evil = 'x\r\n2026-01-01 ADMIN opened \u001b[2J{jndi:ldap://evil}';
    for (const path of ['/o/redeem', '/o/status']) {
      await door.post(path, { handle: evil, ephemeralKey: 'AAAA' });
      await door.post(path, { [evil]: evil });
      await door.post(path, evil);
    }
    const link = await door.here.issuer.grant(door.here.request({ binding: 'passcode', passcode: PASSCODE }));
    await door.post('/o/redeem', door.redeemBody(link, { passcode: 'evil-code-1' }));
    expect(door.events.length).toBe(7);
    const told = door.events.map(({ error, ...rest }) => `${JSON.stringify(rest)} ${String(error)}`).join();
    for (const piece of ['jndi', 'ADMIN', 'evil', link.handle]) expect(told).not.toContain(piece);
    expect(door.events.at(-1)!.link).toBe(hex(link.id));
  });

  it('never see a secret of another: neither key, share, passcode nor event reason is in any answer', async () => {
    const { cti, share } = await door.here.issuer.prepare();
    const link = await door.here.issuer.grant(door.here.request({ cti, binding: 'passcode', passcode: PASSCODE }));
    const answers = [
      await whole(await door.post('/o/status', { handle: link.handle })),
      await whole(await door.post('/o/redeem', door.redeemBody(link, { passcode: 'wrong-1' }))),
      await whole(await door.post('/o/redeem', door.redeemBody(link, { passcode: PASSCODE }))),
      await whole(
        await door.post('/o/redeem', {
          ...door.redeemBody(link),
          ephemeralKey: base64url((await door.here.redeemer()).publicKey),
        }),
      ),
    ].join();
    for (const secret of [
      base64url(share),
      hex(share),
      PASSCODE,
      link.handle,
      'exhausted',
      base64url(door.redeemer.secretKey),
    ])
      expect(answers).not.toContain(secret);
  });
});

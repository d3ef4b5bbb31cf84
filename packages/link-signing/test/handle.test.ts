import { base64url, fromBase64url } from '@wardseal/primitives';
import { everyBitFlip, everyTextMutation } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importTagKeys, LinkError, mintHandle, parseLink, verifyHandle } from '../src/index.js';
import { everyEdit, ORIGIN, refusal, world } from './world.js';

/** The code a text is refused with, or what it was taken for. */
function verdict(act: () => unknown): string {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return error instanceof LinkError ? error.code : String(error);
  }
}

test('a handle is 76 characters, says id and expiry, and ends in a letter or digit', async () => {
  const { issuer, request, tagKeys, seconds } = await world();
  for (let i = 0; i < 200; i++) {
    const { handle, id } = await issuer.grant(request());
    expect(handle).toMatch(/^[A-Za-z0-9_-]{75}[A-Za-z0-9]$/);
    expect(verifyHandle(handle, tagKeys, seconds())).toEqual({ id, expires: seconds() + 3600 });
  }
});

test('every edit of one character is refused', async () => {
  const { issuer, request, tagKeys, seconds } = await world();
  const { handle } = await issuer.grant(request());
  let tried = 0;
  for (const text of everyEdit(handle)) {
    tried += 1;
    expect(verdict(() => verifyHandle(text, tagKeys, seconds()))).not.toBe('accepted');
  }
  for (const { text } of everyTextMutation(handle)) {
    tried += 1;
    expect(verdict(() => verifyHandle(text, tagKeys, seconds()))).not.toBe('accepted');
  }
  expect(tried).toBeGreaterThan(10_000);
});

test('every flipped bit is refused', async () => {
  const { issuer, request, tagKeys, seconds } = await world();
  const { handle } = await issuer.grant(request());
  let tried = 0;
  for (const changed of everyBitFlip(fromBase64url(handle)!)) {
    tried += 1;
    expect(verdict(() => verifyHandle(base64url(changed), tagKeys, seconds()))).toMatch(/^(HANDLE_INVALID|LINK_GONE)$/);
  }
  expect(tried).toBe(57 * 8);
});

test('expiry is to the second, and keys can be retired', async () => {
  const { issuer, request, seconds, random } = await world();
  const key = random(32);
  const other = await world({ tagKeys: [{ key }], seed: 'other' });
  const { handle } = await other.issuer.grant(other.request());
  const expires = seconds() + 3600;
  expect(verifyHandle(handle, importTagKeys([{ key }]), expires - 1).expires).toBe(expires);
  expect((await refusal(() => verifyHandle(handle, importTagKeys([{ key }]), expires))).reason).toBe('expired');
  const fresh = { key: random(32) };
  const reason = async (state: 'verify-only' | 'retired') => {
    const keys = importTagKeys([fresh, { key, state }]);
    return (await refusal(() => verifyHandle(handle, keys, state === 'retired' ? seconds() : expires))).reason;
  };
  expect(await reason('verify-only')).toBe('expired'); // the tag was still good
  expect(await reason('retired')).toBe('unknown-key');
  expect((await refusal(() => verifyHandle(handle, importTagKeys([fresh]), seconds()))).reason).toBe('unknown-key');
  expect((await issuer.grant(request())).handle).not.toBe(handle);
});

test('a handle can be made again from its grant, under the key that is active now', async () => {
  const { issuer, request, tagKeys, seconds, random } = await world();
  for (let i = 0; i < 100; i++) {
    const { id, handle } = await issuer.grant(request());
    expect(mintHandle({ id, expires: seconds() + 3600 }, tagKeys)).toBe(handle);
  }
  const { handle, id } = await issuer.grant(request());
  const fresh = importTagKeys([{ key: random(32) }]);
  const again = mintHandle({ id, expires: seconds() + 3600 }, fresh);
  expect(again).not.toBe(handle);
  expect(verifyHandle(again, fresh, seconds()).id).toEqual(id);
  expect(() => mintHandle({ id: random(31), expires: seconds() }, fresh)).toThrow(RangeError);
  expect(() => mintHandle({ id, expires: Date.now() }, fresh)).toThrow(RangeError);
});

test('the time is seconds: milliseconds are a mistake of the caller', async () => {
  const { issuer, request, tagKeys } = await world();
  const { handle } = await issuer.grant(request());
  expect(() => verifyHandle(handle, tagKeys, Date.now())).toThrow(RangeError);
  expect(() => verifyHandle(handle, tagKeys, Number.NaN)).toThrow(RangeError);
});

test('a tag key set has exactly one active key of 32 bytes', async () => {
  const { random } = await world();
  const key = random(32);
  expect(() => importTagKeys([])).toThrow(RangeError);
  expect(() => importTagKeys([{ key: random(31) }])).toThrow(RangeError);
  expect(() => importTagKeys([{ key }, { key: random(32) }])).toThrow(RangeError);
  expect(() => importTagKeys([{ key }, { key, state: 'retired' }])).toThrow(RangeError);
});

test('a link comes apart into what it was made of', async () => {
  const { issuer, request, random } = await world();
  const { link, handle } = await issuer.grant(request());
  const secret = random(32);
  expect(parseLink(link(ORIGIN, secret), { origins: ['https://other.example', ORIGIN] })).toEqual({
    origin: ORIGIN,
    handle,
    secret,
  });
  expect(parseLink(link(ORIGIN), { origins: [ORIGIN] })).toEqual({ origin: ORIGIN, handle });
  expect(link(ORIGIN, secret).length).toBeLessThanOrEqual(150);
  expect(() => link('https://other.example')).toThrow(RangeError);
  expect(() => link(ORIGIN, random(31))).toThrow(RangeError);
});

test('a link of another spelling, origin or path is refused', async () => {
  const { issuer, request, random } = await world();
  const { link, handle } = await issuer.grant(request());
  const url = link(ORIGIN, random(32));
  const cases: Record<string, string> = {
    [url.replace('img.', 'lmg.')]: 'ORIGIN_UNKNOWN',
    [url.replace('img', 'іmg')]: 'ORIGIN_UNKNOWN', // a Cyrillic letter
    [url.replace('https', 'http')]: 'ORIGIN_UNKNOWN',
    [url.replace('.example', '.example.')]: 'ORIGIN_UNKNOWN',
    [url.replace('.example', '.example:443')]: 'ORIGIN_UNKNOWN',
    [url.replace('https://', 'https://user@')]: 'ORIGIN_UNKNOWN',
    [url.toUpperCase()]: 'LINK_INVALID',
    [url.replace('/o#', '/o?x=1#')]: 'LINK_INVALID',
    [url.replace('/o#', '/o/#')]: 'LINK_INVALID',
    [url.replace('/o#', '/%6f#')]: 'LINK_INVALID',
    [url.replace('/o#', '/../o#')]: 'ORIGIN_UNKNOWN',
    [url.replace('#', '%23')]: 'LINK_INVALID',
    [`${url}=`]: 'LINK_INVALID',
    [`${url} `]: 'LINK_INVALID',
    [` ${url}`]: 'ORIGIN_UNKNOWN',
    [`${url}%20`]: 'LINK_INVALID',
    [`${url}#`]: 'LINK_INVALID',
    [`${ORIGIN}/o#${handle}.`]: 'LINK_INVALID',
    [`${ORIGIN}/o#${handle}.${'A'.repeat(42)}B`]: 'LINK_INVALID', // spare bits
    [`${ORIGIN}/o#${'_'.repeat(76)}`]: 'HANDLE_INVALID',
    [`${ORIGIN}/o#`]: 'LINK_INVALID',
    '': 'LINK_INVALID',
    ['A'.repeat(100_000)]: 'LINK_INVALID',
  };
  for (const [text, code] of Object.entries(cases))
    expect([text.slice(0, 200), verdict(() => parseLink(text, { origins: [ORIGIN] }))]).toEqual([
      text.slice(0, 200),
      code,
    ]);
  expect(() => parseLink(url, { origins: ['https://img.trust.example/'] })).toThrow(RangeError);
  expect(() => parseLink(url, { origins: ['http://img.trust.example'] })).toThrow(RangeError);
});

test('no text makes a parser throw anything but its own error', () => {
  const keys = importTagKeys([{ key: new Uint8Array(32).fill(7) }]);
  const texts = fc.oneof(fc.string({ maxLength: 200 }), fc.base64String(), fc.stringMatching(/^[A-Za-z0-9_-]{76}$/));
  fc.assert(
    fc.property(texts, fc.string(), (text, secret) => {
      expect(verdict(() => verifyHandle(text, keys, 1))).toMatch(/^[A-Z_]+$/);
      expect(verdict(() => parseLink(`${ORIGIN}/o#${text}.${secret}`, { origins: [ORIGIN] }))).toMatch(/^[A-Z_]+$/);
    }),
    { numRuns: 500 },
  );
  for (const hostile of [null, undefined, 7, {}, [], new Uint8Array(57)])
    expect(verdict(() => verifyHandle(hostile as unknown as string, keys, 1))).toBe('HANDLE_INVALID');
});

import { base64url, concat, fromBase64url, hex, hmacSha256, utf8 } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import { createSigner, importKeySet, importTagKeys, mintHandle, parseLink, verifyHandle } from '../src/index.js';
import { ORIGIN, refusal, world } from './world.js';

const KEY = new Uint8Array(32).fill(0x42);
const NOW = 1_772_355_600;
const SPELLING = 'handle is not 76 characters of its one spelling';

/** A handle made from docs/spec/handle.md alone: header, then the first tag whose text ends in a letter or a digit. */
function written(id: Uint8Array, { version = 0, expires = NOW + 60 } = {}): { handle: string; draws: number } {
  const kid = hmacSha256(KEY, utf8('wardseal.org/handle-kid v0')).slice(0, 4);
  const key = hmacSha256(KEY, utf8('wardseal.org/handle-key v0'));
  const time = [24, 16, 8, 0].map((bits) => (expires >>> bits) & 255);
  const header = concat(Uint8Array.of(version), kid, Uint8Array.from(time), id);
  for (let draws = 0; ; draws++) {
    const last = draws === 0 ? [] : [draws];
    const tag = hmacSha256(key, concat(utf8('wardseal.org/handle v0'), header, Uint8Array.from(last))).slice(0, 16);
    const handle = base64url(concat(header, tag));
    if (!/[-_]$/.test(handle)) return { handle, draws };
  }
}

const idOf = (n: number): Uint8Array<ArrayBuffer> => hmacSha256(KEY, utf8(`id ${n}`));
const keys = importTagKeys([{ key: KEY }]);

test('handles are the ones of the specification, also where the tag is drawn a second and a third time', () => {
  const draws = new Set<number>();
  for (let n = 0; draws.size < 3 || n < 200; n++) {
    const one = written(idOf(n));
    draws.add(one.draws);
    if (n > 200 && one.draws < 2) continue;
    expect(mintHandle({ id: idOf(n), expires: NOW + 60 }, keys)).toBe(one.handle);
    expect(hex(verifyHandle(one.handle, keys, NOW).id)).toBe(hex(idOf(n)));
  }
});

test('another version is another spelling, whatever its tag says', async () => {
  for (const version of [1, 128, 255]) {
    const { handle } = written(idOf(1), { version });
    expect(await refusal(() => verifyHandle(handle, keys, NOW))).toMatchObject({
      code: 'HANDLE_INVALID',
      message: SPELLING,
    });
  }
});

test('only text is a handle or a link', async () => {
  const { handle } = written(idOf(2));
  for (const value of [[handle], { toString: () => handle }, undefined, null, 76]) {
    expect((await refusal(() => verifyHandle(value as never, keys, NOW))).code).toBe('HANDLE_INVALID');
    expect((await refusal(() => parseLink(value as never, { origins: [ORIGIN] }))).code).toBe('LINK_INVALID');
  }
  const text = `${ORIGIN}/o#${handle}`;
  expect((await refusal(() => parseLink([text] as never, { origins: [ORIGIN] }))).code).toBe('LINK_INVALID');
});

test('each refusal has its code, its reason and its words', async () => {
  const { handle } = written(idOf(3));
  const raw = fromBase64url(handle)!;
  const changed = (at: number): string => base64url(raw.map((byte, i) => (i === at ? byte ^ 4 : byte)));
  const reasonOf = async (text: string, now = NOW) => (await refusal(() => verifyHandle(text, keys, now))).reason;
  expect(await reasonOf(changed(2))).toBe('unknown-key');
  expect(await reasonOf(changed(20))).toBe('forged');
  expect(await reasonOf(changed(45))).toBe('forged');
  expect(await reasonOf(handle, NOW + 60)).toBe('expired');
  expect(await refusal(() => verifyHandle(handle, keys, NOW + 60))).toMatchObject({ message: 'link is not available' });
  const link = `${ORIGIN}/o#${handle}`;
  const secret = 'A'.repeat(43);
  const cases: [string, string, string][] = [
    [`xx${handle}`, 'LINK_INVALID', 'link is not in its one spelling'],
    [`/o#${handle}`, 'ORIGIN_UNKNOWN', 'link is for another origin'],
    [`${ORIGIN}/o#x${handle}.${secret}`, 'LINK_INVALID', 'link is not in its one spelling'],
    [`${link}.${secret}x`, 'LINK_INVALID', 'link is not in its one spelling'],
    [`${link}.${secret.slice(1)}B`, 'LINK_INVALID', 'link is not in its one spelling'],
    [`${link}${secret}`, 'LINK_INVALID', 'link is not in its one spelling'],
    [`${ORIGIN}/o#B${handle.slice(1)}`, 'HANDLE_INVALID', SPELLING],
    [`${ORIGIN}/o#${handle.slice(0, -1)}-`, 'HANDLE_INVALID', SPELLING],
    [`${link}${'x'.repeat(400)}`, 'LINK_INVALID', 'link is not in its one spelling'],
  ];
  for (const [text, code, message] of cases)
    expect([text, await refusal(() => parseLink(text, { origins: [ORIGIN] }))]).toMatchObject([
      text,
      { code, message },
    ]);
  expect(parseLink(`${link}.${secret}`, { origins: [ORIGIN] }).secret).toEqual(new Uint8Array(32));
});

test('mistakes of the caller are told in words', async () => {
  const error = (message: string): RangeError => new RangeError(message);
  const id = idOf(4);
  expect(() => mintHandle({ id: id.slice(1), expires: NOW }, keys)).toThrow(/32 bytes/);
  expect(() => mintHandle({ id, expires: NOW * 1000 }, keys)).toThrow(/seconds since 1970/);
  expect(() => mintHandle({ id, expires: -1 }, keys)).toThrow(/seconds since 1970/);
  expect(() => parseLink('', { origins: [`${ORIGIN}/`] })).toThrow(/origins must be ASCII origins/);
  const { link } = await (async () => { const here = await world(); return here.issuer.grant(here.request()); })(); // biome-ignore format: one link
  expect(() => link(ORIGIN, new Uint8Array(31))).toThrow(error('secret must be 32 bytes'));
  expect(() => importTagKeys([])).toThrow(error('one tag key must be active'));
  expect(() => importTagKeys([{ key: KEY, state: 'verify-only' }])).toThrow(error('one tag key must be active'));
  expect(() => importTagKeys([{ key: KEY.slice(1) }])).toThrow(error('tag key must be 32 bytes'));
  expect(() => importTagKeys([{ key: [...KEY] as never }])).toThrow(error('tag key must be 32 bytes'));
  expect(() => importTagKeys([{ key: KEY }, { key: id }])).toThrow(error('only one tag key may be active'));
  expect(() => importTagKeys([{ key: KEY }, { key: KEY, state: 'retired' }])).toThrow(error('two tag keys have the same identifier')); // biome-ignore format: one case
  await expect(createSigner(KEY.slice(1))).rejects.toThrow(error('secret key must be 32 bytes'));
  const { publicKey } = await createSigner(KEY);
  const imported = (...list: { publicKey: Uint8Array; issuer: string }[]) => importKeySet(list);
  await expect(imported({ publicKey: publicKey.slice(1), issuer: 'a.example' })).rejects.toThrow(error('public key must be 32 bytes')); // biome-ignore format: one case
  await expect(imported({ publicKey, issuer: 'A.example' })).rejects.toThrow(error('issuer must be a lower-case DNS name')); // biome-ignore format: one case
  await expect(imported({ publicKey, issuer: 'a.example' }, { publicKey, issuer: 'b.example' })).rejects.toThrow(error('two keys have the same identifier')); // biome-ignore format: one case
});

test('each use of a tag key has a key of its own', () => {
  const { active } = importTagKeys([{ key: KEY }]);
  const derived = (domain: string): string => hex(hmacSha256(KEY, utf8(domain)));
  expect(active.state).toBe('active');
  expect(hex(active.kid)).toBe(derived('wardseal.org/handle-kid v0').slice(0, 8));
  expect(hex(active.tagKey)).toBe(derived('wardseal.org/handle-key v0'));
  expect(hex(active.passcodeKey)).toBe(derived('wardseal.org/passcode-key v0'));
  expect(hex(active.nonceKey)).toBe(derived('wardseal.org/nonce-key v0'));
});

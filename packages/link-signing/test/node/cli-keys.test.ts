import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { thumbprintOf } from '../../src/codec/cose-key.js';
import { decodeGrant, delegate, encodeGrant, type HolderKey, holderKey } from '../../src/index.js';
import { COLLEAGUE, minting, OBJECT, ORIGIN, type Shell, shell } from '../support/cli.js';

let box: Shell;
const INIT = ['keys', 'init', '--issuer', 'img.trust.example', '--origin', ORIGIN];

interface Listed {
  keys: { kid: string; signs: string; state: string }[];
}
const states = async (): Promise<string[]> =>
  (await box.json<Listed>(['keys', 'list', '-d', 'links'])).keys.map(({ signs, state }) => `${signs} ${state}`);
const kidOf = async (signs: string, state: string): Promise<string> =>
  (await box.json<Listed>(['keys', 'list', '-d', 'links'])).keys.find((one) => one.signs === signs && one.state === state)!.kid; // biome-ignore format: one question
const verified = async (name: string): Promise<number> =>
  (await box.run(['verify', '--keys', 'public.json', name])).code;
const publish = (): Promise<unknown> => box.done(['keys', 'publish', '-d', 'links', '-f', '-o', 'public.json']);

async function hideKeys(): Promise<void> {
  const { signing, tags } = JSON.parse(await box.read('links/keys.json'));
  for (const { secretKey } of signing) if (secretKey) box.hide(secretKey);
  for (const { key } of tags) box.hide(key);
}

// Each test has a folder of its own, made by one command for all.
let made: Shell;
beforeAll(async () => {
  made = await shell();
  await made.done([...INIT, 'links']);
});
afterAll(() => made.close());
beforeEach(async () => {
  box = await shell();
  await cp(made.path('links'), box.path('links'), { recursive: true });
  await hideKeys();
  return () => box.close();
});

describe('keys', () => {
  it('are made for their owner alone, and never shown', async () => {
    expect([await made.mode('links'), await made.mode('links/erase'), await made.mode('links/keys.json')]).toEqual(['700', '700', '600']); // biome-ignore format: one list
    for (const args of [['keys', 'list', '-d', 'links'], ['keys', 'list', '-d', 'links', '--json'], ['keys', 'publish', '-d', 'links'], ['keys', 'rotate', '-d', 'links']]) // biome-ignore format: one list
      await box.done(args); // the shell looks at everything that is said
    await box.done(minting('--binding', 'bearer', '-o', 'one.txt'));
    for (const name of ['links/links.db', 'links/erase/shares.db']) expect(await box.mode(name)).toBe('600');
  });

  it('are not made twice in one folder', async () => {
    const before = await box.read('links/keys.json');
    const { code, err } = await box.run([...INIT, 'links']);
    expect([code, err]).toEqual([2, expect.stringContaining('exists already')]);
    expect(err).not.toContain('--force'); // there is none: it would kill every link of the folder
    expect(await box.read('links/keys.json')).toBe(before);
  });

  it('rotate: old links still open, old secrets of signing are gone', async () => {
    await box.done(minting('--binding', 'bearer', '-o', 'old.txt', '--grant', 'old.grant'));
    const [before] = JSON.parse(await box.read('links/keys.json')).signing;
    await box.done(['keys', 'rotate', '-d', 'links']);
    await hideKeys();
    expect(await box.mode('links/keys.json')).toBe('600');
    expect(await states()).toEqual(['grants active', 'grants verify-only', 'handles active', 'handles verify-only']);
    expect(await box.read('links/keys.json')).not.toContain(before.secretKey);
    await publish();
    expect(await verified('old.grant')).toBe(0);
    expect((await box.run(['inspect', '-d', 'links', 'old.txt'])).code).toBe(0);
    await box.done(minting('--binding', 'bearer', '-o', 'new.txt', '--grant', 'new.grant'));
    expect(await verified('new.grant')).toBe(0);
  });

  it('retire: the links of a key die at once, under either kind of key', async () => {
    await box.done(minting('--binding', 'bearer', '-o', 'old.txt', '--grant', 'old.grant'));
    expect(await box.run(['keys', 'retire', '-d', 'links', await kidOf('handles', 'active')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the key is active'),
    });
    await box.done(['keys', 'rotate', '-d', 'links']);
    await box.done(['keys', 'retire', '-d', 'links', await kidOf('grants', 'verify-only')]);
    expect(await states()).toEqual(['grants active', 'grants retired', 'handles active', 'handles verify-only']);
    await publish();
    expect(await verified('old.grant')).toBe(1);
    expect((await box.run(['inspect', '-d', 'links', 'old.txt'])).err).toContain('LINK_GONE');
    await box.done(['keys', 'retire', '-d', 'links', await kidOf('handles', 'verify-only')]);
    expect(await states()).toEqual(['grants active', 'grants retired', 'handles active']);
    expect((await box.run(['inspect', '-d', 'links', 'old.txt'])).err).toContain(
      'LINK_GONE: link is not available: unknown-key',
    );
    expect((await box.run(['keys', 'retire', '-d', 'links', '00000000'])).err).toContain('there is no key');
  });

  it('rotate --compromised: every link before is dead now', async () => {
    await box.done(minting('--binding', 'bearer', '-o', 'old.txt', '--grant', 'old.grant'));
    await box.done(['keys', 'rotate', '--compromised', '-d', 'links']);
    expect(await states()).toEqual(['grants active', 'grants retired', 'handles active']);
    await publish();
    expect(await verified('old.grant')).toBe(1);
    expect((await box.run(['inspect', '-d', 'links', 'old.txt'])).code).toBe(1);
    // A later rotation does not bring a retired key back.
    await box.done(['keys', 'rotate', '-d', 'links']);
    expect(await states()).toContain('grants retired');
  });

  it('two rotations at once lose no key: one of them waits for another day, or both are there', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => box.run(['keys', 'rotate', '-d', 'links'])));
    const done = runs.filter(({ code }) => code === 0).length;
    for (const { code, err } of runs)
      if (code !== 0) expect([code, err]).toEqual([2, expect.stringContaining('keys.lock')]);
    expect(await states()).toHaveLength(2 * (1 + done));
    expect((await box.files()).sort()).toEqual(['links']);
    await box.done(['keys', 'rotate', '-d', 'links']); // the lock is gone
  });

  it.each([
    [['--issuer', 'Img Trust'], '--issuer takes a lower-case DNS name'],
    [['--issuer', '9990001235.example'], '--issuer takes a lower-case DNS name'],
    [['--origin', 'https://img.trust.example/'], '--origin takes an origin'],
    [['--origin', 'http://img.trust.example'], '--origin takes an origin'],
  ])('init %j is refused', async (more, words) => {
    expect(await box.run([...INIT, ...more, 'other'])).toMatchObject({ code: 2, err: expect.stringContaining(words) });
    expect(await box.files()).toEqual(['links']);
  });

  it.each([
    ['no JSON', () => 'hello'],
    ['another format', (text: string) => text.replace('link-keys v0', 'link-keys v1')],
    ['two active keys', (text: string) => text.replace('"tags": [', '"tags": [{"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","state":"active","made":1},')], // biome-ignore format: one change
    ['a short key', (text: string) => text.replace(/"publicKey": "../, '"publicKey": "')],
    ['no secret', (text: string) => text.replace(/"secretKey": "[^"]*",/, '')],
    ['an unknown state', (text: string) => text.replace('"active"', '"asleep"')],
    ['another origin', (text: string) => text.replace('https://img', 'ftp://img')],
  ])('a key file with %s is refused, and nothing of it repeated', async (_, change) => {
    const text = await box.read('links/keys.json');
    const changed = change(text);
    expect(changed).not.toBe(text);
    await box.write('links/keys.json', changed);
    expect(await box.run(['keys', 'list', '-d', 'links'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining("it is not an issuer's key file") }); // biome-ignore format: one answer
  });
});

describe('verify', () => {
  let grant: string;
  beforeEach(async () => {
    await box.done(minting('--binding', 'bearer', '-o', 'one.txt', '--grant', 'one.grant'));
    grant = (await box.read('one.grant')).trim();
    await publish();
  });

  it('says what a grant allows, from text or bytes, with public keys alone', async () => {
    for (const input of [grant, `${grant}\n`, decodeGrant(grant)])
      expect(await box.run(['verify', '--keys', 'public.json'], input)).toMatchObject({ code: 0, out: expect.stringMatching(/GENUINE\n$/) }); // biome-ignore format: one answer
    expect(await box.json(['verify', '--keys', 'public.json', 'one.grant'])).toMatchObject({
      exit: 0,
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      claims: { issuer: 'img.trust.example', object: OBJECT, maxUses: 1, purpose: 'referral', permissions: ['view'] },
    });
    expect(await box.ask({ command: 'verify', keys: 'public.json', grant: 'one.grant' })).toMatchObject({ exit: 0 });
  });

  it('refuses every changed character, the wrong time and strangers’ keys', async () => {
    for (let at = 5; at < grant.length; at += 40) {
      const changed = grant.slice(0, at) + (grant[at] === 'x' ? 'y' : 'x') + grant.slice(at + 1);
      expect(await box.json(['verify', '--keys', 'public.json'], changed)).toMatchObject({ exit: 1, error: { code: expect.any(String) } }); // biome-ignore format: one answer
    }
    const { claims } = await box.json<{ claims: { expires: number } }>([
      'verify',
      '--keys',
      'public.json',
      'one.grant',
    ]);
    const at = (seconds: number): string[] => ['verify', '--keys', 'public.json', '--at', String(seconds), 'one.grant'];
    expect((await box.run(at(claims.expires - 1))).code).toBe(0);
    expect((await box.run(at(claims.expires))).out).toContain('GRANT_EXPIRED');
    expect((await box.run([...at(claims.expires), '--skew', '60'])).code).toBe(0);
    expect((await box.run(at(claims.expires - 90_000))).out).toContain('GRANT_NOT_YET_VALID');
    expect((await box.run(['verify', '--keys', 'public.json', '--at', new Date(1000 * (claims.expires - 60)).toISOString().replace('.000', ''), 'one.grant'])).code).toBe(0); // biome-ignore format: one question
    await box.done([...INIT, 'other']);
    await box.done(['keys', 'publish', '-d', 'other', '-o', 'other.json']);
    expect((await box.run(['verify', '--keys', 'other.json', 'one.grant'])).out).toMatch(
      /GRANT_UNTRUSTED[^\n]*\nNOT GENUINE\n$/,
    );
  });

  it.each([
    [['--keys', 'one.grant'], 2, 'it is not a file of public keys'],
    [['--keys', 'nowhere.json'], 2, 'there is no such file'],
    [[], 2, '--keys is needed'],
    [['--keys', 'public.json', '--skew', '301'], 2, '--skew takes 0 to 300 seconds'],
    [['--keys', 'public.json', '--at', '2026-02-30T00:00Z'], 2, '--at takes seconds'],
    [['--keys', 'public.json', '--at', 'soon'], 2, '--at takes seconds'],
  ])('%j is refused in words', async (more, code, words) => {
    expect(await box.run(['verify', ...more, 'one.grant'])).toMatchObject({
      code,
      out: '',
      err: expect.stringContaining(words),
    });
  });

  it('follows a delegated grant to the issuer', async () => {
    const pair = async (): Promise<HolderKey> =>
      holderKey((await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])) as CryptoKeyPair); // biome-ignore format: one key
    const [holder, next] = [await pair(), await pair()];
    const hexOf = (key: HolderKey): string => Buffer.from(thumbprintOf(key.publicKey)).toString('hex');
    await box.done(minting('-o', 'two.txt', '--grant', 'parent.grant', '--binding', 'holder-of-key', '--recipient-key', hexOf(holder), '--recipient', COLLEAGUE, '--permit', 'view', '--permit', 'delegate', '--depth', '1')); // biome-ignore format: one line
    const parent = decodeGrant((await box.read('parent.grant')).trim());
    const recipient = new Uint8Array(Buffer.from(OBJECT, 'hex'));
    const child = await delegate(parent, { recipientKey: thumbprintOf(next.publicKey), recipient }, holder);
    await box.write('child.grant', encodeGrant(child));
    const good = await box.json(['verify', '--keys', 'public.json', '--parent', 'parent.grant', 'child.grant']);
    expect(good).toMatchObject({ exit: 0, claims: { parent: expect.any(String), holder: 'ES256', maxUses: 1 } });
    expect((await box.run(['verify', '--keys', 'public.json', 'child.grant'])).code).toBe(1);
    expect((await box.run(['verify', '--keys', 'public.json', '--parent', 'one.grant', 'child.grant'])).code).toBe(1);
  });
});

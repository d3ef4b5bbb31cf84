import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createIssuer,
  createRedeemer,
  createSigner,
  decodeGrant,
  type Issuer,
  linkKey,
  objectDigest,
  openAnswer,
  parseLink,
} from '../../src/index.js';
import { sqliteEraseStore, sqliteStore } from '../../src/sqlite-store.js';
import { COLLEAGUE, minting, OBJECT, ORIGIN, type Shell, shell, USER } from '../support/cli.js';
import { QUICK, refusal } from '../world.js';

let box: Shell;

const decoded = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64url'));
const hexOf = (data: Uint8Array): string => Buffer.from(data).toString('hex');

beforeAll(async () => {
  box = await shell();
  await box.done(['keys', 'init', '--issuer', 'img.trust.example', '--origin', ORIGIN, 'links']);
  const { signing, tags } = JSON.parse(await box.read('links/keys.json'));
  box.hide(signing[0].secretKey, tags[0].key);
});
afterAll(() => box.close());

/** What a server does with the folder that the command keeps. */
async function server<T>(act: (issuer: Issuer) => Promise<T>): Promise<T> {
  const { issuer, origins, signing, tags } = JSON.parse(await box.read('links/keys.json'));
  const store = sqliteStore(box.path('links/links.db'));
  const shares = sqliteEraseStore(box.path('links/erase/shares.db'));
  try {
    return await act(
      await createIssuer({
        issuer,
        origins,
        signer: await createSigner(decoded(signing[0].secretKey)),
        tagKeys: tags.map((one: { key: string; state: 'active' | 'verify-only' }) => ({
          ...one,
          key: decoded(one.key),
        })),
        store,
        shares,
        audit: () => undefined,
        passcodeCost: QUICK,
      }),
    );
  } finally {
    store.close();
    shares.close();
  }
}

async function open(
  issuer: Issuer,
  link: string,
  passcode?: string,
): Promise<{ use: number; of: number; share: Uint8Array | null }> {
  const { handle } = parseLink(link, { origins: [ORIGIN] });
  const redeemer = await createRedeemer();
  const { sealed, use, of } = await issuer.redeem(handle, {
    ephemeralKey: redeemer.publicKey,
    ...(passcode !== undefined && { passcode }),
    context: {},
    authorize: () => ({ permit: true }),
  });
  const { share } = await openAnswer(sealed, redeemer.secretKey, handle);
  return { use, of, share: share ?? null };
}

/** Mints into a file and hides the link from then on. */
async function mint(name: string, ...more: readonly string[]): Promise<string> {
  await box.done(minting('-o', name, ...more));
  const link = (await box.read(name)).trim();
  box.hide(link.split('#')[1]!);
  return link;
}

describe('mint', () => {
  it('prints the link alone to stdout, and about it to stderr', async () => {
    const { out, err } = await box.done(minting('--binding', 'bearer'));
    expect(out).toMatch(/^https:\/\/img\.trust\.example\/o#[\w-]{75}[A-Za-z0-9]\n$/);
    expect(err).toMatch(/^id {10}[0-9a-f]{64}\nopens {7}once until .*Z, binding bearer\n$/);
    expect(err).not.toContain(out.trim().split('#')[1]);
  });

  it('writes the link and the passcode for their owner alone, the grant for everybody', async () => {
    const link = await mint('own.txt', '--new-passcode', 'code.txt', '--grant', 'own.grant');
    expect([await box.mode('own.txt'), await box.mode('code.txt')]).toEqual(['600', '600']);
    expect(await box.mode('own.grant')).not.toBe('600');
    const code = await box.read('code.txt');
    expect(code).toMatch(/^\d{8}\n$/);
    expect(await server((issuer) => open(issuer, link, code.trim()))).toMatchObject({ use: 1, of: 1 });
  });

  it('takes a passcode from a file, and holds the opener to it', async () => {
    await box.write('said.txt', 'correct-horse\n');
    const link = await mint('said.link', '--passcode', 'said.txt', '--uses', '2');
    expect(await refusal(server((issuer) => open(issuer, link, 'wrong-horse')))).toMatchObject({
      code: 'PASSCODE_REFUSED',
    });
    expect(await server((issuer) => open(issuer, link, 'correct-horse'))).toMatchObject({ use: 1, of: 2 });
    expect(await box.json(['inspect', '-d', 'links', 'said.link'])).toMatchObject({
      exit: 0,
      used: 1,
      of: 2,
      failures: 1,
    });
  });

  it('gives the event that the log needs, and never the link', async () => {
    const before = Math.floor(Date.now() / 1000);
    const answer = await box.json<{ id: string; expires: number; event: { grant: string; at: number } }>(
      minting('-o', 'event.txt', '--binding', 'bearer', '--for', '90m', '--uses', '3', '--recipient', COLLEAGUE),
    );
    expect(answer).toMatchObject({ exit: 0, uses: 3, origin: ORIGIN, event: { type: 'link.create', share: false } });
    expect(answer.expires - before).toBeGreaterThanOrEqual(5400);
    expect(answer.expires - before).toBeLessThan(5460);
    expect(JSON.stringify(answer)).not.toContain((await box.read('event.txt')).trim().split('#')[1]);
    expect(decodeGrant(answer.event.grant)).toBeInstanceOf(Uint8Array);
  });

  it('a sealed file opens by link and share together, and its object is the one of the file', async () => {
    await box.done(['mint', 'prepare', '-d', 'links', '--link-key', 'key.json', '-o', 'prepared.json']);
    expect([await box.mode('key.json'), await box.mode('prepared.json')]).toEqual(['600', '600']);
    const { id, key } = JSON.parse(await box.read('key.json'));
    box.hide(key, JSON.parse(await box.read('prepared.json')).secret);
    const payload = Uint8Array.from({ length: 40 }, (_, i) => i);
    await box.write('payload.bin', payload);
    const manifest = 'abcdefghijklmnopqrstuv';
    const words = ['mint', '-d', 'links', '--manifest', manifest, '--payload', 'payload.bin', '--purpose', 'mdt'];
    await box.done([...words, '--user', USER, '--binding', 'bearer', '--prepared', 'prepared.json', '-o', 'file.link']);
    const link = (await box.read('file.link')).trim();
    box.hide(link.split('#')[1]!);
    const { secret } = parseLink(link, { origins: [ORIGIN] });
    const { claims } = await box.json<{ claims: { object: string; cti: string } }>([
      'inspect',
      '-d',
      'links',
      'file.link',
    ]);
    expect(claims.object).toBe(hexOf(objectDigest({ manifestId: manifest, payloadNonce: payload.subarray(0, 16) })));
    expect(hexOf(decoded(id))).toBe(claims.cti);
    const { share } = await server((issuer) => open(issuer, link));
    expect(hexOf(linkKey({ secret: secret!, share: share!, cti: decoded(id) }))).toBe(hexOf(decoded(key)));
    // The grant has its cti now.
    const again = await box.run([...words, '--user', USER, '--binding', 'bearer', '--prepared', 'prepared.json']);
    expect(again).toMatchObject({ code: 1, out: '', err: expect.stringContaining('CTI_USED') });
  });

  it.each([
    [['--binding', 'friendly'], '--binding takes bearer, passcode'],
    [['--permit', 'print'], '--permit takes view'],
    [['--for', 'tomorrow'], '--for takes a time with its unit'],
    [['--for', '25h', '--binding', 'bearer'], '--for takes at most 24h, with --recipient-key 7d'],
    [['--for', '8d', '--binding', 'holder-of-key', '--recipient-key', OBJECT], '--for takes at most 24h'],
    [['--for', '0s', '--binding', 'bearer'], 'CLAIMS_REFUSED: claim `expires`'],
    [['--uses', '101', '--binding', 'bearer'], 'CLAIMS_REFUSED: claim `maxUses`'],
    [['--uses', '1.5', '--binding', 'bearer'], '--uses takes a whole number'],
    [['--origin', 'https://elsewhere.example', '--binding', 'bearer'], 'CLAIMS_REFUSED: claim `audience`'],
    [['--binding', 'bearer', '--new-passcode', 'x.txt'], 'a passcode is for binding passcode alone'],
    [['--passcode', 'said.txt', '--new-passcode', 'x.txt'], 'give one of --passcode and --new-passcode'],
    [['--binding', 'holder-of-key'], 'CLAIMS_REFUSED: claim `recipientKey`'],
    [['--binding', 'bearer', '--permit', 'delegate', '--depth', '1'], 'CLAIMS_REFUSED'],
    [['--payload', 'payload.bin'], 'give --object, or --manifest and --payload'],
    [['--prepared', 'key.json'], 'it is not what `mint prepare` writes'],
    [['surplus'], 'too many files'],
  ])('%j is refused in words, and nothing is written', async (more, words) => {
    const before = await box.files();
    expect(await box.run(minting(...more))).toMatchObject({ code: 2, out: '', err: expect.stringContaining(words) });
    expect(await box.files()).toEqual(before);
  });

  it('replaces nothing without --force, and then mints nothing', async () => {
    const before = await box.read('own.txt');
    const { code, err } = await box.run(minting('-o', 'own.txt', '--binding', 'bearer'));
    expect([code, err]).toEqual([2, expect.stringContaining('--force')]);
    expect(await box.read('own.txt')).toBe(before);
  });

  it('takes back a link that it could not hand over', async () => {
    const line = ['-c', '"$0" "$@" > /dev/full', process.execPath, cliPath];
    const words = minting('--binding', 'bearer', '--recipient', USER);
    const [code] = await once(spawn('bash', [...line, ...words], { cwd: box.path('.') }), 'close');
    expect(code).toBe(2);
    const db = new DatabaseSync(box.path('links/links.db'));
    const rows = db.prepare('SELECT revoked_at FROM links WHERE recipient = ?').all(decoded(Buffer.from(USER.replaceAll('-', ''), 'hex').toString('base64url'))); // biome-ignore format: one question
    db.close();
    expect(rows).toEqual([{ revoked_at: expect.any(Number) }]);
  });
});

const cliPath = new URL('../../dist/cli/main.js', import.meta.url).pathname;

describe('inspect and revoke', () => {
  it('read the link or its handle from a file, stdin or a request', async () => {
    const link = await mint('look.txt', '--binding', 'bearer');
    const handle = link.split('#')[1]!;
    for (const text of [`${link}\n`, link, `${link}\r\n`, handle])
      expect((await box.run(['inspect', '-d', 'links'], text)).out).toMatch(/\nLIVE\n$/);
    expect((await box.run(['inspect', '-d', 'links', '-'], link)).code).toBe(0);
    expect(await box.ask({ command: 'inspect', folder: 'links', link })).toMatchObject({ exit: 0, state: 'live' });
    expect(await box.ask({ command: 'inspect', folder: 'links', link: 'look.txt' })).toMatchObject({ state: 'live' });
  });

  it('spend nothing', async () => {
    const link = await mint('spend.txt', '--binding', 'bearer');
    for (let i = 0; i < 3; i++) await box.done(['inspect', '-d', 'links', 'spend.txt']);
    expect(await server((issuer) => open(issuer, link))).toMatchObject({ use: 1 });
    expect(await box.json(['inspect', '-d', 'links', 'spend.txt'])).toMatchObject({
      exit: 1,
      state: 'exhausted',
      used: 1,
    });
  });

  it.each([
    ['nothing', '', 2, 'the link is empty'],
    ['a word', 'hello', 1, 'LINK_INVALID'],
    ['a blank behind', ' ', 1, 'LINK_INVALID'],
    ['too much', 'x'.repeat(500), 2, 'the link is too long'],
    ['another origin', `https://img.trust-example.net/o#${'A'.repeat(76)}`, 1, 'ORIGIN_UNKNOWN'],
    ['a handle that nobody made', 'A'.repeat(76), 1, 'LINK_GONE'],
  ])('%s is refused', async (_, text, code, words) => {
    expect(await box.run(['inspect', '-d', 'links'], text)).toMatchObject({
      code,
      out: '',
      err: expect.stringContaining(words),
    });
  });

  it('take a link back for good, by link, id, object, recipient and sender', async () => {
    const links: string[] = [];
    for (let i = 0; i < 4; i++)
      links.push(await mint(`back${i}.txt`, '--binding', 'bearer', '--recipient', COLLEAGUE, '--uses', '5'));
    const first = await box.json<{ links: string[]; event: object }>(['revoke', '-d', 'links', 'back0.txt']);
    expect(first).toMatchObject({ exit: 0, event: { type: 'link.revoke', links: first.links } });
    expect(first.links).toHaveLength(1);
    expect(await refusal(server((issuer) => open(issuer, links[0]!)))).toMatchObject({ reason: 'revoked' });
    const { id } = await box.json<{ id: string }>(['inspect', '-d', 'links', 'back1.txt']);
    expect(await box.json(['revoke', '-d', 'links', '--id', id])).toMatchObject({ exit: 0, links: [id] });
    expect(await box.json(['inspect', '-d', 'links', 'back1.txt'])).toMatchObject({ exit: 1, state: 'revoked' });
    expect(await server((issuer) => open(issuer, links[2]!))).toMatchObject({ use: 1 });
    for (const by of [
      ['--recipient', COLLEAGUE],
      ['--object', OBJECT],
      ['--user', USER],
    ]) {
      const { links: found, exit } = await box.json<{ links: string[] }>(['revoke', '-d', 'links', ...by]);
      expect([exit, found.length >= 4]).toEqual([0, true]);
    }
    for (const link of links)
      expect(await refusal(server((issuer) => open(issuer, link)))).toMatchObject({ reason: 'revoked' });
  });

  it('say no where nothing is found', async () => {
    expect(await box.json(['revoke', '-d', 'links', '--object', 'ee'.repeat(32)])).toMatchObject({
      exit: 1,
      links: [],
    });
    expect((await box.run(['revoke', '-d', 'links', '--object', 'ee'.repeat(32)])).out).toBe('NONE FOUND\n');
  });

  it.each([
    [['--id', 'ee'], '--id takes 64 hexadecimal digits'],
    [['--user', 'ada'], '--user takes a UUID or 64 hexadecimal digits: no name, no number'],
    [['--user', USER, '--recipient', USER], 'give one of'],
    [['--user', USER, 'look.txt'], 'give one of'],
  ])('revoke %j is refused in words', async (more, words) => {
    expect(await box.run(['revoke', '-d', 'links', ...more])).toMatchObject({
      code: 2,
      err: expect.stringContaining(words),
    });
  });
});

describe('a link is a secret', () => {
  it('is refused as a word of the command line, and not repeated', async () => {
    const link = await mint('word.txt', '--binding', 'bearer');
    const handle = link.split('#')[1]!;
    for (const args of [
      ['inspect', '-d', 'links', link],
      ['inspect', '-d', 'links', handle],
      ['revoke', '-d', 'links', handle],
      ['inspect', '-d', `links/${handle}`],
      ['inspect', '-d', link],
      [link],
      ['verify', `--keys=${link}`],
      ['mint', '--object', handle],
      ['inspect', '-d', 'links', `${handle}.${'B'.repeat(43)}`],
    ]) {
      expect(await box.run(args)).toMatchObject({ code: 2, err: expect.stringContaining('where others see it') });
      const asked = await box.run([...args, '--json']);
      expect(asked.code).toBe(2);
    }
    // The same in the wrong place of a request is not repeated either; the shell looks at everything that is said.
    for (const request of [
      { command: link },
      { command: 'inspect', folder: link },
      { command: 'inspect', folder: 'links', [link]: true },
      { command: 'verify', keys: handle },
      { command: 'mint', folder: 'links', object: handle, purpose: handle, user: handle },
    ])
      expect(await box.ask(request)).toMatchObject({ exit: 2 });
  });

  it('is nowhere in the folder of the issuer', async () => {
    const link = await mint('scan.txt', '--binding', 'bearer');
    const handle = link.split('#')[1]!;
    const everything = execFileSync('find', [box.path('links'), '-type', 'f', '-exec', 'cat', '{}', '+'], {
      maxBuffer: 1e8,
    });
    expect(everything.includes(handle)).toBe(false);
    expect(everything.includes(Buffer.from(handle, 'base64url').subarray(41))).toBe(false); // its tag
  });
});

describe('package', () => {
  it('names the command, which begins as a program does', () => {
    const { bin, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(bin).toEqual({ 'wardseal-link': './dist/cli/main.js' });
    expect(readFileSync(cliPath, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(execFileSync(process.execPath, [cliPath, '--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
  });

  it.each(['keys', 'mint', 'inspect', 'verify', 'revoke'])('%s --help says how it is called', async (name) => {
    expect((await box.done([name, '--help'])).out).toContain(`wardseal-link ${name}`);
  });
});

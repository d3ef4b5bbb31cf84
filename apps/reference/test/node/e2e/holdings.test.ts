import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { unprotectKeys } from '@wardseal/crypto';
import { type PostgresServer, photos, startPostgres } from '@wardseal/testkit/node';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Inbox, Me } from '../../../src/wire/index.js';
import {
  breakGlass,
  enrol,
  fill,
  open,
  openBrowser,
  type Person,
  SENDING,
  sees,
  signIn,
} from '../../support/browser.js';
import { Finder, formsOfBytes, formsOfText, type Needle } from '../../support/needles.js';
import { freshFolder, type Stack, startStack } from '../../support/stack.js';

// What the server holds after a whole journey is looked through, byte by byte, for what it must not know.

const ORG = 'ZZZ01';
const PICTURE = photos.fundus.path;
/** What a thief would be after. The words are in no other file of the app. */
const SECRET = {
  name: 'Quillon Featherstonehaugh',
  number: '999 000 0026',
  born: '13/04/1951',
  consent: 'Marguerite, sister and attorney',
  message: 'Ulcer over the second knuckle, worse since the bandage came off.',
  advice: 'Debride tonight, then dress with honey; theatre is booked for nine.',
};
/** Not the server's: the custodian's and the guardians' own, and the record that it all goes to. */
const OTHERS = ['custodian', 'guardians', 'record'];

let folder: string;
let postgres: PostgresServer;
let client: pg.Client;
let stack: Stack;
let browser: Browser;
let original: Buffer;
let stripped: Buffer;
let finder: Finder;
/** Everything that the pages sent, with its address. */
const sent: Buffer[] = [];

beforeAll(async () => {
  folder = await freshFolder();
  original = await readFile(PICTURE);
  [postgres, browser] = await Promise.all([startPostgres({ folder: join(folder, 'pg') }), openBrowser()]);
  const databaseUrl = postgres.connectionString(await postgres.createDatabase());
  client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await mkdir(join(folder, 'data'));
  stack = await startStack({ dataDir: join(folder, 'data'), databaseUrl });
  finder = await journey();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await client?.end();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Sent, opened, advised, read, filed, and opened by somebody who broke the glass. Gives what to look for. */
async function journey(): Promise<Finder> {
  const [nurse, registrar, other] = (await Promise.all(
    ['p-lindqvist', 'p-okafor', 'p-teal'].map(async (id) => {
      const person = await enrol(browser, stack, id);
      person.page.on('request', (request) => {
        sent.push(Buffer.from(request.url()), request.postDataBuffer() ?? Buffer.alloc(0));
      });
      await signIn(person, stack);
      return person;
    }),
  )) as [Person, Person, Person];
  const { name, number, born, message } = SECRET;
  await fill(nurse, { ...SENDING, name, number, born, message, picture: PICTURE });
  await nurse.page.getByLabel('Consent given by').fill(SECRET.consent);
  await nurse.page.getByRole('button', { name: 'Seal and send' }).click();
  await sees(nurse.page, nurse.page.getByText(/^Sent/));

  await open(registrar);
  await registrar.page.getByLabel('Your advice').fill(SECRET.advice);
  await registrar.page.getByRole('button', { name: 'Send advice' }).click();
  await sees(registrar.page, registrar.page.getByText(/^Sent/));
  const { items } = (await inPage(registrar.page, '/api/inbox')) as Inbox;
  await other.page.goto(`${stack.url}/#/find`);
  await other.page.getByLabel('Case number').fill(items.find(({ labels }) => labels.about === 'none')!.case);
  await other.page.getByRole('button', { name: 'Find' }).click();
  await breakGlass(other, 'collapsed on ward four, nobody of the team answers');

  await nurse.page.getByRole('button', { name: 'Back to the inbox' }).click();
  await open(nurse);
  await nurse.page.getByRole('button', { name: 'Read advice' }).first().click();
  await sees(nurse.page, nurse.page.getByText(SECRET.advice));
  stripped = await filed();
  const of = await keysOf([nurse, registrar, other]);
  return new Finder([...of, ...(await keysOfOthers()), ...content()], pictures());
}

const inPage = (page: Page, path: string): Promise<unknown> =>
  page.evaluate(async (address) => (await fetch(address)).json(), path);

/** Waits until picture and advice are in the record, and gives the picture as it was filed. */
async function filed(): Promise<Buffer> {
  const advice = Buffer.from(SECRET.advice);
  const waited = { timeout: 60_000, interval: 250 };
  const resources = async () =>
    (await Promise.all((await files(join(stack.dataDir, 'record'))).map((path) => readFile(path, 'utf8')))).flatMap(
      (text) => JSON.parse(text) as { contentType?: string; data?: string }[],
    );
  const bytes = ({ data = '' }) => Buffer.from(data, 'base64');
  await vi.waitUntil(async () => (await resources()).some((one) => bytes(one).includes(advice)), waited);
  const pictures = (await resources()).filter(({ contentType }) => contentType === 'image/jpeg').map(bytes);
  expect(pictures).toHaveLength(1);
  return pictures[0]!;
}

/** What people's devices hold: their keys, what unlocks them, what signs them in. */
async function keysOf(people: readonly Person[]): Promise<Needle[]> {
  const each = people.map(async ({ id, page, context, recoveryCode }) => {
    const { wraps } = (await inPage(page, '/api/me')) as Me;
    const credential = 'recovery-code';
    const wrapped = Buffer.from(wraps.find(({ method }) => method === credential)!.wrapped, 'base64url');
    const { identity, signing } = await unprotectKeys(
      wrapped,
      { recoveryCode },
      { person: `${ORG}/${id}`, credential },
    );
    const prf = await page.evaluate(async () => {
      const publicKey = {
        challenge: new Uint8Array(32),
        userVerification: 'required' as const,
        extensions: { prf: { eval: { first: new TextEncoder().encode('wardseal.org/v0/unlock') } } },
      };
      const got = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
      const { prf } = got.getClientExtensionResults() as { prf: { results: { first: ArrayBuffer } } };
      return [...new Uint8Array(prf.results.first)];
    });
    const cookie = (await context.cookies()).find(({ name }) => name === '__Host-session')!.value;
    return [
      ...formsOfSecret(`identity of ${id}`, identity),
      ...formsOfSecret(`signing key of ${id}`, signing.secretKey),
      ...formsOfBytes(`passkey's secret of ${id}`, Uint8Array.from(prf)),
      ...formsOfText(`recovery code of ${id}`, recoveryCode),
      ...formsOfText(`recovery code of ${id}`, recoveryCode.replaceAll(/[^0-9A-Za-z]/g, '')),
      ...formsOfSecret(`session of ${id}`, cookie.slice(cookie.indexOf('.') + 1)),
    ];
  });
  return (await Promise.all(each)).flat();
}

/** What the custodians and the guardians of both trusts keep for themselves. */
async function keysOfOthers(): Promise<Needle[]> {
  const paths = [
    ...(await files(join(stack.dataDir, 'custodian'))),
    ...(await files(join(stack.dataDir, 'guardians'))),
  ];
  const needles = await Promise.all(
    paths
      .filter((path) => /key|seat|root|guardian/.test(relative(stack.dataDir, path)))
      .map(async (path) => {
        const label = relative(stack.dataDir, path);
        const kept: unknown = JSON.parse(await readFile(path, 'utf8'));
        if (typeof kept === 'string') return formsOfSecret(label, kept);
        const { identity, signing, secretKey, skey, d } = kept as Readonly<Record<string, string>>;
        return [
          ...[identity, signing, secretKey, skey, d].flatMap((one) =>
            one === undefined ? [] : formsOfSecret(label, one),
          ),
        ];
      }),
  );
  const all = needles.flat();
  // Each trust: the custodian's identity, signing, directory, index and journal keys; the root; three seats; two policy keys.
  expect(new Set(all.map(({ label }) => label.replace(/ in .*$/, ''))).size).toBeGreaterThanOrEqual(20);
  return all;
}

/** A secret text and the bytes that it stands for, in Bech32 or base64. */
function formsOfSecret(label: string, text: string): Needle[] {
  const bech32 = /^[A-Z-]+-1([A-Z0-9]+)$/.exec(text)?.[1];
  const [last = ''] = text.split('+').slice(-1);
  const bytes =
    bech32 === undefined
      ? (['base64', 'base64url'] as const).map((encoding) => Buffer.from(last, encoding).subarray(-32))
      : [seedOf(bech32)];
  return [...formsOfText(label, text), ...bytes.flatMap((one) => formsOfBytes(label, one))];
}

/** BIP 173: five bits a letter, the last six letters are a checksum. */
function seedOf(bech32: string): Buffer {
  const bits = [...bech32.slice(0, -6).toLowerCase()]
    .map((letter) => 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const seed = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  expect(seed).toHaveLength(32);
  return seed;
}

function content(): Needle[] {
  const { name, number, born, consent, message, advice } = SECRET;
  const [first = '', last = ''] = name.split(' ');
  const [day, month, year] = born.split('/');
  const magic = (label: string, bytes: Uint8Array) => formsOfBytes(label, bytes);
  return [
    ...[name, first.length < 8 ? name : first, last].flatMap((text) => formsOfText('name', text)),
    ...[number, number.replaceAll(' ', ''), number.replaceAll(' ', '-')].flatMap((text) => formsOfText('number', text)),
    ...[born, `${year}-${month}-${day}`].flatMap((text) => formsOfText('date of birth', text)),
    ...[consent, consent.slice(0, 16)].flatMap((text) => formsOfText('consent', text)),
    ...[message, message.slice(0, 20), message.slice(-20)].flatMap((text) => formsOfText('message', text)),
    ...[advice, advice.slice(0, 20), advice.slice(-20)].flatMap((text) => formsOfText('advice', text)),
    ...formsOfText('body site', SENDING.site),
    ...formsOfText('an identity', 'AGE-SECRET-KEY-'),
    ...magic('start of the picture', original.subarray(0, 11)),
    ...magic('start of the filed picture', stripped.subarray(0, 11)),
    ...magic('JPEG with JFIF', Buffer.from('ffd8ffe000104a464946', 'hex')),
    ...magic('PNG', Buffer.from('89504e470d0a1a0a', 'hex')),
  ];
}

/** Any 64 bytes of what was chosen and of what was sealed. */
function pictures(): Needle[] {
  return [...formsOfBytes('the picture', original), ...formsOfBytes('the filed picture', stripped)];
}

async function files(path: string): Promise<string[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

/** Each place where the server, or whoever has its disk, can look, with what is in it. */
async function* holdings(): AsyncGenerator<[place: string, bytes: Uint8Array]> {
  for (const [table, rows] of await tables()) yield [`table ${table}`, Buffer.from(rows)];
  await client.query('CHECKPOINT');
  for (const path of await files(join(folder, 'pg/data'))) {
    // A file may go while we look: PostgreSQL reuses old ones of its WAL.
    const bytes = await readFile(path).catch(() => null);
    if (bytes !== null) yield [relative(folder, path), bytes];
  }
  for (const one of await readdir(stack.dataDir)) {
    if (OTHERS.includes(one)) continue;
    const path = join(stack.dataDir, one);
    const paths = (await stat(path)).isDirectory() ? await files(path) : [path];
    for (const each of paths) yield [relative(stack.dataDir, each), await readFile(each)];
  }
  // Enrolment links are the custodian's to print, but no needle here is one.
  yield ['program output', Buffer.from(stack.output())];
  yield ['what the pages sent', Buffer.concat(sent)];
}

/** Every row of every table, as text. */
async function tables(): Promise<[table: string, rows: string][]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  const all: [string, string][] = [];
  for (const { name } of rows) {
    const table = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    all.push([name, table.rows.map(({ row }) => row).join('\n')]);
  }
  return all;
}

async function found(): Promise<string[]> {
  const all: string[] = [];
  for await (const [place, bytes] of holdings())
    all.push(...finder.find(bytes).map(({ label, at }) => `${label}: ${place} at ${at}`));
  return all;
}

test('what the server holds has no picture, no patient, no words of theirs, and no key that opens any of it', async () => {
  const places = new Set<string>();
  let bytes = 0;
  for await (const [place, held] of holdings()) {
    places.add(place.split('/')[0]!);
    bytes += held.length;
  }
  // It is all there to be looked through: the tables with the journey's rows, the raw database with its WAL, every folder.
  expect([...places]).toEqual(
    expect.arrayContaining([
      'pg',
      ...['audit', 'audit-keys', 'audit-secrets', 'blobs', 'erase', 'trusts', 'watermark'],
    ]),
  );
  for (const name of ['items', 'openings', 'releases', 'wraps', 'sessions', 'alarms'])
    expect((await tables()).find(([table]) => table === `public.${name}`)?.[1]).not.toBe('');
  expect(bytes).toBeGreaterThan(30_000_000);
  // What was sent is in it, addresses and bodies.
  const all = Buffer.concat(sent);
  expect(all.includes(`${stack.url}/api/items`) && all.includes('"payloadDigest"')).toBe(true);
  expect(await found()).toEqual([]);
  // Nothing that is kept for pictures begins as a picture does.
  for (const path of [...(await files(join(stack.dataDir, 'blobs'))), ...(await files(join(stack.dataDir, 'erase')))])
    expect((await readFile(path)).subarray(0, 3).toString('hex')).not.toMatch(/^(ffd8ff|89504e)/);
});

test('the same search finds each of them where they belong, and wherever one is put', async () => {
  const labels = async (...parts: string[]) => {
    const all = await Promise.all((await files(join(stack.dataDir, ...parts))).map((path) => readFile(path)));
    return new Set(all.flatMap((bytes) => finder.find(bytes)).map(({ label }) => label));
  };
  const record = await labels('record');
  for (const one of ['name', 'number', 'message in base64', 'advice in base64', 'the filed picture in base64'])
    expect([...record]).toContain(one);
  expect([...(await labels('custodian', ORG))]).toEqual(
    expect.arrayContaining([`custodian/${ORG}/keys.json`, `custodian/${ORG}/index-key.json`, 'an identity']),
  );
  expect([...(await labels('guardians', ORG))]).toEqual(
    expect.arrayContaining([`guardians/${ORG}/root.json`, 'an identity']),
  );
  // The custodian has opened it all, and kept nothing of the patient.
  expect([...(await labels('custodian'))].filter((label) => !/^(custodian\/|an identity)/.test(label))).toEqual([]);

  // Sixty-four bytes of the picture among others, and the name in the middle of a token.
  const token = Buffer.from(`to ${SECRET.name}, please`).toString('base64url');
  const planted = (name: string) => join(stack.dataDir, 'blobs', `planted-${name}`);
  await writeFile(
    planted('a'),
    Buffer.concat([Buffer.alloc(7, 'x'), stripped.subarray(40_001, 40_065), Buffer.alloc(9)]),
  );
  await writeFile(planted('b'), `{"a":"${token}"}`);
  // A row: in the dump at once, and in the files of the database, where it stays after it is deleted.
  await client.query('CREATE TABLE planted (what bytea)');
  await client.query('INSERT INTO planted VALUES ($1)', [Buffer.from(SECRET.number, 'utf16le')]);
  const there = (await found()).sort();
  for (const one of [
    /^the (filed )?picture: blobs\/planted-a/,
    /^name in base64(url)?: blobs\/planted-b/,
    /^number in UTF-16LE in hex: table public.planted/,
    /^number in UTF-16LE: pg\/data\/base\//,
  ])
    expect(there).toContainEqual(expect.stringMatching(one));
  await Promise.all(['a', 'b'].map((name) => rm(planted(name))));
  await client.query('DROP TABLE planted');
  const left = await found();
  expect(left).not.toEqual([]);
  expect(left.filter((one) => !/^number in UTF-16LE: pg\/data\/pg_wal\//.test(one))).toEqual([]);
});

test('the custodian’s and the guardians’ folders are their own: another user of the machine reads nothing in them', async () => {
  const own = ['custodian', 'guardians'].flatMap((who) =>
    ['ZZZ01', 'ZZZ02'].map((org) => join(stack.dataDir, who, org)),
  );
  for (const path of own) {
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    const kept = (await files(path)).filter((file) => /key|seat|root/.test(file));
    expect(kept.length).toBeGreaterThan(0);
    for (const file of kept) expect((await stat(file)).mode & 0o077).toBe(0);
  }
  // Only root can be somebody else for a moment.
  if (process.getuid?.() !== 0) return;
  const nobody = { uid: 65_534, gid: 65_534, encoding: 'utf8', env: { LC_ALL: 'C' } } as const;
  const file = join(stack.dataDir, 'custodian', ORG, 'keys.json');
  const refused = spawnSync('/bin/cat', [file], nobody);
  expect([refused.status, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain('Permission denied');
  for (const path of own) expect(spawnSync('/bin/ls', [path], nobody).stderr).toContain('Permission denied');
  // Nor does the database, which runs as such a user and whose own superuser the web server is.
  const read = (path: string) => client.query<{ text: string }>('SELECT pg_read_file($1) AS text', [path]);
  await expect(read(file)).rejects.toThrow(/Permission denied/);

  // With looser modes, in a copy, both can: what keeps them out is the modes and nothing else.
  const copy = join(folder, 'copy');
  await cp(join(stack.dataDir, 'custodian', ORG, 'keys.json'), join(copy, 'keys.json'));
  await chmod(copy, 0o755);
  await chmod(join(copy, 'keys.json'), 0o644);
  const text = await readFile(file, 'utf8');
  expect(spawnSync('/bin/cat', [join(copy, 'keys.json')], nobody).stdout).toBe(text);
  expect((await read(join(copy, 'keys.json'))).rows).toEqual([{ text }]);
});

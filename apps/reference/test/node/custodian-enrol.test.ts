import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  answerChallenge,
  createEnrolment,
  generateIdentity,
  generateSigningKey,
  verifySnapshot,
} from '@wardseal/crypto';
import { HOSTILE_VALUES, hostileJson } from '@wardseal/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCeremony } from '../../src/ceremony/ceremony.js';
import { startCustodian } from '../../src/custodian/custodian.js';
import { openCustody } from '../../src/custodian/custody.js';
import { readJson, writeWhole } from '../../src/custodian/files.js';
import { askForLink } from '../../src/custodian/invite.js';
import { encodeFrame } from '../../src/wire/frame.js';
import { type CustodyWorld, custodyWorld, ORG, ORIGIN } from '../support/custody-world.js';

let world: CustodyWorld;
beforeAll(async () => {
  world = await custodyWorld();
}, 60_000);
afterAll(() => world?.stop());

const refused = (code: string) => expect.objectContaining({ code });
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const bytes = (value: string) => new Uint8Array(Buffer.from(value, 'base64url'));

/** A device at the first step. */
async function device(person: string, secret: Uint8Array<ArrayBuffer>, more: object = {}) {
  const [{ identity, recipient }, keys] = await Promise.all([generateIdentity(), generateSigningKey()]);
  const { rootThumbprint } = world.trust;
  const credentials = [{ id: text(randomBytes(16)), publicKey: text(randomBytes(77)) }];
  const link = { secret, person, organisation: ORG, rootThumbprint, ...more };
  const request = await createEnrolment({ ...link, identity, keys, credentials, ...more });
  const answer = async (challenge: string) =>
    text(await answerChallenge(bytes(challenge), { secret, identity, request }));
  return { identity, recipient, keys, request: text(request), answer };
}

test('a link of the custodian’s enrols one person once; the directory says who they are, and the log is told', async () => {
  const before = (await world.directory()).epoch;
  const person = 'p-okafor';
  const one = await device(person, world.secretOf(person));
  const { challenge } = await world.custodian.enrolRequest({ person, request: one.request });
  const { epoch } = await world.custodian.enrolAnswer({ person, answer: await one.answer(challenge) });
  expect(epoch).toBe(before + 1);
  const directory = await world.directory();
  expect(directory.person(person)).toMatchObject({
    name: 'Wren Example',
    roles: ['registrar'],
    teams: ['plastics-on-call'],
    recipient: one.recipient,
    signingKey: one.keys.publicKey,
  });
  const pending = await world.custodian.pendingEvents();
  expect(pending.map(({ type, object }) => [type, object.id])).toEqual([
    // The ceremony's own snapshot is logged like every other.
    ['directory.snapshot', `${ORG}/1`],
    ['enrol', person],
    ['directory.snapshot', `${ORG}/${epoch}`],
  ]);
  expect(pending[2]?.object.contentHash).toBe(directory.digest);
  for (const event of pending) await world.log.append(event);
  await world.custodian.logged(pending.map(({ id }) => id));
  expect(await world.custodian.pendingEvents()).toEqual([]);
  expect(world.said.at(-1)).toContain('nobody compares it');
  const again = await device(person, world.secretOf(person));
  await expect(world.custodian.enrolRequest({ person, request: again.request })).rejects.toThrow(
    refused('ENROLMENT_USED'),
  );
});

test('two answers at once enrol once', async () => {
  const person = 'p-lead';
  const one = await device(person, world.secretOf(person));
  const { challenge } = await world.custodian.enrolRequest({ person, request: one.request });
  const call = { person, answer: await one.answer(challenge) };
  const both = await Promise.allSettled([world.custodian.enrolAnswer(call), world.custodian.enrolAnswer(call)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('what a web server could make of it is refused: another’s secret, person, trust, root, keys, challenge, time', async () => {
  const person = 'p-moss';
  const fresh = async () => {
    const link = await askForLink(join(world.folder, 'own.sock'), person);
    return bytes(link?.split('.')[3] ?? '');
  };
  const no = async (request: string, who = person) =>
    expect(world.custodian.enrolRequest({ person: who, request })).rejects.toThrow(refused('ENROLMENT_REFUSED'));
  await no((await device(person, new Uint8Array(randomBytes(32)))).request);
  await no((await device('p-teal', await fresh())).request);
  await no((await device(person, await fresh(), { organisation: 'ZZZ02' })).request);
  await no((await device(person, await fresh(), { rootThumbprint: 'A'.repeat(43) })).request);
  await no((await device('p-nobody', await fresh())).request, 'p-nobody');
  await no((await device('custodian', await fresh())).request, 'custodian');
  await no((await device(person, await fresh(), { now: Math.floor(Date.now() / 1000) - 3600 })).request);
  await no(text(Buffer.from('{}')));

  const answered = async (change: (answer: string) => string | Promise<string>, spent: boolean) => {
    const one = await device(person, await fresh());
    const { challenge } = await world.custodian.enrolRequest({ person, request: one.request });
    const answer = await change(await one.answer(challenge));
    await expect(world.custodian.enrolAnswer({ person, answer })).rejects.toThrow(refused('ENROLMENT_REFUSED'));
    if (!spent) return;
    // Spent by the wrong answer: the right one comes too late.
    const right = await one.answer(challenge);
    await expect(world.custodian.enrolAnswer({ person, answer: right })).rejects.toThrow(refused('ENROLMENT_REFUSED'));
  };
  await answered(async () => {
    const other = await device(person, await fresh());
    const { challenge } = await world.custodian.enrolRequest({ person, request: other.request });
    await world.custodian.enrolRequest({ person, request: other.request });
    return other.answer(challenge);
  }, true);
  await answered(
    (answer) =>
      text(
        Buffer.from(
          Buffer.from(answer, 'base64url')
            .toString()
            .replace(/"value":"./, '"value":"x'),
        ),
      ),
    false,
  );
  // No passkey: nothing could ever be released to them.
  const bare = await device(person, await fresh(), { credentials: [] });
  const { challenge } = await world.custodian.enrolRequest({ person, request: bare.request });
  await expect(world.custodian.enrolAnswer({ person, answer: await bare.answer(challenge) })).rejects.toThrow(
    refused('ENROLMENT_REFUSED'),
  );
  expect((await world.directory()).person(person)).toBeNull();
});

test('a link lasts half an hour, survives a page that was loaded again, and gives up after its device failed five times', async () => {
  const person = 'p-teal';
  const first = await device(person, world.secretOf(person));
  world.now.skip += 31 * 60_000;
  await expect(world.custodian.enrolRequest({ person, request: first.request })).rejects.toThrow(
    refused('ENROLMENT_EXPIRED'),
  );
  world.now.skip = 0;
  const link = await askForLink(join(world.folder, 'own.sock'), person);
  expect(link).toMatch(new RegExp(`^${ORIGIN}/enrol#v1\\.${ORG}\\.${person}\\.[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}$`));
  const secret = bytes(link?.split('.')[3] ?? '');
  const fails = async () => {
    const { request } = await device(person, secret, { now: Math.floor(Date.now() / 1000) - 3600 });
    await expect(world.custodian.enrolRequest({ person, request })).rejects.toThrow(refused('ENROLMENT_REFUSED'));
  };
  for (let i = 0; i < 4; i++) await fails();
  await world.custodian.enrolRequest({ person, request: (await device(person, secret)).request });
  await world.custodian.enrolRequest({ person, request: (await device(person, secret)).request });
  await fails();
  const late = await device(person, secret);
  await expect(world.custodian.enrolRequest({ person, request: late.request })).rejects.toThrow(
    refused('ENROLMENT_REFUSED'),
  );
});

test('a stranger who knows an id, and not the link, can neither spend it nor come in between', async () => {
  const person = 'p-teal';
  const link = await askForLink(join(world.folder, 'own.sock'), person);
  const secret = bytes(link?.split('.')[3] ?? '');
  const guessed = new Uint8Array(randomBytes(32));
  const noise = async () => {
    const forged = await device(person, guessed);
    for (const request of [text(randomBytes(40)), forged.request])
      await expect(world.custodian.enrolRequest({ person, request })).rejects.toThrow(refused('ENROLMENT_REFUSED'));
    for (const answer of [text(randomBytes(40)), forged.request])
      await expect(world.custodian.enrolAnswer({ person, answer })).rejects.toThrow(refused('ENROLMENT_REFUSED'));
  };
  for (let i = 0; i < 3; i++) await noise();
  const own = await device(person, secret);
  const { challenge } = await world.custodian.enrolRequest({ person, request: own.request });
  for (let i = 0; i < 3; i++) await noise();
  await world.custodian.enrolAnswer({ person, answer: await own.answer(challenge) });
  expect((await world.directory()).person(person)?.signingKey).toBe(own.keys.publicKey);
});

test('somebody who enrols anew takes their old keys out of use, and what they sent stays theirs', async () => {
  const old = await world.enrol('p-lindqvist');
  const was = (await world.directory()).person('p-lindqvist');
  const link = await askForLink(join(world.folder, 'own.sock'), 'p-lindqvist');
  const again = await device('p-lindqvist', bytes(link?.split('.')[3] ?? ''));
  const { challenge } = await world.custodian.enrolRequest({ person: 'p-lindqvist', request: again.request });
  world.now.skip += 2000;
  await world.custodian.enrolAnswer({ person: 'p-lindqvist', answer: await again.answer(challenge) });
  world.now.skip = 0;
  const directory = await world.directory();
  const entries = directory.entries.filter(({ person }) => person === 'p-lindqvist');
  expect(entries.map(({ revokedAt }) => revokedAt === undefined)).toEqual([false, true]);
  expect(entries[1]?.signingKey).toBe(again.keys.publicKey);
  expect(directory.resolveSender({ org: ORG, person: 'p-lindqvist', kid: old.keys.kid })?.signingKey).toBe(
    was?.signingKey,
  );
});

test('the web server’s socket makes no links, and the custodian’s own socket nothing else', async () => {
  const socket = (path: string) => (verb: string) => post(path, verb, '{"person":"p-moss"}');
  const servers = socket(join(world.dataDir, 'zzz01.sock'));
  const own = socket(join(world.folder, 'own.sock'));
  expect((await servers('invite')).status).toBe(404);
  expect((await own('snapshot')).status).toBe(404);
  expect((await own('invite')).body).toContain('#v1.ZZZ01.p-moss.');
  expect(await askForLink(join(world.folder, 'own.sock'), 'p-guardian-1')).toBeNull();
});

test('hostile calls are refused with a code, change nothing and repeat nothing', async () => {
  const path = join(world.dataDir, 'zzz01.sock');
  const before = (await world.custodian.snapshot()).digest;
  const verbs = [
    'snapshot',
    'rota',
    'log/pending',
    'log/done',
    'enrol/request',
    'enrol/answer',
    'arrive',
    'file',
    'release/options',
    'release',
    'let-go',
    'emergency/view',
    'journal/turn',
    '__proto__',
    'constructor',
    '',
  ];
  const check = async (verb: string, body: string | Uint8Array) => {
    const { status, body: answer } = await post(path, verb, body);
    if (status === 200) return;
    const { error } = JSON.parse(answer) as { error: { code: string; message: string } };
    expect(status).toBeLessThan(500);
    expect(error.code).toMatch(/^[A-Z_]+$/);
    expect(answer.length).toBeLessThan(300);
  };
  for (const verb of verbs) {
    for (const value of HOSTILE_VALUES) await check(verb, JSON.stringify(value) ?? '');
    for (const body of ['', '{', 'ÿ', new Uint8Array([0xff, 0xfe]), new Uint8Array([255, 255, 255, 255, 1])])
      await check(verb, body);
    await check(verb, encodeFrame({ item: 1 }, new Uint8Array(3)));
  }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...verbs.slice(4, 12)), hostileJson(), async (verb, value) => {
      await check(
        verb,
        verb === 'arrive' || verb === 'file' ? encodeFrame(value, new Uint8Array(1)) : (JSON.stringify(value) ?? ''),
      );
    }),
    { numRuns: 200 },
  );
  expect((await world.custodian.snapshot()).digest).toBe(before);
  expect(world.said.filter((line) => line.includes('failed'))).toEqual([]);
});

test('a body that is too long is refused before it is read', async () => {
  const path = join(world.dataDir, 'zzz01.sock');
  const answer = await post(path, 'enrol/request', Buffer.alloc(5_000_000, 32));
  expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([413, 'TOO_LARGE']);
});

test('the folder is the custodian’s alone, also after everything it wrote', async () => {
  const modes: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const { mode } = await stat(folder);
    if ((mode & 0o077) !== 0) modes.push(folder);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (((await stat(path)).mode & 0o077) !== 0) modes.push(path);
    }
  };
  await walk(world.folder);
  await walk(join(world.dataDir, 'guardians'));
  expect(modes).toEqual([]);
  expect((await stat(join(world.dataDir, 'zzz01.sock'))).mode & 0o077).toBe(0);
});

test('a custodian that was ended goes on where it was; a snapshot of a week ago is signed anew', async () => {
  const before = await world.custodian.snapshot();
  await world.restart();
  expect((await world.custodian.snapshot()).digest).toBe(before.digest);
  world.now.skip = 9 * 86_400_000;
  await world.restart();
  const { epoch, snapshot } = await world.custodian.snapshot();
  expect(epoch).toBe(before.epoch + 1);
  const now = Math.floor(Date.now() / 1000) + 9 * 86_400;
  const { rootThumbprint } = world.trust;
  await expect(verifySnapshot(bytes(before.snapshot), { rootThumbprint, now })).rejects.toThrow();
  await expect(verifySnapshot(bytes(snapshot), { rootThumbprint, now })).resolves.toMatchObject({ epoch });
  world.now.skip = 0;
});

test('a folder that somebody changed does not start: another’s snapshot, a bent policy, an older policy', async () => {
  const open = (folder: string) => openCustody({ folder, origin: ORIGIN, recordUrl: '' });
  const bent = async (name: string, change: (text: string) => string, code: string) => {
    const path = join(world.folder, name);
    const was = await readFile(path, 'utf8');
    await writeFile(path, change(was));
    await expect(open(world.folder)).rejects.toThrow(refused(code));
    await writeFile(path, was);
  };
  const other = await readFile(join(world.dataDir, 'custodian', 'ZZZ02', 'directory.json'), 'utf8');
  await bent('directory.json', () => other, 'DELEGATION_INVALID');
  await bent(
    'policy.json',
    (was) => was.replace('"viewSignInHours":{"max":', '"viewSignInHours":{"max":1'),
    'VERSION_INVALID',
  );
  await rm(join(world.folder, 'policy-seen.json'));
  await bent(
    'policy.json',
    (was) => was.replace('"viewSignInHours":{"max":', '"viewSignInHours":{"max":1'),
    'APPROVAL_INVALID',
  );
  await expect(open(world.folder)).resolves.toHaveProperty('organisation', ORG);
  await bent('policy-seen.json', () => '{"version":2,"digest":"sha256-x"}', 'VERSION_INVALID');
  await bent('trust.json', (was) => was.replace('"approved"', '"rejected"'), 'BAD_REQUEST');
  await expect(open(world.folder)).resolves.toHaveProperty('organisation', ORG);
});

test('there is one custodian a folder, and pictures leave in the clear for this machine only', async () => {
  const open = (recordUrl: string) => openCustody({ folder: world.folder, origin: ORIGIN, recordUrl });
  const custody = await open('');
  const second = {
    custody,
    socketPath: join(world.dataDir, 'second.sock'),
    journalFolder: join(world.dataDir, 'x'),
    say: () => undefined,
  };
  await expect(startCustodian(second)).rejects.toThrow('another custodian');
  for (const url of [
    'http://record.example/',
    'http://127.0.0.1.example/',
    'ftp://127.0.0.1/',
    'https://a:b@record.example/',
    'no url',
  ])
    await expect(open(url)).rejects.toThrow();
  for (const url of ['https://record.example/fhir', 'http://127.0.0.1:1/ZZZ01', 'http://[::1]:1/'])
    await expect(open(url)).resolves.toHaveProperty('recordUrl', url.replace(/\/$/, ''));
});

test('killed in the middle of writing, a file is the old one or the new one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'c-kill-'));
  const path = join(folder, 'state.json');
  await writeWhole(path, JSON.stringify({ n: 0, fill: 'x'.repeat(300_000) }));
  const loop = `
    import { open, readFile, rename, rm } from 'node:fs/promises';
    ${(await readFile(new URL('../../src/custodian/files.ts', import.meta.url), 'utf8')).match(/export async function writeWhole[\s\S]*?\n}\n/)?.[0].replace('export ', '')}
    import { dirname } from 'node:path';
    for (let n = 1; ; n++) { await writeWhole(${JSON.stringify(path)}, JSON.stringify({ n, fill: 'x'.repeat(300_000) })); console.log(n); }`;
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', loop], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let last = 0;
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        last = Number(data.toString().trim().split('\n').at(-1));
        if (last >= 3 + round * 2) child.kill('SIGKILL');
      });
      child.on('exit', () => resolve());
    });
    const { n, fill } = (await readJson(path)) as { n: number; fill: string };
    expect([n >= last, fill.length]).toEqual([true, 300_000]);
  }
  await rm(folder, { recursive: true });
});

test('the ceremony is begun again after any step and gives the same trust; what is there is never made anew', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'c-ceremony-'));
  await runCeremony({ dataDir });
  const files = async (): Promise<Map<string, string>> => {
    const names = (await readdir(dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
    return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
  };
  const whole = await files();
  await runCeremony({ dataDir });
  expect(await files()).toEqual(whole);
  // Interrupted anywhere: the last file that was written is not there yet.
  const derived = [...whole.keys()].filter(
    (path) => /trusts\/|trust\.json$|policy\.json$|rota\.json$|staff\.json$/.test(path) && !path.includes('guardian'),
  );
  for (const path of derived) {
    await rm(path);
    await runCeremony({ dataDir });
    const now = await files();
    expect([...now.keys()]).toEqual([...whole.keys()]);
    const secrets = [...whole.keys()].filter((each) => /key|root|seat|watermark|directory|delegation/.test(each));
    for (const secret of secrets) expect(now.get(secret)).toBe(whole.get(secret));
  }
  // Five weeks later the delegation is renewed, and the custodian goes on under it.
  const now = () => Date.now() + 35 * 86_400_000;
  await runCeremony({ dataDir, now });
  const folder = join(dataDir, 'custodian', ORG);
  expect(await readFile(join(folder, 'delegation.json'), 'utf8')).not.toBe(whole.get(join(folder, 'delegation.json')));
  const custody = await openCustody({ folder, origin: ORIGIN, recordUrl: '', now });
  expect(custody.keeper.directory.epoch).toBe(2);
  await rm(dataDir, { recursive: true });
}, 60_000);

function post(socketPath: string, verb: string, body: string | Uint8Array): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/${verb}`, method: 'POST' }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

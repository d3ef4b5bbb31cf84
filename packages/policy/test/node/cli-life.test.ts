import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shell, shell } from '../support/cli.js';

const PEOPLE = [
  ['p-reid', 'caldicott-guardian'],
  ['p-moss', 'siro'],
  ['p-shah', 'siro'],
] as const;
const REGISTER = ['--register', 'register.json'];
const WHO = [...REGISTER, '--guardians', 'guardians.json'];
let box: Shell;

const read = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(box.path(name), 'utf8')) as Record<string, unknown>;
const secrets = (): Promise<string[]> =>
  Promise.all(PEOPLE.map(async ([id]) => String((await read(`${id}.secret`))['privateKey'])));
const refused = async (args: readonly string[], code: number, words: string): Promise<void> => {
  const before = await readFile(box.path('register.json'), 'utf8');
  expect(await box.run(args)).toMatchObject({ code, out: '', err: expect.stringContaining(words) });
  expect(await readFile(box.path('register.json'), 'utf8')).toBe(before);
};

beforeAll(async () => {
  box = await shell();
  await box.done(['init', '--id', 'demo-trust', '--review-by', '2099-01-01', '-o', 'v1.json']);
  for (const [id, role] of PEOPLE)
    await box.done(['keygen', '--id', id, '--role', role, '-o', `${id}.secret`, '--public', `${id}.json`]);
  await box.write('guardians.json', { guardians: await Promise.all(PEOPLE.map(([id]) => read(`${id}.json`))) });
});
afterAll(() => box.close());

// Each part goes on where the one before ended: it is one story.
describe('the life of a policy, by files between people', () => {
  it('keygen writes a private file for its owner alone and prints nothing of it', async () => {
    const made = await box.run(['keygen', '--id', 'p-new', '--role', 'guardian', '-o', 'new.secret']);
    const { privateKey, publicKey } = await read('new.secret');
    expect((await stat(box.path('new.secret'))).mode & 0o777).toBe(0o600);
    expect(privateKey).toMatch(/^PRIVATE\+KEY\+p-new\+[0-9a-f]{8}\+/);
    expect(made.out).toContain(String(publicKey));
    expect(made.out + made.err).not.toContain('PRIVATE');
    expect(await read('p-reid.json')).toEqual({
      id: 'p-reid',
      role: 'caldicott-guardian',
      publicKey: expect.any(String),
    });
    expect((await box.run(['keygen', '--id', 'p-new', '--role', 'guardian'])).err).toContain('-o is needed');
    expect((await box.run(['keygen', '--id', 'p-new', '--role', 'guardian', '-o', 'new.secret'])).err).toContain(
      '--force',
    );
    for (const id of ['p new', 'p+new', 'p\u202enew'])
      expect((await box.run(['keygen', '--id', id, '--role', 'guardian', '-o', 'x.secret'])).code).toBe(2);
    expect(await box.files()).not.toContain('x.secret');
  });

  it('propose begins the register', async () => {
    const made = await box.json(['propose', ...REGISTER, '--by', 'p-shah', '--reason', 'First policy', 'v1.json']);
    expect(made).toMatchObject({ exit: 0, events: [{ type: 'policy.propose', by: 'p-shah', policy: { version: 1 } }] });
    await refused(['propose', ...REGISTER, '--by', 'p-shah', '--reason', 'Again', 'v1.json'], 1, 'VERSION_INVALID');
    await box.done(['init', '--id', 'other', '--review-by', '2099-01-01', '-o', 'other.json']);
    await refused(['propose', ...REGISTER, '--by', 'p-shah', '--reason', 'x', 'other.json'], 2, 'another policy');
    await refused(['propose', ...REGISTER, '--by', 'p-shah', 'v1.json'], 2, '--reason');
    await refused(['activate', ...WHO, '--by', 'p-shah'], 1, 'APPROVALS_MISSING');
  });

  it('sign and approve: two people, two keys, and never the proposer', async () => {
    for (const [id] of PEOPLE) await box.done(['sign', '--key', `${id}.secret`, '-o', `${id}.yes`, 'v1.json']);
    // Somebody else's step comes in between: the pipe opens for writing once the command, which has read the register, reads it.
    await once(spawn('mkfifo', [box.path('pipe')]), 'close');
    const late = box.run(['approve', ...WHO, 'pipe']);
    const pipe = await open(box.path('pipe'), 'w');
    const before = await readFile(box.path('register.json'), 'utf8');
    await box.write('register.json', `${before}\n`);
    await pipe.writeFile(await readFile(box.path('p-reid.yes')));
    await pipe.close();
    await rm(box.path('pipe'));
    expect(await late).toMatchObject({ code: 2, err: expect.stringContaining('changed meanwhile') });
    expect(await readFile(box.path('register.json'), 'utf8')).toBe(`${before}\n`);
    await box.done(['approve', ...WHO, 'p-reid.yes']);
    await refused(['approve', ...WHO, 'p-reid.yes'], 1, 'APPROVER_REPEATED');
    await refused(['approve', ...WHO, 'p-shah.yes'], 1, 'SELF_APPROVAL');
    await refused(['activate', ...WHO, '--by', 'p-shah'], 1, 'APPROVALS_MISSING: 1 of 2');
    await box.write('forged.yes', { ...(await read('p-moss.yes')), at: '2026-01-01T00:00:00.000Z' });
    await refused(['approve', ...WHO, 'forged.yes'], 1, 'APPROVAL_INVALID');
    await box.done(['sign', '--key', 'new.secret', '-o', 'new.yes', 'v1.json']);
    await refused(['approve', ...WHO, 'new.yes'], 1, 'APPROVER_UNKNOWN');
    await refused(['approve', ...WHO, 'v1.json'], 2, 'no approval');
    await refused(['approve', ...REGISTER, '-g', 'p-reid.json', 'p-moss.yes'], 1, 'APPROVER_UNKNOWN');
    await refused(['approve', ...REGISTER, '-g', 'v1.json', 'p-moss.yes'], 2, 'GUARDIANS_INVALID');
    await refused(['approve', ...WHO, '-g', 'p-reid.json', 'p-moss.yes'], 2, 'another guardian has this id');
    const second = await box.json(['approve', ...WHO, 'p-moss.yes']);
    expect(second).toMatchObject({ exit: 0, events: [{ type: 'policy.approve', detail: { approvals: 2 } }] });
  });

  it('activate, publish and verify', async () => {
    const { out } = await box.done(['activate', ...WHO, '--by', 'p-shah']);
    expect(out).toContain('No version was in force before');
    await box.done(['publish', ...WHO, '-o', 'signed.json']);
    const genuine = await box.done(['verify', '--guardians', 'guardians.json', 'signed.json']);
    expect(genuine.out).toMatch(/since {7}nothing: an older version would pass too\nGENUINE\n$/);
    const pinned = ['verify', '--guardians', 'guardians.json', '--id', 'demo-trust', '--since', 'signed.json'];
    expect(await box.json([...pinned, 'signed.json'])).toMatchObject({ exit: 0, version: 1, unpinned: [] });
    expect((await box.done(['check', 'signed.json'])).out).toContain('in-force');

    const signed = await read('signed.json');
    await box.write('changed.json', { ...signed, title: 'Another text' });
    expect((await box.run(['verify', '--guardians', 'guardians.json', 'changed.json'])).out).toMatch(/NOT GENUINE/);
    expect((await box.run(['verify', '--guardians', 'guardians.json', 'changed.json'])).out).toContain(
      'APPROVAL_INVALID',
    );
    await box.write('one.json', { ...signed, approvals: (signed['approvals'] as unknown[]).slice(1) });
    expect(await box.json(['verify', '--guardians', 'guardians.json', 'one.json'])).toMatchObject({
      exit: 1,
      error: { code: 'APPROVALS_MISSING' },
    });
    expect((await box.run([...pinned.with(4, 'another'), 'signed.json'])).code).toBe(1);
    expect((await box.run([...pinned, 'guardians.json'])).out).toContain('it has no `format`');
    expect((await box.run(['verify', '-g', 'v1.json', 'signed.json'])).code).toBe(2);
    expect(await box.json(['verify', '--guardians', 'guardians.json', 'v1.json'])).toMatchObject({
      exit: 1,
      error: { code: 'NOT_IN_FORCE' },
    });
  });

  it('a second version supersedes the first, and tells what changes', async () => {
    await box.done(['revise', '--set', 'viewSignInHours=12', '--review-by', '2099-06-01', '-o', 'v2.json', 'v1.json']);
    await box.done(['propose', ...REGISTER, '--by', 'p-shah', '--reason', 'A shorter sign-in', 'v2.json']);
    for (const id of ['p-reid', 'p-moss']) {
      await box.done(['sign', '-k', `${id}.secret`, '-o', `${id}.yes2`, 'v2.json']);
      await box.done(['approve', ...WHO, `${id}.yes2`]);
    }
    const { out } = await box.done(['activate', ...WHO, '--by', 'p-shah']);
    expect(out).toMatch(/policy\.supersede .*version 1/);
    expect(out).toContain('No longer allowed: ');
    await box.done(['publish', ...WHO, '-o', 'signed2.json']);
    const back = ['verify', '--guardians', 'guardians.json', '--since', 'signed2.json', 'signed.json'];
    expect(await box.json([...back])).toMatchObject({ exit: 1, error: { code: 'VERSION_INVALID' } });
  });

  it('status says what is in force, and 1 when its review is overdue', async () => {
    const now = await box.done(['status', ...REGISTER]);
    expect(now.out).toMatch(/^version 1 +superseded, .*\nversion 2 +in-force, /);
    expect(await box.json(['status', ...REGISTER, '--at', '2099-06-01'])).toMatchObject({
      exit: 1,
      inForce: 2,
      review: { state: 'overdue' },
    });
  });

  it('render writes a page of it', async () => {
    const made = await box.json(['render', ...REGISTER, '--organisation', 'Demo Trust', '-o', 'page.html', 'v2.json']);
    const page = await readFile(box.path('page.html'), 'utf8');
    expect(made).toMatchObject({ exit: 0, version: 2, bytes: Buffer.byteLength(page) });
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain('Demo Trust');
    expect(page).not.toMatch(/<script/i);
    expect((await box.run(['render', '--in-force', 'v1.json', '--at', '2026-11-22T12:00Z', 'v2.json'])).out).toMatch(
      /<\/html>\s*$/,
    );
  });

  it('withdraw leaves nothing in force', async () => {
    const both = ['withdraw', ...REGISTER, '--version', '2', '--by', 'p-shah', '--reason', 'A rule is wrong'];
    await refused([...both, '--second', 'P-SHAH'], 1, 'SELF_APPROVAL');
    await refused(both, 2, '--second');
    expect((await box.done([...both, '--second', 'p-reid'])).out).toContain('NOTHING IS IN FORCE');
    expect(await box.run(['status', ...REGISTER])).toMatchObject({
      code: 1,
      out: expect.stringContaining('NOTHING: everything is refused'),
    });
    expect(await box.json(['publish', ...WHO])).toMatchObject({ exit: 1, error: { code: 'NOT_IN_FORCE' } });
    await refused(['activate', ...WHO, '--by', 'p-shah', '--version', '2'], 1, 'TRANSITION_INVALID');
  });

  it('nothing that anybody was given or told holds a private key', async () => {
    const keys = (await secrets()).map((key) => key.split('+').slice(4).join('+'));
    for (const name of (await box.files()).filter((file) => !file.endsWith('.secret'))) {
      const text = await readFile(box.path(name), 'utf8');
      for (const key of keys) expect(text).not.toContain(key);
    }
    const [key] = await secrets();
    const typed = await box.run(['sign', '--key', key!, 'v1.json']);
    expect(typed).toMatchObject({ code: 2, out: '', err: expect.stringContaining('on the command line') });
    expect(typed.err).not.toContain(keys[0]);
    // A private file where another belongs.
    for (const args of [
      ['check', 'p-reid.secret'],
      ['approve', ...WHO, 'p-reid.secret'],
      ['decide', 'v1.json', 'p-reid.secret'],
      ['explain', 'v1.json', 'p-reid.secret'],
      ['verify', '--guardians', 'p-reid.secret', 'signed.json'],
    ]) {
      const ran = await box.run(args);
      expect(ran.out + ran.err).not.toContain(keys[0]);
    }
  });

  it('a register that was tampered with, or a damaged key, is refused', async () => {
    const text = await readFile(box.path('register.json'), 'utf8');
    await box.write('bent.json', text.replace('"superseded"', '"in-force"'));
    expect(await box.json(['status', '-r', 'bent.json'])).toMatchObject({
      exit: 2,
      error: { code: 'REGISTER_INVALID' },
    });
    expect((await box.run(['status', '-r', await box.write('list.json', '[]')])).err).toContain(
      'must be a JSON object',
    );
    const file = await read('p-reid.secret');
    const key = String(file['privateKey']);
    for (const privateKey of [
      key.slice(0, -4),
      key.replace('p-reid', 'p-moss'),
      key.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
    ]) {
      await box.write('bent.secret', { ...file, privateKey });
      const ran = await box.run(['sign', '-k', 'bent.secret', 'v1.json']);
      expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining('bent.secret: the private key is') });
    }
  });
});

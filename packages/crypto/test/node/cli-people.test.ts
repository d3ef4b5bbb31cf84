import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shell, shell } from './cli-support.js';

// One organisation, from the root to the erasure, by the command alone.

const PICTURE = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  alice: ['--team', 'icu'],
  bob: ['--team', 'icu'],
  carol: [],
  dan: [],
  erin: [],
  custodian: ['--role', 'custodian'],
  'guardian-1': ['--role', 'guardian'],
  'guardian-2': ['--role', 'guardian'],
  'guardian-3': ['--role', 'guardian'],
};
let box: Shell;
let root = '';
let trust: readonly string[] = [];

/** The facts of a command that was asked for JSON. */
async function facts(args: readonly string[]) {
  const { out, err } = await box.run([...args, '--json']);
  return JSON.parse(args.includes('-o') || out.startsWith('{') ? out : err);
}

async function enrol(person: string): Promise<string> {
  const link = ['--secret', `${person}.secret`, '--person', person, '--organisation', 'demo', '--root', root];
  await box.done(['directory', 'invite', '-o', `${person}.secret`]);
  await box.done(['keygen', '-o', `${person}.key`]);
  const asked = await box.done(['directory', 'enrol', ...link, '-i', `${person}.key`, '-o', `${person}.request`]);
  const kept = ['--keep', `${person}.kept`, '-o', `${person}.challenge`];
  await box.done(['directory', 'challenge', ...link, ...kept, `${person}.request`]);
  const own = ['--secret', `${person}.secret`, '-i', `${person}.key`, '--request', `${person}.request`];
  await box.done(['directory', 'answer', ...own, '-o', `${person}.answer`, `${person}.challenge`]);
  const proof = ['--kept', `${person}.kept`, '--request', `${person}.request`, `${person}.answer`];
  const accepted = await box.done(['directory', 'accept', ...link, ...PEOPLE[person]!, ...proof]);
  const keys = (text: string) => text.match(/(receiving|signing) key +\S{43}$/gm);
  expect(keys(accepted.err)).toEqual(keys(asked.out));
  expect(keys(asked.out)).toHaveLength(2);
  return accepted.out;
}

beforeAll(async () => {
  box = await shell();
  await writeFile(box.path('picture'), PICTURE);
  root = (await facts(['directory', 'create-root', '-o', 'root.key'])).thumbprint;
  const directoryKey = (await facts(['keygen', '--only', 'signing', '-o', 'directory.key'])).signingKey;
  const from = ['--root-key', 'root.key', '--directory-key', directoryKey, '--organisation', 'demo', '--days', '30'];
  await box.done(['directory', 'delegate', ...from, '-o', 'delegation']);
  const entries = await Promise.all(Object.keys(PEOPLE).map(enrol));
  await writeFile(box.path('entries'), entries.join(''));
  await box.done(['directory', 'sign', ...SIGN, '--epoch', '1', '-o', 'snapshot', 'entries']);
  trust = ['-d', 'snapshot', '--root', root];
  const guardians = ['1', '2', '3'].flatMap((n) => ['--guardian', `guardian-${n}`]);
  const to = ['-t', 'icu', '--custodian', 'custodian', ...guardians, '--threshold', '2'];
  await box.done(['seal', '--from', 'alice.key', ...trust, ...to, '--case', 'c-1', '-o', 'item.age', 'picture']);
  await box.done([
    'seal',
    '--from',
    'alice.key',
    ...trust,
    ...to,
    '--case',
    'c-2',
    '--header',
    'item.header',
    '-o',
    'item.payload',
    'picture',
  ]);
});
afterAll(() => box.close());

const SIGN = ['--key', 'directory.key', '--delegation', 'delegation', '--organisation', 'demo'];
const open = (who: string, ...more: string[]) => ['open', '-i', `${who}.key`, ...trust, ...more];

describe('directory', () => {
  it('is proven from the pinned root', async () => {
    const shown = await facts(['directory', 'verify', ...trust]);
    expect(shown).toMatchObject({ organisation: 'demo', rootThumbprint: root, epoch: 1, entries: 9 });
    const next = ['directory', 'sign', ...SIGN, '--epoch', '2', '--previous', shown.digest, '-o', 'snapshot-2'];
    const { out } = await box.done(['directory', 'entries', ...trust, '--all']);
    await writeFile(box.path('all-entries'), out);
    await box.done([...next, 'all-entries']);
    const verify = ['directory', 'verify', '--root', root, '-d'];
    expect((await facts([...verify, 'snapshot-2', '--not-below', '2'])).epoch).toBe(2);
    expect((await facts([...verify, 'snapshot', '--not-below', '2'])).error.code).toBe('ROLLBACK');
    await writeFile(box.path('seen-1'), JSON.stringify(shown));
    const seen = await facts([...verify, 'snapshot-2', '--since', 'seen-1']);
    await writeFile(box.path('seen-2'), JSON.stringify(seen));
    expect((await facts([...verify, 'snapshot', '--since', 'seen-2'])).error.code).toBe('ROLLBACK');
    await box.done([
      'directory',
      'sign',
      ...SIGN,
      '--epoch',
      '2',
      '--previous',
      shown.digest,
      '--days',
      '1',
      '-o',
      'fork',
      'entries',
    ]);
    expect((await facts([...verify, 'fork', '--not-below', '2'])).epoch).toBe(2);
    const fork = ['open', '-i', 'bob.key', '-d', 'fork', '--root', root, '--since', 'seen-2', 'item.age'];
    expect(await box.run(fork)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('ROLLBACK') });
    expect((await box.run([...verify, 'snapshot', '--since', 'labels'])).code).toBe(3);
    const other = (await facts(['directory', 'create-root', '-o', 'other.key'])).thumbprint;
    const refused = await box.run(['directory', 'verify', '-d', 'snapshot', '--root', other]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('DELEGATION_INVALID') });
  });

  it('takes a thumbprint that begins with a hyphen', async () => {
    const hyphen = `-${root.slice(1)}`;
    for (const words of [['--root', hyphen], [`--root=${hyphen}`]])
      expect((await facts(['directory', 'verify', '-d', 'snapshot', ...words])).error.code).toBe('DELEGATION_INVALID');
    expect((await box.run(['directory', 'verify', '-d', '--root', root])).code).toBe(2);
  });

  it('gives entries for other commands', async () => {
    const { out } = await box.done(['directory', 'entries', ...trust, '--team', 'icu']);
    const people = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).person);
    expect(people.sort()).toEqual(['alice', 'bob']);
  });

  it('lets nobody in who does not hold the invitation and the key', async () => {
    const link = ['--secret', 'bob.secret', '--person', 'carol', '--organisation', 'demo', '--root', root];
    const wrong = await box.run(['directory', 'challenge', ...link, '--keep', 'x', '-o', 'y', 'carol.request']);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('ENROLMENT_INVALID') });
    const other = [
      '--secret',
      'carol.secret',
      '-i',
      'bob.key',
      '--request',
      'carol.request',
      '-o',
      'y',
      'carol.challenge',
    ];
    expect(await box.run(['directory', 'answer', ...other])).toMatchObject({ code: 1 });
    for (const name of ['root.key', 'bob.secret', 'bob.kept'])
      expect((await stat(box.path(name))).mode & 0o777).toBe(0o600);
  });
});

describe('seal and open with a directory', () => {
  it('name people and teams, and everybody is vouched for', async () => {
    const opened = await box.done(open('bob', 'item.age'));
    expect(opened.bytes.equals(PICTURE)).toBe(true);
    expect(opened.err).toMatch(/^sealed by alice of demo, sent .* as the sender says\n$/);
    expect(await box.run(open('carol', 'item.age'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('NO_MATCH'),
    });
    const seal = ['seal', '--from', 'alice.key', ...trust, '--case', 'c-3', '-o', 'named.age'];
    const named = await facts([...seal, '-r', 'bob', '-r', 'carol', 'picture']);
    expect(named).toMatchObject({ unverifiedRecipients: [], recoverable: false });
    expect(named.recipients).toHaveLength(2);
  });

  it('need the word for a bare recipient, and say who has none', async () => {
    const bare = (await facts(['keygen', '-o', 'bare.key'])).recipient;
    const seal = ['seal', '--from', 'alice.key', ...trust, '--case', 'c-4', '-r', 'bob', '-r', bare];
    expect(await box.run([...seal, '-o', 'never', 'picture'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--unverified'),
    });
    const sealed = await facts([...seal, '--unverified', '-o', 'bare.age', 'picture']);
    expect(sealed.unverifiedRecipients).toHaveLength(1);
  });

  it('refuse whom the directory does not have', async () => {
    const seal = ['seal', ...trust, '--case', 'c-5', '-o', 'never', '-r'];
    expect(await box.run([...seal, 'nobody', '--from', 'alice.key', 'picture'])).toMatchObject({ code: 2 });
    expect(await box.run([...seal, 'bob', '-t', 'ward-9', '--from', 'alice.key', 'picture'])).toMatchObject({
      code: 2,
    });
    expect(await box.run([...seal, 'bob', '--from', 'directory.key', 'picture'])).toMatchObject({ code: 2 });
    await box.done(['keygen', '-o', 'eve.key', '--entry', 'eve.entry', '--person', 'eve', '--organisation', 'demo']);
    const eve = await box.run([...seal, 'bob', '--from', 'eve.key', '--entry', 'eve.entry', 'picture']);
    expect(eve).toMatchObject({ code: 1, err: expect.stringContaining('SENDER_UNKNOWN') });
  });
});

describe('recipients', () => {
  const change = (who: string, ...more: string[]) => ['-i', `${who}.key`, ...trust, '--reason', 'on call', ...more];

  it('are added by header alone, and only whom the reader accepts may have done it', async () => {
    const added = await facts(['recipients', 'add', ...change('bob'), '-r', 'carol', '-o', 'added.age', 'item.age']);
    expect(added).toMatchObject({ epoch: 1, unverifiedRecipients: [], removed: [] });
    expect(added.added).toHaveLength(1);
    expect(await box.run(open('carol', 'added.age'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/: GRANT_INVALID: .+\nwardseal-crypto: --changes-by names .+\n$/),
    });
    for (const by of ['bob', 'role:custodian'])
      expect((await box.run(open('carol', '--changes-by', by, 'added.age'))).code).toBe(by === 'bob' ? 0 : 1);
    const stale = await box.run(open('bob', '--not-below-epoch', '1', 'item.age'));
    expect(stale).toMatchObject({ code: 1, err: expect.stringContaining('ROLLBACK') });
    const list = await facts(['recipients', 'list', '-i', 'alice.key', ...trust, '--changes-by', 'bob', 'added.age']);
    expect(list.signed.map((one: { person: string }) => one.person).slice(0, 3)).toEqual(['alice', 'bob', 'custodian']);
    expect(list.granted).toEqual([expect.objectContaining({ person: 'carol', by: 'bob', reason: 'on call' })]);
    const words = await box.done([
      'recipients',
      'list',
      '-i',
      'alice.key',
      ...trust,
      '--changes-by',
      'bob',
      'added.age',
    ]);
    expect(words.out).toMatch(/^let in {4}member {5}\S{43} {2}carol by bob on .*: on call$/m);
  });

  it('are removed by a new key for everybody else', async () => {
    const removed = await facts([
      'recipients',
      'remove',
      ...change('alice'),
      '--out',
      'bob',
      '-o',
      'removed.age',
      'item.age',
    ]);
    expect(removed).toMatchObject({ epoch: 1, recoverable: true, unverifiedRecipients: [] });
    expect(removed.recipients.map((one: { role: string }) => one.role).sort()).toEqual([
      'custodian',
      'member',
      'recovery',
    ]);
    const accepted = ['--changes-by', 'alice', 'removed.age'];
    expect((await box.run(open('bob', ...accepted))).err).toContain('NO_MATCH');
    for (const who of ['alice', 'custodian'])
      expect((await box.done(open(who, ...accepted))).bytes.equals(PICTURE)).toBe(true);
    expect((await box.done(open('bob', 'item.age'))).bytes.equals(PICTURE)).toBe(true); // as the help says
  });

  it('are taken from the header alone where that is asked for', async () => {
    const only = ['--rewrap-only', '--out', 'bob', '-o', 'rewrapped.header', 'item.header'];
    const done = await facts(['recipients', 'remove', ...change('custodian'), ...only]);
    expect(done.removed).toHaveLength(1);
    const accepted = ['--changes-by', 'role:custodian', '--header', 'rewrapped.header', 'item.payload'];
    expect((await box.run(open('bob', ...accepted))).err).toContain('NO_MATCH');
    expect((await box.done(open('alice', ...accepted))).bytes.equals(PICTURE)).toBe(true);
  });

  it('are not lost silently', async () => {
    const key = Buffer.alloc(32, 7).toString('base64url');
    await writeFile(box.path('link.json'), JSON.stringify({ id: 'link-1', key }));
    const seal = ['seal', '--from', 'alice.key', ...trust, '--case', 'c-6', '-t', 'icu', '--link', 'link.json'];
    await box.done([...seal, '-o', 'linked.age', 'picture']);
    expect((await box.done(['open', '--link', 'link.json', ...trust, 'linked.age'])).bytes.equals(PICTURE)).toBe(true);
    const remove = ['recipients', 'remove', ...change('alice'), '-o', 'unlinked.age', '--out', 'bob'];
    expect(await box.run([...remove, 'linked.age'])).toMatchObject({ code: 2, err: expect.stringContaining('link-1') });
    expect((await facts([...remove, '--out', 'link-1', 'linked.age'])).removed).toHaveLength(2);
    const nobody = ['recipients', 'remove', ...change('alice'), '-o', 'never', '--out', 'carol', 'item.age'];
    expect(await box.run(nobody)).toMatchObject({ code: 2 });
  });
});

describe('release', () => {
  it('lets one person in under an entry of the log', async () => {
    const act = ['release', '-i', 'custodian.key', ...trust, '--reason', 'handover', '--to', 'carol'];
    expect(await box.run([...act, '-o', 'never', 'item.age'])).toMatchObject({ code: 2 });
    const done = await facts([...act, '--log-entry', 'log-7', '-o', 'released.header', 'item.header']);
    expect(done.added).toHaveLength(1);
    const accepted = ['--changes-by', 'role:custodian', '--header', 'released.header', 'item.payload'];
    expect((await box.done(open('carol', ...accepted))).bytes.equals(PICTURE)).toBe(true);
    const list = ['recipients', 'list', '-i', 'carol.key', ...trust, '--changes-by', 'custodian', 'released.header'];
    expect((await facts(list)).granted).toEqual([expect.objectContaining({ person: 'carol', logEntry: 'log-7' })]);
  });

  it('takes a key of one session', async () => {
    const session = (await facts(['keygen', '--only', 'identity', '-o', 'session.key'])).recipient;
    const act = [
      'release',
      '-i',
      'custodian.key',
      ...trust,
      '--reason',
      'ward PC',
      '--to',
      'carol',
      '--log-entry',
      'log-8',
    ];
    const done = await facts([...act, '--session-key', session, '-o', 'session.age', 'item.age']);
    expect(done.unverifiedRecipients).toHaveLength(1);
    expect((await box.done(open('session', '--changes-by', 'custodian', 'session.age'))).bytes.equals(PICTURE)).toBe(
      true,
    );
  });
});

describe('recover', () => {
  it('needs a request, two approvals and two guardians', async () => {
    const ask = ['--requester', 'carol', '--ground', 'the sender left', '--log-entry', 'log-9'];
    await box.done(['recover', 'request', ...ask, ...trust, '-o', 'request-0']);
    const share = (n: string, request: string) => [
      'recover',
      'share',
      '--request',
      request,
      '-i',
      `guardian-${n}.key`,
      ...trust,
      '-o',
      `share-${n}`,
      'item.age',
    ];
    const early = await box.run(share('1', 'request-0'));
    expect(early).toMatchObject({ code: 1, err: expect.stringContaining('APPROVAL_INVALID') });
    const approve = ['recover', 'approve', ...trust, '--request'];
    await box.done([...approve, 'request-0', '--from', 'dan.key', '-o', 'request-1', 'item.age']);
    expect((await box.run(share('1', 'request-1'))).code).toBe(1);
    await box.done([...approve, 'request-1', '--from', 'erin.key', '-o', 'request-2', 'item.age']);
    const self = await box.run([...approve, 'request-1', '--from', 'carol.key', '-o', 'never', 'item.age']);
    expect(self).toMatchObject({ code: 1, err: expect.stringContaining('APPROVAL_INVALID') });
    const given = await facts(share('1', 'request-2'));
    expect(given).toMatchObject({ requester: 'carol', logEntry: 'log-9', threshold: 2, seats: 3 });
    expect(given.approvals.map((one: { person: string }) => one.person)).toEqual(['dan', 'erin']);
    const combine = ['recover', 'combine', '-i', 'carol.key', '--share', 'share-1'];
    const few = await box.run([...combine, '-o', 'never', 'item.age']);
    expect(few).toMatchObject({ code: 1, err: expect.stringContaining('SHARES_INSUFFICIENT') });
    await box.done(share('3', 'request-2'));
    await box.done([...combine, '--share', 'share-3', '-o', 'recovery.key', 'item.age']);
    expect((await stat(box.path('recovery.key'))).mode & 0o777).toBe(0o600);
    const opened = await box.done(['open', '--recovery', 'recovery.key', ...trust, 'item.age']);
    expect(opened.bytes.equals(PICTURE)).toBe(true);
  });

  it('has a drill', async () => {
    const drill = ['recover', 'check', '-i'];
    expect(await facts([...drill, 'guardian-2.key', 'item.header'])).toEqual({ seat: 2, threshold: 2, seats: 3 });
    expect(await box.run([...drill, 'bob.key', 'item.age'])).toMatchObject({ code: 1 });
  });
});

describe('erase', () => {
  const why = ['--ground', 'filed and closed', '--backup-horizon', '2030-01-01'];

  it('destroys header versions, certifies it and says what it cannot reach', async () => {
    const seal = ['seal', '--from', 'alice.key', ...trust, '--case', 'c-7', '-t', 'icu'];
    const sealed = await facts([...seal, '--header', 'gone.header', '-o', 'gone.payload', 'picture']);
    const add = ['recipients', 'add', '-i', 'bob.key', ...trust, '--reason', 'x', '-r', 'carol'];
    const added = await facts([...add, '-o', 'gone-2.header', 'gone.header']);
    const header = await readFile(box.path('gone.header'));
    const act = ['erase', 'file', '--from', 'custodian.key', ...trust, ...why];
    const erased = await box.done([
      ...act,
      '--manifest-id',
      sealed.manifestId,
      '-o',
      'certificate',
      'gone.header',
      'gone-2.header',
    ]);
    expect(erased.out).toContain(`destroyed header ${sealed.headerDigest}`);
    expect(erased.out).toContain('not reached: headers and content that somebody fetched');
    const left = await box.files();
    expect(left).not.toContain('gone.header');
    expect(left).not.toContain('gone-2.header');
    const read = await facts(['erase', 'verify', ...trust, 'certificate']);
    expect(read).toMatchObject({ manifestId: sealed.manifestId, actor: { person: 'custodian' }, judgedBy: 'claim' });
    expect(read.headerDigests).toEqual([sealed.headerDigest, added.headerDigest].sort());
    await writeFile(box.path('spare.header'), await readFile(box.path('item.header')));
    const full = await box.run([...act, '--manifest-id', sealed.manifestId, '-o', '/dev/full', 'spare.header']);
    expect(full).toMatchObject({ code: 3, err: expect.stringContaining('destroyed and not certified') });
    const again = /certify it with (.*)\n/.exec(full.err)![1]!.split(' ');
    await box.done([...act, ...again, '-o', 'certificate-3']);
    expect((await facts(['erase', 'verify', ...trust, 'certificate-3'])).manifestId).toBe(sealed.manifestId);
    // The payload is there and useless; with a header that somebody kept it opens, as the help says.
    expect((await box.run(open('bob', 'gone.payload'))).code).toBe(1);
    await writeFile(box.path('kept.header'), header);
    expect((await box.run(open('bob', '--header', 'kept.header', 'gone.payload'))).code).toBe(0);
  });

  it('reads the id from the file, and destroys nothing when it cannot certify', async () => {
    await writeFile(box.path('whole.age'), await readFile(box.path('item.age')));
    const act = ['erase', 'file', ...trust, ...why, '-o', 'certificate-2', 'whole.age', '--from'];
    expect((await box.run([...act, 'custodian.key'])).code).toBe(2);
    expect((await box.run([...act, 'directory.key', '-i', 'custodian.key'])).code).toBe(2);
    expect((await box.run([...act, 'custodian.key', '-i', 'carol.key'])).err).toContain('NO_MATCH');
    const past = act.map((word) => (word === '2030-01-01' ? '2020-01-01' : word));
    expect((await box.run([...past, 'custodian.key', '-i', 'custodian.key'])).code).toBe(2);
    expect((await readFile(box.path('whole.age'))).equals(await readFile(box.path('item.age')))).toBe(true);
    // The same file by another spelling is one file.
    await box.done([...act, 'custodian.key', '-i', 'custodian.key', './whole.age']);
    expect(await box.files()).not.toContain('whole.age');
    expect((await facts(['erase', 'verify', ...trust, 'certificate-2'])).headerDigests).toHaveLength(1);
    const certificate = (await readFile(box.path('certificate'), 'utf8')).trimEnd();
    const end = certificate.endsWith('AAAA') ? 'BBBB' : 'AAAA';
    await writeFile(box.path('forged'), certificate.slice(0, -4) + end);
    expect((await box.run(['erase', 'verify', ...trust, 'forged'])).code).toBe(1);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { seededRandom } from '@wardseal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKeyStore, fileStore } from '../../src/file-store.js';
import { generateLogKey, logSigner, openEmergencyJournal } from '../../src/index.js';
import { CLI, type Shell, shell } from '../support/cli.js';
import { b64url, demoSigner, eventMaker, ORIGIN, START, UNWITNESSED, uuid7 } from '../support/events.js';
import { openIn } from '../support/folder.js';

const SUBJECT = b64url(new Uint8Array(32).fill(7));
const OWN = ['--log', 'log', '--secrets', 'secrets', '--signer', 'log.skey', '--unwitnessed', 'unwitnessed'];
const ME = { id: 'person-ig', kind: 'practitioner', org: 'RX1' };
let box: Shell;

beforeAll(async () => {
  box = await shell();
  const make = eventMaker('cli life');
  const log = await openIn(box.folder);
  for (let i = 0; i < 4; i++) await log.append(make());
  await log.integrate();
  await log.close();
  const { vkey, skey } = await demoSigner();
  await box.write('key', vkey);
  await box.write('log.skey', skey);
  await box.write('unwitnessed', UNWITNESSED);
  await box.write('me', ME);
  await box.write('handle', SUBJECT);
});
afterAll(() => box.close());

/** Starts a command that goes on, and waits for its first words. */
async function start(...args: readonly string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: box.folder });
  const [said] = await once(child.stdout, 'data');
  return { child, said: String(said) };
}

async function stop(child: ChildProcess): Promise<number> {
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  return code as number;
}

describe('witness and monitor', () => {
  it('a witness signs for a log that the command opens, and a monitor wants it', async () => {
    await box.done(['keygen', '--kind', 'witness', '-o', 'w.skey', '--public', 'w.vkey', 'witness.example']);
    const args = [
      '--signer',
      'w.skey',
      '--log-key',
      'next.vkey',
      '--state',
      'seen',
      '--port',
      '0',
      '--evidence',
      'proof',
    ];
    await box.done(['keygen', '-o', 'next.skey', '--public', 'next.vkey', 'audit.demo-trust.example/2027']);
    const { child, said } = await start('witness', ...args);
    const url = /listens at (\S+)/.exec(said)![1]!;
    const vkey = (await readFile(box.path('w.vkey'), 'utf8')).trim();
    await box.write('policy', `witness neighbour ${vkey} ${url}\nquorum neighbour\n`);
    try {
      const begun = await box.done([
        ...['succeed', '--log', 'next', '--secrets', 'next-secrets', '--signer', 'next.skey', '--policy', 'policy'],
        ...['--old-key', 'key', '--reason', 'a new year', '--actor', 'me', 'log/checkpoint'],
      ]);
      expect(begun.out).toContain(`audit.demo-trust.example/2027 follows ${ORIGIN}, which had 4 entries`);
      const watch = ['monitor', '-k', 'next.vkey', '--policy', 'policy', '--max-age', '1h', '--state', 'state', 'next'];
      expect((await box.done([...watch])).out).toContain('1 entries, 1 witnesses');
      expect((await box.run(['witness', ...args])).code).toBe(2); // the state is taken
    } finally {
      expect(await stop(child)).toBe(0);
    }
    const verified = await box.done(['verify', '-k', 'next.vkey', '--policy', 'policy', 'next']);
    expect(verified.out).toContain('witness     neighbour');
  });

  it('a monitor tells a log that was rolled back', async () => {
    await box.done(['monitor', '-k', 'key', '--state', 'watched', 'log']);
    await mkdir(box.path('older'));
    const log = await openIn(box.path('older'));
    await log.append(eventMaker('older')());
    await log.integrate();
    await log.close();
    const back = await box.run(['monitor', '-k', 'key', '--state', 'watched', '--evidence', 'split', 'older/log']);
    expect(back.code).toBe(1);
    expect(back.out).toMatch(/ALERT (LOG_ROLLED_BACK|TILE_INVALID|CONSISTENCY_INVALID)/);
    expect((await box.run(['monitor', '-k', 'key', 'secrets'])).code).toBe(1);
    await box.write('nonsense', '{}');
    expect((await box.run(['monitor', '-k', 'key', '--state', 'nonsense', 'log'])).code).toBe(2);
  });

  it('a monitor and an export that go on do so, and end in good order', async () => {
    const { child, said } = await start('monitor', '-k', 'key', '--every', '1s', '--json', 'log');
    const [again] = await once(child.stdout!, 'data');
    for (const look of [said, String(again)])
      expect(JSON.parse(look)).toMatchObject({ checkpoint: { size: 4 }, alerts: [] });
    expect(await stop(child)).toBe(0);
    await box.write('system', { id: 'wardseal.trust.example', url: 'https://wardseal.trust.example/' });
    const args = [
      '-l',
      'log',
      '--secrets',
      'secrets',
      '-k',
      'key',
      '--format',
      'ecs',
      '--source',
      'system',
      '--follow',
    ];
    const running = await start('export', ...args);
    expect(running.said.trimEnd().split('\n')).toHaveLength(4);
    expect(running.child.exitCode).toBeNull();
    expect(await stop(running.child)).toBe(0);
  });
});

describe('merge', () => {
  it('brings an emergency journal in, once', async () => {
    const name = 'emergency.demo-trust.example/2026';
    const { vkey, skey } = await generateLogKey(name, seededRandom('emergency'));
    await box.write('journal.vkey', vkey);
    const journal = await openEmergencyJournal({
      origin: name,
      store: fileStore(box.path('journal')),
      keys: fileKeyStore(box.path('journal-secrets')),
      signer: await logSigner(skey),
      unwitnessed: UNWITNESSED,
    } as Parameters<typeof openEmergencyJournal>[0]);
    const now = Date.now();
    const event = eventMaker('btg', () => now)({ type: 'breakglass.open', purpose: 'BTG', reason: 'the log was down' });
    await journal.append({ ...event, id: uuid7(now, seededRandom('btg id')) }, {});
    await journal.close();
    const args = ['--journal-key', 'journal.vkey', '--journal-secrets', 'journal-secrets', '--actor', 'me', 'journal'];
    expect((await box.done(['merge', ...OWN, ...args])).out).toContain(`1 entries of ${name} added`);
    expect((await box.done(['merge', ...OWN, ...args])).out).toContain('0 entries');
    expect((await box.run(['merge', ...OWN, ...args.slice(2)])).code).toBe(2);
    await box.write('other-key', (await demoSigner('other', name)).vkey);
    const wrong = await box.run(['merge', ...OWN, ...args.with(1, 'other-key')]);
    expect(wrong.code).not.toBe(0);
  });
});

describe('erase', () => {
  it('asks nobody to approve a request that could not be carried out', async () => {
    const whole = {
      id: uuid7(START, seededRandom('faulty')),
      at: new Date(START).toISOString(),
      reference: 'IG-18',
      ground: 'no-longer-necessary',
      exemption: 'none',
      requestedBy: 'person-asker',
      actor: ME,
      retention: [],
      backupsUntil: '2026-12-31',
    };
    for (const name of ['id', 'at', 'reference', 'requestedBy', 'actor', 'retention']) {
      await writeFile(box.path('faulty'), JSON.stringify({ ...whole, [name]: undefined }));
      const { code, err } = await box.run(['erase', 'propose', ...OWN, '--request', 'faulty', 'handle']);
      expect([name, code]).toEqual([name, 2]);
      expect(err).toMatch({ id: /keep a new one/, at: /"at":"2/ }[name] ?? new RegExp(`\`${name}\``));
    }
  });

  it('takes two people, destroys, and certifies', async () => {
    await writeFile(
      box.path('request'),
      JSON.stringify({
        id: uuid7(START, seededRandom('erasure')),
        at: new Date(START).toISOString(),
        reference: 'IG-17',
        ground: 'no-longer-necessary',
        exemption: 'none',
        requestedBy: 'person-asker',
        actor: ME,
        retention: [{ rule: 'en.adult', keepUntil: '2020-01-01', source: 'schedule', confirmed: true }],
        backupsUntil: '2026-12-31',
      }),
    );
    await box.done(['erase', 'propose', ...OWN, '--request', 'request', '-o', 'proposal', 'handle']);
    const proposal = JSON.parse(await readFile(box.path('proposal'), 'utf8')) as { digest: string; request: object };
    await box.write('another', { ...proposal, request: { ...proposal.request, ground: 'objection-upheld' } });
    const approvals: unknown[] = [];
    const approvers: Record<string, string> = {};
    for (const id of ['person-3', 'person-4']) {
      await box.done(['keygen', '-o', `${id}.skey`, '--public', `${id}.vkey`, id]);
      await box.done([
        'erase',
        'approve',
        '--signer',
        `${id}.skey`,
        '--id',
        id,
        '--org',
        'RX1',
        '-o',
        `${id}.yes`,
        'proposal',
      ]);
      approvals.push(JSON.parse(await readFile(box.path(`${id}.yes`), 'utf8')));
      approvers[id] = `${id}.vkey`;
    }
    const sign = ['erase', 'approve', '--signer', 'person-3.skey', '--id', 'person-3', '--org', 'RX1', '-o', 'no.yes'];
    const refused = await box.run([...sign, 'another']);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('the digest is not that')]);
    await box.write('approvers', approvers);
    await box.write('one', { approvals: approvals.slice(0, 1) });
    await box.write('forged', {
      approvals: [approvals[0], { ...(approvals[1] as object), approver: { id: 'person-5', org: 'RX1' } }],
    });
    await box.write('both', { approvals });
    const erase = [
      'erase',
      ...OWN,
      '--request',
      'request',
      '--approvers',
      'approvers',
      '-o',
      'certificate',
      '--approvals',
    ];
    expect(await box.run([...erase, 'one', 'handle'])).toMatchObject({
      code: 2,
      out: expect.stringContaining('APPROVALS_MISSING'),
    });
    expect((await box.run([...erase, 'forged', 'handle'])).out).toContain('APPROVAL_INVALID');
    await box.write('moved', {
      approvals: [approvals[0], { ...(approvals[1] as object), approver: { id: 'person-4', org: 'RX2' } }],
    });
    expect((await box.run([...erase, 'moved', 'handle'])).out).toContain('APPROVAL_INVALID');
    await box.write('twice', { ...approvers, 'person-6': approvers['person-3'] });
    const alone = await box.run([...erase.map((word) => (word === 'approvers' ? 'twice' : word)), 'both', 'handle']);
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('same key')]);
    expect(await box.files()).not.toContain('certificate');
    await box.write('certificate', 'in the way');
    expect((await box.run([...erase, 'both', 'handle'])).code).toBe(2);
    await rm(box.path('certificate'));
    const before = await readFile(box.path('log/checkpoint'), 'utf8');
    await box.write('before', before);
    await copyFile(box.path('log/checkpoint'), box.path('kept'));
    await box.done([...erase, 'both', 'handle']);
    expect(JSON.parse(await readFile(box.path('certificate'), 'utf8'))).toMatchObject({ reference: 'IG-17' });
    await box.done(['consistency', '-l', 'log', '-k', 'key', 'kept', 'log/checkpoint']);
    const verified = await box.done(['verify', '-k', 'key', '--secrets', 'secrets', 'log']);
    expect(verified.out).toMatch(/with their secret destroyed/);
    const sar = await box.ask({
      command: 'report sar',
      log: ['log'],
      key: ['key'],
      secrets: 'secrets',
      subject: 'handle',
      output: 'after',
    });
    expect(sar).toMatchObject({ exit: 0, rows: 0 });
  });
});

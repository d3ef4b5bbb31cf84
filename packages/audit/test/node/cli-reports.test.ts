import { mkdir, readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shell, shell } from '../support/cli.js';
import { b64url, demoSigner, eventMaker, ORIGIN } from '../support/events.js';
import { openIn } from '../support/folder.js';

const SUBJECT = b64url(new Uint8Array(32).fill(7));
const STRANGER = b64url(new Uint8Array(32).fill(8));
const READ = ['--log', 'log', '--secrets', 'secrets', '--key', 'key'];
const REQUEST = { log: ['log'], secrets: 'secrets', key: ['key'] };
let box: Shell;

beforeAll(async () => {
  box = await shell();
  const make = eventMaker('cli reports');
  const log = await openIn(box.folder);
  for (const change of [
    {},
    { actor: { id: 'person-9', kind: 'practitioner', org: 'RX1' } },
    { subject: { handle: STRANGER } },
    { type: 'breakglass.open', purpose: 'BTG', reason: 'the on-call list was wrong' },
    { object: { kind: 'item', id: 'item-42' } },
  ] as const)
    await log.append(make(change));
  await log.integrate();
  await log.close();
  await box.write('key', (await demoSigner()).vkey);
  await box.write('handle', `${SUBJECT}\n`);
  await box.write('names', { RX1: { 'person-9': 'Dr Rowan Moss' } });
});
afterAll(() => box.close());

describe('report', () => {
  it('sar names nobody unless it is told to', async () => {
    const { err } = await box.done(['report', 'sar', ...READ, '-o', 'closed.html', 'handle']);
    expect(err).toBe('');
    const closed = await readFile(box.path('closed.html'), 'utf8');
    expect(closed).not.toContain('person-9');
    expect((await stat(box.path('closed.html'))).mode & 0o777).toBe(0o600);
    await box.done(['report', 'sar', ...READ, '--name-staff', '--names', 'names', '-o', 'open.html', SUBJECT]);
    expect(await readFile(box.path('open.html'), 'utf8')).toContain('Dr Rowan Moss');
    const empty = await box.ask({
      command: 'report sar',
      ...REQUEST,
      subject: b64url(new Uint8Array(32)),
      output: 'none',
    });
    expect(empty).toMatchObject({ exit: 0, kind: 'subject-access', rows: 0, unpinned: [] });
  });

  it.each([
    ['sar', ['handle']],
    ['flags', []],
    ['breakglass', []],
  ])("%s is not made from secrets that are not the log's: it would say that nothing happened", async (kind, rest) => {
    const of = (secrets: string) =>
      box.run(['report', kind, '--log', 'log', '--secrets', secrets, '--key', 'key', '-o', `${kind}.lost`, ...rest]);
    expect(await of('mistyped')).toMatchObject({ code: 2, err: expect.stringContaining('mistyped: there is no such') });
    await mkdir(box.path('unmounted'), { recursive: true });
    expect(await of('unmounted')).toMatchObject({ code: 2, err: expect.stringContaining("this log's secrets") });
    expect(await box.files()).not.toContain(`${kind}.lost`);
  });

  it('is checked row by row against the proofs in its JSON', async () => {
    await box.done([
      'report',
      'sar',
      ...READ,
      '--name-staff',
      '--openings',
      '--format',
      'json',
      '-o',
      'sar.json',
      'handle',
    ]);
    const good = await box.done(['check', '-k', 'key', 'sar.json']);
    expect(good.out).toContain('subject-access: ');
    expect(good.out).toMatch(/GOOD\n$/);
    const text = await readFile(box.path('sar.json'), 'utf8');
    await box.write('lie.json', text.replace('"person-9"', '"person-8"'));
    expect(await box.run(['check', '-k', 'key', 'lie.json'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('the row says another person than its proof'),
    });
    expect((await box.run(['check', 'sar.json'])).code).toBe(2);
  });

  it('breach is about what it is asked', async () => {
    const asked = ['--actor', 'person-9', '--org', 'RX1', '--aware', '2026-03-02T08:00Z', '--format', 'json'];
    await box.done(['report', 'breach', ...READ, ...asked, '-o', 'breach.json']);
    expect(await readFile(box.path('breach.json'), 'utf8')).toContain('person-9');
    const object = await box.ask({
      command: 'report breach',
      ...REQUEST,
      object: ['item:item-42'],
      aware: '2026-03-02',
      output: 'object.html',
    });
    expect(object).toMatchObject({ exit: 0, rows: 1 });
    expect((await box.run(['report', 'breach', ...READ, '--aware', '2026-03-02'])).code).toBe(2);
    expect((await box.run(['report', 'breach', ...READ, '--actor', 'person-9', '--aware', '2026-03-02'])).code).toBe(2);
    expect((await box.run(['report', 'breach', ...READ, '--aware', 'yesterday', '--object', 'item:x'])).code).toBe(2);
  });

  it('breakglass, flags and exposure', async () => {
    await box.done(['report', 'breakglass', ...READ, '-o', 'breakglass.html']);
    expect(await readFile(box.path('breakglass.html'), 'utf8')).toContain('the on-call list was wrong');
    await box.write('facts', { ownHandles: { 'person-9': SUBJECT }, bankHolidays: ['2026-12-25'], leavers: {} });
    await box.done(['report', 'flags', ...READ, '--facts', 'facts', '--format', 'json', '-o', 'flags.json']);
    expect(await readFile(box.path('flags.json'), 'utf8')).toContain('own-record');
    await box.write('wrong', { rumours: [] });
    expect((await box.run(['report', 'flags', ...READ, '--facts', 'wrong', '-o', 'never'])).code).toBe(2);
    const could = [{ actor: 'person-9', org: 'RX1', from: '2026-01-01', why: 'member of the team' }];
    await box.write('could', { could });
    const shown = ['--could', 'could', '--object', 'item:item-42', '--format', 'json'];
    await box.done(['report', 'exposure', ...READ, ...shown, '-o', 'exposure.json']);
    expect(await readFile(box.path('exposure.json'), 'utf8')).toContain('member of the team');
    expect((await box.run(['report', 'exposure', ...READ, '--could', 'could'])).code).toBe(2);
  });

  it('writes what logs its hand-out', async () => {
    await box.write('me', { id: 'person-ig', kind: 'practitioner', org: 'RX1' });
    const out = ['--event', 'event.json', '--actor-file', 'me', '-o', 'logged.html'];
    await box.done(['report', 'sar', ...READ, ...out, 'handle']);
    expect(JSON.parse(await readFile(box.path('event.json'), 'utf8'))).toMatchObject({
      type: 'sar.export',
      actor: { id: 'person-ig' },
      subject: { handle: SUBJECT },
    });
    expect((await box.run(['report', 'sar', ...READ, '--event', 'e', '-o', 'half.html', 'handle'])).code).toBe(2);
    expect(await box.files()).not.toContain('half.html');
  });

  it.each<[string, string[]]>([
    ['no secrets', ['sar', '--log', 'log', 'handle']],
    ['no log', ['sar', '--secrets', 'secrets', 'handle']],
    ['a folder without a log', ['sar', '--log', 'secrets', '--secrets', 'secrets', 'handle']],
    ['a handle that is none', ['sar', ...READ, 'names']],
    ['a format that does not exist', ['sar', ...READ, '--format', 'pdf', 'handle']],
    ['the same log twice', ['sar', ...READ, '--log', 'log', 'handle']],
  ])('exits with 2 on %s', async (_, args) => {
    expect((await box.run(['report', ...args])).code).toBe(2);
  });

  it('exits with 1 on a log that another key signed', async () => {
    await box.write('other-key', (await demoSigner('other')).vkey);
    const { code, err } = await box.run(['report', 'sar', ...READ.slice(0, 4), '--key', 'other-key', 'handle']);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('CHECKPOINT_UNSIGNED') });
  });
});

describe('export', () => {
  it('appends lines with their place, and goes on where it ended', async () => {
    await box.write('system', { id: 'wardseal.trust.example', url: 'https://wardseal.trust.example/' });
    const out = ['--format', 'ecs', '--source', 'system', '--cursor', 'cursor', '-o', 'siem.ndjson'];
    const first = await box.ask({
      command: 'export',
      ...REQUEST,
      format: 'ecs',
      source: 'system',
      cursor: 'cursor',
      output: 'siem.ndjson',
    });
    expect(first).toMatchObject({ exit: 0, entries: 5, format: 'ecs' });
    const again = await box.done(['export', ...READ, ...out]);
    expect(again.out).toContain('0 entries exported');
    const lines = (await readFile(box.path('siem.ndjson'), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.join()).toContain(ORIGIN);
    const piped = await box.done(['export', ...READ, '--format', 'cef', '--source', 'system']);
    expect(piped.out.match(/^CEF:/gm)).toHaveLength(5);
    expect(piped.err).toContain('5 entries exported');
    expect((await box.run(['export', ...READ, '--format', 'xml', '--source', 'system'])).code).toBe(2);
    expect((await box.run(['export', ...READ, '--format', 'ecs'])).code).toBe(2);
    const syslog = ['export', ...READ, '--format', 'syslog', '--source', 'system', '--syslog'];
    expect((await box.run([...syslog, 'collector'])).code).toBe(2);
    expect((await box.run([...syslog, '127.0.0.1:6514', '-o', 'file'])).code).toBe(2);
    expect(await box.run([...syslog, '127.0.0.1:1'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('collector'),
    });
  });
});

import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approved, draft } from '../support/assessment.js';
import { type Shell, shell } from '../support/cli.js';

const AT = '2026-06-01T09:00:00Z';
const REGISTER = ['--register', 'register.json'];
let box: Shell;

beforeAll(async () => {
  box = await shell();
  const when = '2026-03-01T09:00:00Z';
  await box.done(['init', '--id', 'demo-trust', '--review-by', '2027-03-01', '-o', 'policy.json']);
  for (const [id, role] of [
    ['p-reid', 'caldicott-guardian'],
    ['p-moss', 'siro'],
  ] as const)
    await box.done(['keygen', '--id', id, '--role', role, '-o', `${id}.secret`, '--public', `${id}.json`]);
  const guardians = ['-g', 'p-reid.json', '-g', 'p-moss.json'];
  await box.done(['propose', ...REGISTER, '--by', 'p-shah', '--reason', 'First', '--at', when, 'policy.json']);
  for (const id of ['p-reid', 'p-moss']) {
    await box.done(['sign', '-k', `${id}.secret`, '-o', `${id}.yes`, '--at', when, 'policy.json']);
    await box.done(['approve', ...REGISTER, ...guardians, `${id}.yes`]);
  }
  await box.done(['activate', ...REGISTER, ...guardians, '--by', 'p-shah', '--at', when]);
  await box.write('app.json', approved);
});
afterAll(() => box.close());

describe('report', () => {
  it('reviews: 0 while nothing is overdue, 1 from the day on', async () => {
    const args = ['report', 'reviews', ...REGISTER, '-a', 'app.json', '--at'];
    expect((await box.done([...args, AT])).out).toBe('nothing is due\n');
    expect(await box.json([...args, '2027-02-20T09:00:00Z'])).toMatchObject({ exit: 1, overdue: true });
    const reminded = await box.done([...args, '2027-02-14']);
    expect(reminded.out).toContain('Picture transfer in the browser');
    await box.write(
      'others.jsonl',
      '{"kind":"training","id":"t-1","title":"Training","reviewBy":"2026-05-01T00:00:00Z"}\n',
    );
    expect((await box.run([...args, AT, '--others', 'others.jsonl'])).code).toBe(1);
    expect((await box.run([...args, '2026-02-01'])).code).toBe(1); // nothing was in force
  });

  it('acknowledgements: who has not, and 1 when their time has run out', async () => {
    await box.write('page.txt', 'Pictures of patients stay in the system.\n');
    await box.write('people.json', {
      people: [
        { id: 'p-1', department: 'Burns', status: 'active', since: '2026-03-01T00:00:00Z' },
        { id: 'p-2', department: 'Burns', status: 'active', since: '2026-03-01T00:00:00Z' },
      ],
    });
    for (const id of ['p-1', 'p-2'])
      await box.done([
        ...[
          'acknowledge',
          '--subject',
          id,
          '--text',
          'page.txt',
          '--at',
          '2026-03-05',
          '-o',
          `${id}.ack`,
          'policy.json',
        ],
      ]);
    expect((await stat(box.path('p-1.ack'))).mode & 0o777).toBe(0o600);
    const acks = await Promise.all(['p-1.ack', 'p-2.ack'].map((name) => readFile(box.path(name), 'utf8')));
    const args = ['report', 'acknowledgements', ...REGISTER, '--people', 'people.json', '--at', AT];
    await box.write('all.jsonl', acks.join(''));
    expect((await box.done([...args, '--acknowledgements', 'all.jsonl'])).out).toContain('Burns: 2 of 2 (100%)');
    await box.write('one.jsonl', acks[0]!);
    const late = await box.run([...args, '--acknowledgements', 'one.jsonl']);
    expect(late.code).toBe(1);
    expect(late.out).toContain('p-2: asked');
    expect((await box.run([...args, '--acknowledgements', 'page.txt'])).err).toContain('one object a line');
    expect((await box.run(args)).err).toContain('--acknowledgements is missing');
  });

  it('access: 1 when somebody’s is to be suspended, never while on duty', async () => {
    const member = {
      id: 'p-1',
      group: 'burns',
      role: 'nurse',
      lastUsedAt: '2026-05-01T00:00:00Z',
      grant: { basis: 'ward', by: 'p-lead', at: '2025-01-01T00:00:00Z' },
      onDutyNow: false,
    };
    await box.write('away.json', { memberships: [member] });
    await box.write('here.json', { memberships: [{ ...member, onDutyNow: true }] });
    const args = ['report', 'access', '--opened', '2026-04-01', '--due', '2026-05-01', '--at', AT, '--memberships'];
    const away = await box.run([...args, 'away.json']);
    expect(away).toMatchObject({ code: 1, out: expect.stringContaining('SUSPEND p-1 in burns\n') });
    expect((await box.run([...args, 'here.json'])).code).toBe(0);
    expect((await box.run([...args, 'here.json', '--dormant-days', 'x'])).code).toBe(2);
  });
});

describe('assessment', () => {
  it('check: 0 for a channel that may be used, 1 for none, undecided, overdue or on paper only', async () => {
    const args = ['assessment', 'check', '--at', AT];
    expect((await box.done([...args, 'app.json'])).out).toMatch(/channel {5}approved\nreview {6}by 2027-02-20/);
    await box.write('draft.json', draft(2));
    expect(await box.json([...args, 'draft.json'])).toMatchObject({ exit: 1, status: 'unassessed' });
    expect((await box.run(['assessment', 'check', '--at', '2027-03-01', 'app.json'])).out).toContain('OVERDUE');
    await box.write('own.json', { ...approved, approvedBy: approved.assessedBy });
    const own = await box.run([...args, 'own.json']);
    expect(own).toMatchObject({ code: 1, out: expect.stringContaining('REFUSED     SELF_APPROVAL: own.json: ') });
    expect((await box.run(['report', 'reviews', ...REGISTER, '-a', 'own.json'])).err).toContain(
      'SELF_APPROVAL: own.json',
    );
  });

  it('render writes a page', async () => {
    await box.done(['assessment', 'render', '--at', AT, '-o', 'app.html', 'app.json']);
    expect(await readFile(box.path('app.html'), 'utf8')).toContain('Picture transfer in the browser');
  });
});

describe('dpia and article30', () => {
  it.each([
    ['dpia', 'dpia/0'],
    ['article30', 'article-30/0'],
  ])('%s comes from what is running, and says what is missing', async (name, format) => {
    await box.write('form.json', { dpo: { name: 'Data protection office', contact: 'dpo@trust.example' } });
    const args = [...REGISTER, '-a', 'app.json', '--form', 'form.json', '--at', AT];
    const made = await box.run([name, ...args, '-o', `${name}.html`, 'policy.json']);
    expect(made.code).toBe(0);
    expect(made.out).toContain('missing     Who is the controller?');
    expect(made.out).not.toContain('Who is the data protection officer?');
    expect(await readFile(box.path(`${name}.html`), 'utf8')).toContain('dpo@trust.example');
    const json = await box.run([name, ...args, '--format', 'json', 'policy.json']);
    expect(JSON.parse(json.out)).toMatchObject({ format, policy: { id: 'demo-trust' } });
    expect((await box.run([name, '--format', 'pdf', 'policy.json'])).err).toContain('html or json');
    await box.write('bad.json', { dpo: 'x' });
    expect((await box.run([name, '--form', 'bad.json', 'policy.json'])).code).toBe(2);
  });
});

describe('retention', () => {
  it('says until when, and 2 where it cannot', async () => {
    const record = {
      nation: 'england',
      recordTypes: ['photo', 'child'],
      hold: 'none',
      facts: { dateOfBirth: '2009-05-04', endOfTreatment: '2026-11-22' },
    };
    await box.write('record.json', record);
    const { out } = await box.done(['retention', 'record.json']);
    expect(out).toContain('not confirmed');
    expect(out).toMatch(/\nKEEP until 2035-05-04, then review\n$/);
    const unknown = await box.run(['retention'], JSON.stringify({ ...record, facts: {} }));
    expect(unknown).toMatchObject({ code: 2, out: expect.stringContaining('KEEP: not known is ') });
    const held = await box.run(['retention'], JSON.stringify({ ...record, hold: 'legal' }));
    expect(held).toMatchObject({ code: 0, out: expect.stringContaining('there is a hold (legal)') });
    expect((await box.run(['retention'], JSON.stringify({ ...record, recordTypes: ['phto'] }))).err).toContain(
      'VALUE_INVALID',
    );
  });
});

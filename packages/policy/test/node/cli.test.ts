import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diff } from '../../src/analyse.js';
import { type Decision, loadPolicy, type PolicyDocument } from '../../src/index.js';
import { nhs } from '../../src/packs/nhs/index.js';
import { type Shell, shell } from '../support/cli.js';

const AT = '2026-03-02T03:12:00Z';
const REQUEST = {
  subject: {
    id: 'p-okafor',
    org: 'RZZ01',
    role: 'registrar',
    status: 'active',
    teams: ['plastics'],
    onDutyTeams: ['plastics'],
    assurance: 2,
    authenticatedAt: '2026-03-01T20:00:00Z',
    acknowledgedVersion: 1,
    outsider: 'none',
  },
  action: { name: 'view' },
  resource: {
    kind: 'photo',
    ownerOrg: 'RZZ01',
    team: 'plastics',
    author: 'p-lindqvist',
    sensitivity: 'normal',
    consentLevel: ['record'],
    withdrawnLevels: [],
    state: 'active',
    hold: 'none',
    notAfter: '2026-03-09T03:00:00Z',
  },
  context: {
    purpose: 'direct-care',
    justification: 'none',
    policyVersion: 1,
    relationship: { kind: 'on-duty', from: '2026-03-01T20:00:00Z', until: '2026-03-02T08:00:00Z' },
  },
};
const LATE = { ...REQUEST, subject: { ...REQUEST.subject, authenticatedAt: '2026-03-01T09:00:00Z' } };
let box: Shell;

beforeAll(async () => {
  box = await shell();
  await box.done('init', '--id', 'demo-trust', '--review-by', '2027-03-01', '-o', 'policy.json');
  await box.write('request.json', REQUEST);
  await box.write('late.json', LATE);
});
afterAll(() => box.close());

const change = async (name: string, edit: (document: PolicyDocument) => object): Promise<string> =>
  box.write(name, edit(JSON.parse(await readFile(box.path('policy.json'), 'utf8'))));

describe('init and revise', () => {
  it('write a policy with the numbers and the evidence of a trust', async () => {
    const { out } = await box.done(
      ...['init', '--set', 'viewSignInHours=12', '--configured', 'device-management', '-o', 'own.json'],
      ...['--title', 'Pictures at the demo trust', '--owner', 'siro', '--effective-from', '2026-12-01'],
    );
    const { document, digest } = loadPolicy(await readFile(box.path('own.json'), 'utf8'));
    const { parameters, sources } = nhs({ parameters: { viewSignInHours: 12 }, configured: ['device-management'] });
    expect(document).toMatchObject({
      parameters,
      sources,
      title: 'Pictures at the demo trust',
      owner: { role: 'siro' },
      effectiveFrom: '2026-12-01T00:00:00.000Z',
    });
    expect(out).toContain(digest);
    expect(out).toContain('no review date yet');
    expect(out).toContain('not configured: country');
  });

  it.each([
    [['--set', 'viewSignInHours'], 'PARAMETER=N'],
    [['--set', 'viewSignInHours=0'], 'takes 1 to'],
    [['--set', 'viewSigninHours=12'], 'there are viewSignInHours'],
    [['--set', '__proto__=12'], 'there is no parameter __proto__'],
    [['--configured', 'radar'], 'there are device-management'],
    [['--review-by', '2027-02-30'], '--review-by takes a date'],
    [['--review-by', 'next year'], '--review-by takes a date'],
    [['policy.json'], 'too many files'],
  ])('init %j is refused in words', async (args, words) => {
    expect(await box.run(['init', ...args])).toMatchObject({ code: 2, out: '', err: expect.stringContaining(words) });
  });

  it('replace nothing without --force', async () => {
    const before = await readFile(box.path('policy.json'), 'utf8');
    expect(await box.run(['init', '-o', 'policy.json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--force'),
    });
    expect(await readFile(box.path('policy.json'), 'utf8')).toBe(before);
  });

  it('revise begins the next version as a draft that names the one before', async () => {
    await box.done('init', '--configured', 'country', '-o', 'v1.json');
    const v1 = loadPolicy(await readFile(box.path('v1.json'), 'utf8'));
    await box.done('revise', '--set', 'dormantDays=60', '--not-configured', 'country', '-o', 'v2.json', 'v1.json');
    const { document } = loadPolicy(await readFile(box.path('v2.json'), 'utf8'));
    expect(document).toMatchObject({
      version: 2,
      status: 'draft',
      supersedes: { version: 1, digest: v1.digest },
      parameters: { dormantDays: { value: 60 } },
      sources: { country: { configured: false } },
    });
    expect(document.approvals ?? document.reviewBy).toBeUndefined();
  });
});

describe('check', () => {
  it('says SOUND, and what it looked at', async () => {
    const { out } = await box.done('check', 'policy.json', '--at', AT);
    for (const words of ['demo-trust version 1, draft', 'sha256-', 'come out as they say', 'proved', 'SOUND\n'])
      expect(out).toContain(words);
    expect(out).toContain('NO-22: needs country');
    expect(await box.json('check', 'policy.json', '--at', AT)).toMatchObject({
      code: 0,
      verdict: 'sound',
      examples: [],
      review: { state: 'due', days: 363 },
      redundant: { verdict: 'decided' },
    });
  });

  it('reads stdin, as - or as nothing', async () => {
    const text = await readFile(box.path('policy.json'));
    expect(await box.run(['check', '-', '--at', AT], text)).toMatchObject({ code: 0, err: '' });
    expect(await box.run(['check', '--at', AT], text)).toMatchObject({ code: 0, err: '' });
    expect(await box.ask({ command: 'check', policy: 'policy.json', at: AT })).toMatchObject({ verdict: 'sound' });
  });

  it('an overdue review is exit code 1, from that very moment on', async () => {
    expect((await box.run(['check', 'policy.json', '--at', '2027-02-28T23:59:59.999Z'])).code).toBe(0);
    const { code, out } = await box.run(['check', 'policy.json', '--at', '2027-03-01']);
    expect(code).toBe(1);
    expect(out).toContain('review      OVERDUE for 0 days, since 2027-03-01');
    expect(await box.json('check', 'policy.json', '--at', '2027-03-31')).toMatchObject({
      code: 1,
      review: { state: 'overdue', days: -30 },
    });
  });

  it('a policy in force without a review date is not sound', async () => {
    await change('undated.json', ({ reviewBy: _, ...document }) => ({ ...document, status: 'in-force' }));
    expect(await box.run(['check', 'undated.json'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('NO DATE'),
    });
  });

  it('a red example and a broken invariant are exit code 1, with what went wrong', async () => {
    await change('red.json', ({ tests, ...document }) => ({
      ...document,
      tests: tests.map((test, i) => (i === 0 ? { ...test, name: 'a wrong hope', expect: { decision: false } } : test)),
    }));
    const red = await box.run(['check', 'red.json', '--at', AT]);
    expect(red).toMatchObject({ code: 1, out: expect.stringContaining('RED         a wrong hope\n') });
    expect(red.out).toContain('decision: expected false, got true');
    await change('careless.json', ({ rules, ...document }) => ({
      ...document,
      rules: rules.filter(({ id }) => id !== 'NO-18'),
      tests: [],
    }));
    const broken = await box.run(['check', 'careless.json', '--at', AT]);
    expect(broken.code).toBe(1);
    expect(broken.out).toMatch(/BROKEN {6}INV-09 .*\n {12}for example erase at /);
    expect((await box.run(['prove', 'careless.json'])).code).toBe(1);
    expect((await box.run(['test', 'red.json'])).code).toBe(1);
  });

  it('a rule that does nothing is told and is no fault', async () => {
    await change('idle.json', ({ rules, ...document }) => ({
      ...document,
      rules: [...rules, { ...rules[0], id: 'DC-99' }],
    }));
    const { code, out } = await box.run(['check', 'idle.json', '--at', AT]);
    expect(code).toBe(0);
    expect(out).toContain('idle rule   DC-99: changes nothing, made up for by ');
  });
});

describe('test and prove', () => {
  it('run examples and prove promises of the caller’s own', async () => {
    const tests = [{ name: 'on duty', now: AT, request: REQUEST, expect: { decision: true, basis: 'on-duty' } }];
    await box.write('tests.json', { tests });
    expect((await box.done('test', '--tests', 'tests.json', 'policy.json')).out).toBe(
      'examples    1 of 1 come out as they say\n',
    );
    const red = await box.ask({
      command: 'test',
      policy: 'policy.json',
      tests: { tests: [{ ...tests[0], expect: { decision: false } }] },
    });
    expect(red).toMatchObject({ code: 1, total: 1, passed: 0 });
    expect(await box.run(['test', '--tests', 'request.json', 'policy.json'])).toMatchObject({ code: 2 });
    expect(
      await box.json('test', 'policy.json', '--tests', await box.write('bad.json', { tests: [{ name: 'x' }] })),
    ).toMatchObject({
      code: 2,
      error: { code: 'DOCUMENT_INVALID', file: 'bad.json', path: expect.stringMatching(/^\/tests\/0/) },
    });

    const promise = { id: 'INV-99', title: 'Nobody views', never: { actions: ['view'], when: { all: [] } } };
    await box.write('promise.json', promise);
    const broken = await box.run(['prove', '--invariant', 'promise.json', 'policy.json']);
    expect(broken).toMatchObject({ code: 1, out: expect.stringContaining('BROKEN      INV-99 Nobody views') });
    await box.write('promise.json', { ...promise, never: { actions: ['veiw'], when: { all: [] } } });
    expect(await box.json('prove', '--invariant', 'promise.json', 'policy.json')).toMatchObject({
      code: 2,
      error: { code: 'UNKNOWN_ACTION', file: 'promise.json' },
    });
  });

  it('prove every invariant of the policy', async () => {
    const { proofs } = await box.json<{ proofs: { verdict: string }[] }>('prove', 'policy.json');
    expect(proofs).toHaveLength(nhs().invariants.length);
    expect(new Set(proofs.map(({ verdict }) => verdict))).toEqual(new Set(['proved', 'not-claimed']));
  });
});

describe('diff', () => {
  it('tells what is newly refused and what is newly allowed, with requests that show it', async () => {
    await box.done('revise', '--set', 'viewSignInHours=12', '-o', 'next.json', 'policy.json');
    const stricter = await box.run(['diff', 'policy.json', 'next.json']);
    expect(stricter.code).toBe(1);
    expect(stricter.out).toContain('parameter viewSignInHours: 13 became 12\n');
    expect(stricter.out).toMatch(
      /No longer allowed: recall when .* at least 12 hours old and less than 13 hours old\.\n/,
    );
    expect(stricter.out).toMatch(/\n {12}for example recall at .*\n(?: {14}.*\n)+ {12}is now forbidden: NO-05 /);
    const looser = await box.json<Pick<Diff, 'differences'>>('diff', 'next.json', 'policy.json');
    expect(looser).toMatchObject({ code: 1, verdict: 'different' });
    for (const { change, before, after } of looser.differences)
      expect([change, before.decision, after.decision]).toEqual(['newly-allowed', false, true]);
    const brief = await box.run(['diff', '--brief', 'next.json', 'policy.json']);
    expect(brief.out).toContain('Newly allowed: ');
    expect(brief.out).not.toContain('for example');
  });

  it('is 0 where no request is answered differently, whatever the words', async () => {
    const same = await box.done('diff', 'policy.json', 'policy.json');
    expect(same.out).toContain('EQUAL        the same document');
    await change('titled.json', (document) => ({ ...document, title: 'Another title' }));
    const { out } = await box.done('diff', 'policy.json', 'titled.json');
    expect(out).toContain('document title: changed');
    expect(out).toContain('EQUAL        no request');
  });

  it('tells changed duties', async () => {
    await change('marked.json', ({ rules, ...document }) => ({
      ...document,
      rules: rules.map((rule) =>
        rule.effect === 'permit' && rule.actions.includes('recall')
          ? { ...rule, obligations: [{ type: 'justify' }] }
          : rule,
      ),
    }));
    const { code, out } = await box.run(['diff', 'policy.json', 'marked.json']);
    expect(code).toBe(1);
    expect(out).toMatch(/Allowed with other duties: recall.*: (?:none|notify .*) became justify\./);
  });
});

describe('who-can', () => {
  it('names roles, and proves that it is nobody', async () => {
    const erase = await box.done('who-can', 'policy.json', 'erase', '--by', 'subject.role', '--witness');
    expect(erase.out).toMatch(/^Can erase when subject\.role is .*caldicott-guardian.*\n {12}for example erase/);
    const erased = await box.run(['who-can', '--when', 'resource.state=erased', 'policy.json', 'view']);
    expect(erased).toMatchObject({ code: 1, out: 'NOBODY\n' });
    const asked = { command: 'who-can', files: ['policy.json', 'view'] };
    expect(await box.ask({ ...asked, when: ['{"resource.state":"erased"}'] })).toMatchObject({ verdict: 'nobody' });
    expect(await box.ask({ ...asked, when: ['subject.status!=active'] })).toMatchObject({ verdict: 'nobody' });
    expect(
      await box.ask({ ...asked, when: ['resource.withdrawnLevels=record', 'context.purpose!=emergency'] }),
    ).toMatchObject({
      verdict: 'nobody',
    });
    expect(await box.ask({ ...asked, when: ['subject.assurance=3', 'resource.identifiable=true'] })).toMatchObject({
      verdict: 'somebody',
    });
    const send = { command: 'who-can', files: ['policy.json', 'send'] };
    expect(await box.ask({ ...send, when: ['context.recipients.verified=false'] })).toMatchObject({
      verdict: 'nobody',
    });
    expect(await box.ask({ ...send, when: ['context.recipients.verified=true'] })).toMatchObject({
      verdict: 'somebody',
    });
  });

  it.each([
    [['policy.json', 'veiw'], 'the policy has no action veiw; it has capture'],
    [['view', 'policy.json'], 'the policy comes first'],
    [['policy.json', 'view', '--when', 'state=erased'], 'is it resource.state?'],
    [['policy.json', 'view', '--when', 'resource.state'], 'FACT=VALUE'],
    [['policy.json', 'view', '--when', 'resource.state=eraced'], 'not a value of `resource.state`'],
    [['policy.json', 'view', '--when', '{"resource.state":'], 'no condition in JSON'],
    [['policy.json', 'view', '--when', '{"resource.state":{"is":1}}'], 'no operator `is`'],
    [['policy.json', 'view', '--by', 'role'], 'no fact role'],
    [['policy.json'], 'missing'],
  ])('%j is refused in words', async (args, words) => {
    expect(await box.run(['who-can', ...args])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(words),
    });
  });
});

describe('decide and explain', () => {
  it('decide: 0 and 1, in words and in JSON, by file, option and stdin', async () => {
    const { out } = await box.done('decide', '--at', AT, 'policy.json', 'request.json');
    expect(out).toBe(
      'Allowed\nWhoever is on duty for the team\nComes with: It cannot be downloaded\nComes with: A watermark around the picture\n',
    );
    const piped = await box.run(['decide', '--json', '--at', AT, 'policy.json'], JSON.stringify(LATE));
    expect(piped.code).toBe(1);
    expect(JSON.parse(piped.out)).toMatchObject({
      decision: false,
      context: {
        outcome: 'forbidden',
        evaluated_at: '2026-03-02T03:12:00.000Z',
        remedies: expect.arrayContaining([expect.objectContaining({ text: 'Sign in again', verified: true })]),
      },
    });
    const asked = { command: 'decide', policy: 'policy.json', at: AT };
    expect(await box.ask({ ...asked, request: REQUEST })).toMatchObject({ code: 0, decision: true });
    expect(await box.run(['decide', '--request', 'late.json', 'policy.json', 'late.json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('given twice'),
    });
  });

  it('decide takes AuthZEN’s form and its batches', async () => {
    const { id, ...properties } = REQUEST.subject;
    const subject = { type: 'user', id, properties };
    const asked = { command: 'decide', policy: 'policy.json', at: AT };
    expect(await box.ask({ ...asked, request: { ...REQUEST, subject } })).toMatchObject({ decision: true });
    const { action: _, ...shared } = REQUEST;
    const evaluations = [{ action: { name: 'view' } }, { action: { name: 'erase' } }, { action: { name: 'view' } }];
    const all = await box.ask<{ evaluations: Decision[] }>({ ...asked, request: { ...shared, subject, evaluations } });
    const outcomes = (answer: typeof all) => answer.evaluations.map(({ decision }) => decision);
    expect([all.code, outcomes(all)]).toEqual([1, [true, false, true]]);
    const first = await box.ask<{ evaluations: Decision[] }>({
      ...asked,
      request: { ...shared, subject, evaluations, semantics: 'deny_on_first_deny' },
    });
    expect(outcomes(first)).toEqual([true, false]);
    expect(await box.ask({ ...asked, request: { evaluations: 7 } })).toMatchObject({
      code: 2,
      error: { code: 'USAGE' },
    });
  });

  it('shows the value of a fact to those alone who may see it', async () => {
    const found = 'found 2026-03-01T09:00';
    const say = async (...audience: string[]) =>
      (await box.run(['decide', '--at', AT, ...audience, 'policy.json', 'late.json'])).out;
    expect(await say()).not.toContain('2026-03-01');
    expect(await say('--json')).not.toContain('actual');
    expect(await say('--audience', 'ig')).toContain(found);
    expect(await say('--audience', 'engineer')).toContain(found);
    expect((await box.run(['decide', '--audience', 'boss', 'policy.json', 'late.json'])).err).toContain('engineer');
  });

  it('says which facts of a request the policy does not read', async () => {
    const slip = { ...REQUEST, subject: { ...REQUEST.subject, rol: 'nurse' }, action: 'view', contexts: {} };
    const { code, out } = await box.run(['decide', 'policy.json'], JSON.stringify(slip));
    expect(code).toBe(1);
    expect(out).toContain('Note: the action is an object: "action":{"name":"view"}\n');
    expect(out).toContain('Note: not read: subject.rol is no fact of this policy\n');
    expect(out).toContain('Note: not read: contexts is no part of a request\n');
    const clock = { ...REQUEST, context: { ...REQUEST.context, now: AT, relationship: { kind: 'on-duty', form: AT } } };
    const { notes } = await box.ask<{ notes: string[] }>({ command: 'decide', policy: 'policy.json', request: clock });
    expect(notes).toHaveLength(2);
    expect(notes.join()).toContain('--at');
    expect(notes.join()).toContain('context.relationship.form');
    expect(await box.ask({ command: 'decide', policy: 'policy.json', request: REQUEST })).not.toHaveProperty('notes');
  });

  it('explain reads a recorded decision, or a request', async () => {
    const { out } = await box.run(['decide', '--json', '--at', AT, 'policy.json', 'late.json']);
    await box.write('decision.json', out);
    const kept = await box.done('explain', '--audience', 'ig', 'policy.json', 'decision.json');
    expect(kept.out).toMatch(/^Refused: a rule forbids it\nNO-05 The sign-in is too old\n {2}Why: /);
    expect(kept.out).toContain('What you can do:\n  Sign in again\n');
    const asked = await box.done('explain', '--at', AT, 'policy.json', 'late.json');
    expect(asked.out).toMatch(/^Refused: a rule forbids it\nThe sign-in is too old\n/);
    expect(await box.run(['explain', 'v1.json', 'decision.json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('another policy'),
    });
    for (const [text, words] of [
      ['{"decision":true}', 'that is no decision'],
      ['{"decision":true,"context":{"reasons":7,"policy":null}}', 'that is no decision'],
      ['[]', 'must be a JSON object'],
    ])
      expect(await box.run(['explain', 'policy.json'], text)).toMatchObject({
        code: 2,
        err: expect.stringContaining(words!),
      });
  });
});

describe('digest', () => {
  it('is the digest, and says whether it is the one', async () => {
    const { digest } = loadPolicy(await readFile(box.path('policy.json'), 'utf8'));
    expect((await box.done('digest', 'policy.json')).out).toBe(`${digest}\n`);
    expect((await box.done('digest', '--is', digest, 'policy.json')).out).toBe(`${digest}\n`);
    expect(await box.run(['digest', '--is', `${digest}A`, 'policy.json'])).toMatchObject({ code: 1 });
    await change('approved.json', (document) => ({ ...document, status: 'approved' }));
    expect((await box.done('digest', 'approved.json')).out).toBe(`${digest}\n`);
  });
});

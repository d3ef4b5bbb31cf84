import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPolicy, type PolicyDocument } from '../../src/index.js';
import { nhs } from '../../src/packs/nhs/index.js';
import { type Shell, shell } from '../support/cli.js';
import { AT, REQUEST } from '../support/cli-request.js';

let box: Shell;

beforeAll(async () => {
  box = await shell();
  await box.done(['init', '--id', 'demo-trust', '--review-by', '2027-03-01', '-o', 'policy.json']);
  await box.write('request.json', REQUEST);
});
afterAll(() => box.close());

const change = async (name: string, edit: (document: PolicyDocument) => object): Promise<string> =>
  box.write(name, edit(JSON.parse(await readFile(box.path('policy.json'), 'utf8'))));

describe('init and revise', () => {
  it('write a policy with the numbers and the evidence of a trust', async () => {
    const { out } = await box.done([
      ...['init', '--set', 'viewSignInHours=12', '--configured', 'device-management', '-o', 'own.json'],
      ...['--title', 'Pictures at the demo trust', '--owner', 'siro', '--effective-from', '2026-12-01'],
    ]);
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
    await box.done(['init', '--configured', 'country', '-o', 'v1.json']);
    const v1 = loadPolicy(await readFile(box.path('v1.json'), 'utf8'));
    await box.done(['revise', '--set', 'dormantDays=60', '--not-configured', 'country', '-o', 'v2.json', 'v1.json']);
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
    const { out } = await box.done(['check', 'policy.json', '--at', AT]);
    for (const words of ['demo-trust version 1, draft', 'sha256-', 'come out as they say', 'proved', 'SOUND\n'])
      expect(out).toContain(words);
    expect(out).toContain('NO-22: needs country');
    expect(await box.json(['check', 'policy.json', '--at', AT])).toMatchObject({
      exit: 0,
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
    expect(await box.json(['check', 'policy.json', '--at', '2027-03-31'])).toMatchObject({
      exit: 1,
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
    expect((await box.done(['test', '--tests', 'tests.json', 'policy.json'])).out).toBe(
      'examples    1 of 1 come out as they say\n',
    );
    const red = await box.ask({
      command: 'test',
      policy: 'policy.json',
      tests: { tests: [{ ...tests[0], expect: { decision: false } }] },
    });
    expect(red).toMatchObject({ exit: 1, total: 1, passed: 0 });
    expect(await box.run(['test', '--tests', 'request.json', 'policy.json'])).toMatchObject({ code: 2 });
    expect(
      await box.json(['test', 'policy.json', '--tests', await box.write('bad.json', { tests: [{ name: 'x' }] })]),
    ).toMatchObject({
      exit: 2,
      error: { code: 'DOCUMENT_INVALID', file: 'bad.json', path: expect.stringMatching(/^\/tests\/0/) },
    });

    const promise = { id: 'INV-99', title: 'Nobody views', never: { actions: ['view'], when: { all: [] } } };
    await box.write('promise.json', promise);
    const broken = await box.run(['prove', '--invariant', 'promise.json', 'policy.json']);
    expect(broken).toMatchObject({ code: 1, out: expect.stringContaining('BROKEN      INV-99 Nobody views') });
    await box.write('promise.json', { ...promise, never: { actions: ['veiw'], when: { all: [] } } });
    expect(await box.json(['prove', '--invariant', 'promise.json', 'policy.json'])).toMatchObject({
      exit: 2,
      error: { code: 'UNKNOWN_ACTION', file: 'promise.json' },
    });
  });

  it('prove every invariant of the policy', async () => {
    const { proofs } = await box.json<{ proofs: { verdict: string }[] }>(['prove', 'policy.json']);
    expect(proofs).toHaveLength(nhs().invariants.length);
    expect(new Set(proofs.map(({ verdict }) => verdict))).toEqual(new Set(['proved', 'not-claimed']));
  });
});

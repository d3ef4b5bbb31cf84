import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diff } from '../../src/analyse.js';
import type { PolicyDocument } from '../../src/index.js';
import { type Shell, shell } from '../support/cli.js';

let box: Shell;

beforeAll(async () => {
  box = await shell();
  await box.done(['init', '--id', 'demo-trust', '--review-by', '2027-03-01', '-o', 'policy.json']);
});
afterAll(() => box.close());

const change = async (name: string, edit: (document: PolicyDocument) => object): Promise<string> =>
  box.write(name, edit(JSON.parse(await readFile(box.path('policy.json'), 'utf8'))));

describe('diff', () => {
  it('tells what is newly refused and what is newly allowed, with requests that show it', async () => {
    await box.done(['revise', '--set', 'viewSignInHours=12', '-o', 'next.json', 'policy.json']);
    const stricter = await box.run(['diff', 'policy.json', 'next.json']);
    expect(stricter.code).toBe(1);
    expect(stricter.out).toContain('parameter viewSignInHours: 13 became 12\n');
    expect(stricter.out).toMatch(
      /No longer allowed: recall when .* at least 12 hours old and less than 13 hours old\.\n/,
    );
    expect(stricter.out).toMatch(/\n {12}for example recall at .*\n(?: {14}.*\n)+ {12}is now forbidden: NO-05 /);
    const looser = await box.json<Pick<Diff, 'differences'>>(['diff', 'next.json', 'policy.json']);
    expect(looser).toMatchObject({ exit: 1, verdict: 'different' });
    for (const { change, before, after } of looser.differences)
      expect([change, before.decision, after.decision]).toEqual(['newly-allowed', false, true]);
    const brief = await box.run(['diff', '--brief', 'next.json', 'policy.json']);
    expect(brief.out).toContain('Newly allowed: ');
    expect(brief.out).not.toContain('for example');
  });

  it('is 0 where no request is answered differently, whatever the words', async () => {
    const same = await box.done(['diff', 'policy.json', 'policy.json']);
    expect(same.out).toContain('EQUAL        the same document');
    await change('titled.json', (document) => ({ ...document, title: 'Another title' }));
    const { out } = await box.done(['diff', 'policy.json', 'titled.json']);
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
    const erase = await box.done(['who-can', 'policy.json', 'erase', '--by', 'subject.role', '--witness']);
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

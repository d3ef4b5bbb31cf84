import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Decision, loadPolicy, type PolicyDocument } from '../../src/index.js';
import { type Shell, shell } from '../support/cli.js';
import { AT, LATE, REQUEST } from '../support/cli-request.js';

let box: Shell;

beforeAll(async () => {
  box = await shell();
  await box.done(['init', '--id', 'demo-trust', '--review-by', '2027-03-01', '-o', 'policy.json']);
  await box.write('request.json', REQUEST);
  await box.write('late.json', LATE);
});
afterAll(() => box.close());

const change = async (name: string, edit: (document: PolicyDocument) => object): Promise<string> =>
  box.write(name, edit(JSON.parse(await readFile(box.path('policy.json'), 'utf8'))));

describe('decide and explain', () => {
  it('decide: 0 and 1, in words and in JSON, by file, option and stdin', async () => {
    const { out } = await box.done(['decide', '--at', AT, 'policy.json', 'request.json']);
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
    expect(await box.ask({ ...asked, request: REQUEST })).toMatchObject({ exit: 0, decision: true });
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
    expect([all.exit, outcomes(all)]).toEqual([1, [true, false, true]]);
    const first = await box.ask<{ evaluations: Decision[] }>({
      ...asked,
      request: { ...shared, subject, evaluations, semantics: 'deny_on_first_deny' },
    });
    expect(outcomes(first)).toEqual([true, false]);
    expect(await box.ask({ ...asked, request: { evaluations: 7 } })).toMatchObject({
      exit: 2,
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
    const kept = await box.done(['explain', '--audience', 'ig', 'policy.json', 'decision.json']);
    expect(kept.out).toMatch(/^Refused: a rule forbids it\nNO-05 The sign-in is too old\n {2}Why: /);
    expect(kept.out).toContain('What you can do:\n  Sign in again\n');
    const asked = await box.done(['explain', '--at', AT, 'policy.json', 'late.json']);
    expect(asked.out).toMatch(/^Refused: a rule forbids it\nThe sign-in is too old\n/);
    await box.done(['init', '-o', 'v1.json']);
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
    expect((await box.done(['digest', 'policy.json'])).out).toBe(`${digest}\n`);
    expect((await box.done(['digest', '--is', digest, 'policy.json'])).out).toBe(`${digest}\n`);
    expect(await box.run(['digest', '--is', `${digest}A`, 'policy.json'])).toMatchObject({ code: 1 });
    await change('approved.json', (document) => ({ ...document, status: 'approved' }));
    expect((await box.done(['digest', 'approved.json'])).out).toBe(`${digest}\n`);
  });
});

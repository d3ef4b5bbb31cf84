import { mkdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Shell, shell } from '../support/cli.js';

let box: Shell;
const guardians = ['-g', 'reid.json', '-g', 'moss.json'];

beforeAll(async () => {
  box = await shell();
  await box.done(['init', '--id', 'demo-trust', '--review-by', '2099-01-01', '-o', 'policy.json']);
  for (const [name, role] of [
    ['reid', 'caldicott-guardian'],
    ['moss', 'siro'],
  ] as const) {
    await box.done(['keygen', '--id', `p-${name}`, '--role', role, '-o', `${name}.secret`, '--public', `${name}.json`]);
    await box.done(['sign', '--key', `${name}.secret`, '-o', `${name}.yes`, 'policy.json']);
  }
  await box.done(['propose', '--register', 'empty.json', '--by', 'p-shah', '--reason', 'First', 'policy.json']);
});
afterAll(() => box.close());

it('of steps at one time none that said yes is lost', async () => {
  const empty = await readFile(box.path('empty.json'), 'utf8');
  for (let round = 0; round < 4; round++) {
    const register = await box.write(`round-${round}.json`, empty);
    const ran = await Promise.all(
      ['reid.yes', 'moss.yes'].map((yes) => box.run(['approve', '--register', register, ...guardians, yes])),
    );
    const { versions } = JSON.parse(await readFile(box.path(register), 'utf8')) as {
      versions: { approvals: unknown[] }[];
    };
    expect(versions[0]!.approvals).toHaveLength(ran.filter(({ code }) => code === 0).length);
    for (const { code, err } of ran) if (code !== 0) expect(err).toMatch(/run it again/);
  }
});

it('a step that was killed while it wrote is told, and how to go on', async () => {
  await mkdir(box.path('empty.json.lock'));
  const { code, err } = await box.run(['approve', '--register', 'empty.json', ...guardians, 'reid.yes']);
  expect([code, err]).toEqual([2, expect.stringContaining('remove empty.json.lock')]);
});

import { expect, test } from 'vitest';
import { createPdp, type Decision, enforce, loadPolicy, type Rule } from '../src/index.js';
import { permit, sample } from './support/sample.js';

const clock = { now: () => Date.parse('2026-03-01T09:00:00Z') };
const duties = {
  obligations: [{ type: 'notify', properties: { whom: ['siro'] } }, { type: 'redact' }],
} as Partial<Rule>;
const pack = loadPolicy(sample(permit('P-01', { 'subject.role': 'nurse' }, duties)));
const decide = (role: string): Decision =>
  createPdp(pack, { clock, reveal: 'actual' }).evaluate({
    subject: { role },
    action: { name: 'view' },
    resource: {},
    context: { purpose: 'direct-care' },
  });

test('permits when every duty is carried out, in order', async () => {
  const done: string[] = [];
  const handler = ({ type }: { type: string }) => Promise.resolve(done.push(type));
  expect(await enforce(decide('nurse'), { redact: handler, notify: handler })).toEqual({
    permitted: true,
    carried: ['notify', 'redact'],
    unknown: [],
    failed: [],
  }); // prettier-ignore
  expect(done).toEqual(['notify', 'redact']);
});

test('an unknown duty denies, and the known ones still run', async () => {
  const done: string[] = [];
  const result = await enforce(decide('nurse'), { redact: () => done.push('redact') });
  expect(result).toEqual({ permitted: false, carried: ['redact'], unknown: ['notify'], failed: [] });
});

test.each([
  [
    'throws',
    () => {
      throw new Error('down');
    },
  ],
  ['rejects', () => Promise.reject(new Error('down'))],
  ['answers false', () => false],
  ['answers false later', () => Promise.resolve(false)],
])('a duty whose handler %s denies, and the others still run', async (_name, notify) => {
  const { permitted, carried, failed } = await enforce(decide('nurse'), { notify, redact: () => undefined });
  expect({ permitted, carried, types: failed.map(({ type }) => type) }).toEqual({
    permitted: false,
    carried: ['redact'],
    types: ['notify'],
  });
}); // prettier-ignore

test('handlers count only as own properties', async () => {
  const decision = decide('nurse');
  const strange = {
    ...decision,
    context: { ...decision.context, obligations: [{ id: 'x', type: 'toString', properties: {} }] },
  };
  expect((await enforce(strange, {})).permitted).toBe(false);
  expect((await enforce(decision, Object.create({ notify: () => 0, redact: () => 0 }))).permitted).toBe(false);
});

test('a refusal stays a refusal, and what is no decision is one', async () => {
  const all = { notify: () => 0, redact: () => 0 };
  expect((await enforce(decide('consultant'), all)).permitted).toBe(false);
  for (const junk of [
    null,
    undefined,
    {},
    { decision: true },
    { decision: true, context: {} },
    { decision: 'true', context: { obligations: [] } },
    { decision: true, context: { obligations: [null] } },
    { decision: true, context: { obligations: [{ type: Object.create(null) }, { type: 1 }, { type: ['notify'] }] } },
  ])
    expect((await enforce(junk as never, all)).permitted).toBe(false);
});

import { describe, expect, test } from 'vitest';
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

describe('a decision that changes, or is none', () => {
  const permitted = (obligations: unknown): Decision => ({ decision: true, context: { obligations } }) as never;

  test('what is asked is read once, before any handler runs', async () => {
    const list = [{ type: 'watermark' }, { type: 'no-download' }];
    const changing = permitted(list);
    const { carried, permitted: may } = await enforce(changing, {
      watermark: () => {
        list.length = 1;
        Object.assign(changing, { context: { obligations: [] } });
      },
      'no-download': () => false,
    });
    expect({ may, carried }).toEqual({ may: false, carried: ['watermark'] });

    const refused = { ...permitted([{ type: 'watermark' }]), decision: false };
    const flips = { watermark: () => Object.assign(refused, { decision: true }) };
    expect((await enforce(refused, flips)).permitted).toBe(false);
  });

  test('a duty is looked at once, and a list by its length', async () => {
    let reads = 0;
    const duty = {
      get type(): string {
        reads += 1;
        return reads > 1 ? 'harmless' : 'no-download';
      },
    };
    expect(await enforce(permitted([duty]), { harmless: () => true })).toMatchObject({ unknown: ['no-download'] });
    const list = Object.assign([{ type: 'no-download' }], { [Symbol.iterator]: () => [].values() });
    expect((await enforce(permitted(list), {})).permitted).toBe(false);
  });

  test.each([7, Symbol('x'), undefined, null])(
    'a duty whose type is %s is unknown, whatever the handlers',
    async (type) => {
      const handlers = { number: () => true, symbol: () => true, undefined: () => true, object: () => true };
      expect(await enforce(permitted([{ type }]), handlers)).toMatchObject({ permitted: false, carried: [] });
    },
  );

  test('it never rejects', async () => {
    const trap = {
      get: () => {
        throw new Error('trap');
      },
    };
    for (const decision of [new Proxy({}, trap), permitted(new Proxy([1], trap)), permitted([new Proxy({}, trap)])])
      expect(await enforce(decision as Decision, {})).toMatchObject({ permitted: false });
    for (const handlers of [null, undefined, 7]) {
      const answer = await enforce(permitted([{ type: 'watermark' }]), handlers as never);
      expect(answer).toMatchObject({ permitted: false, unknown: ['watermark'] });
    }
  });
});

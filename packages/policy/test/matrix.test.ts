import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPdp, type Decision, loadPolicy, type Pack, type Request } from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import { type Matrix, toMatrix } from '../src/render/index.js';
import { classes, document, factsOf, NOW, permitted, requestOf } from './support/nhs.js';
import { partialFacts, policy, request, NOW as THEN } from './support/random.js';
import { forbid, permit, sample } from './support/sample.js';

const nhsPack = loadPolicy(document);
const nhsMatrix = toMatrix(nhsPack);

const cellOf = ({ groups, actions, cells }: Matrix, action: string, role: unknown) => {
  const known = groups.some((roles) => roles.includes(role as string));
  return cells[actions.indexOf(action)]![groups.findIndex((roles) => roles.includes(known ? (role as string) : null))]!;
};

/** A decision must be one that the matrix foretells. */
function foretold(matrix: Matrix, asked: Request, { decision, context }: Decision): void {
  const cell = cellOf(matrix, asked.action.name as string, (asked.subject as { role?: unknown }).role);
  if (!decision) {
    expect(cell.verdict).not.toBe('always');
    return;
  }
  expect(cell.verdict).not.toBe('never');
  const ways = cell.ways.map(({ rule }) => rule);
  const known = context.reasons.filter(({ effect }) => effect === 'permit').map(({ rule }) => rule);
  expect(ways).toEqual(expect.arrayContaining(known));
}

/** Every way of every cell has a request of that role that the decision point permits by that rule. */
function witnessed(pack: Pack, { groups, actions, cells }: Matrix): void {
  cells.forEach((line, i) => {
    line.forEach(({ verdict, ways }, k) => {
      expect(verdict === 'never').toBe(ways.length === 0);
      for (const { rule, witness } of ways) {
        const pdp = createPdp(pack, {
          clock: { now: () => (witness.now === null ? Number.NaN : Date.parse(witness.now)) },
        });
        const { decision, context } = pdp.evaluate(witness.request);
        expect(decision).toBe(true);
        expect(witness.request.action.name).toBe(actions[i]);
        expect(context.reasons.map((reason) => reason.rule)).toContain(rule);
        const role = (witness.request.subject as { role?: string }).role ?? null;
        expect(groups[k]).toContain(role);
      }
    });
  });
}

test('of random policies the matrix foretells every decision, and shows each way', () => {
  fc.assert(
    fc.property(policy, fc.array(partialFacts, { minLength: 20, maxLength: 40 }), (drawn, facts) => {
      const pack = loadPolicy(drawn);
      const matrix = toMatrix(pack);
      witnessed(pack, matrix);
      const pdp = createPdp(pack, { clock: { now: () => THEN } });
      for (const each of facts)
        for (const action of drawn.actions) {
          const asked = request(each, action);
          foretold(matrix, asked, pdp.evaluate(asked));
        }
    }),
    { numRuns: 60, seed: 5, endOnFailure: true },
  );
});

test('of the NHS pack the matrix foretells every decision near what is permitted', () => {
  const pdp = createPdp(nhsPack, { clock: { now: () => NOW } });
  const roles = document.attributes['subject.role']!.values!;
  const facts = Object.keys(document.attributes).filter((name) => document.attributes[name]!.source !== 'clock');
  fc.assert(
    fc.property(
      fc.constantFrom(...permitted),
      fc.constantFrom(...roles, undefined),
      fc.constantFrom(...document.actions),
      fc.array(fc.tuple(fc.constantFrom(...facts), fc.nat()), { maxLength: 3 }),
      (base, role, action, changes) => {
        const asked = new Map(factsOf(base));
        for (const [name, i] of [...changes, ['subject.role', 0] as const]) {
          const values = name === 'subject.role' ? [role] : classes(name);
          const value = values[i % values.length];
          if (value === undefined) asked.delete(name);
          else asked.set(name, value);
        }
        for (const name of [action, base.action.name as string]) {
          const put = requestOf(asked, name);
          foretold(nhsMatrix, put, pdp.evaluate(put));
        }
      },
    ),
    { numRuns: 2_000, seed: 5, endOnFailure: true },
  );
});

test('of the NHS pack each way has its witness, and what is permitted by the examples is among the ways', () => {
  witnessed(nhsPack, nhsMatrix);
  const pdp = createPdp(nhsPack, { clock: { now: () => NOW } });
  for (const each of permitted) foretold(nhsMatrix, each, pdp.evaluate(each));
  const ways = nhsMatrix.cells.flat().flatMap((cell) => cell.ways);
  expect(ways.length).toBeGreaterThan(50);
  for (const { words, sentence } of ways)
    expect(`${words} ${sentence}`).not.toMatch(/\b(subject|action|resource|context)\.|undefined|\[object/);
});

test('roles for whom everything is the same stand together, whatever the rules call them', () => {
  const pack = loadPolicy(
    sample(
      permit('P-1', { all: [{ 'subject.role': 'nurse' }, { 'context.shared': true }] }),
      permit('P-2', { all: [{ 'subject.role': { not: 'nurse' } }, { 'context.shared': true }] }, { actions: ['send'] }),
    ),
  );
  expect(toMatrix(pack).groups).toEqual([['nurse'], ['consultant'], [null]]);
  const [nurses, others] = [{ in: ['nurse', 'consultant'] }, { not: 'nurse' }].map((role) =>
    toMatrix(
      loadPolicy(sample(permit('P-1', { all: [{ 'subject.role': role }, { 'context.shared': true }] } as never))),
    ),
  );
  expect(nurses!.groups).toEqual([['nurse', 'consultant'], [null]]);
  expect(others!.groups).toEqual([['nurse', null], ['consultant']]);
});

test('a prohibition that takes all of a permit away makes the cell never: the rules alone would not show it', () => {
  const pack = loadPolicy(
    sample(
      permit('P-1', { all: [{ 'subject.assurance': { atLeast: 2 } }] }),
      forbid('F-1', { all: [{ 'subject.role': 'nurse' }, { 'subject.assurance': { atLeast: 2 } }] }),
    ),
  );
  const matrix = toMatrix(pack);
  expect(cellOf(matrix, 'view', 'nurse')).toEqual({ verdict: 'never', ways: [], stoppedBy: ['F-1'] });
  expect(cellOf(matrix, 'view', 'consultant')).toMatchObject({ verdict: 'on-conditions', stoppedBy: [] });
  // Of somebody whose role is not known it is not known that F-1 does not apply.
  expect(cellOf(matrix, 'view', null).verdict).toBe('never');
});

test('what is always permitted is said to be', () => {
  expect(cellOf(toMatrix(loadPolicy(sample(permit('P-1', { all: [] })))), 'view', 'nurse').verdict).toBe('always');
});

test('a condition is what is left of the rule for that role', () => {
  const matrix = toMatrix(
    loadPolicy(
      sample(permit('P-1', { any: [{ 'subject.role': 'consultant' }, { 'context.purpose': 'direct-care' }] })),
    ),
  );
  expect(cellOf(matrix, 'view', 'nurse').ways[0]).toMatchObject({
    words: 'for direct care',
    sentence: 'the purpose is direct care',
  });
  expect(cellOf(matrix, 'view', 'consultant')).toMatchObject({ verdict: 'always', ways: [{ sentence: 'always' }] });
});

test('without roles there is one column; what cannot be analysed is not decided, with the reason', () => {
  const { 'subject.role': _role, ...attributes } = sample().attributes;
  const plain = loadPolicy({ ...sample(permit('P-1', { 'context.shared': true })), attributes });
  expect(toMatrix(plain)).toMatchObject({
    groups: [[null]],
    cells: [[{ verdict: 'on-conditions' }], [{ verdict: 'never' }]],
  });
  const open = loadPolicy({
    ...sample(permit('P-1', { 'context.supportedObligations': { includes: 'watermark' } })),
    attributes: { ...attributes, 'context.supportedObligations': { type: 'set', source: 'request' } },
  });
  const { cells, reason } = toMatrix(open);
  expect(cells.flat().map(({ verdict }) => verdict)).toEqual(['not-decided', 'not-decided']);
  expect(reason).toContain('supportedObligations');
});

test('a rule whose evidence is not configured is not counted', () => {
  const rule = permit('P-1', { all: [] }, { requires: ['rota'] });
  expect(cellOf(toMatrix(loadPolicy(sample(rule))), 'view', 'nurse').verdict).toBe('never');
});

test('evidence that is configured counts', () => {
  const pack = loadPolicy(nhs({ configured: ['device-management'] }));
  const stops = cellOf(toMatrix(pack), 'view', 'consultant').stoppedBy;
  expect(stops.length).toBeGreaterThan(cellOf(nhsMatrix, 'view', 'consultant').stoppedBy.length);
});

import { everyJsonMutation, HOSTILE_VALUES } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Assessment,
  channelStatus,
  checkAssessment,
  HIGH_RISK_SCORE,
  riskScore,
} from '../src/governance/index.js';
import { PolicyError } from '../src/index.js';
import vectors from '../vectors/assessments.json' with { type: 'json' };
import { approved, draft } from './support/assessment.js';
import { changed, withChange } from './support/change.js';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const risk = approved.risks[0]!;
const failure = (json: unknown, options = {}): { code: string; path: string } => {
  try {
    checkAssessment(json, options);
  } catch (error) {
    if (error instanceof PolicyError) return { code: error.code, path: error.path };
    throw error;
  }
  throw new Error('accepted');
};
const status = (list: readonly Assessment[], channel = 'web', now = NOW) => channelStatus(list, channel, now);

test('a complete assessment is accepted as text and as value, frozen', () => {
  const read = checkAssessment(JSON.stringify(approved));
  expect(read).toEqual(approved);
  expect(checkAssessment(approved)).toEqual(approved);
  expect(Object.isFrozen(read.risks[0]!.mitigations)).toBe(true);
  expect(checkAssessment(draft(2)).decision).toBeUndefined();
});

test.each(vectors.mustFail)('refused: $name', ({ change, code, path }) => {
  expect(failure(withChange(vectors.assessment, change))).toEqual({ code, path });
});

test('what the refused ones are made from is accepted', () => {
  expect(checkAssessment(vectors.assessment)).toEqual(approved);
});

test('what stays high is approved only with the data protection officer’s advice', () => {
  const stays = { ...approved, risks: [{ ...risk, residual: { likelihood: 3, severity: 5 } }] };
  const { dpoAdvice: _advice, ...unadvised } = stays;
  expect(checkAssessment(stays).decision).toBe('approve');
  expect(failure(unadvised)).toEqual({ code: 'ADVICE_MISSING', path: '/dpoAdvice' });
  expect(failure({ ...unadvised, decision: 'conditional', conditions: [{ title: 'x' }] }).code).toBe('ADVICE_MISSING');
  expect(checkAssessment({ ...unadvised, decision: 'reject' }).decision).toBe('reject');
  expect(
    checkAssessment({ ...unadvised, risks: [{ ...risk, residual: { likelihood: 3, severity: 4 } }] }).decision,
  ).toBe('approve');
});

test('a trust may draw the line of a high risk elsewhere, for the channel as well', () => {
  const twelve = { ...approved, dpoAdvice: undefined, risks: [{ ...risk, residual: { likelihood: 3, severity: 4 } }] };
  expect(failure(twelve, { highRisk: 12 }).code).toBe('ADVICE_MISSING');
  const twenty = { ...approved, dpoAdvice: undefined, risks: [{ ...risk, residual: { likelihood: 3, severity: 5 } }] };
  const read = checkAssessment(twenty, { highRisk: 20 });
  expect(status([read]).status).toBe('approved');
  expect(() => status([twenty as unknown as Assessment])).toThrow('data protection officer');
  for (const highRisk of [0, 26, 1.5, Number.NaN])
    expect(() => checkAssessment(approved, { highRisk })).toThrow(RangeError);
});

test('the score is likelihood times severity, and 15 is high', () => {
  expect([riskScore(risk), HIGH_RISK_SCORE]).toEqual([15, 15]);
});

test('of every single change only a few harmless ones are accepted', () => {
  for (const value of HOSTILE_VALUES) expect(() => checkAssessment(value)).toThrow(PolicyError);
  const accepted = new Set<string>();
  for (const { path, what, value } of everyJsonMutation(approved)) {
    try {
      checkAssessment(value);
      accepted.add(`${path} ${what.startsWith('replaced') ? 'replaced' : what}`);
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
    }
  }
  // Names, free text and another version; one of several texts; advice that nothing asks for.
  const free =
    /^\/(id|version|purpose|assessedBy|approvedBy|channel\/\w+|dpoAdvice\/(by|text)|dataFlows\/0\/(from|to|means|data\/\d)|risks\/0\/(id|title|mitigations\/\d)) replaced$/;
  expect([...accepted].filter((each) => !free.test(each)).sort()).toEqual([
    '/conditions replaced', // by another empty list
    '/dataFlows/0/data/0 removed',
    '/dataFlows/0/data/1 removed',
    '/dpoAdvice removed',
    '/risks/0/mitigations/0 removed',
    '/risks/0/mitigations/1 removed',
  ]);
  for (const [at, value] of [
    ['/channel/title', ' '],
    ['/channel/title', 'a\nb'],
    ['/purpose', 'a\0b'],
    ['/purpose', '\n'],
  ] as const)
    expect(failure(changed(approved, at, value))).toEqual({ code: 'DOCUMENT_INVALID', path: at });
  expect(checkAssessment({ ...approved, purpose: 'One line\nand another' }).purpose).toHaveLength(20);
});

const later = (version: number, change: object = {}): Assessment => ({ ...approved, version, ...change }) as Assessment;

test('a channel that nobody assessed, or only began to, is unassessed', () => {
  expect(status([])).toEqual({ status: 'unassessed', overdue: false, reviewBy: null, conditions: [], by: [] });
  expect(status([draft(1)]).status).toBe('unassessed');
  expect(status([approved], 'other').status).toBe('unassessed');
  expect(status([approved], 'web', Date.parse(approved.at) - 1).status).toBe('unassessed');
  expect(status([approved], 'web', Date.parse(approved.at)).status).toBe('approved');
});

test('the highest decided version counts, in any order, and a draft above it does not', () => {
  const conditions = [{ title: 'Managed phones only', dueBy: '2026-06-01T00:00:00Z' }];
  const second = later(2, { decision: 'conditional', conditions });
  const list = [approved, second, draft(3)];
  for (const each of [list, [...list].reverse()])
    expect(status(each)).toEqual({
      status: 'conditional',
      overdue: false,
      reviewBy: approved.reviewBy,
      conditions,
      by: [{ id: 'wardseal-web', version: 2 }],
    });
  expect(status([approved, second, later(4, { decision: 'reject' })]).status).toBe('rejected');
  expect(status([approved, later(4, { decision: 'reject' }), later(5)]).status).toBe('approved');
});

test('of several assessments of one channel the strictest counts', () => {
  const other = later(1, { id: 'supplier', decision: 'reject' });
  expect(status([approved, other]).status).toBe('rejected');
  expect(status([approved, later(1, { id: 'supplier', reviewBy: '2026-03-01T00:00:00Z' })])).toMatchObject({
    status: 'approved',
    overdue: true,
    reviewBy: '2026-03-01T00:00:00Z',
  });
});

test('an overdue review is told and changes nothing', () => {
  const end = Date.parse(approved.reviewBy);
  expect(status([approved], 'web', end - 1)).toMatchObject({ status: 'approved', overdue: false });
  expect(status([approved], 'web', end)).toMatchObject({ status: 'approved', overdue: true });
});

test('one version there twice is refused, and so is a bad one, with its place', () => {
  expect(() => status([approved, { ...approved }])).toThrow(
    expect.objectContaining({ code: 'DUPLICATE_ID', path: '/assessments/1' }),
  );
  const bad = changed(approved, '/risks/0/likelihood', 9) as Assessment;
  expect(() => status([draft(2), bad])).toThrow(expect.objectContaining({ path: '/assessments/1/risks/0/likelihood' }));
  const cyclic = { ...approved, channel: { ...approved.channel, title: () => 'x' } } as unknown as Assessment;
  expect(() => status([cyclic])).toThrow(
    expect.objectContaining({ code: 'DOCUMENT_NOT_JSON', path: '/assessments/0/channel/title' }),
  );
  expect(() => status([], 'web', Number.NaN)).toThrow(RangeError);
});

test('time alone never makes a channel more allowed than it was decided, nor less', () => {
  const decisions = fc.constantFrom('approve', 'reject', 'draft');
  fc.assert(
    fc.property(fc.array(decisions, { maxLength: 5 }), fc.integer({ min: 0, max: 2_000 }), (kinds, days) => {
      const list = kinds.map((decision, i) => (decision === 'draft' ? draft(i + 1) : later(i + 1, { decision })));
      const after = status(list, 'web', NOW + days * 86_400_000);
      expect(after.status).toBe(status(list).status);
      const last = kinds.filter((kind) => kind !== 'draft').at(-1);
      expect(after.status).toBe(last === undefined ? 'unassessed' : last === 'approve' ? 'approved' : 'rejected');
    }),
    { seed: 8 },
  );
});

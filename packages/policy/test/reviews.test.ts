import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accessReview, ESCALATION_DAYS, type Membership, reviews } from '../src/governance/index.js';
import { approved } from './support/assessment.js';
import { registerOf } from './support/register.js';

const DAY = 86_400_000;
const ms = Date.parse;
const END = '2026-12-01T00:00:00Z';
const graced = {
  reviewBy: END,
  title: 'Pictures',
  parameters: { reviewGraceDays: { value: 20, min: 0, max: 90, title: 'Grace' } },
};
const register = registerOf([{ version: 1, from: '2026-01-01T00:00:00Z', more: graced }]);
const policyAt = (now: number) => reviews(register, [], { now }).reviews[0]!;

test.each<[number, string, number | null, number, string]>([
  [-91 * DAY, 'not-due', null, 91, 'Policy “Pictures” is due in 91 days, by 1 December 2026'],
  [-90 * DAY, 'reminder', 90, 90, 'Policy “Pictures” is due in 90 days, by 1 December 2026'],
  [-30 * DAY - 1, 'reminder', 90, 31, 'Policy “Pictures” is due in 31 days, by 1 December 2026'],
  [-30 * DAY, 'reminder', 30, 30, 'Policy “Pictures” is due in 30 days, by 1 December 2026'],
  [-7 * DAY, 'reminder', 7, 7, 'Policy “Pictures” is due in 7 days, by 1 December 2026'],
  [-1, 'reminder', 7, 1, 'Policy “Pictures” is due in 1 day, by 1 December 2026'],
  [0, 'overdue', null, 0, 'Policy “Pictures” was due less than a day ago'],
  [DAY, 'overdue', null, -1, 'Policy “Pictures” was due 1 day ago'],
  [20 * DAY - 1, 'overdue', null, -19, 'Policy “Pictures” was due 19 days ago'],
  [20 * DAY, 'beyond-grace', null, -20, 'Policy “Pictures” was due 20 days ago, beyond the 20 days of grace'],
])('a review %i ms after it is due: %s', (after, state, reminder, days, line) => {
  expect(policyAt(ms(END) + after)).toEqual({
    kind: 'policy',
    id: 'sample',
    title: 'Pictures',
    version: 1,
    reviewBy: END,
    state,
    reminder,
    days,
    line,
  });
});

test('assessments that are relied on, their conditions and what else there is, most urgent first', () => {
  const conditions = [{ title: 'Managed phones only', dueBy: '2026-03-01T00:00:00Z' }, { title: 'No links' }];
  const conditional = { ...approved, decision: 'conditional' as const, conditions, reviewBy: '2026-04-01T00:00:00Z' };
  const rejected = { ...approved, id: 'other', decision: 'reject' as const };
  const others = [
    { kind: 'dpia' as const, id: 'dpia-1', title: 'Pictures', reviewBy: '2026-01-01T00:00:00Z', version: 3 },
    { kind: 'access-review' as const, id: 'q1', title: 'First quarter', reviewBy: null },
  ];
  const report = reviews(register, [conditional, rejected], { now: ms('2026-03-10T00:00:00Z'), others });
  expect(report.reviews.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'dpia beyond-grace',
    'condition overdue',
    'access-review undated',
    'assessment reminder',
    'policy not-due',
  ]);
  expect(report.overdue).toBe(true);
  expect(report.lines).toEqual([
    'Impact assessment “Pictures” was due 68 days ago, beyond the 20 days of grace',
    'Condition “Managed phones only” was due 9 days ago',
    'Access review “First quarter” has no review date',
    'Assessment “Picture transfer in the browser” is due in 22 days, by 1 April 2026',
  ]);
});

test('no version in force is told, and is not called overdue', () => {
  const report = reviews(registerOf([{ version: 1 }]), [], { now: 0 });
  expect(report.overdue).toBe(false);
  expect(report.lines).toEqual(['No version of the policy “sample” is in force']);
});

test('what the caller adds is checked', () => {
  const of = (each: object) => () =>
    reviews(register, [], {
      now: 0,
      others: [{ kind: 'dpia', id: 'd', title: 'D', reviewBy: null, ...each } as never],
    });
  expect(of({})).not.toThrow();
  expect(of({ kind: 'party' })).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID', path: '/others/0/kind' }));
  expect(of({ reviewBy: 'soon' })).toThrow(expect.objectContaining({ path: '/others/0/reviewBy' }));
  expect(of({ owner: 'x' })).toThrow(expect.objectContaining({ code: 'UNKNOWN_FIELD', path: '/others/0/owner' }));
  expect(() => reviews(register, [], { now: Number.NaN })).toThrow(RangeError);
});

test('time alone never makes a review less urgent', () => {
  const order = ['not-due', 'reminder', 'overdue', 'beyond-grace'];
  const after = fc.integer({ min: -200 * DAY, max: 100 * DAY });
  fc.assert(
    fc.property(after, after, (a, b) => {
      const [first, second] = [policyAt(ms(END) + Math.min(a, b)), policyAt(ms(END) + Math.max(a, b))];
      expect(order.indexOf(second.state)).toBeGreaterThanOrEqual(order.indexOf(first.state));
      expect(second.days!).toBeLessThanOrEqual(first.days!);
    }),
    { numRuns: 500, seed: 9 },
  );
});

// W12: the quarterly review of access.
const [OPENED, DUE] = ['2026-03-01T00:00:00Z', '2026-03-31T00:00:00Z'];
const member: Membership = {
  id: 'p-okafor',
  group: 'plastics',
  role: 'registrar',
  lastUsedAt: '2026-03-01T00:00:00Z',
  grant: { basis: 'Joined the team', by: 'p-lead', at: '2025-08-01T00:00:00Z' },
  onDutyNow: false,
};
const at = (now: string, list: readonly Membership[], more = {}) =>
  accessReview(list, { now: ms(now), openedAt: OPENED, dueAt: DUE, ...more });
const one = (now: string, change: Partial<Membership> = {}) =>
  at(now, [{ ...member, ...change }]).groups[0]!.members[0]!;

test('unconfirmed access is escalated for 14 days after the due date and then suspended, not renewed', () => {
  expect(ESCALATION_DAYS).toBe(14);
  expect(one('2026-03-30T23:59:59Z').state).toBe('open');
  expect(one('2026-03-31T00:00:00Z')).toMatchObject({
    state: 'escalated',
    notes: ['not confirmed, suspended in 14 days'],
  });
  expect(one('2026-04-13T23:59:59Z').state).toBe('escalated');
  expect(one('2026-04-14T00:00:00Z').state).toBe('suspend');
  expect(at('2026-04-14T00:00:00Z', [member]).suspend).toEqual([{ id: 'p-okafor', group: 'plastics' }]);
});

test('never somebody who is on the rota now', () => {
  const report = at('2026-06-01T00:00:00Z', [{ ...member, onDutyNow: true }]);
  expect(report.groups[0]!.members[0]).toMatchObject({ state: 'suspend-after-duty' });
  expect(report.suspend).toEqual([]);
  expect(report.counts).toMatchObject({ 'suspend-after-duty': 1, suspend: 0 });
});

test('a confirmation of this review by somebody else counts; one’s own, an older or a future one does not', () => {
  const by = (by: string, when: string) => one('2026-04-20T00:00:00Z', { confirmation: { by, at: when } });
  expect(by('p-lead', OPENED)).toMatchObject({ state: 'confirmed', confirmedBy: 'p-lead' });
  expect(by('p-lead', '2026-02-28T23:59:59Z').state).toBe('suspend');
  expect(by('p-lead', '2026-04-20T00:02:01Z').state).toBe('suspend');
  expect(by('P-Okafor', '2026-03-05T00:00:00Z')).toMatchObject({ state: 'suspend', confirmedBy: null });
  expect(by('P-Okafor', '2026-03-05T00:00:00Z').notes).toContain('confirmed by nobody but themselves');
});

test('access given during the review needs no second decision, unless one gave it to oneself', () => {
  const grant = { ...member.grant, at: '2026-03-10T00:00:00Z' };
  expect(one('2026-05-01T00:00:00Z', { grant })).toMatchObject({ state: 'confirmed', confirmedBy: 'p-lead' });
  expect(one('2026-05-01T00:00:00Z', { grant: { ...grant, by: 'p-okafor' } }).state).toBe('suspend');
});

test('dormant from 90 days without use, and never used counts from the grant', () => {
  const now = '2026-05-30T00:00:00Z';
  expect(one('2026-05-29T23:59:59Z').dormant).toBe(false);
  expect(one(now)).toMatchObject({ dormant: true, notes: expect.arrayContaining(['not used for 90 days']) });
  expect(one(now, { lastUsedAt: 'none' }).notes).toContain('never used in 302 days');
  expect(at(now, [member], { dormantDays: 91 }).counts.dormant).toBe(0);
});

test('an agreed end that has passed is told', () => {
  const grant = { ...member.grant, until: '2026-03-05T00:00:00Z' };
  expect(one('2026-03-04T23:59:59Z', { grant }).ended).toBe(false);
  expect(one('2026-03-05T00:00:00Z', { grant })).toMatchObject({
    ended: true,
    notes: expect.arrayContaining(['the agreed end has passed']),
  });
});

test('groups by name, members by id, counts and lines', () => {
  const list = [
    { ...member, group: 'ward-7' },
    { ...member, id: 'p-lindqvist', role: 'nurse', confirmation: { by: 'p-lead', at: '2026-03-03T00:00:00Z' } },
    member,
  ];
  const report = at('2026-04-01T00:00:00Z', list);
  expect(report.groups.map(({ group, members }) => [group, members.map(({ id }) => id)])).toEqual([
    ['plastics', ['p-lindqvist', 'p-okafor']],
    ['ward-7', ['p-okafor']],
  ]);
  expect(report.counts).toEqual({
    confirmed: 1,
    open: 0,
    escalated: 2,
    suspend: 0,
    'suspend-after-duty': 0,
    dormant: 0,
    ended: 0,
    members: 3,
  });
  expect(report.lines).toEqual([
    '1 of 3 accesses are confirmed',
    'plastics, p-okafor (registrar): not confirmed, suspended in 13 days',
    'ward-7, p-okafor (registrar): not confirmed, suspended in 13 days',
  ]);
});

test('what is no membership is refused, and so is an impossible review', () => {
  const of =
    (...list: readonly unknown[]) =>
    () =>
      at('2026-04-01T00:00:00Z', list as Membership[]);
  expect(of(member, { ...member, id: 'P-OKAFOR' })).toThrow(
    expect.objectContaining({ code: 'DUPLICATE_ID', path: '/memberships/1' }),
  );
  expect(of({ ...member, phone: 1 })).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_FIELD', path: '/memberships/0/phone' }),
  );
  expect(of({ ...member, onDutyNow: undefined })).toThrow(
    expect.objectContaining({ code: 'DOCUMENT_INVALID', path: '/memberships/0/onDutyNow' }),
  );
  expect(of({ ...member, grant: { ...member.grant, until: member.grant.at } })).toThrow(
    expect.objectContaining({ path: '/memberships/0/grant/until' }),
  );
  expect(() => at('2026-04-01T00:00:00Z', [], { dueAt: OPENED })).toThrow(RangeError);
  for (const dormantDays of [0, 1.5, Number.NaN])
    expect(() => at('2026-04-01T00:00:00Z', [], { dormantDays })).toThrow(RangeError);
});

test('time alone never confirms anything, and nobody on the rota is ever suspended', () => {
  const order = ['confirmed', 'open', 'escalated', 'suspend-after-duty', 'suspend'];
  const moment = fc.integer({ min: 0, max: 200 }).map((days) => ms(OPENED) + days * DAY);
  fc.assert(
    fc.property(
      moment,
      moment,
      fc.boolean(),
      fc.option(fc.integer({ min: -30, max: 0 })),
      (a, b, onDutyNow, confirmed) => {
        const confirmation =
          confirmed === null
            ? {}
            : { confirmation: { by: 'p-lead', at: new Date(ms(OPENED) + confirmed * DAY).toISOString() } };
        const [first, second] = [a, b]
          .sort((x, y) => x - y)
          .map((now) => {
            const report = accessReview([{ ...member, onDutyNow, ...confirmation }], {
              now,
              openedAt: OPENED,
              dueAt: DUE,
            });
            if (onDutyNow) expect(report.suspend).toEqual([]);
            return report.groups[0]!.members[0]!.state;
          });
        expect(order.indexOf(second!)).toBeGreaterThanOrEqual(order.indexOf(first!));
      },
    ),
    { numRuns: 300, seed: 10 },
  );
});

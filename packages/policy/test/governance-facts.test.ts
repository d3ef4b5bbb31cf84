import { expect, test } from 'vitest';
import { acknowledge, acknowledgementReport, governanceFacts, type Register } from '../src/governance/index.js';
import { createPdp, loadPolicy, type Request } from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import { approved, draft } from './support/assessment.js';
import { registerOf } from './support/register.js';

// The real pack, its real rule on acknowledgement (NO-04) and on channels (NO-24), in every state.
const document = nhs();
const WHO = 'p-okafor';
const day = (number: number, time = '08:00:00'): string => `2026-03-${String(number).padStart(2, '0')}T${time}Z`;
const register = registerOf(
  [
    { version: 1, from: day(1), more: { reviewBy: day(20) } },
    { version: 2, from: day(10), more: { reviewBy: day(20) } },
    { version: 3, from: day(25), acknowledge: 'informed' },
  ],
  document,
);

const acked = (version: number, at: string, from: Register = register) =>
  acknowledge(loadPolicy(from.versions[version - 1]!.document), { subject: WHO, at, method: 'web', text: 'Shown' });

interface State {
  readonly versions?: readonly number[];
  readonly signedInAt: string;
  readonly now?: string;
  readonly assessments?: Parameters<typeof governanceFacts>[1]['assessments'];
  readonly from?: Register;
}

function facts({ versions = [], signedInAt, now = signedInAt, assessments = [approved], from = register }: State) {
  const acknowledgements = versions.map((version) => acked(version, day(1), from));
  return governanceFacts(from, {
    acknowledgements,
    assessments,
    subject: WHO,
    channel: 'web',
    signedInAt,
    now: Date.parse(now),
  });
}

/** The pack's own example of that action which is permitted, at its own moment, with these facts laid over it. */
function decided(action: string, state: State, more: Partial<Request['context']> = {}) {
  const example = document.tests.find(({ request, expect: wanted }) => {
    const { action: asked, context } = request as unknown as Request;
    return asked.name === action && wanted.decision && context['purpose'] !== 'emergency';
  })!;
  const request = example.request as unknown as Request;
  const laid = facts(state);
  const pdp = createPdp(loadPolicy(document), { clock: { now: () => Date.parse(example.now) } });
  return pdp.evaluate({
    ...request,
    subject: { ...request.subject, ...laid.subject },
    context: { ...request.context, ...laid.context, ...more },
  });
}

const rulesOf = ({ context }: ReturnType<typeof decided>): readonly string[] => context.reasons.map(({ rule }) => rule);

const LIVES: readonly (readonly [string, State, boolean])[] = [
  ['never acknowledged', { signedInAt: day(2) }, false],
  ['acknowledged the version in force', { versions: [1], signedInAt: day(2) }, true],
  ['a session from before the new version', { versions: [1], signedInAt: day(9), now: day(10, '09:00:00') }, true],
  ['such a session after the days of grace', { versions: [1], signedInAt: day(9), now: day(18) }, true],
  ['a sign-in within the days of grace', { versions: [1], signedInAt: day(16) }, true],
  ['a sign-in after them', { versions: [1], signedInAt: day(17) }, false],
  ['acknowledged the new version', { versions: [1, 2], signedInAt: day(17) }, true],
  ['acknowledged the new version only', { versions: [2], signedInAt: day(17) }, true],
  ['acknowledged the next version ahead of its day', { versions: [1, 2, 3], signedInAt: day(17) }, true],
  ['a version that only informs', { versions: [2], signedInAt: day(30) }, true],
  ['a newcomer under it', { signedInAt: day(30) }, false],
  ['a newcomer who acknowledged it', { versions: [3], signedInAt: day(30) }, true],
];

test.each(LIVES)('sending: %s', (_name, state, permitted) => {
  const answer = decided('send', state);
  expect(answer.decision).toBe(permitted);
  expect(rulesOf(answer).includes('NO-04')).toBe(!permitted);
});

test.each(LIVES)('breaking the glass is never stopped by it: %s', (_name, state) => {
  const emergency = { purpose: 'emergency', justification: 'Airway swelling, theatre now, photo needed' };
  const answer = decided('view', state, emergency);
  expect(answer.decision).toBe(true);
  expect(answer.context.basis).toBe('break-glass');
});

test('nothing in force: the version is not known, and what is not known refuses', () => {
  const withdrawn = registerOf([{ version: 1, from: day(1), withdrawn: day(5) }], document);
  const state = { versions: [1], signedInAt: day(6), from: withdrawn };
  expect(facts(state)).toEqual({
    subject: { acknowledgedVersion: 1 },
    context: { policyOverdue: false, channel: { status: 'approved' } },
  });
  const { context: answer } = request(facts(state));
  expect(answer.outcome).toBe('missing-information');
  expect(answer.missing).toEqual(['context.policyVersion']);
});

/** A send that has no fact of governance but those given. */
function request(laid: ReturnType<typeof facts>) {
  const example = document.tests.find(
    ({ request: each, expect: wanted }) => (each as unknown as Request).action.name === 'send' && wanted.decision,
  )!;
  const {
    policyVersion: _version,
    policyOverdue: _overdue,
    channel: _channel,
    ...context
  } = (example.request as unknown as Request).context;
  const asked = example.request as unknown as Request;
  const pdp = createPdp(loadPolicy(document), { clock: { now: () => Date.parse(example.now) } });
  return pdp.evaluate({
    ...asked,
    subject: { ...asked.subject, ...laid.subject },
    context: { ...context, ...laid.context },
  });
}

test('the facts are those of the pack, by name and type', () => {
  const laid = facts({ versions: [1], signedInAt: day(2) });
  expect(laid).toEqual({
    subject: { acknowledgedVersion: 1 },
    context: { policyVersion: 1, policyOverdue: false, channel: { status: 'approved' } },
  });
  const { decision, context } = request(laid);
  expect([decision, context.illTyped]).toEqual([true, []]);
});

test('an overdue policy is told with every decision and stops nothing', () => {
  const before = facts({ versions: [2], signedInAt: day(19), now: '2026-03-20T07:59:59.999Z' });
  expect(before.context.policyOverdue).toBe(false);
  const overdue = decided('send', { versions: [2], signedInAt: day(20) });
  expect(facts({ versions: [2], signedInAt: day(20) }).context.policyOverdue).toBe(true);
  expect(overdue.decision).toBe(true);
  expect(JSON.stringify(overdue.context.advice)).toMatch(/overdue/i);
  // Version 3 has no date: never overdue.
  expect(facts({ versions: [3], signedInAt: day(30) }).context.policyOverdue).toBe(false);
});

test.each([
  ['approved', [approved], true],
  ['unassessed', [], false],
  ['unassessed', [draft(1)], false],
  ['rejected', [approved, { ...approved, version: 2, decision: 'reject' as const }], false],
  [
    'conditional',
    [{ ...approved, decision: 'conditional' as const, conditions: [{ title: 'Managed phones only' }] }],
    true,
  ],
])('a channel that is %s', (status, assessments, permitted) => {
  const state = { versions: [1], signedInAt: day(2), assessments };
  expect(facts(state).context.channel.status).toBe(status);
  const answer = decided('send', state);
  expect(answer.decision).toBe(permitted);
  expect(rulesOf(answer).includes('NO-24')).toBe(!permitted);
});

test('an assessment overdue for review stops nothing', () => {
  const assessments = [{ ...approved, reviewBy: day(1) }];
  expect(decided('send', { versions: [1], signedInAt: day(2), assessments }).decision).toBe(true);
});

const people = [
  { id: WHO, department: 'Plastics', status: 'active' as const },
  { id: 'p-lindqvist', department: 'Plastics', status: 'active' as const, since: day(15) },
  { id: 'p-adeyemi', department: 'Emergency', status: 'active' as const },
  { id: 'p-gone', department: 'Emergency', status: 'left' as const },
];

test('the report says who has not acknowledged, by department, and for how long', () => {
  const other = { ...acked(2, day(11)), subject: 'p-adeyemi' };
  const report = acknowledgementReport(register, {
    acknowledgements: [acked(1, day(2)), other],
    people,
    now: Date.parse(day(18)),
  });
  expect(report).toMatchObject({
    version: 2,
    digest: register.versions[1]!.digest,
    people: 3,
    acknowledged: 1,
    rate: 1 / 3,
  });
  expect(report.departments).toEqual([
    { department: 'Emergency', people: 1, acknowledged: 1, rate: 1, waiting: [] },
    {
      department: 'Plastics',
      people: 2,
      acknowledged: 0,
      rate: 0,
      waiting: [
        { subject: WHO, state: 'due', acknowledged: 1, since: '2026-03-10T08:00:00.000Z', days: 8 },
        // Nobody waits longer than they have been there.
        { subject: 'p-lindqvist', state: 'due', acknowledged: 'none', since: '2026-03-15T08:00:00.000Z', days: 3 },
      ],
    },
  ]);
  expect(report.lines).toEqual([
    '1 of 3 people have acknowledged default-nhs version 2 (33%)',
    'Emergency: 1 of 1 (100%)',
    'Plastics: 0 of 2 (0%)',
    '  p-okafor: asked 8 days ago, stopped until they do',
    '  p-lindqvist: asked 3 days ago, stopped until they do',
  ]);
});

test('in the days of grace the report says until when', () => {
  const report = acknowledgementReport(register, {
    acknowledgements: [acked(1, day(2))],
    people: [people[0]!],
    now: Date.parse(day(11)),
  });
  expect(report.lines.at(-1)).toBe('  p-okafor: asked 1 day ago, has until 17 March 2026');
});

test('records that do not count are listed with the reason', () => {
  const good = acked(1, day(2));
  const list = [
    good,
    { ...good, digest: `sha256-${'A'.repeat(43)}` },
    { ...good, version: 9 },
    { ...good, policy: 'other' },
    { ...good, at: day(25) },
  ];
  const texts = { 1: [`sha256-${'B'.repeat(43)}`] };
  const why = (more: object = {}) =>
    acknowledgementReport(register, {
      acknowledgements: list,
      people,
      now: Date.parse(day(5)),
      ...more,
    }).notCounted.map((each) => each.why);
  expect(why()).toEqual(['another-digest', 'unknown-version', 'another-policy', 'dated-ahead']);
  expect(why({ texts })[0]).toBe('another-text');
});

test('nobody bound, and nothing in force', () => {
  const none = acknowledgementReport(register, { acknowledgements: [], people: [], now: Date.parse(day(5)) });
  expect(none).toMatchObject({ people: 0, rate: null, departments: [] });
  const before = acknowledgementReport(register, { acknowledgements: [], people, now: 0 });
  expect(before).toMatchObject({ version: null, acknowledged: 0 });
  expect(before.lines).toEqual(['No version of default-nhs is in force']);
});

test('somebody there twice, or with a field too many, is refused', () => {
  const of = (list: readonly unknown[]) => () =>
    acknowledgementReport(register, { acknowledgements: [], people: list as typeof people, now: 0 });
  expect(of([people[0], people[0]])).toThrow(expect.objectContaining({ code: 'DUPLICATE_ID', path: '/people/1/id' }));
  expect(of([{ ...people[0], phone: '1' }])).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_FIELD', path: '/people/0/phone' }),
  );
  // Checked once, but as something else.
  expect(of([acked(1, day(2))])).toThrow(expect.objectContaining({ code: 'UNKNOWN_FIELD' }));
  expect(of('x' as unknown as unknown[])).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID' }));
});

import { expect, test } from 'vitest';
import { createPdp, evaluateWithRemedies, loadPolicy } from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import {
  ACTIONS,
  asking,
  duties,
  emergency,
  type Facts,
  NIGHT,
  named,
  nurse,
  ofTeam,
  onDuty,
  person,
  privacy,
  records,
  registrar,
  rules,
  staff,
  team,
  ward,
} from './support/ward.js';

const ask = ward();
const agreed = { approvedBy: ['p-a', 'p-b'], purpose: 'direct-care', until: '2026-03-05T00:00:00Z' };
const locum = { ...registrar, outsider: agreed };

test.each(['left', 'suspended'])('somebody %s does nothing, administration included, emergency or not', (status) => {
  const roles = ['nurse', 'records-officer', 'privacy-officer', 'caldicott-guardian', 'guardian', 'administrator'];
  for (const name of ACTIONS.filter((action) => action !== 'link-open'))
    for (const role of roles)
      for (const context of [onDuty, emergency, { secondApprover: 'p-marsh', purpose: 'investigation' }]) {
        const decision = ask(name, { subject: { ...nurse, role, status, assurance: 3 }, context });
        expect([name, role, decision.decision]).toEqual([name, role, false]);
        expect(rules(decision)).toContain('NO-01');
      }
});

test('an agreed outsider looks at what was sent to her, records and sends; every other action is refused', () => {
  expect(ask('view', { subject: locum, context: named }).decision).toBe(true);
  expect(ask('view', { subject: locum, context: onDuty }).decision).toBe(true);
  expect(ask('send', { subject: locum, context: { ...named, recipients: team } }).decision).toBe(true);
  const may = ['capture', 'send', 'view', 'advise', 'annotate', 'recall', 'link-open'];
  for (const role of ['registrar', 'administrator', 'privacy-officer', 'guardian', 'records-officer', 'researcher'])
    for (const name of ACTIONS.filter((action) => !may.includes(action))) {
      const context = { ...named, secondApprover: 'p-marsh', recipients: team };
      expect(rules(ask(name, { subject: { ...locum, role }, context }))).toContain('NO-27');
    }
});

test.each<[string, Facts, Facts, string]>([
  ['what came before her, as one of the team', agreed, ofTeam, 'NO-29'],
  ['by breaking the glass', { ...agreed, purpose: 'emergency' }, emergency, 'NO-29'],
  ['after the agreed end', { ...agreed, until: '2026-03-02T03:12:00Z' }, named, 'NO-02'],
  ['for another purpose', { ...agreed, purpose: 'teaching' }, named, 'NO-03'],
  ['without an end', { ...agreed, until: 'none' }, named, 'NO-28'],
  ['without a purpose', { ...agreed, purpose: 'none' }, named, 'NO-28'],
  ['approved by herself', { ...agreed, approvedBy: ['p-a', 'p-okafor'] }, named, 'NO-28'],
])('an outsider does not see an item: %s', (_how, outsider, context, rule) => {
  expect(rules(ask('view', { subject: { ...registrar, outsider }, context }))).toContain(rule);
});

test.each([[['p-a']], [['p-a', 'p-a']], [[]]])('approvers %j of an outsider are not two people', (approvedBy) => {
  const one = ask('view', { subject: { ...registrar, outsider: { ...agreed, approvedBy } }, context: named });
  expect(one.context).toMatchObject({ outcome: 'missing-information', missing: ['subject.outsider.approvedBy'] });
});

test('a student sees ordinary items of the team, and no other way leads further', () => {
  const student = staff('p-quill', 'student', { teams: ['plastics'], onDutyTeams: ['plastics'], assurance: 3 });
  expect(ask('view', { subject: student, context: ofTeam }).decision).toBe(true);
  for (const sensitivity of ['sensitive', 'intimate', 'vip'])
    for (const context of [ofTeam, named, onDuty, emergency, { ...ofTeam, purpose: 'mdt' }])
      for (const name of ['view', 'release', 'advise', 'annotate', 'teach', 'send'])
        expect(ask(name, { subject: student, resource: { sensitivity }, context }).decision).toBe(false);
  for (const name of ACTIONS.filter((action) => !['view', 'recall', 'link-open'].includes(action)))
    expect(ask(name, { subject: student, context: { ...ofTeam, recipients: team } }).decision).toBe(false);
});

test('bank staff with several roles have the selected one: another organisation’s items are not theirs', () => {
  const elsewhere = { ...registrar, org: 'Y99901' };
  for (const context of [named, ofTeam, onDuty, { ...named, ...emergency }])
    for (const name of ['view', 'release', 'annotate', 'download'])
      expect(ask(name, { subject: elsewhere, context }).decision).toBe(false);
  // Selected as a porter tonight: that she is a nurse on other nights helps nothing.
  expect(ask('view', { subject: { ...registrar, role: 'porter-or-other' }, context: onDuty }).decision).toBe(false);
  const pooled = ask('view', { subject: { ...registrar, role: ['porter-or-other', 'registrar'] }, context: onDuty });
  expect(pooled.context).toMatchObject({ outcome: 'missing-information', illTyped: ['subject.role'] });
});

test.each(['erase', 'export', 'investigate', 'policy-change', 'directory-change', 'team-change'])(
  'nobody is their own second person: %s',
  (name) => {
    for (const role of [
      'records-officer',
      'privacy-officer',
      'caldicott-guardian',
      'guardian',
      'administrator',
      'siro',
    ])
      for (const purpose of ['erasure-request', 'subject-access', 'investigation', 'direct-care']) {
        const subject = staff('p-x', role);
        const decision = ask(name, { subject, context: { purpose, secondApprover: 'p-x', recipients: team } });
        expect(rules(decision)).toContain('NO-19');
      }
  },
);

test('changes of directory and team: two people, never for oneself, verified people, an end for outsiders', () => {
  const admin = staff('p-vos', 'administrator');
  const change = (name: string, context: Facts, lifetimeSeconds: unknown = 'none') =>
    ask(name, { subject: admin, action: { lifetimeSeconds }, context: { secondApprover: 'none', ...context } });
  const two = { secondApprover: 'p-marsh' };
  expect(change('directory-change', { recipients: team }).decision).toBe(false);
  expect(duties(change('directory-change', { ...two, recipients: team }))).toContain('second-approver');
  expect(change('directory-change', { recipients: [person('p-gone', { status: 'left' })] }).decision).toBe(true);
  expect(change('team-change', { recipients: team }).decision).toBe(true);
  expect(change('team-change', { recipients: 'none' }).decision).toBe(true);
  expect(rules(change('team-change', { recipients: [person('p-x', { verified: false })] }))).toEqual(['NO-07']);
  for (const name of ['directory-change', 'team-change']) {
    expect(rules(change(name, { ...two, recipients: [...team, person('p-vos')] }))).toEqual(['NO-32']);
    // Nor by agreeing to what somebody else asks for them.
    expect(rules(change(name, { ...two, recipients: [...team, person('p-marsh')] }))).toEqual(['NO-32']);
  }
  const outsider = [person('p-out', { org: 'Y99901' })];
  expect(change('team-change', { recipients: outsider }, 86_400).decision).toBe(false);
  expect(change('team-change', { ...two, recipients: outsider }).decision).toBe(false);
  expect(change('team-change', { ...two, recipients: outsider }, 91 * 86_400).decision).toBe(false);
  expect(change('team-change', { ...two, recipients: outsider, purpose: 'audit' }, 86_400).decision).toBe(false);
  expect(duties(change('team-change', { ...two, recipients: outsider }, 86_400))).toContain('max-lifetime');
});

test('who looks into what happened: the log by those who answer for it, items by two of them', () => {
  expect(ask('audit-read', { subject: privacy, context: { purpose: 'audit' } }).decision).toBe(true);
  for (const role of ['administrator', 'nurse', 'consultant', 'system', 'researcher'])
    expect(ask('audit-read', { subject: staff('p-x', role), context: { purpose: 'audit' } }).decision).toBe(false);
  const incident = { purpose: 'investigation', secondApprover: 'p-marsh' };
  const looked = ask('investigate', { subject: privacy, resource: { state: 'recalled' }, context: incident });
  expect(duties(looked)).toEqual([...['justify', 'no-download', 'notify', 'review', 'second-approver', 'watermark']]);
  for (const [subject, context] of [
    [privacy, { ...incident, secondApprover: 'none' }],
    [privacy, { ...incident, purpose: 'direct-care' }],
    [records, incident],
    [{ ...privacy, org: 'Y99901' }, incident],
  ] as const)
    expect(ask('investigate', { subject, context }).context.outcome).toBe('not-permitted');
});

test('a meeting’s list: access ends with it, also for people from elsewhere and for the coordinator', () => {
  const list = (kind: string, until: string) => ({
    purpose: 'mdt',
    relationship: { kind, from: '2026-03-02T03:00:00Z', until },
  });
  const end = '2026-03-02T04:00:00Z';
  const guest = { ...registrar, org: 'Y99901' };
  const coordinator = staff('p-holm', 'medical-secretary');
  const before = ward({}, '2026-03-02T03:59:59Z');
  const after = ward({}, end);
  for (const [subject, kind] of [
    [registrar, 'team'],
    [guest, 'referral'],
    [coordinator, 'team'],
  ] as const) {
    expect(before('view', { subject, context: list(kind, end) }).decision).toBe(true);
    expect(after('view', { subject, context: list(kind, end) }).decision).toBe(false);
    expect(before('view', { subject, context: list(kind, 'none') }).decision).toBe(false);
  }
  expect(before('view', { subject: guest, context: list('team', end) }).decision).toBe(false);
  expect(before('advise', { subject: coordinator, context: list('team', end) }).decision).toBe(false);
  const intimate = { subject: { ...coordinator, assurance: 3 }, resource: { sensitivity: 'intimate' } };
  expect(before('view', { ...intimate, context: list('team', end) }).decision).toBe(false);
  expect(before('view', { subject: coordinator, context: ofTeam }).decision).toBe(false);
});

test('a clinician who is refused nearly always has a way forward', () => {
  const pack = loadPolicy(nhs());
  const pdp = createPdp(pack, { clock: { now: () => Date.parse(NIGHT) } });
  const stranger = staff('p-adeyemi', 'consultant', { teams: ['ed'] });
  const offers = (name: string, change: Facts) =>
    evaluateWithRemedies(pdp, pack, asking(name, change)).context.remedies!.map(({ route, text }) =>
      route === 'break-glass' ? route : text,
    );
  expect(offers('view', { subject: stranger })).toEqual(['break-glass']);
  expect(
    offers('view', { subject: { ...registrar, authenticatedAt: '2026-03-01T12:00:00Z' }, context: onDuty }),
  ).toEqual(['Sign in again', 'break-glass']);
  expect(offers('view', { subject: registrar, resource: { sensitivity: 'vip' }, context: onDuty })).toEqual([
    'break-glass',
  ]);
  expect(offers('view', { subject: registrar, resource: { sensitivity: 'sensitive' }, context: onDuty })).toEqual([
    'Sign in at level 3, with a smartcard or security key',
    'break-glass',
  ]);
  expect(offers('send', { context: { recipients: [...team, person('p-x', { teams: [] })] } })).toEqual([
    'Leave out recipient 3 of 3',
  ]);
});

import { expect, test } from 'vitest';
import {
  duties,
  emergency,
  type Facts,
  NIGHT,
  named,
  nurse,
  ofTeam,
  onDuty,
  privacy,
  records,
  registrar,
  rules,
  staff,
  team,
  ward,
} from './support/ward.js';

const ask = ward();
const strong = { ...registrar, assurance: 3 };
const LOOKS = ['view', 'advise', 'annotate', 'release'];

test('consent by level: to care is not to teaching, and each can be withdrawn without the other', () => {
  const educator = staff('p-teo', 'educator');
  const teach = (resource: Facts) => ask('teach', { subject: educator, resource, context: { purpose: 'teaching' } });
  const both = { consentLevel: ['record', 'teaching'] };
  expect(duties(teach(both))).toEqual(['no-download', 'share-mark', 'watermark']);
  expect(teach({}).decision).toBe(false);
  expect(rules(teach({ ...both, withdrawnLevels: ['teaching'] }))).toEqual(['NO-31']);
  expect(rules(teach({ ...both, withdrawnLevels: ['record'] }))).toEqual(['NO-13']);
  expect(teach({ ...both, identifiable: true }).decision).toBe(false);
  expect(teach({ ...both, sensitivity: 'sensitive' }).decision).toBe(false);
  expect(rules(teach({ ...both, state: 'recalled' }))).toEqual(['NO-16']);
  // The care copy is not touched by teaching withdrawn.
  expect(
    ask('view', { subject: registrar, resource: { withdrawnLevels: ['teaching'] }, context: onDuty }).decision,
  ).toBe(true);
  const withdrawn = { withdrawnLevels: ['record'] };
  for (const name of [...LOOKS, 'send', 'share-outside', 'link-create'])
    expect(
      rules(ask(name, { subject: strong, resource: withdrawn, context: { ...onDuty, recipients: team } })),
    ).toContain('NO-13');
  const judged = ask('view', { subject: registrar, resource: withdrawn, context: emergency });
  expect(judged.context.basis).toBe('break-glass');
  // Teaching is no purpose for looking at what is there for care.
  expect(ask('view', { subject: registrar, context: { ...onDuty, purpose: 'teaching' } }).decision).toBe(false);
});

test('research: a researcher, consent beyond care, nobody recognisable, told and justified', () => {
  const research = (subject: Facts, resource: Facts, purpose = 'research') =>
    ask('research', { subject: subject, resource: resource, context: { purpose } });
  const agreed = { consentLevel: ['record', 'teaching'] };
  const researcher = staff('p-yun', 'researcher');
  expect(duties(research(researcher, agreed))).toEqual(['justify', 'no-download', 'notify', 'share-mark', 'watermark']);
  expect(research(researcher, {}).decision).toBe(false);
  expect(research(researcher, { consentLevel: ['record', 'publication'] }).decision).toBe(false);
  expect(research(researcher, { ...agreed, identifiable: true }).decision).toBe(false);
  expect(research(researcher, agreed, 'teaching').decision).toBe(false);
  expect(research(registrar, agreed).decision).toBe(false);
  expect(ask('view', { subject: researcher, resource: agreed, context: ofTeam }).decision).toBe(false);
});

test('intimate and VIP: who is directly involved, by sign-in level 3; the glass for everybody else', () => {
  const see = (sensitivity: string, subject: Facts, context: Facts) =>
    ask('view', { subject: subject, resource: { sensitivity }, context: context });
  for (const context of [named, ofTeam, onDuty]) expect(see('intimate', strong, context).decision).toBe(true);
  for (const context of [named, ofTeam]) expect(see('vip', strong, context).decision).toBe(true);
  expect(rules(see('vip', strong, onDuty))).toEqual(['NO-11']);
  expect(rules(see('intimate', registrar, onDuty))).toEqual(['NO-10']);
  expect(see('intimate', { ...strong, onDutyTeams: ['ward-7'] }, onDuty).decision).toBe(false);
  // She took it; she may see it.
  expect(see('intimate', { ...nurse, assurance: 3 }, {}).decision).toBe(true);
  expect(see('vip', { ...nurse, assurance: 3 }, {}).decision).toBe(true);
  for (const sensitivity of ['sensitive', 'intimate', 'vip'])
    expect(see(sensitivity, staff('p-e', 'consultant'), emergency).context.basis).toBe('break-glass');
  // It is sent from her phone in the night all the same.
  expect(ask('send', { resource: { sensitivity: 'intimate' }, context: { recipients: team } }).decision).toBe(true);
  for (const name of ['link-create', 'link-open'])
    expect(rules(ask(name, { resource: { sensitivity: 'intimate' }, context: { recipients: team } }))).toContain(
      'NO-12',
    );
});

test.each<[string, Facts, Facts, string]>([
  ['erased', { state: 'erased' }, {}, 'NO-15'],
  ['expired', { state: 'expired' }, {}, 'NO-14'],
  ['past its end', { notAfter: NIGHT }, {}, 'NO-14'],
  ['recalled', { state: 'recalled' }, {}, 'NO-16'],
  ['the reader’s own', {}, { ownRecord: true }, 'NO-17'],
])('breaking the glass never opens what is %s', (_what, resource, context, rule) => {
  const asked = ward({ configured: ['own-record-feed'] });
  for (const name of ['view', 'release']) {
    const change = { subject: strong, resource: resource };
    const decision = asked(name, { ...change, context: { ownRecord: false, ...onDuty, ...emergency, ...context } });
    expect([decision.context.outcome, rules(decision)]).toEqual(['forbidden', [rule]]);
  }
});

test('a hold stops erasure, not filing, and then nothing is deleted; one places it, two lift it', () => {
  const erasing = { purpose: 'erasure-request', secondApprover: 'p-marsh' };
  const system = staff('custodian', 'system', { assurance: 1 });
  for (const hold of ['legal', 'inquiry', 'incident']) {
    expect(rules(ask('erase', { subject: records, resource: { hold }, context: erasing }))).toEqual(['NO-18']);
    expect(duties(ask('file', { subject: system, resource: { hold } }))).toEqual([]);
    expect(ask('hold', { subject: records, resource: { hold } }).decision).toBe(false);
    const own = { secondApprover: 'p-brandt' };
    expect(ask('hold', { subject: records, resource: { hold }, context: own }).decision).toBe(false);
    const two = { secondApprover: 'p-marsh' };
    expect(duties(ask('hold', { subject: records, resource: { hold }, context: two }))).toContain('second-approver');
  }
  expect(duties(ask('file', { subject: system }))).toEqual(['delete-after-filing']);
  expect(ask('hold', { subject: records }).decision).toBe(true);
  expect(ask('hold', { subject: nurse }).decision).toBe(false);
  expect(ask('erase', { subject: records, context: erasing }).decision).toBe(true);
  expect(ask('erase', { subject: records, context: { ...erasing, purpose: 'direct-care' } }).decision).toBe(false);
});

test('a patient’s copy: two people, redacted, told; also of what care may no longer see', () => {
  const access = { purpose: 'subject-access', secondApprover: 'p-marsh' };
  const copy = (subject: Facts, resource: Facts = {}, context: Facts = access) =>
    ask('export', { subject: subject, resource: resource, context: context });
  for (const resource of [{}, { withdrawnLevels: ['record'] }, { state: 'expired' }, { state: 'recalled' }])
    expect(duties(copy(privacy, resource))).toEqual(['justify', 'notify', 'redact', 'second-approver']);
  expect(rules(copy(records, { state: 'erased' }))).toEqual(['NO-15']);
  expect(copy(records, {}, { ...access, secondApprover: 'none' }).decision).toBe(false);
  expect(copy(records, {}, { ...access, purpose: 'direct-care' }).decision).toBe(false);
  expect(copy({ ...records, org: 'Y99901' }).decision).toBe(false);
  for (const role of ['consultant', 'administrator', 'siro', 'student', 'medical-secretary'])
    expect(copy(staff('p-x', role)).decision).toBe(false);
});

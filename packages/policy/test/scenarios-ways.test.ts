import { expect, test } from 'vitest';
import { createPdp, decideAll, explain, loadPolicy } from '../src/index.js';
import { type NhsSource, nhs } from '../src/packs/nhs/index.js';
import {
  asking,
  duties,
  emergency,
  type Facts,
  NIGHT,
  named,
  nurse,
  onDuty,
  person,
  privacy,
  records,
  referred,
  registrar,
  rules,
  staff,
  team,
  ward,
} from './support/ward.js';

const ask = ward();
const strong = { ...registrar, assurance: 3 };

test('a screenshot or a document is denied with the words “link to the record”; a trust may permit one', () => {
  for (const kind of ['screenshot', 'document'])
    for (const name of ['capture', 'send', 'share-outside', 'link-create']) {
      const decision = ask(name, { resource: { kind }, context: { recipients: team } });
      expect(rules(decision)).toContain('NO-25');
      expect(decision.context.reasons[0]!.title).toContain('link to the record');
    }
  const pack = loadPolicy(nhs());
  const said = createPdp(pack, { clock: { now: () => Date.parse(NIGHT) } }).evaluate(
    asking('send', { resource: { kind: 'screenshot' }, context: { recipients: team } }),
  );
  expect(explain(pack, said, 'clinician').lines).toEqual(['No screenshots or documents: link to the record']);
  const lenient = ward({ copies: ['document'] });
  const sent = (kind: string) => lenient('send', { resource: { kind }, context: { recipients: team } }).decision;
  expect([sent('document'), sent('screenshot'), sent('message'), sent('video')]).toEqual([true, false, true, true]);
});

test('an app nobody assessed or that was rejected carries nothing; a conditional one does', () => {
  for (const name of ['send', 'share-outside', 'link-create'])
    for (const status of ['unassessed', 'rejected'])
      expect(rules(ask(name, { context: { recipients: team, channel: { status } } }))).toContain('NO-24');
  expect(ask('send', { context: { recipients: team, channel: { status: 'conditional' } } }).decision).toBe(true);
});

test('a policy overdue for review is said, and stops nothing', () => {
  const before = ask('view', { subject: registrar, context: { ...onDuty, policyOverdue: false } });
  const overdue = ask('view', { subject: registrar, context: { ...onDuty, policyOverdue: true } });
  expect(overdue.decision).toBe(true);
  expect(overdue.context.obligations).toEqual(before.context.obligations);
  expect(overdue.context.advice).toContainEqual({ code: 'policy-review-overdue' });
  expect(before.context.advice).not.toContainEqual({ code: 'policy-review-overdue' });
});

test('W2: a referral is permitted by both organisations or not at all, at the stricter duties', () => {
  const clock = { now: () => Date.parse(NIGHT) };
  const ours = createPdp(loadPolicy(nhs()), { clock });
  const theirs = createPdp(loadPolicy(nhs({ parameters: { linkBoundDays: 2 } })), { clock });
  const gp = staff('p-marsh', 'gp', { org: 'Y99901' });
  const sides = (facts: Facts = {}) => [
    { organisation: 'RZZ01', pdp: ours },
    { organisation: 'Y99901', pdp: theirs, facts: facts },
  ];
  const looking = asking('view', { subject: gp, context: { purpose: 'referral', ...referred } });
  const both = decideAll(sides(), looking);
  expect(both.decision).toBe(true);
  expect(both.context.obligations).toContainEqual({
    id: 'max-lifetime',
    type: 'max-lifetime',
    properties: { seconds: 2 * 86_400 },
  });
  expect(both.context.policies.map(({ outcome }) => outcome)).toEqual(['permitted', 'permitted']);
  expect(decideAll(sides({ subject: { acknowledgedVersion: 'none' } }), looking).decision).toBe(false);
  expect(decideAll(sides({ subject: { status: 'left' } }), looking).decision).toBe(false);
  expect(decideAll([sides()[0]!, { organisation: 'Y99901', pdp: null }], looking).decision).toBe(false);
  // The referral is the GP’s alone: no glass to break for the rest, and it ends.
  expect(decideAll(sides(), asking('view', { subject: gp, context: emergency })).decision).toBe(false);
  const later = ward({}, '2026-03-08T12:00:00Z');
  expect(later('view', { subject: gp, context: { purpose: 'referral', ...referred } }).decision).toBe(false);
  // Sent by the adviser who was asked, to somebody verified, and nothing else crosses by `send`.
  const outside = { recipients: [person('p-marsh', { org: 'Y99901', teams: [] })] };
  const referring = asking('share-outside', { subject: registrar, context: { ...onDuty, ...outside } });
  expect(decideAll(sides(), referring).context.obligations.map(({ type }) => type)).toContain('share-mark');
  expect(rules(ask('send', { subject: registrar, context: { ...onDuty, ...outside } }))).toContain('NO-09');
});

test('devices count where device management is there: unknown never, sensitive on managed, downloads in the network', () => {
  const managed = ward({ configured: ['device-management'] });
  const see = (device: string, sensitivity = 'normal') =>
    managed('view', { subject: strong, resource: { sensitivity }, context: { ...onDuty, device } });
  expect(['managed', 'personal', 'shared', 'unknown'].map((device) => see(device).decision)).toEqual([
    ...[true, true, true, false],
  ]);
  expect(rules(see('personal', 'sensitive'))).toEqual(['NO-20']);
  expect(see('managed', 'sensitive').decision).toBe(true);
  expect(ask('view', { subject: strong, resource: { sensitivity: 'sensitive' }, context: onDuty }).decision).toBe(true);
  expect(managed('send', { context: { recipients: team } }).decision).toBe(true);
  const take = (device: string, network: string, resource: Facts = {}) =>
    managed('download', { subject: strong, resource: resource, context: { ...named, device, network } });
  expect(duties(take('managed', 'hscn'))).toEqual(['share-mark', 'watermark']);
  const duty = { ...onDuty, device: 'managed', network: 'organisation' };
  expect(managed('download', { subject: registrar, context: duty }).decision).toBe(true);
  const other = { ...registrar, onDutyTeams: ['ward-7'] };
  expect(managed('download', { subject: other, context: duty }).decision).toBe(false);
  for (const [device, network] of [
    ['managed', 'internet'],
    ['personal', 'organisation'],
    ['shared', 'hscn'],
  ] as const)
    expect(take(device, network).decision).toBe(false);
  expect(take('managed', 'hscn', { sensitivity: 'intimate' }).decision).toBe(false);
  const without = ask('download', { subject: strong, context: { ...named, device: 'managed', network: 'hscn' } });
  expect([without.decision, without.context.advice.some(({ rule }) => rule === 'DL-01')]).toEqual([false, true]);
});

test('country and fence count where they are configured, and give way to an emergency', () => {
  const sources: NhsSource[] = ['country', 'fence'];
  const placed = ward({ configured: sources });
  const from = (network: string, country: unknown) =>
    placed('view', { subject: registrar, context: { ...onDuty, network, country } });
  expect(from('internet', { network: 'GB', device: 'none' }).decision).toBe(true);
  expect(from('internet', { network: 'IM', device: 'none' }).decision).toBe(true);
  expect(rules(from('internet', { network: 'FR', device: 'GB' }))).toEqual(['NO-22']);
  expect(rules(from('internet', 'none'))).toEqual(['NO-22']);
  expect(from('organisation', 'none').decision).toBe(true);
  const irish = ward({ configured: ['country'], countries: ['GB', 'IE'] });
  const cross = { ...onDuty, country: { network: 'IE', device: 'none' } };
  expect(irish('view', { subject: registrar, context: cross }).decision).toBe(true);
  const at = (place: Facts | string, context: Facts = {}) =>
    placed('view', {
      subject: strong,
      resource: { sensitivity: 'intimate' },
      context: { ...onDuty, network: 'organisation', country: 'none', place, ...context },
    });
  expect(at({ evidence: 'fix', fence: 'inside', ageSeconds: 600 }).decision).toBe(true);
  expect(at({ evidence: 'network', fence: 'none', ageSeconds: 'none' }).decision).toBe(true);
  for (const place of [
    { evidence: 'fix', fence: 'inside', ageSeconds: 601 },
    { evidence: 'fix', fence: 'uncertain', ageSeconds: 5 },
    { evidence: 'network', fence: 'outside', ageSeconds: 5 },
    'none',
  ])
    expect(rules(at(place))).toEqual(['NO-23']);
  expect(at('none', emergency).context.basis).toBe('break-glass');
});

test('a stale sign-in stops every act of a person, not the custodian; an emergency view goes on', () => {
  const stale = { authenticatedAt: '2026-03-01T14:12:00Z' };
  for (const [name, subject, context] of [
    ['view', registrar, onDuty],
    ['send', nurse, { recipients: team }],
    ['capture', nurse, {}],
    ['recall', nurse, {}],
    ['hold', records, {}],
    ['audit-read', privacy, { purpose: 'audit' }],
    ['team-change', staff('p-vos', 'administrator'), { recipients: team }],
  ] as const) {
    expect(ask(name, { subject, context }).decision).toBe(true);
    expect(rules(ask(name, { subject: { ...subject, ...stale }, context }))).toEqual(['NO-05']);
  }
  expect(ask('file', { subject: { ...staff('custodian', 'system'), ...stale } }).decision).toBe(true);
  expect(ask('view', { subject: { ...registrar, ...stale }, context: emergency }).context.basis).toBe('break-glass');
});

import type { PolicyTest } from '../../document.js';

type Section = Readonly<Record<string, unknown>>;
type Change = { subject?: Section; action?: Section; resource?: Section; context?: Section };

const NOW = '2026-03-02T03:10:00Z';
const recipient = { id: 'p-okafor', org: 'RZZ01', verified: true, teams: ['plastics-on-call'], status: 'active' };

/** A nurse on a night shift at an invented trust, with her own phone, about to do something ordinary. */
const BASE: Required<Change> = {
  subject: {
    id: 'p-lindqvist',
    org: 'RZZ01',
    role: 'nurse',
    status: 'active',
    teams: ['ward-7'],
    onDutyTeams: [],
    assurance: 2,
    authenticatedAt: '2026-03-01T19:30:00Z',
    unlockedAt: '2026-03-02T03:05:00Z',
    acknowledgedVersion: 1,
    trainedUntil: 'none',
    outsider: 'none',
  },
  action: { name: 'view', lifetimeSeconds: 'none', maxViews: 'none' },
  resource: {
    kind: 'photo',
    ownerOrg: 'RZZ01',
    team: 'plastics-on-call',
    author: 'p-lindqvist',
    sensitivity: 'normal',
    consentLevel: ['record'],
    withdrawnLevels: [],
    identifiable: false,
    purpose: 'direct-care',
    state: 'active',
    hold: 'none',
    notAfter: '2026-03-09T03:00:00Z',
    sentAt: '2026-03-02T03:06:00Z',
  },
  context: {
    purpose: 'direct-care',
    relationship: { kind: 'none', from: 'none', until: 'none' },
    justification: 'none',
    secondApprover: 'none',
    recipients: [recipient],
    device: 'personal',
    network: 'internet',
    place: 'none',
    country: 'none',
    channel: { status: 'approved' },
    policyVersion: 1,
    policyOverdue: false,
    ownRecord: 'none',
  },
};

function request(name: string, change: Change = {}): PolicyTest['request'] {
  return {
    subject: { ...BASE.subject, ...change.subject },
    action: { ...BASE.action, name, ...change.action },
    resource: { ...BASE.resource, ...change.resource },
    context: { ...BASE.context, ...change.context },
  };
}

const example = (name: string, asked: PolicyTest['request'], expect: PolicyTest['expect']): PolicyTest => ({
  name,
  now: NOW,
  request: asked,
  expect,
});

const registrar = { id: 'p-okafor', role: 'registrar', teams: ['plastics-on-call'], onDutyTeams: ['plastics-on-call'] };
const stranger = { id: 'p-adeyemi', role: 'consultant', teams: ['ed'], onDutyTeams: ['ed'] };
const named = { relationship: { kind: 'recipient', from: '2026-03-02T03:06:00Z', until: 'none' } };
const onDuty = { relationship: { kind: 'on-duty', from: '2026-03-01T20:00:00Z', until: '2026-03-02T08:00:00Z' } };
const emergency = { purpose: 'emergency', justification: 'Airway swelling, theatre now, photo needed' };

/** Examples that travel with the policy and must come out as written. */
export const TESTS: readonly PolicyTest[] = [
  example('A nurse records a wound on her own phone', request('capture'), {
    decision: true,
    basis: 'standing',
    obligations: ['file-in-record', 'delete-after-filing'],
  }),
  example('A nurse sends it over 4G to the on-call team', request('send'), {
    decision: true,
    basis: 'standing',
    rules: ['SD-01'],
    obligations: ['file-in-record'],
  }),
  example('The on-call registrar opens it', request('view', { subject: registrar, context: onDuty }), {
    decision: true,
    basis: 'on-duty',
    rules: ['VW-02'],
    obligations: ['watermark', 'no-download'],
  }),
  example(
    'The duty has ended: the end of a duty belongs to the next person',
    request('view', {
      subject: registrar,
      context: { relationship: { kind: 'on-duty', from: '2026-03-01T20:00:00Z', until: NOW } },
    }),
    { decision: false, outcome: 'not-permitted' },
  ),
  example('A named recipient opens it', request('view', { subject: registrar, context: named }), {
    decision: true,
    basis: 'standing',
    obligations: ['watermark'],
  }),
  example('The nurse looks at what she sent', request('view'), { decision: true, rules: ['VW-04'] }),
  example('A stranger may not look', request('view', { subject: stranger }), {
    decision: false,
    outcome: 'not-permitted',
  }),
  example('A stranger breaks the glass in an emergency', request('view', { subject: stranger, context: emergency }), {
    decision: true,
    basis: 'break-glass',
    obligations: ['notify', 'review', 'watermark', 'max-lifetime'],
  }),
  example(
    'A reason that says nothing does not break the glass',
    request('view', { subject: stranger, context: { ...emergency, justification: 'x'.repeat(60) } }),
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'One factor does not break the glass',
    request('view', { subject: { ...stranger, assurance: 1 }, context: emergency }),
    { decision: false },
  ),
  example(
    'Breaking the glass opens an intimate item',
    request('view', { subject: stranger, resource: { sensitivity: 'intimate' }, context: emergency }),
    { decision: true, basis: 'break-glass', obligations: ['notify', 'review'] },
  ),
  example(
    'Breaking the glass never opens an expired item',
    request('view', { subject: stranger, resource: { state: 'expired' }, context: emergency }),
    { decision: false, outcome: 'forbidden', rules: ['NO-14'] },
  ),
  example(
    'Breaking the glass never opens an erased item',
    request('view', { subject: stranger, resource: { state: 'erased' }, context: emergency }),
    { decision: false, outcome: 'forbidden', rules: ['NO-15'] },
  ),
  example(
    'Breaking the glass is not for leavers',
    request('view', { subject: { ...stranger, status: 'left' }, context: emergency }),
    { decision: false, outcome: 'forbidden', rules: ['NO-01'] },
  ),
  example(
    'An unverified recipient stops a send',
    request('send', { context: { recipients: [recipient, { ...recipient, id: 'p-unknown', verified: false }] } }),
    { decision: false, outcome: 'forbidden', rules: ['NO-07'] },
  ),
  example(
    'A recipient about whom nothing is known stops a send, and it says so',
    request('send', { context: { recipients: [{ id: 'p-unknown' }] } }),
    {
      decision: false,
      outcome: 'missing-information',
      missing: ['context.recipients.org', 'context.recipients.status', 'context.recipients.verified'],
    },
  ),
  example(
    'An app nobody assessed carries nothing',
    request('send', { context: { channel: { status: 'unassessed' } } }),
    {
      decision: false,
      outcome: 'forbidden',
      rules: ['NO-24'],
    },
  ),
  example('The policy is acknowledged first', request('capture', { subject: { acknowledgedVersion: 'none' } }), {
    decision: false,
    outcome: 'forbidden',
    rules: ['NO-04'],
  }),
  example(
    'A GP elsewhere opens what was referred to her',
    request('view', {
      subject: { ...registrar, id: 'p-marsh', org: 'Y99901', role: 'gp' },
      context: {
        purpose: 'referral',
        relationship: { kind: 'referral', from: '2026-03-01T12:00:00Z', until: '2026-03-08T12:00:00Z' },
      },
    }),
    { decision: true, basis: 'referral', obligations: ['max-lifetime', 'watermark'] },
  ),
  example(
    'Withdrawn consent stops a view',
    request('view', { subject: registrar, resource: { withdrawnLevels: ['record'] }, context: named }),
    { decision: false, outcome: 'forbidden', rules: ['NO-13'] },
  ),
  example('The custodian files', request('file', { subject: { ...registrar, id: 'custodian', role: 'system' } }), {
    decision: true,
    obligations: ['delete-after-filing'],
  }),
  example(
    'A hold stops erasure',
    request('erase', {
      subject: { ...stranger, role: 'records-officer' },
      resource: { hold: 'legal' },
      context: { purpose: 'erasure-request', secondApprover: 'p-marsh' },
    }),
    { decision: false, outcome: 'forbidden', rules: ['NO-18'] },
  ),
  example(
    'Two people erase',
    request('erase', {
      subject: { ...stranger, role: 'records-officer' },
      context: { purpose: 'erasure-request', secondApprover: 'p-marsh' },
    }),
    { decision: true, obligations: ['second-approver'] },
  ),
  example(
    'A link for whoever holds it lives a day at most',
    request('link-create', { action: { lifetimeSeconds: 90_000, maxViews: 1 }, context: { recipients: 'none' } }),
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'A link for a known colleague lives up to a week',
    request('link-create', { action: { lifetimeSeconds: 600_000, maxViews: 1 } }),
    { decision: true, rules: ['LK-01'], obligations: ['max-lifetime', 'share-mark'] },
  ),
  example('A link opens for its holder', request('link-open', { subject: { id: 'link-1' } }), {
    decision: true,
    obligations: ['watermark', 'max-lifetime'],
  }),
  example('Whoever took over the duty is given the key', request('release', { subject: registrar, context: onDuty }), {
    decision: true,
    basis: 'on-duty',
    obligations: ['notify'],
  }),
  example('The registrar on duty advises', request('advise', { subject: registrar, context: onDuty }), {
    decision: true,
  }),
  example('The author calls back a mistake', request('recall'), { decision: true, obligations: ['notify'] }),
];

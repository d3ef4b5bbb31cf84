/** People, items and circumstances of the scenarios written by strangers: a night registrar, an IG lead and a Caldicott Guardian. */
export type Facts = Readonly<Record<string, unknown>>;

/** A quarter past three on a Monday morning. */
export const NIGHT = '2026-03-02T03:15:00Z';
const member = (id: string, role: string, teams: readonly string[], more: Facts = {}): Facts => ({
  id,
  org: 'RZX01',
  role,
  status: 'active',
  teams,
  onDutyTeams: [],
  assurance: 2,
  authenticatedAt: '2026-03-01T19:30:00Z',
  unlockedAt: '2026-03-02T03:09:00Z',
  acknowledgedVersion: 4,
  trainedUntil: '2026-12-01T00:00:00Z',
  outsider: 'none',
  ...more,
});

export const people = {
  nurse: member('s-adair', 'nurse', ['ward-5']),
  registrar: member('s-bello', 'registrar', ['burns'], { onDutyTeams: ['burns'] }),
  consultant: member('s-castell', 'consultant', ['burns']),
  midwife: member('s-dunne', 'midwife', ['labour']),
  physio: member('s-eaves', 'allied-professional', ['burns']),
  student: member('s-farr', 'student', ['burns']),
  secretary: member('s-gorst', 'medical-secretary', ['burns']),
  porter: member('s-hale', 'porter-or-other', ['ward-5']),
  educator: member('s-ivory', 'educator', []),
  researcher: member('s-jarvis', 'researcher', []),
  records: member('s-kerr', 'records-officer', []),
  privacy: member('s-lamb', 'privacy-officer', []),
  caldicott: member('s-moor', 'caldicott-guardian', []),
  siro: member('s-nairn', 'siro', []),
  guardian: member('s-orme', 'guardian', []),
  admin: member('s-pryce', 'administrator', []),
  system: member('s-custodian', 'system', []),
  gp: member('s-quill', 'gp', ['surgery'], { org: 'Y44002' }),
  visitor: member('s-ravi', 'consultant', [], {
    org: 'RYY77',
    outsider: { approvedBy: ['s-castell', 's-lamb'], purpose: 'direct-care', until: '2026-03-20T00:00:00Z' },
  }),
} as const satisfies Record<string, Facts>;

/** A burn on a forearm, sent by the ward nurse to the burns team an hour ago. */
export const burn: Facts = {
  kind: 'photo',
  ownerOrg: 'RZX01',
  team: 'burns',
  author: 's-adair',
  sensitivity: 'normal',
  consentLevel: ['record'],
  withdrawnLevels: [],
  identifiable: false,
  purpose: 'direct-care',
  state: 'active',
  hold: 'none',
  notAfter: '2026-03-05T03:00:00Z',
  sentAt: '2026-03-02T02:15:00Z',
};

const related = (kind: string, from: string, until: string): Facts => ({ relationship: { kind, from, until } });
export const onDuty = related('on-duty', '2026-03-01T20:00:00Z', '2026-03-02T08:00:00Z');
export const sentTo = related('recipient', '2026-03-02T02:15:00Z', 'none');
export const inTeam = related('team', '2025-08-06T00:00:00Z', 'none');
export const referred = related('referral', '2026-03-01T09:00:00Z', '2026-03-08T09:00:00Z');
export const list = { ...related('recipient', '2026-03-02T01:00:00Z', '2026-03-02T04:00:00Z'), purpose: 'mdt' };
export const resus = { purpose: 'emergency', justification: 'Resus 2, burnt airway, need the picture from the ward' };

/** What the server and the page always say, with nothing special about it. */
export const plain: Facts = {
  purpose: 'direct-care',
  relationship: 'none',
  justification: 'none',
  secondApprover: 'none',
  recipients: 'none',
  device: 'personal',
  network: 'internet',
  place: 'none',
  country: 'none',
  channel: { status: 'approved' },
  policyVersion: 4,
  policyOverdue: false,
  ownRecord: 'none',
};
export const to = (id: string, more: Facts = {}): Facts => ({
  id,
  org: 'RZX01',
  verified: true,
  teams: ['burns'],
  status: 'active',
  ...more,
});

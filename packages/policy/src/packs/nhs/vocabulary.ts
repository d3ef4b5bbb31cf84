import type { AttributeDeclaration, EvidenceSource, Parameter } from '../../document.js';

/** Everything anybody can ask to do. */
export const ACTIONS = [
  'capture',
  'send',
  'view',
  'advise',
  'release',
  'link-create',
  'link-open',
  'download',
  'export',
  'annotate',
  'file',
  'recall',
  'erase',
  'hold',
  'share-outside',
  'teach',
  'research',
  'audit-read',
  'investigate',
  'policy-change',
  'directory-change',
  'team-change',
] as const;

const ROLES = [
  'consultant',
  'registrar',
  'nurse',
  'midwife',
  'allied-professional',
  'student',
  'gp',
  'medical-secretary',
  'porter-or-other',
  'educator',
  'researcher',
  'records-officer',
  'privacy-officer',
  'caldicott-guardian',
  'siro',
  'guardian',
  'administrator',
  'system',
];

const PURPOSES = [
  'direct-care',
  'referral',
  'mdt',
  'emergency',
  'teaching',
  'research',
  'subject-access',
  'erasure-request',
  'investigation',
  'audit',
  'complaint',
];

const STATUSES = ['active', 'suspended', 'left'];
const LEVELS = ['record', 'teaching', 'publication'];

/** The facts a decision may read, where each comes from and what it may hold. `user` marks what the person can change. */
export const ATTRIBUTES: Readonly<Record<string, AttributeDeclaration>> = {
  'subject.id': { type: 'string', source: 'session' },
  'subject.org': { type: 'string', source: 'session' },
  'subject.role': { type: 'enum', values: ROLES, source: 'session' },
  'subject.status': { type: 'enum', values: STATUSES, source: 'directory' },
  'subject.teams': { type: 'set', source: 'directory' },
  'subject.onDutyTeams': { type: 'set', source: 'configuration' },
  'subject.assurance': { type: 'integer', min: 1, max: 3, changeableBy: 'user', source: 'session' },
  'subject.authenticatedAt': { type: 'time', changeableBy: 'user', source: 'session' },
  'subject.unlockedAt': { type: 'time', none: true, changeableBy: 'user', source: 'session' },
  'subject.acknowledgedVersion': { type: 'integer', min: 0, none: true, changeableBy: 'user', source: 'server' },
  'subject.trainedUntil': { type: 'time', none: true, source: 'server' },
  'subject.outsider.approvedBy': { type: 'set', min: 2, none: true, source: 'directory' },
  'subject.outsider.purpose': { type: 'enum', values: PURPOSES, none: true, source: 'directory' },
  'subject.outsider.until': { type: 'time', none: true, source: 'directory' },
  'action.lifetimeSeconds': { type: 'integer', min: 1, none: true, changeableBy: 'user', source: 'request' },
  'action.maxViews': { type: 'integer', min: 1, none: true, changeableBy: 'user', source: 'request' },
  'resource.kind': { type: 'enum', values: ['photo', 'video', 'screenshot', 'document', 'message'], source: 'label' },
  'resource.ownerOrg': { type: 'string', source: 'label' },
  'resource.team': { type: 'string', none: true, source: 'label' },
  'resource.author': { type: 'string', source: 'label' },
  'resource.sensitivity': { type: 'enum', values: ['normal', 'sensitive', 'intimate', 'vip'], source: 'label' },
  'resource.consentLevel': { type: 'set', values: LEVELS, source: 'label' },
  'resource.withdrawnLevels': { type: 'set', values: LEVELS, source: 'server' },
  'resource.identifiable': { type: 'boolean', source: 'label' },
  'resource.purpose': { type: 'enum', values: PURPOSES, source: 'label' },
  'resource.state': {
    type: 'enum',
    values: ['active', 'filed', 'closed', 'expired', 'recalled', 'withdrawn', 'erased'],
    source: 'server',
  },
  'resource.hold': { type: 'enum', values: ['none', 'legal', 'inquiry', 'incident'], source: 'server' },
  'resource.notAfter': { type: 'time', none: true, source: 'label' },
  'resource.sentAt': { type: 'time', none: true, source: 'server' },
  'context.now': { type: 'time', source: 'clock' },
  'context.purpose': { type: 'enum', values: PURPOSES, declaredBy: 'user', source: 'request' },
  'context.relationship.kind': {
    type: 'enum',
    values: ['recipient', 'team', 'on-duty', 'referral', 'none'],
    source: 'server',
  },
  'context.relationship.from': { type: 'time', none: true, source: 'server' },
  'context.relationship.until': { type: 'time', none: true, source: 'server' },
  'context.justification': { type: 'text', none: true, declaredBy: 'user', source: 'request' },
  'context.secondApprover': { type: 'string', none: true, source: 'server' },
  'context.recipients': {
    type: 'list',
    min: 1,
    none: true,
    changeableBy: 'user',
    source: 'directory',
    fields: {
      id: { type: 'string' },
      org: { type: 'string' },
      verified: { type: 'boolean' },
      teams: { type: 'set' },
      status: { type: 'enum', values: STATUSES },
    },
  },
  'context.device': {
    type: 'enum',
    values: ['managed', 'personal', 'shared', 'unknown'],
    changeableBy: 'user',
    source: 'session',
  },
  'context.network': {
    type: 'enum',
    values: ['organisation', 'hscn', 'internet'],
    changeableBy: 'user',
    source: 'server',
  },
  'context.place.evidence': {
    type: 'enum',
    values: ['network', 'attested', 'fix', 'ip', 'none'],
    changeableBy: 'user',
    source: 'session',
  },
  'context.place.fence': {
    type: 'enum',
    values: ['inside', 'outside', 'uncertain'],
    none: true,
    changeableBy: 'user',
    source: 'session',
  },
  'context.place.ageSeconds': { type: 'integer', min: 0, none: true, changeableBy: 'user', source: 'session' },
  'context.country.network': { type: 'string', none: true, changeableBy: 'user', source: 'configuration' },
  'context.country.device': { type: 'string', none: true, changeableBy: 'user', source: 'configuration' },
  'context.channel.status': {
    type: 'enum',
    values: ['approved', 'conditional', 'unassessed', 'rejected'],
    source: 'server',
  },
  'context.policyVersion': { type: 'integer', min: 1, source: 'server' },
  'context.policyOverdue': { type: 'boolean', source: 'server' },
  'context.ownRecord': { type: 'boolean', none: true, source: 'custodian' },
  'context.supportedObligations': { type: 'set', source: 'request' },
};

export type NhsParameter =
  | 'viewSignInHours'
  | 'sendUnlockMinutes'
  | 'breakGlassLevel'
  | 'linkBoundDays'
  | 'linkBearerHours'
  | 'linkBearerViews'
  | 'outsiderDays'
  | 'breakGlassMinutes'
  | 'reviewHours'
  | 'fixMaxAgeSeconds'
  | 'acknowledgeGraceDays'
  | 'reviewGraceDays'
  | 'dormantDays';

/** Numbers a trust may change without touching a rule. */
export const PARAMETERS: Readonly<Record<NhsParameter, Parameter>> = {
  viewSignInHours: {
    value: 13,
    min: 1,
    max: 24,
    title: 'Hours after which a sign-in no longer suffices (a night shift)',
  },
  sendUnlockMinutes: { value: 15, min: 1, max: 60, title: 'Minutes after which keys must be unlocked again to send' },
  breakGlassLevel: { value: 2, min: 2, max: 3, title: 'Sign-in level needed to break the glass' },
  linkBoundDays: { value: 7, min: 1, max: 30, title: 'Days a link for a known recipient may live' },
  linkBearerHours: { value: 24, min: 1, max: 72, title: 'Hours a link for whoever holds it may live' },
  linkBearerViews: { value: 5, min: 1, max: 20, title: 'Times a link for whoever holds it may be opened' },
  outsiderDays: { value: 90, min: 1, max: 365, title: 'Days for which an outsider may join a team at most' },
  breakGlassMinutes: {
    value: 60,
    min: 5,
    max: 240,
    title: 'Minutes for which an item stays open after breaking the glass',
  },
  reviewHours: {
    value: 24,
    min: 1,
    max: 72,
    title: 'Hours within which a broken glass or an investigation is reviewed',
  },
  fixMaxAgeSeconds: { value: 600, min: 10, max: 3_600, title: 'Seconds after which a position no longer counts' },
  // The last three are not read by rules but by governance, which supplies the facts and reports.
  acknowledgeGraceDays: {
    value: 7,
    min: 0,
    max: 30,
    title: 'Days to acknowledge a new version for whoever acknowledged the one before (read by governance)',
  },
  reviewGraceDays: {
    value: 30,
    min: 0,
    max: 90,
    title: 'Days after a review is due until it is reported as long overdue (read by governance)',
  },
  dormantDays: {
    value: 90,
    min: 30,
    max: 365,
    title: 'Days without use after which an account is flagged (read by governance)',
  },
};

export type NhsSource = 'device-management' | 'country' | 'fence' | 'training-feed' | 'own-record-feed';

/** Evidence that not every trust has; rules that need it say so. */
export const SOURCES: Readonly<Record<NhsSource, EvidenceSource>> = {
  'device-management': { title: 'Device management says which devices are managed', configured: false },
  country: { title: 'The country of a network address is looked up', configured: false },
  fence: { title: 'Fences are drawn and positions are asked for', configured: false },
  'training-feed': { title: 'The training system says until when training is valid', configured: false },
  'own-record-feed': { title: 'The custodian can tell that a record is the reader’s own', configured: false },
};

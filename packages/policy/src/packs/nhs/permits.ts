import type { BreakGlass, Condition, PermitRule } from '../../document.js';

const CLINICIANS: Condition = {
  'subject.role': { in: ['consultant', 'registrar', 'nurse', 'midwife', 'allied-professional', 'gp'] },
};
const CARE: Condition = { 'context.purpose': { in: ['direct-care', 'referral', 'mdt', 'emergency'] } };
const OWN_ORG: Condition = { 'subject.org': { sameAs: 'resource.ownerOrg' } };
const AUTHOR: Condition = { 'subject.id': { sameAs: 'resource.author' } };
const TWO_FACTORS: Condition = { 'subject.assurance': { atLeast: 2 } };

/** A relationship of one of these kinds that has begun and not ended. */
const related = (...kinds: string[]): Condition => ({
  all: [
    { 'context.relationship.kind': { in: kinds } },
    { any: [{ 'context.relationship.from': 'none' }, { 'context.relationship.from': { olderThan: { seconds: 0 } } }] },
    { not: { 'context.relationship.until': { olderThan: { seconds: 0 } } } },
  ],
});

const FILED = [{ type: 'file-in-record' }, { type: 'delete-after-filing' }];
const SHOWN = [{ type: 'watermark' }, { type: 'no-download' }];
const SHOWN_STRONG = [{ type: 'watermark', properties: { mode: 'tile', strength: 'strong' } }, { type: 'no-download' }];

/** Who may do what, and on what conditions. */
export const PERMITS: readonly PermitRule[] = [
  {
    id: 'CP-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['capture'],
    title: 'Clinicians record for care',
    rationale: 'A recording that is part of care, with the consent recorded with it.',
    source: 'GMC, Making and using visual and audio recordings of patients, paragraphs 13-17',
    when: {
      all: [CLINICIANS, CARE, OWN_ORG, AUTHOR, TWO_FACTORS, { 'resource.consentLevel': { includes: 'record' } }],
    },
    obligations: FILED,
  },
  {
    id: 'SD-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['send'],
    title: 'Clinicians send to colleagues of their organisation',
    rationale: 'The duty to share for care is as important as the duty to protect.',
    source: 'Caldicott principle 7',
    when: {
      all: [CLINICIANS, CARE, OWN_ORG, TWO_FACTORS, { any: [AUTHOR, related('recipient', 'team', 'on-duty')] }],
    },
    obligations: FILED,
  },
  {
    id: 'SD-02',
    effect: 'permit',
    basis: 'referral',
    actions: ['share-outside'],
    title: 'Clinicians refer to another organisation',
    rationale: 'Referral is care; the copy lives a short time and says to whom it went.',
    source: 'Caldicott principle 7',
    when: {
      all: [
        CLINICIANS,
        { 'context.purpose': { in: ['referral', 'direct-care', 'emergency'] } },
        OWN_ORG,
        AUTHOR,
        TWO_FACTORS,
      ],
    },
    obligations: [
      ...FILED,
      { type: 'share-mark' },
      { type: 'max-lifetime', properties: { seconds: { days: { parameter: 'linkBoundDays' } } } },
    ],
  },
  {
    id: 'VW-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['view', 'advise', 'annotate'],
    title: 'Named recipients and the team look after their patient',
    rationale: 'Those to whom the item was sent, and their team, need it for care.',
    source: 'Caldicott principle 4, need to know',
    when: { all: [CLINICIANS, CARE, OWN_ORG, TWO_FACTORS, related('recipient', 'team')] },
    obligations: SHOWN,
  },
  {
    id: 'VW-02',
    effect: 'permit',
    basis: 'on-duty',
    actions: ['view', 'advise', 'annotate'],
    title: 'Whoever is on duty for the team',
    rationale: 'An item sent to the on-call team is opened by whoever holds the duty at that moment.',
    source: 'Caldicott principle 7',
    when: {
      all: [
        CLINICIANS,
        CARE,
        OWN_ORG,
        TWO_FACTORS,
        related('on-duty'),
        { 'subject.onDutyTeams': { includes: { attribute: 'resource.team' } } },
      ],
    },
    obligations: SHOWN,
  },
  {
    id: 'VW-03',
    effect: 'permit',
    basis: 'referral',
    actions: ['view', 'advise', 'annotate'],
    title: 'The one referred to, in another organisation',
    rationale: 'Both organisations’ policies decide; the sender’s keeps the copy short-lived.',
    source: 'Caldicott principle 7',
    when: { all: [CLINICIANS, CARE, TWO_FACTORS, related('referral')] },
    obligations: [
      ...SHOWN_STRONG,
      { type: 'max-lifetime', properties: { seconds: { days: { parameter: 'linkBoundDays' } } } },
    ],
  },
  {
    id: 'VW-04',
    effect: 'permit',
    basis: 'standing',
    actions: ['view', 'annotate'],
    title: 'The author sees what they took',
    rationale: 'To check that the right picture went to the right people.',
    source: 'GMC Good medical practice, record your work',
    when: { all: [CLINICIANS, CARE, OWN_ORG, AUTHOR, TWO_FACTORS] },
    obligations: SHOWN,
  },
  {
    id: 'VW-05',
    effect: 'permit',
    basis: 'standing',
    actions: ['view'],
    title: 'Students of the team, ordinary items only',
    rationale: 'Learning at the bedside is part of care given by the team.',
    source: 'GMC and Medical Schools Council, Achieving good medical practice',
    when: {
      all: [
        { 'subject.role': 'student' },
        { 'context.purpose': 'direct-care' },
        OWN_ORG,
        TWO_FACTORS,
        related('recipient', 'team'),
        { 'resource.sensitivity': 'normal' },
      ],
    },
    obligations: SHOWN_STRONG,
  },
  {
    id: 'BG-01',
    effect: 'permit',
    basis: 'break-glass',
    actions: ['view', 'release'],
    title: 'A clinician breaks the glass',
    rationale: 'In an emergency a clinician of the organisation may look, says why, and it is reviewed.',
    source: 'NHS Summary Care Record, permission to view in an emergency',
    when: { all: [CLINICIANS, OWN_ORG] },
    obligations: [...SHOWN_STRONG, { type: 'max-lifetime', properties: { seconds: { hours: 1 } } }],
  },
  {
    id: 'RL-01',
    effect: 'permit',
    basis: 'on-duty',
    actions: ['release'],
    title: 'Release to whoever took over the duty',
    rationale: 'A change of rota must not touch keys: the custodian adds the one on duty.',
    source: 'Caldicott principle 7',
    when: {
      all: [
        CLINICIANS,
        CARE,
        OWN_ORG,
        TWO_FACTORS,
        related('on-duty', 'team'),
        {
          any: [
            { 'subject.onDutyTeams': { includes: { attribute: 'resource.team' } } },
            { 'subject.teams': { includes: { attribute: 'resource.team' } } },
          ],
        },
      ],
    },
    obligations: [{ type: 'notify', properties: { whom: ['author'] } }],
  },
  {
    id: 'RL-02',
    effect: 'permit',
    basis: 'standing',
    actions: ['release'],
    title: 'Release to a recipient who lost the key',
    rationale: 'A lost passkey or a shared workstation does not end a recipient’s duty.',
    source: 'Caldicott principle 7',
    when: { all: [CLINICIANS, CARE, OWN_ORG, TWO_FACTORS, related('recipient')] },
    obligations: [{ type: 'notify', properties: { whom: ['author'] } }],
  },
  {
    id: 'FL-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['file'],
    title: 'Items are filed in the record',
    rationale: 'Such recordings are part of the record.',
    source: 'GMC, Making and using visual and audio recordings of patients, paragraph 55',
    when: {
      all: [
        {
          'subject.role': {
            in: [
              'system',
              'records-officer',
              'medical-secretary',
              'consultant',
              'registrar',
              'nurse',
              'midwife',
              'allied-professional',
              'gp',
            ],
          },
        },
        OWN_ORG,
        { 'resource.state': { in: ['active', 'closed', 'expired'] } },
      ],
    },
    obligations: [{ type: 'delete-after-filing' }],
  },
  {
    id: 'RC-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['recall'],
    title: 'The author or the privacy officer recalls',
    rationale: 'A mistake is called back by whoever made it, at once.',
    source: 'ICO reprimand of NHS Highland: a recall that failed',
    when: { all: [OWN_ORG, { any: [AUTHOR, { 'subject.role': { in: ['privacy-officer', 'caldicott-guardian'] } }] }] },
    obligations: [{ type: 'notify', properties: { whom: ['recipients', 'privacy-officer'] } }],
  },
  {
    id: 'ER-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['erase'],
    title: 'Erasure by two people',
    rationale: 'Erasure cannot be undone and care records are mostly exempt: two people decide.',
    source: 'UK GDPR Article 17; OWASP ASVS 5.0 2.3.5',
    when: {
      all: [
        { 'subject.role': { in: ['records-officer', 'privacy-officer', 'caldicott-guardian'] } },
        { 'context.purpose': 'erasure-request' },
        OWN_ORG,
        TWO_FACTORS,
        { 'context.secondApprover': { not: 'none' } },
      ],
    },
    obligations: [{ type: 'second-approver' }, { type: 'notify', properties: { whom: ['recipients'] } }],
  },
  {
    id: 'LK-01',
    effect: 'permit',
    basis: 'referral',
    actions: ['link-create'],
    title: 'A link for known recipients',
    rationale: 'For a colleague without an account whose identity was checked.',
    source: 'OWASP ASVS 5.0 14.2.1',
    when: {
      all: [
        CLINICIANS,
        CARE,
        OWN_ORG,
        AUTHOR,
        TWO_FACTORS,
        { 'context.recipients.verified': { not: 'none' } },
        { not: { 'context.recipients.verified': { includes: false } } },
        { 'action.lifetimeSeconds': { atMost: { days: { parameter: 'linkBoundDays' } } } },
      ],
    },
    obligations: [
      { type: 'share-mark' },
      { type: 'max-lifetime', properties: { seconds: { days: { parameter: 'linkBoundDays' } } } },
    ],
  },
  {
    id: 'LK-02',
    effect: 'permit',
    basis: 'referral',
    actions: ['link-create'],
    title: 'A link for whoever holds it, with a passcode',
    rationale: 'Shorter and counted, since nobody knows who opens it.',
    source: 'OWASP ASVS 5.0 14.2.1',
    when: {
      all: [
        CLINICIANS,
        CARE,
        OWN_ORG,
        AUTHOR,
        TWO_FACTORS,
        { 'context.recipients.verified': 'none' },
        { 'resource.sensitivity': 'normal' },
        { 'action.lifetimeSeconds': { atMost: { hours: { parameter: 'linkBearerHours' } } } },
        { 'action.maxViews': { atMost: 5 } },
      ],
    },
    obligations: [
      { type: 'share-mark' },
      { type: 'max-lifetime', properties: { seconds: { hours: { parameter: 'linkBearerHours' } } } },
      { type: 'max-views', properties: { n: 5 } },
    ],
  },
  {
    id: 'LK-03',
    effect: 'permit',
    basis: 'referral',
    actions: ['link-open'],
    title: 'Whoever holds a valid link and its passcode',
    rationale: 'The link itself was permitted; here only what became of the item since counts.',
    source: 'OWASP ASVS 5.0 14.2.1',
    when: {
      all: [
        { 'context.purpose': { in: ['referral', 'direct-care', 'emergency'] } },
        { 'resource.state': { in: ['active', 'filed', 'closed'] } },
      ],
    },
    obligations: [
      ...SHOWN_STRONG,
      { type: 'share-mark' },
      { type: 'max-lifetime', properties: { seconds: { days: { parameter: 'linkBoundDays' } } } },
    ],
  },
];

/** An emergency, said at a sufficient sign-in, with a reason of substance: always told and always reviewed. */
export const BREAK_GLASS: BreakGlass = {
  actions: ['view', 'release'],
  when: {
    all: [
      { 'context.purpose': 'emergency' },
      { 'subject.assurance': { atLeast: { parameter: 'breakGlassLevel' } } },
      { 'context.justification': { atLeast: 20 } },
    ],
  },
  obligations: [
    { type: 'notify', properties: { whom: ['privacy-officer', 'caldicott-guardian'] } },
    { type: 'review', properties: { within: { hours: 24 } } },
  ],
};

import type { Condition, ForbidRule } from '../../document.js';
import { AUTHOR, CLOSE, HIGH, OUTSIDER } from './conditions.js';
import { BY_TWO, FOR_OUTSIDERS, NOT_FOR_OUTSIDERS, SECONDARY, SENDING, SIGNED_IN, USE } from './scope.js';

const ASVS = 'OWASP ASVS 5.0';
const LANARKSHIRE = 'ICO reprimand of NHS Lanarkshire, 2023';
const terms = (test: 'none' | { not: 'none' }): Condition[] => [
  { 'subject.outsider.approvedBy': test },
  { 'subject.outsider.purpose': test },
  { 'subject.outsider.until': test },
];

/** Who may not, whatever else is true; those marked waivable give way to somebody who breaks the glass. */
export const PROHIBITIONS_OF_PEOPLE: readonly ForbidRule[] = [
  {
    id: 'NO-01',
    effect: 'forbid',
    strength: 'absolute',
    actions: SIGNED_IN,
    title: 'Nobody who has left or is suspended',
    rationale: 'Removal of a role takes effect at once.',
    source: `${ASVS} 8.3.2`,
    when: { 'subject.status': { in: ['suspended', 'left'] } },
  },
  {
    id: 'NO-02',
    effect: 'forbid',
    strength: 'absolute',
    actions: FOR_OUTSIDERS,
    title: 'No outsider after the agreed end',
    rationale: 'An exception for an outsider ends on the day its two approvers set.',
    source: `${LANARKSHIRE}: a person added in error`,
    when: { 'subject.outsider.until': { olderThan: { seconds: 0 } } },
  },
  {
    id: 'NO-03',
    effect: 'forbid',
    strength: 'absolute',
    actions: FOR_OUTSIDERS,
    title: 'No outsider for another purpose than agreed',
    rationale: 'The two approvers agreed to one purpose.',
    source: 'Caldicott principle 1, justify the purpose',
    when: {
      all: [
        { 'subject.outsider.purpose': { not: 'none' } },
        { not: { 'subject.outsider.purpose': { sameAs: 'context.purpose' } } },
      ],
    },
  },
  {
    id: 'NO-28',
    effect: 'forbid',
    strength: 'absolute',
    actions: FOR_OUTSIDERS,
    title: 'An outsider needs two other approvers, a purpose and an end',
    rationale: 'Half an agreement is none, and nobody agrees to their own.',
    source: `${LANARKSHIRE}: a person added in error; ${ASVS} 2.3.5`,
    when: {
      any: [
        { all: [{ any: terms({ not: 'none' }) }, { any: terms('none') }] },
        { 'subject.outsider.approvedBy': { includes: { attribute: 'subject.id' } } },
      ],
    },
  },
  {
    id: 'NO-27',
    effect: 'forbid',
    strength: 'absolute',
    actions: NOT_FOR_OUTSIDERS,
    title: 'Outsiders look, advise, record, send within the organisation and recall; nothing else',
    rationale: 'A key for what was sent before they came, a copy, a link and administration are not for outsiders.',
    source: 'Caldicott principle 3, the minimum; local policy, to be confirmed by the trust',
    when: OUTSIDER,
  },
  {
    id: 'NO-29',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['view', 'advise', 'annotate'],
    title: 'Outsiders see what was sent to them or comes in while they are on duty: ask the sender',
    rationale: 'Membership of a team would show what was sent before they came; nor do outsiders break the glass.',
    source: `${LANARKSHIRE}: a person added in error saw what others had sent`,
    when: { all: [OUTSIDER, { not: AUTHOR }, { 'context.relationship.kind': { in: ['team', 'none'] } }] },
  },
  {
    id: 'NO-04',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: ['capture', ...USE, ...SECONDARY],
    title: 'The policy must be acknowledged first',
    rationale: 'Staff use the system only after they have read and acknowledged the version that binds them.',
    source: `${LANARKSHIRE}: no policy made known to staff`,
    when: { not: { 'subject.acknowledgedVersion': { sameAs: 'context.policyVersion' } } },
  },
  {
    id: 'NO-05',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: SIGNED_IN.filter((action) => action !== 'file'),
    title: 'The sign-in is too old',
    rationale: 'A sign-in lasts one shift; one dated in the future is no proof of anything.',
    source: `${ASVS} 7.3.2`,
    when: {
      any: [
        { 'subject.authenticatedAt': { olderThan: { hours: { parameter: 'viewSignInHours' } } } },
        // Two minutes of difference between two honest clocks.
        { not: { 'subject.authenticatedAt': { olderThan: { minutes: -2 } } } },
      ],
    },
  },
  {
    id: 'NO-06',
    effect: 'forbid',
    strength: 'absolute',
    actions: SENDING,
    title: 'Keys must have been unlocked lately',
    rationale: 'A phone put down unlocked must not send.',
    source: `${ASVS} 7.5.3`,
    when: {
      any: [
        { 'subject.unlockedAt': 'none' },
        { 'subject.unlockedAt': { olderThan: { minutes: { parameter: 'sendUnlockMinutes' } } } },
        { not: { 'subject.unlockedAt': { olderThan: { minutes: -2 } } } },
      ],
    },
  },
  {
    id: 'NO-10',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: ['view', 'release', 'download', 'share-outside', 'link-create'],
    title: 'Sensitive items need the strongest sign-in',
    rationale: 'Harm from a borrowed session is greatest here.',
    source: 'NHS CIS2: AAL3 where the risk asks for it; local policy, to be confirmed by the trust',
    when: { all: [HIGH, { 'subject.assurance': { lessThan: 3 } }] },
  },
  {
    id: 'NO-11',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: ['view', 'advise', 'annotate', 'release', 'download'],
    title: 'The most private items only for those directly involved: ask the sender',
    rationale:
      'Intimate and VIP items; a refusal does not say which. The smallest set of people: author, named recipient, team, the one referred to; for an intimate item also whoever is on duty for the team it went to, since such wounds come in every night. A VIP’s item is for named people.',
    source: 'RCPCH principles on intimate images; CQC mythbuster 100; Caldicott principles 4 and 7',
    when: {
      all: [
        CLOSE,
        { not: AUTHOR },
        {
          any: [
            { 'context.relationship.kind': 'none' },
            { all: [{ 'resource.sensitivity': 'vip' }, { 'context.relationship.kind': 'on-duty' }] },
          ],
        },
      ],
    },
  },
  {
    id: 'NO-17',
    effect: 'forbid',
    strength: 'absolute',
    actions: [...USE, ...SECONDARY, 'file', 'erase', 'export', 'hold', 'investigate'],
    requires: ['own-record-feed'],
    title: 'Nobody handles their own record: ask for a copy, as any patient may',
    rationale: 'Staff read their own record as any patient does: by asking for it.',
    source: 'UK GDPR Article 15; local policy, to be confirmed by the trust',
    when: { 'context.ownRecord': true },
  },
  {
    id: 'NO-19',
    effect: 'forbid',
    strength: 'absolute',
    actions: [...BY_TWO, 'directory-change', 'team-change'],
    title: 'Nobody is their own second person',
    rationale: 'Two people, or none.',
    source: `${ASVS} 2.3.5`,
    when: { 'context.secondApprover': { sameAs: 'subject.id' } },
  },
  {
    id: 'NO-21',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: ['capture', ...USE, ...SECONDARY],
    requires: ['training-feed'],
    title: 'Training has lapsed: renew it',
    rationale: 'Yearly data security training is a duty of every member of staff.',
    source: 'Data Security and Protection Toolkit',
    when: { any: [{ 'subject.trainedUntil': 'none' }, { 'subject.trainedUntil': { olderThan: { seconds: 0 } } }] },
  },
  {
    id: 'NO-32',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['directory-change', 'team-change'],
    title: 'Nobody changes their own entry or joins a team by their own hand, nor as the second person',
    rationale: 'Whoever grants access, or agrees to it, does not grant it to themselves.',
    source: 'NIST SP 800-53 AC-5, separation of duties',
    when: {
      any: [
        { 'context.recipients.id': { includes: { attribute: 'subject.id' } } },
        { 'context.recipients.id': { includes: { attribute: 'context.secondApprover' } } },
      ],
    },
  },
];

import type { Condition, ForbidRule } from '../../document.js';
import { AUTHOR } from './conditions.js';
import { SENDING } from './scope.js';

const GMC = 'GMC, Making and using visual and audio recordings of patients';
const LANARKSHIRE = 'ICO reprimand of NHS Lanarkshire, 2023';

/** What may not be taken or sent, and to whom. `copies` are the kinds that are denied. */
export const prohibitionsOfSending = (copies: readonly string[]): readonly ForbidRule[] => [
  {
    id: 'NO-33',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['capture', ...SENDING],
    title: 'Consent comes first: record the patient’s consent to a recording for care',
    rationale: 'Consent is recorded with the picture, also what was said aloud or decided in best interests.',
    source: `${GMC}, paragraphs 13-17`,
    when: {
      all: [
        { 'resource.kind': { in: ['photo', 'video'] } },
        { not: { 'resource.consentLevel': { includes: 'record' } } },
      ],
    },
  },
  {
    id: 'NO-34',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['send', 'share-outside'],
    title: 'Nobody is chosen to receive it: choose a person or a team',
    rationale: 'What goes to nobody is believed sent and is not.',
    source: `${LANARKSHIRE}: know to whom it goes`,
    when: { 'context.recipients.verified': 'none' },
  },
  {
    id: 'NO-07',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['send', 'share-outside', 'team-change'],
    title: 'Every recipient, and everybody who joins a team, must be verified',
    rationale: 'One unverified person in a group saw everything in it.',
    source: LANARKSHIRE,
    when: { 'context.recipients.verified': { includes: false } },
  },
  {
    id: 'NO-08',
    effect: 'forbid',
    strength: 'absolute',
    actions: [...SENDING, 'team-change'],
    title: 'Recipients and new members must be active members of staff: choose somebody else',
    rationale: 'What is sent to a leaver is lost to the trust.',
    source: 'OWASP ASVS 5.0 8.3.2',
    when: { 'context.recipients.status': { overlaps: ['suspended', 'left'] } },
  },
  {
    id: 'NO-09',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['send'],
    title: 'Somebody it would go to is of another organisation: refer it there instead',
    rationale: 'Sending out of the organisation is asked for as sharing outside, where both policies decide.',
    source: 'UK GDPR Article 5(1)(b)',
    when: {
      all: [
        { 'context.recipients.org': { not: 'none' } },
        { not: { 'context.recipients.org': { sameAs: 'resource.ownerOrg' } } },
      ],
    },
  },
  {
    id: 'NO-26',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['send'],
    title: 'Somebody it would go to is not in the team it is addressed to',
    rationale: 'Whoever is not in the team is sent to by name, not under the team’s.',
    source: `${LANARKSHIRE}: a person in the group by mistake`,
    when: {
      all: [
        { 'resource.team': { not: 'none' } },
        { 'context.recipients.teams': { not: 'none' } },
        { not: { 'context.recipients.teams': { includes: { attribute: 'resource.team' } } } },
      ],
    },
  },
  {
    id: 'NO-35',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['send', 'share-outside'],
    title: 'Only its author sends this on: ask them, or take a new picture with consent',
    rationale:
      'Intimate items are not forwarded: whoever has the patient’s agreement chooses each person who sees them.',
    source: 'RCPCH principles on intimate images; Caldicott principle 3, the minimum',
    when: { all: [{ 'resource.sensitivity': 'intimate' }, { not: AUTHOR }] },
  },
  {
    id: 'NO-24',
    effect: 'forbid',
    strength: 'absolute',
    actions: SENDING,
    title: 'This app has not been assessed, or was rejected: use an approved one',
    rationale: 'No app carries clinical pictures before its risks were assessed and accepted.',
    source: `${LANARKSHIRE}: no risk assessment; UK GDPR Article 35`,
    when: { 'context.channel.status': { in: ['unassessed', 'rejected'] } },
  },
  ...deniedKinds(copies),
];

function deniedKinds(copies: readonly string[]): readonly ForbidRule[] {
  if (copies.length === 0) return [];
  const when: Condition = { 'resource.kind': { in: copies } };
  return [
    {
      id: 'NO-25',
      effect: 'forbid',
      strength: 'absolute',
      actions: ['capture', ...SENDING],
      title: `No ${copies.map((kind) => `${kind}s`).join(' or ')}: link to the record`,
      rationale: 'A copy of what the record holds goes stale, and shows more than was asked; a trust may allow it.',
      source: `${LANARKSHIRE}: screenshots were among what was shared; local policy`,
      when,
    },
  ];
}

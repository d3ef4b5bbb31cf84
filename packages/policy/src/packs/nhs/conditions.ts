import type { Condition } from '../../document.js';

/** People who give care with a role of their own. */
export const CLINICAL_ROLES: readonly string[] = [
  'consultant',
  'registrar',
  'nurse',
  'midwife',
  'allied-professional',
  'gp',
];
export const CLINICIANS: Condition = { 'subject.role': { in: CLINICAL_ROLES } };

/** Care outside a meeting: a meeting's list has an end, and rules of its own. */
export const CARE: Condition = { 'context.purpose': { in: ['direct-care', 'referral', 'emergency'] } };
export const CARE_OR_MDT: Condition = { 'context.purpose': { in: ['direct-care', 'referral', 'mdt', 'emergency'] } };

export const OWN_ORG: Condition = { 'subject.org': { sameAs: 'resource.ownerOrg' } };
export const AUTHOR: Condition = { 'subject.id': { sameAs: 'resource.author' } };
export const TWO_FACTORS: Condition = { 'subject.assurance': { atLeast: 2 } };

/** Intimate and VIP items: the smallest set of people. */
export const CLOSE: Condition = { 'resource.sensitivity': { in: ['intimate', 'vip'] } };
export const HIGH: Condition = { 'resource.sensitivity': { in: ['sensitive', 'intimate', 'vip'] } };

/** Somebody else has said yes as well; that it is somebody else is a prohibition of its own (NO-19). */
export const SECOND: Condition = { 'context.secondApprover': { not: 'none' } };

/** Staff from outside the organisation have approvers; nobody else does. */
export const OUTSIDER: Condition = { 'subject.outsider.approvedBy': { not: 'none' } };

/** A relationship of one of these kinds that has begun and not ended. */
export const related = (...kinds: string[]): Condition => ({
  all: [
    { 'context.relationship.kind': { in: kinds } },
    { any: [{ 'context.relationship.from': 'none' }, { 'context.relationship.from': { olderThan: { seconds: 0 } } }] },
    { not: { 'context.relationship.until': { olderThan: { seconds: 0 } } } },
  ],
});

/** On duty for the very team that the item was addressed to. */
export const ON_DUTY_FOR_IT: Condition = { 'subject.onDutyTeams': { includes: { attribute: 'resource.team' } } };

/** A member, as the directory says today, of the very team that the item was addressed to. */
export const MEMBER_FOR_IT: Condition = { 'subject.teams': { includes: { attribute: 'resource.team' } } };

/** Named, or of the team it was addressed to: the relationship alone does not outlive a move or a change of rota. */
export const NAMED_OR_TEAM: Condition = {
  any: [related('recipient'), { all: [related('team'), MEMBER_FOR_IT] }],
};
export const LOOKS_AFTER: Condition = { any: [NAMED_OR_TEAM, { all: [related('on-duty'), ON_DUTY_FOR_IT] }] };

/** On the list of a meeting that has an end, which has not come; people of another organisation by referral or as agreed outsiders. */
export const ON_MDT_LIST: Condition = {
  all: [
    { 'context.purpose': 'mdt' },
    related('recipient', 'team', 'referral'),
    { 'context.relationship.until': { not: 'none' } },
    { any: [OWN_ORG, { 'context.relationship.kind': 'referral' }, OUTSIDER] },
  ],
};

import type { Condition, PermitRule } from '../../document.js';
import { CARE_OR_MDT, OWN_ORG, SECOND, TWO_FACTORS } from './conditions.js';
import { REVIEWED, SHOWN_STRONG, tell } from './duties.js';

const ASVS = 'OWASP ASVS 5.0';
const roles = (...names: string[]): Condition => ({ 'subject.role': { in: names } });
const KEEPERS = roles('administrator', 'guardian', 'privacy-officer', 'caldicott-guardian');
const TWO: { readonly type: string } = { type: 'second-approver' };
const TOLD = tell('privacy-officer', 'caldicott-guardian');

/**
 * Looking into what happened, and changing who may do what. In a change of directory or team the resource is what is
 * changed, and `context.recipients` are the people it is about, as they will be: those who join, or are cut off.
 */
export const ADMINISTRATION_PERMITS: readonly PermitRule[] = [
  {
    id: 'AR-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['audit-read'],
    title: 'Those who answer for information read the log of their organisation',
    rationale: 'Administrators do not: the log watches them.',
    source: 'UK GDPR Articles 5(2) and 15; Caldicott principle 4',
    when: {
      all: [
        roles('privacy-officer', 'caldicott-guardian', 'siro', 'guardian', 'records-officer'),
        {
          'context.purpose': { in: ['audit', 'investigation', 'complaint', 'subject-access', 'erasure-request'] },
        },
        OWN_ORG,
        TWO_FACTORS,
      ],
    },
  },
  {
    id: 'IN-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['investigate'],
    title: 'Two people look into an incident or a complaint',
    rationale:
      'A wrong send can only be judged by what was sent: recalled and expired items as well. It is told and reviewed.',
    source: `UK GDPR Article 33; Data (Use and Access) Act 2025, complaints; ${ASVS} 2.3.5`,
    when: {
      all: [
        roles('privacy-officer', 'caldicott-guardian', 'guardian'),
        { 'context.purpose': { in: ['investigation', 'complaint'] } },
        OWN_ORG,
        TWO_FACTORS,
        SECOND,
      ],
    },
    obligations: [...SHOWN_STRONG, TWO, { type: 'justify' }, TOLD, REVIEWED],
  },
  {
    id: 'PC-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['policy-change'],
    title: 'Two guardians change the policy',
    rationale: 'Whoever writes the rules decides everything else; no administrator does it alone, or at all.',
    source: `UK GDPR Article 24; ${ASVS} 2.3.5`,
    when: { all: [roles('guardian', 'caldicott-guardian', 'siro'), OWN_ORG, TWO_FACTORS, SECOND] },
    obligations: [TWO, tell('caldicott-guardian', 'privacy-officer', 'siro')],
  },
  {
    id: 'DC-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['directory-change'],
    title: 'Two people change the directory',
    rationale: 'A new key for a person is access to all that person can open.',
    source: `${ASVS} 2.3.5`,
    when: { all: [roles('administrator', 'guardian'), OWN_ORG, TWO_FACTORS, SECOND] },
    obligations: [TWO, tell('privacy-officer')],
  },
  {
    id: 'DC-02',
    effect: 'permit',
    basis: 'standing',
    actions: ['directory-change'],
    title: 'One person cuts somebody off',
    rationale: 'A leaver or a stolen phone does not wait for a second person; taking it back does.',
    source: `${ASVS} 7.4.2 and 8.3.2`,
    when: {
      all: [
        KEEPERS,
        OWN_ORG,
        TWO_FACTORS,
        { 'context.recipients.status': { overlaps: ['suspended', 'left'] } },
        { not: { 'context.recipients.status': { includes: 'active' } } },
      ],
    },
    obligations: [tell('privacy-officer')],
  },
  {
    id: 'TC-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['team-change'],
    title: 'Administrators, guardians and privacy officers let staff join a team, or anybody leave it',
    rationale: 'Teams are reviewed by people who do not need their pictures.',
    source: 'NHS England, Using mobile messaging: review group membership',
    when: {
      all: [
        KEEPERS,
        OWN_ORG,
        TWO_FACTORS,
        { any: [{ 'context.recipients.id': 'none' }, { 'context.recipients.org': { sameAs: 'resource.ownerOrg' } }] },
      ],
    },
    obligations: [tell('privacy-officer')],
  },
  {
    id: 'TC-02',
    effect: 'permit',
    basis: 'standing',
    actions: ['team-change'],
    title: 'Two people let an outsider join a team, for a purpose and until a day',
    rationale: 'One person added in error saw everything in the group.',
    source: 'ICO reprimand of NHS Lanarkshire, 2023',
    when: {
      all: [
        KEEPERS,
        OWN_ORG,
        TWO_FACTORS,
        CARE_OR_MDT,
        SECOND,
        { 'action.lifetimeSeconds': { atMost: { days: { parameter: 'outsiderDays' } } } },
      ],
    },
    obligations: [
      TWO,
      TOLD,
      { type: 'max-lifetime', properties: { seconds: { days: { parameter: 'outsiderDays' } } } },
    ],
  },
];

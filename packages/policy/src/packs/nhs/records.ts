import type { Condition, PermitRule } from '../../document.js';
import { AUTHOR, CLINICAL_ROLES, OWN_ORG, SECOND, TWO_FACTORS } from './conditions.js';
import { tell } from './duties.js';

const RECORDS: Condition = { 'subject.role': { in: ['records-officer', 'privacy-officer', 'caldicott-guardian'] } };
const HOLDERS: Condition = {
  'subject.role': { in: ['records-officer', 'privacy-officer', 'caldicott-guardian', 'siro', 'guardian'] },
};
const FILING: Condition = {
  all: [
    OWN_ORG,
    { 'resource.state': { in: ['active', 'closed', 'expired'] } },
    {
      any: [
        { 'subject.role': 'system' },
        { all: [{ 'subject.role': { in: ['records-officer', 'medical-secretary', ...CLINICAL_ROLES] } }, TWO_FACTORS] },
      ],
    },
  ],
};
const RECORD_SOURCE = 'GMC, Making and using visual and audio recordings of patients, paragraph 15';
const TOLD = [tell('privacy-officer', 'caldicott-guardian')];

/** What becomes of an item, and what its patient may ask for. */
export const RECORDS_PERMITS: readonly PermitRule[] = [
  {
    id: 'FL-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['file'],
    title: 'Items are filed in the record, and then the transfer copy goes',
    rationale:
      'Recordings made for care are part of the record. Secretaries and records officers file without looking.',
    source: RECORD_SOURCE,
    when: { all: [FILING, { 'resource.hold': 'none' }] },
    obligations: [{ type: 'delete-after-filing' }],
  },
  {
    id: 'FL-02',
    effect: 'permit',
    basis: 'standing',
    actions: ['file'],
    title: 'Items on hold are filed in the record, and the transfer copy stays',
    rationale: 'Evidence is kept as it is; the record gets its copy all the same.',
    source: 'Inquiries Act 2005 section 35',
    when: { all: [FILING, { 'resource.hold': { not: 'none' } }] },
  },
  {
    id: 'RC-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['recall'],
    title: 'The author or the privacy officer recalls',
    rationale: 'A mistake is called back by whoever made it, at once.',
    source: 'ICO reprimand of NHS Highland, 2023: a recall that failed',
    when: { all: [OWN_ORG, { any: [AUTHOR, { 'subject.role': { in: ['privacy-officer', 'caldicott-guardian'] } }] }] },
    obligations: [tell('recipients', 'privacy-officer')],
  },
  {
    id: 'ER-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['erase'],
    title: 'Two people of records or privacy erase',
    rationale: 'Erasure cannot be undone and care records are mostly exempt: two people decide.',
    source: 'UK GDPR Article 17; OWASP ASVS 5.0 2.3.5',
    when: { all: [RECORDS, { 'context.purpose': 'erasure-request' }, OWN_ORG, TWO_FACTORS, SECOND] },
    obligations: [{ type: 'second-approver' }, tell('recipients')],
  },
  {
    id: 'EX-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['export'],
    title: 'Two people of records or privacy make a patient’s copy',
    rationale:
      'Patients have a right to what is held about them, also to what has expired, was recalled or is no longer used. The reason written down says how the person who asked was identified; what is about others is taken out.',
    source: 'UK GDPR Articles 12(6) and 15; Data Protection Act 2018 schedule 2 paragraph 16; OWASP ASVS 5.0 2.3.5',
    when: { all: [RECORDS, { 'context.purpose': 'subject-access' }, OWN_ORG, TWO_FACTORS, SECOND] },
    obligations: [{ type: 'second-approver' }, { type: 'redact' }, { type: 'justify' }, tell('privacy-officer')],
  },
  {
    id: 'HD-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['hold'],
    title: 'Evidence is put on hold by one person',
    rationale: 'A hold protects and harms nobody: it never waits for a second person.',
    source: 'Inquiries Act 2005 section 35; Data Protection Act 2018 section 173',
    when: { all: [HOLDERS, OWN_ORG, TWO_FACTORS, { 'resource.hold': 'none' }] },
    obligations: TOLD,
  },
  {
    id: 'HD-02',
    effect: 'permit',
    basis: 'standing',
    actions: ['hold'],
    title: 'A hold is changed or lifted by two people',
    rationale: 'Lifting a hold opens the way to erasure.',
    source: 'Inquiries Act 2005 section 35; OWASP ASVS 5.0 2.3.5',
    when: {
      all: [
        HOLDERS,
        OWN_ORG,
        TWO_FACTORS,
        { 'resource.hold': { not: 'none' } },
        SECOND,
        // Here and not in NO-19, so that putting on hold does not ask for a second approver.
        { not: { 'context.secondApprover': { sameAs: 'subject.id' } } },
      ],
    },
    obligations: [{ type: 'second-approver' }, ...TOLD],
  },
];

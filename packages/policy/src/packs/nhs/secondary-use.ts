import type { Condition, PermitRule } from '../../document.js';
import { CLINICAL_ROLES, OWN_ORG, TWO_FACTORS } from './conditions.js';
import { SHOWN_STRONG, tell } from './duties.js';

/** Consent beyond care, nobody to be recognised, nothing that hurts. Withdrawal is a prohibition of its own (NO-31). */
const AGREED: Condition = {
  all: [
    OWN_ORG,
    TWO_FACTORS,
    { 'resource.consentLevel': { includes: 'teaching' } },
    { 'resource.identifiable': false },
    { 'resource.sensitivity': 'normal' },
  ],
};

/** Uses other than the patient’s own care. */
export const SECONDARY_USE_PERMITS: readonly PermitRule[] = [
  {
    id: 'TE-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['teach'],
    title: 'Teaching with consent to it, nobody recognisable',
    rationale: 'Consent to a recording for care is no consent to show it to others. Stricter than the GMC asks.',
    source:
      'GMC, Making and using visual and audio recordings of patients, paragraphs 14-17; local policy, to be confirmed by the trust',
    when: {
      all: [{ 'subject.role': { in: ['educator', ...CLINICAL_ROLES] } }, { 'context.purpose': 'teaching' }, AGREED],
    },
    obligations: [...SHOWN_STRONG, { type: 'share-mark' }],
  },
  {
    id: 'RS-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['research'],
    title: 'Research with consent beyond care, nobody recognisable',
    rationale:
      'The reason written down names the approved study; no fact here shows its approval, so the guardian is told.',
    source: 'UK GDPR Article 89(1); Data Protection Act 2018 section 19; local policy, to be confirmed by the trust',
    when: { all: [{ 'subject.role': 'researcher' }, { 'context.purpose': 'research' }, AGREED] },
    obligations: [...SHOWN_STRONG, { type: 'share-mark' }, { type: 'justify' }, tell('caldicott-guardian')],
  },
];

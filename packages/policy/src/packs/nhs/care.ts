import type { BreakGlass, PermitRule } from '../../document.js';
import {
  AUTHOR,
  CARE,
  CARE_OR_MDT,
  CLINICIANS,
  CLOSE,
  ON_DUTY_FOR_IT,
  ON_MDT_LIST,
  OWN_ORG,
  related,
  TWO_FACTORS,
} from './conditions.js';
import { FILED, LINK_BOUND, REVIEWED, SHOWN, SHOWN_STRONG, tell } from './duties.js';

const GMC = 'GMC, Making and using visual and audio recordings of patients';
const NEED = 'Caldicott principle 4, need to know';
const SHARE = 'Caldicott principle 7, the duty to share';
const LOOK = ['view', 'advise', 'annotate'];

/** From the bedside to the adviser. */
export const CARE_PERMITS: readonly PermitRule[] = [
  {
    id: 'CP-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['capture'],
    title: 'Clinicians record for care',
    rationale: 'A recording that is part of care, with the consent recorded with it.',
    source: `${GMC}, paragraphs 13-17`,
    when: {
      all: [CLINICIANS, CARE_OR_MDT, OWN_ORG, AUTHOR, TWO_FACTORS, { 'resource.consentLevel': { includes: 'record' } }],
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
    source: SHARE,
    when: {
      all: [CLINICIANS, CARE_OR_MDT, OWN_ORG, TWO_FACTORS, { any: [AUTHOR, related('recipient', 'team', 'on-duty')] }],
    },
    obligations: FILED,
  },
  {
    id: 'VW-01',
    effect: 'permit',
    basis: 'standing',
    actions: LOOK,
    title: 'Named recipients and the team look after their patient',
    rationale: 'Those to whom the item was sent, and their team, need it for care.',
    source: NEED,
    when: { all: [CLINICIANS, CARE, OWN_ORG, TWO_FACTORS, related('recipient', 'team')] },
    obligations: SHOWN,
  },
  {
    id: 'VW-02',
    effect: 'permit',
    basis: 'on-duty',
    actions: LOOK,
    title: 'Whoever is on duty for the team',
    rationale: 'An item sent to the on-call team is opened by whoever holds the duty at that moment.',
    source: SHARE,
    when: { all: [CLINICIANS, CARE, OWN_ORG, TWO_FACTORS, related('on-duty'), ON_DUTY_FOR_IT] },
    obligations: SHOWN,
  },
  {
    id: 'VW-03',
    effect: 'permit',
    basis: 'referral',
    actions: LOOK,
    title: 'The one referred to, in another organisation',
    rationale: 'Both organisations’ policies decide; the sender’s keeps the copy short-lived.',
    source: SHARE,
    when: { all: [CLINICIANS, CARE, TWO_FACTORS, related('referral')] },
    obligations: [...SHOWN_STRONG, LINK_BOUND],
  },
  {
    id: 'VW-04',
    effect: 'permit',
    basis: 'standing',
    actions: ['view', 'annotate'],
    title: 'The author sees what they took',
    rationale: 'To check that the right picture went to the right people.',
    source: 'GMC, Good medical practice: recording your work',
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
    id: 'MD-01',
    effect: 'permit',
    basis: 'standing',
    actions: LOOK,
    title: 'Clinicians on the list of a multidisciplinary meeting, until it ends',
    rationale: 'A list has an end, and all access by it ends then. On a shared screen the mark covers the picture.',
    source: 'Caldicott principles 3 and 4, the minimum and need to know',
    when: { all: [CLINICIANS, TWO_FACTORS, ON_MDT_LIST] },
    obligations: SHOWN_STRONG,
  },
  {
    id: 'MD-02',
    effect: 'permit',
    basis: 'standing',
    actions: ['view'],
    title: 'The coordinator shows the meeting its list',
    rationale: 'Somebody has to work the screen; intimate and VIP items are shown by a clinician.',
    source: 'Local policy, to be confirmed by the trust',
    when: { all: [{ 'subject.role': 'medical-secretary' }, OWN_ORG, TWO_FACTORS, ON_MDT_LIST, { not: CLOSE }] },
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
    obligations: [
      ...SHOWN_STRONG,
      { type: 'max-lifetime', properties: { seconds: { minutes: { parameter: 'breakGlassMinutes' } } } },
    ],
  },
  {
    id: 'RL-01',
    effect: 'permit',
    basis: 'on-duty',
    actions: ['release'],
    title: 'Release to whoever took over the duty',
    rationale: 'A change of rota must not touch keys: the custodian adds the one on duty.',
    source: SHARE,
    when: {
      all: [
        CLINICIANS,
        CARE,
        OWN_ORG,
        TWO_FACTORS,
        related('on-duty', 'team'),
        { any: [ON_DUTY_FOR_IT, { 'subject.teams': { includes: { attribute: 'resource.team' } } }] },
      ],
    },
    obligations: [tell('author')],
  },
  {
    id: 'RL-02',
    effect: 'permit',
    basis: 'standing',
    actions: ['release'],
    title: 'Release to somebody entitled who has no key',
    rationale: 'A lost passkey or a shared workstation does not end the duty of a recipient or an author.',
    source: SHARE,
    when: {
      all: [
        CLINICIANS,
        TWO_FACTORS,
        {
          any: [
            { all: [CARE, OWN_ORG, { any: [AUTHOR, related('recipient')] }] },
            { all: [CARE, related('referral')] },
            ON_MDT_LIST,
          ],
        },
      ],
    },
    obligations: [tell('author')],
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
  obligations: [tell('privacy-officer', 'caldicott-guardian'), REVIEWED],
};

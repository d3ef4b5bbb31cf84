import type { PermitRule } from '../../document.js';
import { AUTHOR, CARE, CARE_OR_MDT, CLINICIANS, CLOSE, LOOKS_AFTER, OWN_ORG, TWO_FACTORS } from './conditions.js';
import { FILED, LINK_BOUND, SHOWN_STRONG, tell } from './duties.js';

const LINKS = 'OWASP ASVS 5.0 14.2.1';

/** Out of the organisation, by link, and onto a device. */
export const SHARING_PERMITS: readonly PermitRule[] = [
  {
    id: 'SD-02',
    effect: 'permit',
    basis: 'referral',
    actions: ['share-outside'],
    title: 'Clinicians refer to another organisation',
    rationale:
      'Referral is care, also by the adviser who was asked; the copy lives a short time and says to whom it went.',
    source: 'Caldicott principle 7, the duty to share',
    when: {
      all: [CLINICIANS, CARE_OR_MDT, OWN_ORG, TWO_FACTORS, { any: [AUTHOR, LOOKS_AFTER] }],
    },
    obligations: [...FILED, { type: 'share-mark' }, LINK_BOUND, tell('author')],
  },
  {
    id: 'LK-01',
    effect: 'permit',
    basis: 'referral',
    actions: ['link-create'],
    title: 'A link for known recipients',
    rationale: 'For a colleague without an account whose identity was checked.',
    source: LINKS,
    when: {
      all: [
        CLINICIANS,
        CARE_OR_MDT,
        OWN_ORG,
        AUTHOR,
        TWO_FACTORS,
        { 'context.recipients.verified': { not: 'none' } },
        { not: { 'context.recipients.verified': { includes: false } } },
        { 'action.lifetimeSeconds': { atMost: { days: { parameter: 'linkBoundDays' } } } },
      ],
    },
    obligations: [{ type: 'share-mark' }, LINK_BOUND],
  },
  {
    id: 'LK-02',
    effect: 'permit',
    basis: 'referral',
    actions: ['link-create'],
    title: 'A link for whoever holds it, with a passcode',
    rationale: 'Shorter and counted, since nobody knows who opens it.',
    source: LINKS,
    when: {
      all: [
        CLINICIANS,
        CARE_OR_MDT,
        OWN_ORG,
        AUTHOR,
        TWO_FACTORS,
        { 'context.recipients.verified': 'none' },
        { 'resource.sensitivity': 'normal' },
        { 'action.lifetimeSeconds': { atMost: { hours: { parameter: 'linkBearerHours' } } } },
        { 'action.maxViews': { atMost: { parameter: 'linkBearerViews' } } },
      ],
    },
    obligations: [
      { type: 'share-mark' },
      { type: 'max-lifetime', properties: { seconds: { hours: { parameter: 'linkBearerHours' } } } },
      { type: 'max-views', properties: { n: { parameter: 'linkBearerViews' } } },
    ],
  },
  {
    id: 'LK-03',
    effect: 'permit',
    basis: 'referral',
    actions: ['link-open'],
    title: 'Whoever holds a valid link and its passcode',
    rationale: 'The link itself was permitted; here only what became of the item since counts.',
    source: LINKS,
    when: {
      all: [CARE, { 'resource.state': { in: ['active', 'filed', 'closed'] } }],
    },
    obligations: [...SHOWN_STRONG, { type: 'share-mark' }, LINK_BOUND],
  },
  {
    id: 'DL-01',
    effect: 'permit',
    basis: 'standing',
    actions: ['download'],
    requires: ['device-management'],
    title: 'A copy on a managed device in the organisation’s network',
    rationale: 'What is downloaded leaves our control: only where the organisation can still wipe it, and with a mark.',
    source: 'NHS England, bring your own device guidance; local policy, to be confirmed by the trust',
    when: {
      all: [
        CLINICIANS,
        CARE,
        OWN_ORG,
        TWO_FACTORS,
        { any: [AUTHOR, LOOKS_AFTER] },
        { not: CLOSE },
        { 'context.device': 'managed' },
        { 'context.network': { in: ['organisation', 'hscn'] } },
      ],
    },
    obligations: [{ type: 'watermark', properties: { mode: 'tile', strength: 'standard' } }, { type: 'share-mark' }],
  },
];

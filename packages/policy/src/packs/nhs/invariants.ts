import type { Condition, Invariant, ObligationStatement } from '../../document.js';
import { BREAK_GLASS } from './care.js';
import { AUTHOR, HIGH, OUTSIDER, OWN_ORG } from './conditions.js';
import { LINK_BOUND } from './duties.js';
import { BY_TWO, NOT_FOR_OUTSIDERS, SECONDARY, SENDING, SIGNED_IN } from './scope.js';
import { ACTIONS } from './vocabulary.js';

/** Everything that touches a picture, by whatever right. */
const LOOK = ['view', 'advise', 'annotate', 'release', 'download', 'link-open', ...SECONDARY];
const CARE_LOOK = ['view', 'advise', 'annotate', 'release', 'download'];
const CHANGES = ['policy-change', 'directory-change', 'team-change'];
const ITEM = ACTIONS.filter((action) => ![...CHANGES, 'audit-read', 'capture'].includes(action));
const ONESELF: Condition = { 'context.secondApprover': { sameAs: 'subject.id' } };
const ALONE: Condition = { 'context.secondApprover': 'none' };

const never = (
  id: string,
  title: string,
  actions: readonly string[],
  when: Condition,
  requires?: readonly string[],
): Invariant => ({ id, title, never: { actions, when }, ...(requires && { requires }) });

const carries = (
  id: string,
  title: string,
  actions: readonly string[],
  when: Condition,
  obligations: readonly ObligationStatement[],
): Invariant => ({ id, title, carries: { actions, when, obligations } });

/** What no version of this policy may allow. Where a purpose is not named, an emergency is no exception. */
export const INVARIANTS: readonly Invariant[] = [
  never('INV-01', 'Nothing is done with an erased item', ITEM, { 'resource.state': 'erased' }),
  never('INV-02', 'Nobody sees an expired item in care, teaching or research', LOOK, {
    any: [{ 'resource.state': 'expired' }, { 'resource.notAfter': { olderThan: { seconds: 0 } } }],
  }),
  never('INV-03', 'Somebody who has left or is suspended does nothing', SIGNED_IN, {
    'subject.status': { in: ['suspended', 'left'] },
  }),
  never('INV-04', 'Nobody below two factors sees an item, emergency or not', [...CARE_LOOK, ...SECONDARY, ...BY_TWO], {
    'subject.assurance': { lessThan: 2 },
  }),
  never(
    'INV-05',
    'Nothing goes to an unverified recipient, and no such person joins a team',
    ['send', 'share-outside', 'team-change'],
    {
      'context.recipients.verified': { includes: false },
    },
  ),
  never(
    'INV-06',
    'Nobody handles their own record',
    [...CARE_LOOK, ...SECONDARY, 'send', 'share-outside', 'link-create', 'export', 'erase', 'hold', 'investigate'],
    { 'context.ownRecord': true },
    ['own-record-feed'],
  ),
  never('INV-07', 'Withdrawn consent stops every view but an emergency', [...CARE_LOOK, ...SECONDARY], {
    all: [{ 'resource.withdrawnLevels': { includes: 'record' } }, { 'context.purpose': { not: 'emergency' } }],
  }),
  never('INV-08', 'Nobody is their own second person', [...BY_TWO, 'directory-change', 'team-change'], ONESELF),
  never('INV-09', 'A hold stops erasure', ['erase'], { 'resource.hold': { not: 'none' } }),
  never('INV-10', 'A recalled item is not seen in care, teaching or research', LOOK, { 'resource.state': 'recalled' }),
  never('INV-11', 'A stranger without an emergency sees nothing', CARE_LOOK, {
    all: [
      { 'context.relationship.kind': 'none' },
      { not: { 'subject.id': { sameAs: 'resource.author' } } },
      { 'context.purpose': { not: 'emergency' } },
    ],
  }),
  carries(
    'INV-12',
    'Every view is marked',
    ['view', 'link-open', 'download', 'investigate', ...SECONDARY],
    { all: [] },
    [{ type: 'watermark' }],
  ),
  carries(
    'INV-13',
    'Breaking the glass is told and reviewed',
    BREAK_GLASS.actions,
    BREAK_GLASS.when,
    BREAK_GLASS.obligations,
  ),
  carries('INV-14', 'Every link ends', ['link-create', 'link-open'], { all: [] }, [LINK_BOUND]),
  carries(
    'INV-15',
    'A link for whoever holds it ends within a day or what the trust set',
    ['link-create'],
    { 'context.recipients.verified': 'none' },
    [{ type: 'max-lifetime', properties: { seconds: { hours: { parameter: 'linkBearerHours' } } } }],
  ),
  never('INV-16', 'Nobody lifts a hold alone', ['hold'], {
    all: [{ 'resource.hold': { not: 'none' } }, { any: [ALONE, ONESELF] }],
  }),
  never('INV-17', 'Nobody erases, copies out, investigates or changes the policy alone', BY_TWO, ALONE),
  never(
    'INV-18',
    'No teaching or research without consent to it, or where the patient could be recognised',
    SECONDARY,
    {
      any: [
        { not: { 'resource.consentLevel': { includes: 'teaching' } } },
        { 'resource.withdrawnLevels': { includes: 'teaching' } },
        { 'resource.identifiable': true },
      ],
    },
  ),
  never('INV-19', 'Nothing is downloaded but to a managed device in the organisation’s network', ['download'], {
    any: [{ 'context.device': { not: 'managed' } }, { 'context.network': 'internet' }],
  }),
  never(
    'INV-20',
    'Students touch nothing sensitive',
    ITEM.filter((action) => action !== 'recall' && action !== 'link-open'),
    {
      all: [{ 'subject.role': 'student' }, HIGH],
    },
  ),
  never(
    'INV-21',
    'Nobody sees an item in care without a clinical role, but students and a meeting’s coordinator',
    CARE_LOOK,
    {
      'subject.role': {
        in: [
          ...['porter-or-other', 'educator', 'researcher', 'records-officer', 'privacy-officer', 'caldicott-guardian'],
          ...['siro', 'guardian', 'administrator', 'system'],
        ],
      },
    },
  ),
  carries('INV-22', 'Every patient’s copy is redacted and told', ['export'], { all: [] }, [
    { type: 'redact' },
    { type: 'second-approver' },
    { type: 'notify', properties: { whom: ['privacy-officer'] } },
  ]),
  never('INV-23', 'Outsiders share nothing outside, copy nothing and administer nothing', NOT_FOR_OUTSIDERS, OUTSIDER),
  never('INV-24', 'Access by a meeting’s list ends with it', CARE_LOOK, {
    all: [
      { 'context.purpose': 'mdt' },
      {
        any: [
          { 'context.relationship.until': 'none' },
          { 'context.relationship.until': { olderThan: { seconds: 0 } } },
        ],
      },
    ],
  }),
  never(
    'INV-25',
    'Nobody changes their own entry or team, nor agrees to it as the second person',
    ['directory-change', 'team-change'],
    {
      any: [
        { 'context.recipients.id': { includes: { attribute: 'subject.id' } } },
        { 'context.recipients.id': { includes: { attribute: 'context.secondApprover' } } },
      ],
    },
  ),
  never(
    'INV-26',
    'Another organisation sees only what was referred to it, emergency or not, but for agreed outsiders',
    [...CARE_LOOK, ...SECONDARY, ...BY_TWO],
    {
      all: [
        { not: OWN_ORG },
        { 'context.relationship.kind': { not: 'referral' } },
        { 'subject.outsider.approvedBy': 'none' },
      ],
    },
  ),
  carries('INV-27', 'Every investigation is told and reviewed', ['investigate'], { all: [] }, BREAK_GLASS.obligations),
  never('INV-28', 'No link opens an intimate or VIP item', ['link-create', 'link-open'], {
    'resource.sensitivity': { in: ['intimate', 'vip'] },
  }),
  never('INV-29', 'No picture is taken or sent without consent to it', ['capture', ...SENDING], {
    all: [
      { 'resource.kind': { in: ['photo', 'video'] } },
      { not: { 'resource.consentLevel': { includes: 'record' } } },
    ],
  }),
  never('INV-30', 'An intimate item is sent on by its author alone', SENDING, {
    all: [{ 'resource.sensitivity': 'intimate' }, { not: AUTHOR }],
  }),
];

import type { Condition, Invariant } from '../../document.js';
import { BREAK_GLASS } from './permits.js';
import { ACTIONS } from './vocabulary.js';

const ITEM = ACTIONS.filter(
  (action) =>
    !['audit-read', 'investigate', 'policy-change', 'directory-change', 'team-change', 'capture'].includes(action),
);
const LOOK = ['view', 'advise', 'annotate', 'release', 'download', 'export', 'link-open'];
const never = (
  id: string,
  title: string,
  actions: readonly string[],
  when: Condition,
  requires?: readonly string[],
): Invariant => ({
  id,
  title,
  never: { actions, when },
  ...(requires && { requires }),
});

/** What no version of this policy may allow. */
export const INVARIANTS: readonly Invariant[] = [
  never('INV-01', 'Nothing is done with an erased item', ITEM, { 'resource.state': 'erased' }),
  never('INV-02', 'Nobody sees an expired item', LOOK, {
    any: [{ 'resource.state': 'expired' }, { 'resource.notAfter': { olderThan: { seconds: 0 } } }],
  }),
  never(
    'INV-03',
    'Somebody who has left does nothing',
    ACTIONS.filter((action) => action !== 'link-open'),
    {
      'subject.status': 'left',
    },
  ),
  never('INV-04', 'Nobody below two factors sees an item, emergency or not', ['view', 'release'], {
    'subject.assurance': { lessThan: 2 },
  }),
  never('INV-05', 'Nothing goes to an unverified recipient', ['send', 'share-outside'], {
    'context.recipients.verified': { includes: false },
  }),
  never('INV-06', 'Nobody handles their own record', ['view', 'advise', 'release'], { 'context.ownRecord': true }, [
    'own-record-feed',
  ]),
  never('INV-07', 'Withdrawn consent stops every view but an emergency', ['view', 'release', 'advise'], {
    all: [{ 'resource.withdrawnLevels': { includes: 'record' } }, { 'context.purpose': { not: 'emergency' } }],
  }),
  never('INV-08', 'Nobody approves their own erasure', ['erase'], {
    'context.secondApprover': { sameAs: 'subject.id' },
  }),
  never('INV-09', 'A hold stops erasure', ['erase'], { 'resource.hold': { not: 'none' } }),
  never('INV-10', 'A recalled item is not seen', LOOK, { 'resource.state': 'recalled' }),
  never('INV-11', 'A stranger without an emergency sees nothing', ['view', 'release'], {
    all: [
      { 'context.relationship.kind': 'none' },
      { not: { 'subject.id': { sameAs: 'resource.author' } } },
      { 'context.purpose': { not: 'emergency' } },
    ],
  }),
  {
    id: 'INV-12',
    title: 'Every view is marked',
    carries: { actions: ['view', 'link-open'], when: { all: [] }, obligations: [{ type: 'watermark' }] },
  },
  {
    id: 'INV-13',
    title: 'Breaking the glass is told and reviewed',
    carries: { actions: BREAK_GLASS.actions, when: BREAK_GLASS.when, obligations: BREAK_GLASS.obligations },
  },
  {
    id: 'INV-14',
    title: 'Every link ends',
    carries: {
      actions: ['link-create', 'link-open'],
      when: { all: [] },
      obligations: [{ type: 'max-lifetime', properties: { seconds: { days: { parameter: 'linkBoundDays' } } } }],
    },
  },
  {
    id: 'INV-15',
    title: 'A link for whoever holds it ends within a day or what the trust set',
    carries: {
      actions: ['link-create'],
      when: { 'context.recipients.verified': 'none' },
      obligations: [{ type: 'max-lifetime', properties: { seconds: { hours: { parameter: 'linkBearerHours' } } } }],
    },
  },
];

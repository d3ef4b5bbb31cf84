/** Tests that read badly when they are put together from their parts: how they read when they hold, and when not. */
const SAYINGS: Readonly<Record<string, readonly [string, string]>> = {
  'action.maxViews equals none': ['no number of views is asked for', 'a number of views is asked for'],
  'context.justification equals none': ['no reason is given', 'a reason is given'],
  'context.ownRecord equals true': ['the record is the person’s own', 'the record is not the person’s own'],
  'context.place.fence equals inside': ['presence on site is shown', 'presence on site is not shown'],
  'context.policyOverdue equals true': ['the policy is overdue for review', 'the policy is not overdue for review'],
  'context.recipients.org sameAs resource.ownerOrg': [
    'every recipient is of the organisation that owns the item',
    'a recipient is not of the organisation that owns the item',
  ],
  'context.recipients.verified equals none': ['there are no named recipients', 'there are named recipients'],
  'context.recipients.verified includes false': ['a recipient is not verified', 'every recipient is verified'],
  'context.recipients.verified includes true': ['a recipient is verified', 'no recipient is verified'],
  'context.relationship.from equals none': [
    'the relationship has no set beginning',
    'the relationship has a set beginning',
  ],
  'context.relationship.from has passed': ['the relationship has begun', 'the relationship has not begun'],
  'context.relationship.until has passed': ['the relationship has ended', 'the relationship has not ended'],
  'context.secondApprover sameAs subject.id': [
    'the second approver is the person themselves',
    'the second approver is somebody else',
  ],
  'resource.identifiable equals true': [
    'the item shows who the patient is',
    'the item does not show who the patient is',
  ],
  'subject.acknowledgedVersion sameAs context.policyVersion': [
    'the person has acknowledged the policy version in force',
    'the person has not acknowledged the policy version in force',
  ],
  'subject.id sameAs resource.author': ['the person is the item’s author', 'the person is not the item’s author'],
  'subject.outsider.approvedBy equals none': ['the person is not an outsider', 'the person is an outsider'],
  'subject.outsider.purpose equals none': ['the person is not an outsider', 'the person is an outsider'],
  'subject.outsider.purpose sameAs context.purpose': [
    'the purpose is the one agreed for the outsider',
    'the purpose is not the one agreed for the outsider',
  ],
  'subject.outsider.until equals none': ['the person is not an outsider', 'the person is an outsider'],
  'subject.trainedUntil equals none': ['no training is recorded', 'training is recorded'],
  'subject.unlockedAt equals none': ['the keys were never unlocked', 'the keys were unlocked'],
};

/** Facts whose values read better as a sentence: how it begins when it holds, when not, and what each value is called. */
const PHRASES: Readonly<Record<string, readonly [string, string, Readonly<Record<string, string>>]>> = {
  'context.recipients.status': [
    'a recipient is',
    'no recipient is',
    { active: 'employed', suspended: 'suspended', left: 'no longer employed' },
  ],
  'context.relationship.kind': [
    'the person is',
    'the person is not',
    {
      recipient: 'a named recipient',
      team: 'a member of the team',
      'on-duty': 'on duty for the team',
      referral: 'the one referred to',
      none: 'a stranger to the item',
    },
  ],
  'resource.consentLevel': [
    'the patient consented to',
    'the patient did not consent to',
    { record: 'use for care', teaching: 'use for teaching', publication: 'publication' },
  ],
  'resource.withdrawnLevels': [
    'the patient withdrew consent to',
    'the patient did not withdraw consent to',
    { record: 'use for care', teaching: 'use for teaching', publication: 'publication' },
  ],
  'subject.status': [
    'the person is',
    'the person is not',
    { active: 'employed', suspended: 'suspended', left: 'no longer employed' },
  ],
};

/**
 * A whole test as people say it, or null where it is put together from its parts.
 *
 * @param test - fact, operator and operand, apart by one blank; "has passed" for a moment that is over.
 * @param yes - whether the test holds.
 */
export function saying(test: string, yes: boolean): string | null {
  return Object.hasOwn(SAYINGS, test) ? SAYINGS[test]![yes ? 0 : 1] : null;
}

/** A fact with some of its values as people say it, or null where a value has no words of its own. */
export function phrase(attribute: string, values: readonly unknown[], yes: boolean): string | null {
  if (!Object.hasOwn(PHRASES, attribute)) return null;
  const [holds, fails, names] = PHRASES[attribute]!;
  const words = values.map((value) => (Object.hasOwn(names, String(value)) ? names[String(value)]! : null));
  if (words.length === 0 || words.includes(null)) return null;
  const last = words.length > 1 ? ` or ${words.pop()}` : '';
  return `${yes ? holds : fails} ${words.join(', ')}${last}`;
}

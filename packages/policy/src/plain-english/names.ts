/** What facts are called where a person reads them. */
const NOUNS: Readonly<Record<string, string>> = {
  'subject.id': 'person',
  'subject.org': 'person’s organisation',
  'subject.role': 'person’s role',
  'subject.status': 'person’s employment',
  'subject.teams': 'person’s teams',
  'subject.onDutyTeams': 'teams the person is on duty for',
  'subject.assurance': 'sign-in level',
  'subject.authenticatedAt': 'sign-in',
  'subject.unlockedAt': 'last unlock of the keys',
  'subject.acknowledgedVersion': 'policy version the person acknowledged',
  'subject.trainedUntil': 'end of the person’s valid training',
  'subject.outsider.approvedBy': 'approvers of the outsider',
  'subject.outsider.purpose': 'purpose agreed for the outsider',
  'subject.outsider.until': 'end agreed for the outsider',
  'action.lifetimeSeconds': 'lifetime asked for',
  'action.maxViews': 'number of views asked for',
  'resource.kind': 'kind of item',
  'resource.ownerOrg': 'organisation that owns the item',
  'resource.team': 'item’s team',
  'resource.author': 'item’s author',
  'resource.sensitivity': 'item’s sensitivity',
  'resource.consentLevel': 'consent given',
  'resource.withdrawnLevels': 'consent withdrawn',
  'resource.identifiable': 'item’s being identifiable',
  'resource.purpose': 'purpose the item was made for',
  'resource.state': 'item’s state',
  'resource.hold': 'hold on the item',
  'resource.notAfter': 'item’s expiry',
  'resource.sentAt': 'time the item was sent',
  'context.now': 'present moment',
  'context.purpose': 'purpose',
  'context.relationship.kind': 'relationship to the item',
  'context.relationship.from': 'start of the relationship',
  'context.relationship.until': 'end of the relationship',
  'context.justification': 'reason given',
  'context.secondApprover': 'second approver',
  'context.recipients': 'recipients',
  'context.recipients.id': 'recipients',
  'context.recipients.org': 'organisation of each recipient',
  'context.recipients.verified': 'verification of the recipients',
  'context.recipients.teams': 'teams of all recipients',
  'context.recipients.status': 'employment of the recipients',
  'context.device': 'device',
  'context.network': 'network',
  'context.place.evidence': 'evidence of the place',
  'context.place.fence': 'place',
  'context.place.ageSeconds': 'age of the position',
  'context.country.network': 'country of the network',
  'context.country.device': 'country of the device',
  'context.channel.status': 'assessment of the channel',
  'context.policyVersion': 'policy version in force',
  'context.policyOverdue': 'policy’s being overdue for review',
  'context.ownRecord': 'record’s being the person’s own',
  'context.supportedObligations': 'duties that can be carried out here',
};

/**
 * What a fact is called in plain English, without an article.
 *
 * @param attribute - as a condition names it, such as `subject.role`.
 * @example
 * ```ts
 * nameOfFact('subject.assurance'); // 'sign-in level'
 * ```
 */
export function nameOfFact(attribute: string): string {
  if (Object.hasOwn(NOUNS, attribute)) return NOUNS[attribute]!;
  const [section = '', ...steps] = attribute.split('.');
  const name = steps
    .reverse()
    .map((step) => step.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`))
    .join(' of the ');
  return name === '' ? `fact ${section}` : `${Object.hasOwn(OWNERS, section) ? OWNERS[section]! : ''}${name}`;
}

/** Whose a fact of each section is. */
const OWNERS: Readonly<Record<string, string>> = { subject: 'person’s ', resource: 'item’s ', action: 'requested ' };

/** Whether a noun as `nameOfFact` gives it is in the plural. */
export function isPlural(noun: string): boolean {
  const [first = ''] = noun.replace(/^(person|item)’s /, '').split(' ');
  return first.endsWith('s');
}

/** A noun with its indefinite article. */
export function a(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** Words that are written otherwise than their parts. */
const SPELLED: Readonly<Record<string, string>> = {
  'caldicott-guardian': 'Caldicott Guardian',
  gp: 'GP',
  hscn: 'HSCN',
  ip: 'IP address',
  mdt: 'MDT',
  'porter-or-other': 'porter or other staff',
  siro: 'SIRO',
  vip: 'VIP',
};

/** A word of a document as a person reads it: `direct-care` is "direct care". */
export function word(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return Object.hasOwn(SPELLED, value) ? SPELLED[value]! : value.replaceAll('-', ' ');
}

/** A list of words: "a, b or c". */
export function listed(values: readonly unknown[], last: 'and' | 'or'): string {
  const words = values.map(word);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/**
 * A length of time in the largest unit that divides it: 604,800 is "7 days".
 *
 * @param seconds - whole seconds; the sign is left out.
 */
export function lengthOfTime(seconds: number): string {
  const length = Math.abs(seconds);
  const [size, unit] = UNITS.find(([each]) => length >= each && length % each === 0) ?? [1, 'second'];
  const count = length / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

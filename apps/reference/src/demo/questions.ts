import { type Question, questionOf, type SubjectFacts } from '../wire/question.js';
import { ORGANISATION, type Person, TEAM } from './people.js';

/** Labels travel in the clear, so they say nothing that identifies a patient. */
export type ItemLabels = ReturnType<typeof labelsOf>;

/** The labels of the demo's photograph. */
export function labelsOf(author: Person, notAfter: Date) {
  return {
    kind: 'photo' as const,
    sensitivity: 'normal' as const,
    purpose: 'referral' as const,
    consentLevel: ['record' as const],
    identifiable: true,
    author: author.entry.person,
    ownerOrg: ORGANISATION.id,
    team: TEAM,
    notAfter: notAfter.toISOString(),
  };
}

/** What the server knows of an item besides its labels. */
export interface ItemState {
  readonly state: 'active' | 'filed';
  readonly sentAt: string;
}

function subject(person: Person, now: Date): SubjectFacts {
  return {
    id: person.entry.person,
    org: person.entry.organisation,
    role: person.role,
    status: 'active',
    teams: [...person.teams],
    onDutyTeams: [...person.teams],
    assurance: 2,
    authenticatedAt: new Date(now.getTime() - 600_000).toISOString(),
    unlockedAt: new Date(now.getTime() - 60_000).toISOString(),
    acknowledgedVersion: 1,
  };
}

const CIRCUMSTANCES = { purpose: 'referral', device: 'personal', channel: 'approved', policyVersion: 1 } as const;

/** May `sender` send this to the on-call team? */
export function maySend(sender: Person, to: readonly Person[], labels: ItemLabels, now: Date): Question {
  return questionOf({
    subject: subject(sender, now),
    action: { name: 'send' },
    resource: { labels },
    context: {
      ...CIRCUMSTANCES,
      recipients: to.map(({ entry, teams }) => ({
        id: entry.person,
        org: entry.organisation,
        verified: true,
        teams: [...teams],
        status: 'active',
      })),
    },
  });
}

/** May `viewer`, on duty for the team, look at it? */
export function mayView(viewer: Person, labels: ItemLabels, item: ItemState, now: Date): Question {
  const shift = { from: new Date(now.getTime() - 3_600_000), until: new Date(now.getTime() + 8 * 3_600_000) };
  return questionOf({
    subject: subject(viewer, now),
    action: { name: 'view' },
    resource: { labels, ...item },
    context: {
      ...CIRCUMSTANCES,
      relationship: { kind: 'on-duty', from: shift.from.toISOString(), until: shift.until.toISOString() },
    },
  });
}

/** May `sender` have a link made that opens `maxViews` times within `seconds`? */
export function mayLink(
  sender: Person,
  labels: ItemLabels,
  item: ItemState,
  now: Date,
  link: { readonly seconds: number; readonly maxViews: number },
): Question {
  return questionOf({
    subject: subject(sender, now),
    action: { name: 'link-create', lifetimeSeconds: link.seconds, maxViews: link.maxViews },
    resource: { labels, ...item },
    context: CIRCUMSTANCES,
  });
}

/** May the holder of a good link open it now? Nobody is signed in: what became of the item decides. */
export function mayOpenLink(labels: ItemLabels, item: ItemState, purpose: string): Question {
  return questionOf({
    subject: null,
    action: { name: 'link-open' },
    resource: { labels, ...item },
    context: { ...CIRCUMSTANCES, purpose },
  });
}

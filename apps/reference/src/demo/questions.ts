import type { Request } from '@wardseal/policy';
import { ORGANISATION, type Person, TEAM } from './people.js';

/** Labels travel in the clear, so they say nothing that identifies a patient. */
export type ItemLabels = ReturnType<typeof labelsOf>;

/** The labels of the demo's photograph. */
export function labelsOf(author: Person, notAfter: Date) {
  return {
    kind: 'photo',
    sensitivity: 'normal',
    purpose: 'referral',
    consentLevel: ['record'],
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

function subject(person: Person, now: Date): Request['subject'] {
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
    trainedUntil: 'none',
    outsider: 'none',
  };
}

const CIRCUMSTANCES = {
  purpose: 'referral',
  justification: 'none',
  secondApprover: 'none',
  device: 'personal',
  network: 'internet',
  place: 'none',
  country: 'none',
  channel: { status: 'approved' },
  policyVersion: 1,
  policyOverdue: false,
  ownRecord: 'none',
};
const NO_RELATIONSHIP = { kind: 'none', from: 'none', until: 'none' };

function resource(labels: ItemLabels, item: ItemState | null): Request['resource'] {
  return {
    ...labels,
    withdrawnLevels: [],
    hold: 'none',
    state: item?.state ?? 'active',
    sentAt: item?.sentAt ?? 'none',
  };
}

/** May `sender` send this to the on-call team? */
export function maySend(sender: Person, to: readonly Person[], labels: ItemLabels, now: Date): Request {
  return {
    subject: subject(sender, now),
    action: { name: 'send', lifetimeSeconds: 'none', maxViews: 'none' },
    resource: resource(labels, null),
    context: {
      ...CIRCUMSTANCES,
      relationship: NO_RELATIONSHIP,
      recipients: to.map(({ entry, teams }) => ({
        id: entry.person,
        org: entry.organisation,
        verified: true,
        teams: [...teams],
        status: 'active',
      })),
    },
  };
}

/** May `viewer`, on duty for the team, look at it? */
export function mayView(viewer: Person, labels: ItemLabels, item: ItemState, now: Date): Request {
  const shift = { from: new Date(now.getTime() - 3_600_000), until: new Date(now.getTime() + 8 * 3_600_000) };
  return {
    subject: subject(viewer, now),
    action: { name: 'view', lifetimeSeconds: 'none', maxViews: 'none' },
    resource: resource(labels, item),
    context: {
      ...CIRCUMSTANCES,
      recipients: 'none',
      relationship: { kind: 'on-duty', from: shift.from.toISOString(), until: shift.until.toISOString() },
    },
  };
}

/** May `sender` have a link made that opens `maxViews` times within `seconds`? */
export function mayLink(
  sender: Person,
  labels: ItemLabels,
  item: ItemState,
  now: Date,
  link: { readonly seconds: number; readonly maxViews: number },
): Request {
  return {
    subject: subject(sender, now),
    action: { name: 'link-create', lifetimeSeconds: link.seconds, maxViews: link.maxViews },
    resource: resource(labels, item),
    context: { ...CIRCUMSTANCES, relationship: NO_RELATIONSHIP, recipients: 'none' },
  };
}

/** May the holder of a good link open it now? Nobody is signed in: what became of the item decides. */
export function mayOpenLink(labels: ItemLabels, item: ItemState, purpose: string): Request {
  return {
    subject: {},
    action: { name: 'link-open', lifetimeSeconds: 'none', maxViews: 'none' },
    resource: resource(labels, item),
    context: { ...CIRCUMSTANCES, purpose, relationship: NO_RELATIONSHIP, recipients: 'none' },
  };
}

import type { Directory, DirectoryEntry } from '@wardseal/crypto';
import type { Request } from '@wardseal/policy';
import type { ItemLabels } from '../../wire/labels.js';
import { questionOf, type RecipientFacts, type Relationship, type ResourceFacts } from '../../wire/question.js';
import { notFound } from '../http/problem.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';
import type { Rota } from './custodian-client.js';
import type { Trust } from './trust.js';

/** What the policy reads of an item: its labels, and what became of it. */
export interface ItemFacts {
  readonly id: string;
  readonly labels: ItemLabels;
  readonly state: NonNullable<ResourceFacts['state']>;
  readonly sentAt: string | null;
  /** People it was sent to by name. */
  readonly sentTo: readonly string[];
}

/** What only the request knows. */
export interface Circumstances {
  readonly purpose: string;
  /** Why, in the person's words. */
  readonly reason?: string | undefined;
  /** Person ids of those whom it would go to, or whom a change is about. */
  readonly recipients?: readonly string[];
  /** As which the recipients are to be, for a change of the directory. */
  readonly status?: RecipientFacts['status'];
}

/** The trust of whoever is signed in. */
export function trustOf(app: App, org: string): Trust {
  const trust = app.trusts.get(org);
  if (trust === undefined) throw notFound();
  return trust;
}

/**
 * Gathers what the policy asks about: who it is by the signed directory and the rota, what the item is, how both stand to
 * each other, whether this server suspended anybody. Decides nothing.
 *
 * @param item - null for what is not about an item, such as reading the log
 * @param action - as the policy names it
 */
export async function factsFor(
  app: App,
  session: Session,
  item: ItemFacts | null,
  action: string,
  circumstances: Circumstances,
): Promise<Request> {
  const gathered = await gather(app, session, circumstances.recipients ?? []);
  return requestOf(gathered, session, item, action, circumstances);
}

/** What there is to know of a person now, and of others by their ids: one question, or a list of them, is made from it. */
export async function gather(app: App, { org, person }: Session, others: readonly string[]): Promise<Gathered> {
  const trust = trustOf(app, org);
  const [{ directory }, rota, known] = await Promise.all([
    trust.directory(),
    trust.rota(),
    app.db.query<Known>(
      `SELECT person, acknowledged_version, suspended_at IS NOT NULL AS suspended
       FROM people WHERE org = $1 AND person = ANY($2)`,
      [org, [person, ...others]],
    ),
  ]);
  return { trust, directory, rota, known, now: app.clock.now() };
}

interface Known {
  readonly person: string;
  readonly acknowledged_version: number | null;
  readonly suspended: boolean;
}

/** What was gathered; many items may be asked about with the same. `known` has a row of each person that has one. */
export interface Gathered {
  readonly trust: Trust;
  readonly directory: Directory;
  readonly rota: Rota;
  readonly known: readonly Known[];
  readonly now: number;
}

/** The question, from what was gathered. */
export function requestOf(
  { trust, directory, rota, known, now }: Gathered,
  session: Session,
  item: ItemFacts | null,
  action: string,
  { purpose, reason, recipients, status }: Circumstances,
): Request {
  const { document } = trust.pack;
  const mine = known.find(({ person }) => person === session.person);
  const entry = directory.person(session.person, now / 1000);
  const duties = onDuty(rota, session.person, now);
  const request = questionOf({
    subject: {
      id: session.person,
      org: session.org,
      role: session.role,
      status: statusOf(entry, mine),
      teams: entry?.teams ?? [],
      onDutyTeams: duties.map(({ team }) => team),
      assurance: session.assurance,
      authenticatedAt: session.authenticatedAt,
      unlockedAt: session.unlockedAt ?? 'none',
      acknowledgedVersion: mine?.acknowledged_version ?? 'none',
    },
    action: { name: action },
    resource: item === null ? { labels: NO_ITEM } : resourceOf(item),
    context: {
      purpose,
      policyVersion: document.version,
      policyOverdue: document.reviewBy !== undefined && Date.parse(document.reviewBy) <= now,
      channel: trust.config.channel,
      relationship: item === null ? NONE : relationship(item, session.person, entry?.teams ?? [], duties),
      ...(reason === undefined ? {} : { justification: reason }),
      ...(recipients === undefined
        ? {}
        : { recipients: recipients.map((id) => recipientFacts(directory, known, id, status, now)) }),
    },
  });
  // Of what is no item nothing is said but whose it is: a missing fact permits nothing.
  return item === null ? { ...request, resource: { ownerOrg: session.org } } : request;
}

const NONE: Relationship = { kind: 'none', from: 'none', until: 'none' };
const NO_ITEM: ResourceFacts['labels'] = {
  kind: 'message',
  sensitivity: 'normal',
  purpose: 'direct-care',
  consentLevel: [],
  identifiable: false,
  author: 'none',
  ownerOrg: 'none',
  team: 'none',
  notAfter: 'none',
};

function resourceOf({ labels, state, sentAt }: ItemFacts): ResourceFacts {
  return { labels, state, ...(sentAt === null ? {} : { sentAt }) };
}

interface Duty {
  readonly team: string;
  readonly from: string;
  readonly until: string;
}

/** The teams somebody is on duty for at a time. */
export function onDuty(rota: Rota, person: string, now: number): readonly Duty[] {
  return rota.entries.filter(
    (entry) => entry.person === person && Date.parse(entry.from) <= now && now < Date.parse(entry.until),
  );
}

/** The strongest standing first: named, in the team, on duty. A release makes nobody a recipient. */
function relationship(
  { labels: { team }, sentTo }: ItemFacts,
  person: string,
  teams: readonly string[],
  duties: readonly Duty[],
): Relationship {
  // Of what went to a team a stanza alone does not outlive a move: membership and duty are what counts.
  if (team === 'none') return sentTo.includes(person) ? { ...NONE, kind: 'recipient' } : NONE;
  if (teams.includes(team)) return { ...NONE, kind: 'team' };
  const duty = duties.find((entry) => entry.team === team);
  return duty === undefined ? NONE : { kind: 'on-duty', from: duty.from, until: duty.until };
}

function recipientFacts(
  directory: Directory,
  known: readonly Known[],
  id: string,
  status: RecipientFacts['status'] | undefined,
  now: number,
): RecipientFacts {
  const entry = directory.person(id, now / 1000);
  const person = known.find((row) => row.person === id);
  return {
    id,
    org: entry?.organisation ?? directory.organisation,
    verified: entry !== null,
    teams: entry?.teams ?? [],
    status: status ?? statusOf(entry, person),
  };
}

function statusOf(entry: DirectoryEntry | null, known: Known | undefined): RecipientFacts['status'] {
  if (entry === null) return 'left';
  return known?.suspended === true ? 'suspended' : 'active';
}

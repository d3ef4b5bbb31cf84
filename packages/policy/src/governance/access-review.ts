import { boolean, invalid, moment, object, type Shape } from '../check/shape.js';
import { PolicyError, step } from '../errors.js';
import { DAY_MS, daysSince, inDays, MAX_CLOCK_SKEW_MS, momentOf, presentOf, recorded, toText } from './moments.js';
import { bounded, prose, read, title } from './records.js';
import { identifier, samePerson } from './shapes.js';

/** Days after the due date for which an unconfirmed access is escalated before it is suspended. */
export const ESCALATION_DAYS = 14;

/** Days without use after which an access is dormant, unless told: the NHS pack's `dormantDays`. */
export const DEFAULT_DORMANT_DAYS = 90;

/** Most memberships of one review: everybody in a large trust, in five groups each. */
export const MAX_MEMBERSHIPS = 100_000;

/** Somebody's access through one group, with what the reviewer needs to judge it. Times are RFC 3339, UTC. */
export interface Membership {
  readonly id: string;
  readonly group: string;
  readonly role: string;
  readonly lastUsedAt: string | 'none';
  /** Why they have it, who gave it and when; `until` for an agreed end. */
  readonly grant: { readonly basis: string; readonly by: string; readonly at: string; readonly until?: string };
  /** On the rota of this group at this moment. */
  readonly onDutyNow: boolean;
  /** The last confirmation. */
  readonly confirmation?: { readonly by: string; readonly at: string };
}

const used: Shape = (value, path) => {
  if (value !== 'none') moment(value, path);
};
const shape = object({
  id: identifier,
  group: identifier,
  role: title,
  lastUsedAt: used,
  grant: object({ basis: prose, by: identifier, at: moment, 'until?': moment }),
  onDutyNow: boolean,
  'confirmation?': object({ by: identifier, at: moment }),
});

/** One membership under review. */
export interface ReviewedMembership extends Omit<Membership, 'group' | 'confirmation'> {
  /**
   * `confirmed` in this review; `open` before the due date; `escalated` for 14 days after it; then `suspend`, or
   * `suspend-after-duty` while on the rota: nobody is cut off in the middle of looking after patients.
   */
  readonly state: 'confirmed' | 'open' | 'escalated' | 'suspend' | 'suspend-after-duty';
  readonly confirmedBy: string | null;
  /** Not used for so long that the reviewer should ask why. It is told and changes nothing. */
  readonly dormant: boolean;
  /** The agreed end has passed. */
  readonly ended: boolean;
  /** Plain English, for the reviewer. */
  readonly notes: readonly string[];
}

/** Format `access-review/0`; the caller signs and logs it. */
export interface AccessReview {
  readonly format: 'access-review/0';
  readonly at: string;
  readonly openedAt: string;
  readonly dueAt: string;
  readonly dormantDays: number;
  /** By name; members by id. */
  readonly groups: readonly { readonly group: string; readonly members: readonly ReviewedMembership[] }[];
  readonly counts: Readonly<Record<ReviewedMembership['state'] | 'dormant' | 'ended' | 'members', number>>;
  /** Whose access ends now: act on these. */
  readonly suspend: readonly { readonly id: string; readonly group: string }[];
  readonly lines: readonly string[];
}

export interface AccessReviewOptions {
  /** Milliseconds since 1970, as of `Date.now()`. */
  readonly now: number;
  /** When this review began: confirmations before it belong to the one before. RFC 3339, UTC. */
  readonly openedAt: string;
  /** RFC 3339, UTC. */
  readonly dueAt: string;
  /** Default 90. */
  readonly dormantDays?: number;
}

/**
 * The quarterly review of who has access to what. Access that nobody confirms is not silently renewed: it is escalated for 14
 * days after the due date and then suspended, but never of somebody on the rota now. Nobody confirms their own.
 *
 * @param memberships - from the directory, the rota and the log of use.
 * @returns plain JSON, with the same in plain English as `lines`.
 * @throws PolicyError `DOCUMENT_INVALID`, `UNKNOWN_FIELD`, `DOCUMENT_TOO_LARGE`, `DUPLICATE_ID` (somebody twice in a group).
 * @throws RangeError for moments that are none, a review due before it opens, `dormantDays` that is no whole number above 0.
 * @example
 * ```ts
 * const { suspend, lines } = accessReview(memberships, { now: Date.now(), openedAt, dueAt });
 * ```
 */
export function accessReview(memberships: readonly Membership[], options: AccessReviewOptions): AccessReview {
  const { openedAt, dueAt, dormantDays = DEFAULT_DORMANT_DAYS } = options;
  const now = presentOf(options.now);
  const [opened, due] = [momentOf(openedAt, 'openedAt'), momentOf(dueAt, 'dueAt')];
  if (due <= opened) throw new RangeError('`dueAt` is not after `openedAt`');
  if (!Number.isSafeInteger(dormantDays) || dormantDays < 1)
    throw new RangeError('`dormantDays` is no whole number above 0');
  const groups = new Map<string, ReviewedMembership[]>();
  const seen = new Set<string>();
  for (const [i, each] of bounded(memberships, MAX_MEMBERSHIPS, '/memberships').entries()) {
    const path = step('/memberships', i);
    const { group, ...member } = read<Membership>(each, shape, path);
    if (member.grant.until !== undefined && recorded(member.grant.until) <= recorded(member.grant.at))
      invalid(`${path}/grant/until`, 'ended before it was given');
    const key = `${group} ${member.id.toLowerCase()}`;
    if (seen.has(key)) throw new PolicyError('DUPLICATE_ID', path, `\`${member.id}\` is in \`${group}\` twice`);
    seen.add(key);
    const members = groups.get(group) ?? [];
    members.push(reviewed(member, { now, opened, due, dormantDays }));
    groups.set(group, members);
  }
  const sorted = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, members]) => ({ group, members: members.sort((a, b) => (a.id < b.id ? -1 : 1)) }));
  const all = sorted.flatMap(({ members }) => members);
  const count = (test: (each: ReviewedMembership) => boolean): number => all.filter(test).length;
  const states = ['confirmed', 'open', 'escalated', 'suspend', 'suspend-after-duty'] as const;
  const counts = {
    ...(Object.fromEntries(states.map((state) => [state, count((each) => each.state === state)])) as Record<
      ReviewedMembership['state'],
      number
    >),
    dormant: count(({ dormant }) => dormant),
    ended: count(({ ended }) => ended),
    members: all.length,
  };
  return {
    format: 'access-review/0',
    at: toText(now),
    openedAt,
    dueAt,
    dormantDays,
    groups: sorted,
    counts,
    suspend: sorted.flatMap(({ group, members }) =>
      members.filter(({ state }) => state === 'suspend').map(({ id }) => ({ id, group })),
    ),
    lines: [
      `${counts.confirmed} of ${counts.members} accesses are confirmed`,
      ...sorted.flatMap(({ group, members }) =>
        members
          .filter(({ notes }) => notes.length > 0)
          .map(({ id, role, notes }) => `${group}, ${id} (${role}): ${notes.join('; ')}`),
      ),
    ],
  };
}

function reviewed(
  { confirmation, ...member }: Omit<Membership, 'group'>,
  { now, opened, due, dormantDays }: Record<'now' | 'opened' | 'due' | 'dormantDays', number>,
): ReviewedMembership {
  const { id, grant, lastUsedAt, onDutyNow } = member;
  // A grant made during the review is a decision of somebody else on this very access.
  const decisions = [confirmation, { by: grant.by, at: grant.at }].filter((each) => each !== undefined);
  const current = decisions.filter(({ at }) => recorded(at) >= opened && recorded(at) <= now + MAX_CLOCK_SKEW_MS);
  const confirmedBy = current.find(({ by }) => !samePerson(by, id))?.by ?? null;
  const idle = daysSince(recorded(lastUsedAt === 'none' ? grant.at : lastUsedAt), now);
  const dormant = idle >= dormantDays;
  const ended = grant.until !== undefined && recorded(grant.until) <= now;
  const suspends = now >= due + ESCALATION_DAYS * DAY_MS;
  const state =
    confirmedBy !== null
      ? 'confirmed'
      : now < due
        ? 'open'
        : !suspends
          ? 'escalated'
          : onDutyNow
            ? 'suspend-after-duty'
            : 'suspend';
  const left = Math.ceil((due + ESCALATION_DAYS * DAY_MS - now) / DAY_MS);
  const said: Readonly<Record<ReviewedMembership['state'], string | null>> = {
    confirmed: null,
    open: 'not confirmed yet',
    escalated: `not confirmed, suspended in ${inDays(left)}`,
    suspend: 'not confirmed, to be suspended now',
    'suspend-after-duty': 'not confirmed, to be suspended when the duty ends',
  };
  const notes = [
    said[state],
    confirmedBy === null && current.length > 0 ? 'confirmed by nobody but themselves' : null,
    dormant ? (lastUsedAt === 'none' ? `never used in ${inDays(idle)}` : `not used for ${inDays(idle)}`) : null,
    ended ? 'the agreed end has passed' : null,
  ].filter((note) => note !== null);
  return { ...member, state, confirmedBy, dormant, ended, notes };
}

import { moment, object, oneOf, positive, type Shape } from '../check/shape.js';
import { instant } from '../engine/time.js';
import { step } from '../errors.js';
import type { Assessment } from './assessment.js';
import { decided } from './channel-status.js';
import { checkRegister } from './check-register.js';
import { DAY_MS, dateInWords, daysSince, inDays, presentOf, toText } from './moments.js';
import { parameterOf } from './parameter-of.js';
import { bounded, read, title } from './records.js';
import type { Register } from './register.js';
import { everInForce, inForceAt } from './required-version.js';
import { identifier } from './shapes.js';

/** Days before a review is due on which it is reminded of: a quarter to plan it, a month to hold it, a week to sign it. */
export const REMINDER_DAYS: readonly number[] = Object.freeze([90, 30, 7]);

/** Days after a review was due from which it is no longer merely late, where the policy has no parameter for it. */
export const DEFAULT_REVIEW_GRACE_DAYS = 30;

/** Most further reviews of one call: a trust's whole portfolio. */
export const MAX_REVIEWS = 10_000;

/** Something else with a review date, such as a DPIA or an access review. */
export interface Reviewable {
  readonly kind: 'dpia' | 'access-review' | 'processor' | 'training';
  readonly id: string;
  readonly title: string;
  readonly version?: number;
  /** RFC 3339, UTC; null when nobody set one. */
  readonly reviewBy: string | null;
}

const date: Shape = (value, path) => {
  if (value !== null) moment(value, path);
};
const reviewable = object({
  kind: oneOf('dpia', 'access-review', 'processor', 'training'),
  id: identifier,
  title,
  'version?': positive,
  reviewBy: date,
});

/** One review and how far it is. */
export interface Review {
  readonly kind: Reviewable['kind'] | 'policy' | 'assessment' | 'condition';
  readonly id: string;
  readonly title: string;
  readonly version: number | null;
  readonly reviewBy: string | null;
  /** `undated`: nobody set a date, or no version is in force; that is told, because it never becomes overdue. */
  readonly state: 'not-due' | 'reminder' | 'overdue' | 'beyond-grace' | 'undated';
  /** Of `reminder`: the nearest of 90, 30 and 7 that it is within. */
  readonly reminder: number | null;
  /** Whole days that are left (rounded up), or since it was due as a negative number (rounded down to whole days); null undated. */
  readonly days: number | null;
  readonly line: string;
}

/** Format `review-report/0`. */
export interface ReviewReport {
  readonly format: 'review-report/0';
  readonly at: string;
  /** True when something is overdue or beyond its grace: the command line's exit code. */
  readonly overdue: boolean;
  /** Most urgent first. */
  readonly reviews: readonly Review[];
  readonly lines: readonly string[];
}

export interface ReviewOptions {
  /** Milliseconds since 1970, as of `Date.now()`. */
  readonly now: number;
  readonly others?: readonly Reviewable[];
}

/**
 * What has to be reviewed and when: the policy in force, the assessments that are relied on (not rejected ones) with their
 * conditions, and whatever else the caller keeps. Nothing here stops care; it is told until somebody does it.
 *
 * @returns plain JSON, with the same in plain English as `lines`.
 * @throws PolicyError `REGISTER_INVALID`; as `channelStatus`; `DOCUMENT_INVALID`, `UNKNOWN_FIELD` for one of `others`.
 * @throws RangeError when `now` is no moment.
 * @example
 * ```ts
 * const { overdue, lines } = reviews(register, assessments, { now: Date.now() });
 * ```
 */
export function reviews(
  register: Register,
  assessments: readonly Assessment[],
  { now, others = [] }: ReviewOptions,
): ReviewReport {
  checkRegister(register);
  const current = inForceAt(everInForce(register, presentOf(now)), now)?.entry;
  const grace = current === undefined ? DEFAULT_REVIEW_GRACE_DAYS : graceOf(current.document);
  const policy: Due =
    current === undefined
      ? { kind: 'policy', id: register.id, title: register.id, reviewBy: null }
      : {
          kind: 'policy',
          id: register.id,
          title: current.document.title,
          version: current.version,
          reviewBy: current.document.reviewBy ?? null,
        };
  const relied = [...decided(assessments, now).values()].filter(({ decision }) => decision !== 'reject');
  const all: readonly Due[] = [
    policy,
    ...relied.flatMap(({ id, version, channel, reviewBy, conditions }) => [
      { kind: 'assessment' as const, id, version, title: channel.title, reviewBy },
      ...conditions.flatMap((condition) =>
        condition.dueBy === undefined
          ? []
          : [{ kind: 'condition' as const, id, version, title: condition.title, reviewBy: condition.dueBy }],
      ),
    ]),
    ...bounded(others, MAX_REVIEWS, '/others').map((each, i) => read<Reviewable>(each, reviewable, step('/others', i))),
  ];
  const found = all.map((each) => reviewOf(each, now, grace)).sort(byUrgency);
  return {
    format: 'review-report/0',
    at: toText(now),
    overdue: found.some(({ state }) => state === 'overdue' || state === 'beyond-grace'),
    reviews: found,
    lines: found.filter(({ state }) => state !== 'not-due').map(({ line }) => line),
  };
}

interface Due extends Pick<Review, 'kind' | 'id' | 'title' | 'reviewBy'> {
  readonly version?: number;
}

const graceOf = (document: Parameters<typeof parameterOf>[0]): number =>
  parameterOf(document, 'reviewGraceDays', DEFAULT_REVIEW_GRACE_DAYS);

const NAMES: Readonly<Record<Review['kind'], string>> = {
  policy: 'Policy',
  assessment: 'Assessment',
  condition: 'Condition',
  dpia: 'Impact assessment',
  'access-review': 'Access review',
  processor: 'Processor',
  training: 'Training',
};

function reviewOf({ version, ...due }: Due, now: number, graceDays: number): Review {
  const { kind, title: name, reviewBy } = due;
  const what = `${NAMES[kind]} “${name}”`;
  // A date that is none (a store changed a text) is overdue, as the decisions say it too.
  const end = reviewBy === null ? null : (instant(reviewBy) ?? 0);
  const none = kind === 'policy' && version === undefined;
  const told = (rest: Pick<Review, 'state' | 'reminder' | 'days'>, line: string): Review => ({
    ...due,
    version: version ?? null,
    ...rest,
    line: none ? `No version of the policy “${name}” is in force` : `${what} ${line}`,
  });
  if (end === null) return told({ state: 'undated', reminder: null, days: null }, 'has no review date');
  if (now >= end) {
    const days = daysSince(end, now);
    const beyond = now >= end + graceDays * DAY_MS;
    const line = `was due ${days === 0 ? 'less than a day' : inDays(days)} ago${beyond ? `, beyond the ${inDays(graceDays)} of grace` : ''}`;
    return told({ state: beyond ? 'beyond-grace' : 'overdue', reminder: null, days: days === 0 ? 0 : -days }, line);
  }
  const days = Math.ceil((end - now) / DAY_MS);
  const reminder = REMINDER_DAYS.findLast((each) => end - now <= each * DAY_MS) ?? null;
  const line = `is due in ${inDays(days)}, by ${dateInWords(reviewBy!)}`;
  return told({ state: reminder === null ? 'not-due' : 'reminder', reminder, days }, line);
}

const URGENCY: readonly Review['state'][] = ['beyond-grace', 'overdue', 'undated', 'reminder', 'not-due'];

function byUrgency(a: Review, b: Review): number {
  const [first, second] = [a, b].map(({ reviewBy }) => (reviewBy === null ? 0 : (instant(reviewBy) ?? 0)));
  return URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || first! - second! || (a.id < b.id ? -1 : 1);
}

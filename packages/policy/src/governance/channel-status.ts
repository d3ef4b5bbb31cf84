import { PolicyError, step } from '../errors.js';
import type { Assessment, AssessmentCondition, AssessmentDecision, DecidedAssessment } from './assessment.js';
import { readAssessment } from './check-assessment.js';
import { presentOf, recorded } from './moments.js';
import { bounded } from './records.js';

/** Most assessments of one call: a trust's whole portfolio with its past versions. */
export const MAX_ASSESSMENTS = 10_000;

/** What the policy is told about a channel: `context.channel.status`. */
export type ChannelStatus = 'approved' | 'conditional' | 'unassessed' | 'rejected';

export interface ChannelStanding {
  readonly status: ChannelStatus;
  /** True from `reviewBy` on. It is told and never changes `status`: an overdue review does not stop care. */
  readonly overdue: boolean;
  /** The earliest of those that count; null when nobody decided. */
  readonly reviewBy: string | null;
  readonly conditions: readonly AssessmentCondition[];
  /** The versions that count, one for each assessment of this channel. */
  readonly by: readonly { readonly id: string; readonly version: number }[];
}

/** Strictest last. */
const STATUS: Readonly<Record<AssessmentDecision['decision'], ChannelStatus>> = {
  approve: 'approved',
  conditional: 'conditional',
  reject: 'rejected',
};
const STRICTNESS: readonly ChannelStatus[] = Object.values(STATUS);

/**
 * Whether a channel may carry anything: of each assessment the highest version that was decided counts, a draft above it
 * does not. Of several assessments of one channel the strictest counts. Nobody decided: `unassessed`.
 *
 * @param assessments - of any channels, any versions, drafts among them.
 * @param channel - the channel's id, as in `channel.id`.
 * @param now - milliseconds since 1970, as of `Date.now()`. A decision dated later does not count yet.
 * @throws PolicyError as `checkAssessment`; `DUPLICATE_ID` for two of one id and version; `DOCUMENT_TOO_LARGE`.
 * @throws RangeError when `now` is no moment.
 * @example
 * ```ts
 * channelStatus(assessments, 'wardseal-web', Date.now()).status; // 'approved'
 * ```
 */
export function channelStatus(assessments: readonly Assessment[], channel: string, now: number): ChannelStanding {
  presentOf(now);
  const counting = [...decided(assessments, now).values()].filter((each) => each.channel.id === channel);
  const statuses = counting.map(({ decision }) => STATUS[decision]);
  const reviews = counting.map(({ reviewBy }) => reviewBy).sort((a, b) => recorded(a) - recorded(b));
  const [first] = reviews;
  return {
    status: STRICTNESS.findLast((status) => statuses.includes(status)) ?? 'unassessed',
    overdue: first !== undefined && now >= recorded(first),
    reviewBy: first ?? null,
    conditions: counting.flatMap(({ conditions }) => conditions),
    by: counting.map(({ id, version }) => ({ id, version })),
  };
}

/** By assessment: the highest version that was decided by then. */
export function decided(assessments: readonly Assessment[], now: number): ReadonlyMap<string, DecidedAssessment> {
  const latest = new Map<string, DecidedAssessment>();
  const seen = new Set<string>();
  for (const [i, each] of bounded(assessments, MAX_ASSESSMENTS, '/assessments').entries()) {
    const path = step('/assessments', i);
    const assessment = readAssessment(each, path);
    const key = `${assessment.id} ${assessment.version}`;
    if (seen.has(key)) throw new PolicyError('DUPLICATE_ID', path, `\`${key}\` is there twice`);
    seen.add(key);
    if (assessment.decision === undefined || recorded(assessment.at) > now) continue;
    if ((latest.get(assessment.id)?.version ?? 0) < assessment.version) latest.set(assessment.id, assessment);
  }
  return latest;
}

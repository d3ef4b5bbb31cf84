import { instant } from '../engine/time.js';
import type { Acknowledgement } from './acknowledgement.js';
import { acknowledgementOf } from './acknowledgement-of.js';
import type { Assessment } from './assessment.js';
import { type ChannelStatus, channelStatus } from './channel-status.js';
import type { ShownTexts } from './counting.js';
import type { Register } from './register.js';
import { everInForce, inForceAt } from './required-version.js';

export interface GovernanceQuery {
  readonly acknowledgements: readonly Acknowledgement[];
  readonly assessments: readonly Assessment[];
  /** The person's id. */
  readonly subject: string;
  /** The channel's id. */
  readonly channel: string;
  /** When the present session began; RFC 3339, UTC. */
  readonly signedInAt: string;
  /** Milliseconds since 1970, as of `Date.now()`. */
  readonly now: number;
  /** As in `acknowledgementOf`. */
  readonly texts?: ShownTexts;
}

/** Facts to lay over a request: they are the server's to say, whatever the caller says. */
export interface GovernanceFacts {
  readonly subject: {
    /** The highest version the person acknowledged. */
    readonly acknowledgedVersion: number | 'none';
  };
  readonly context: {
    /**
     * The version that binds this person now: the one they acknowledged while it suffices (also in a session begun before
     * another came into force, and in the days of grace), otherwise the one in force. Absent when none is in force.
     */
    readonly policyVersion?: number;
    /** From the policy's `reviewBy` on. */
    readonly policyOverdue: boolean;
    readonly channel: { readonly status: ChannelStatus };
  };
}

/**
 * What the policy must know of its own life: whether the person acknowledged it, whether its review is overdue, whether the
 * channel was assessed. A rule `subject.acknowledgedVersion sameAs context.policyVersion` holds exactly while the person
 * may go on.
 *
 * @param register - its texts are believed: `loadPolicy` and the digest say whether a store changed one.
 * @throws PolicyError, RangeError as `acknowledgementOf` and `channelStatus`.
 * @example
 * ```ts
 * const facts = governanceFacts(register, { acknowledgements, assessments, subject, channel: 'web', signedInAt, now: Date.now() });
 * pdp.evaluate({ ...request, subject: { ...request.subject, ...facts.subject }, context: { ...request.context, ...facts.context } });
 * ```
 */
export function governanceFacts(register: Register, query: GovernanceQuery): GovernanceFacts {
  const { acknowledgements, assessments, channel, now } = query;
  const { state, required, acknowledged } = acknowledgementOf(register, acknowledgements, query);
  const reviewBy = inForceAt(everInForce(register, now), now)?.entry.document.reviewBy;
  const binding = state === 'due' ? required : acknowledged;
  return {
    subject: { acknowledgedVersion: acknowledged },
    context: {
      ...(binding !== 'none' && { policyVersion: binding }),
      policyOverdue: reviewBy !== undefined && now >= (instant(reviewBy) ?? 0),
      channel: { status: channelStatus(assessments, channel, now).status },
    },
  };
}

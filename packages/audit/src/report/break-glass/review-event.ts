import { base64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { type Clock, systemClock } from '../../clock.js';
import { AuditError } from '../../errors.js';
import type { AuditEvent } from '../../event.js';
import { createEventId } from '../../event-id.js';

/** What a review found. `referred`: it needs a closer look by those who investigate. */
export const REVIEW_OUTCOMES = ['justified', 'not-justified', 'referred'] as const;
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];

/** Kind of evidence of a `breakglass.review` entry: one of `REVIEW_OUTCOMES`. */
export const REVIEW_EVIDENCE = 'break-glass-review';

/** What a review says. */
export interface ReviewEventOptions {
  /** The use under review: a case of `breakGlassReport`, or as much of it. */
  readonly of: { readonly index: number; readonly people: readonly { readonly id?: string }[] };
  readonly reviewer: AuditEvent['actor'];
  readonly outcome: ReviewOutcome;
  /** Why, in the reviewer's words, 1 to 1,000 characters; no patient number. */
  readonly reason: string;
  /** Default a fresh UUIDv7. */
  readonly id?: string;
  readonly clock?: Clock;
}

/**
 * The event by which a review of break-glass enters the log. It names the use as its parent and carries no patient: who
 * reads the reviews need not learn whose record it was.
 *
 * @param options - which use, who reviews, what they found
 * @returns an event for `append`
 * @throws AuditError `SELF_REVIEW` when the reviewer is one of those who used break-glass
 * @throws RangeError when the outcome is not one of `REVIEW_OUTCOMES`
 * @example
 * await log.append(reviewEvent({ of: waiting, reviewer, outcome: 'justified', reason: 'cardiac arrest on ward 4' }));
 */
export function reviewEvent(options: ReviewEventOptions): AuditEvent {
  const { of, reviewer, outcome, reason, clock = systemClock, id = createEventId({ clock }) } = options;
  if (!REVIEW_OUTCOMES.includes(outcome)) throw new RangeError('outcome is not one of a review');
  if (of.people.some((person) => person.id === reviewer.id))
    throw new AuditError('SELF_REVIEW', 'nobody reviews their own use of break-glass', { index: of.index });
  return {
    id,
    occurredAt: new Date(clock.now()).toISOString(),
    type: 'breakglass.review',
    outcome: 'success',
    actor: reviewer,
    reason,
    evidence: { kind: REVIEW_EVIDENCE, data: base64url(utf8(outcome)) },
    links: { parentIndex: of.index },
  };
}

/** What the evidence of a review says; null when it says nothing that is known. */
export function reviewOutcome(
  evidence: { readonly kind: string; readonly data: Uint8Array } | undefined,
): ReviewOutcome | null {
  const text = evidence?.kind === REVIEW_EVIDENCE ? fromUtf8(evidence.data) : null;
  return REVIEW_OUTCOMES.find((outcome) => outcome === text) ?? null;
}

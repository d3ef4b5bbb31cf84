import type { Acknowledgement } from './acknowledgement.js';
import { checkRegister } from './check-register.js';
import { judged, type ShownTexts } from './counting.js';
import { DAY_MS, momentOf, presentOf, toText } from './moments.js';
import { parameterOf } from './parameter-of.js';
import type { Register } from './register.js';
import { everInForce, firstRequiredAbove, inForceAt, isWithdrawn, type PastVersion } from './required-version.js';

/** Days in which somebody who acknowledged the version before may go on, where the policy has no parameter for it. */
export const DEFAULT_ACKNOWLEDGE_GRACE_DAYS = 7;

export interface AcknowledgementQuery {
  /** The person's id. */
  readonly subject: string;
  /** When the present session began; RFC 3339, UTC. */
  readonly signedInAt: string;
  /** Milliseconds since 1970, as of `Date.now()`. */
  readonly now: number;
  /** By version, the digests of the texts that count (`textDigestOf`). Without it the version's digest alone decides. */
  readonly texts?: ShownTexts;
}

/** Whether a person has acknowledged what binds them. */
export interface AcknowledgementState {
  /**
   * `current`: nothing to do. `grace`: they may go on, on the version they acknowledged. `due`: first they acknowledge; the
   * emergency route does not wait for it.
   */
  readonly state: 'current' | 'grace' | 'due';
  /** The version in force, which is the one to show and acknowledge; `none` when none is in force. */
  readonly required: number | 'none';
  /** The highest version they have acknowledged that has been in force. */
  readonly acknowledged: number | 'none';
  /** True when the person is to be asked now: never within a session that began before the version came into force. */
  readonly ask: boolean;
  /** Of `grace`: when it becomes due, but not before the session ends that began before the version came into force. */
  readonly dueBy?: string;
  /** Since when it has been asked for; absent when nothing is. */
  readonly since?: string;
}

/**
 * Whether somebody has to acknowledge the policy. A version marked `informed` asks nobody who has acknowledged one before; a
 * version that is `required` asks at the next sign-in, leaves a session that began before it alone to its end, and gives
 * whoever acknowledged a version before it `acknowledgeGraceDays` from when it came into force. An acknowledgement counts for
 * the digest it names only, and not when its version was withdrawn.
 *
 * @param register - its texts are believed: `loadPolicy` and the digest say whether a store changed one.
 * @param acknowledgements - of everybody or of this person, any versions, any order.
 * @throws PolicyError `REGISTER_INVALID`; as `checkAcknowledgement` for a record of this person; `DOCUMENT_TOO_LARGE` over 200,000.
 * @throws RangeError when `now` or `signedInAt` is no moment.
 * @example
 * ```ts
 * const { state, ask } = acknowledgementOf(register, acknowledgements, { subject: 'p-okafor', signedInAt, now: Date.now() });
 * ```
 */
export function acknowledgementOf(
  register: Register,
  acknowledgements: readonly Acknowledgement[],
  { subject, signedInAt, now, texts }: AcknowledgementQuery,
): AcknowledgementState {
  checkRegister(register);
  presentOf(now);
  const counted = judged(register, acknowledgements, { subject, texts, now })
    .filter(({ fault }) => fault === null)
    .map(({ record }) => record.version);
  return stateOf(everInForce(register, now), counted, { signedIn: momentOf(signedInAt, 'signedInAt'), now });
}

const NONE = 'none' as const;

/** The same from versions that count. */
export function stateOf(
  past: readonly PastVersion[],
  counted: readonly number[],
  { signedIn, now }: { readonly signedIn: number; readonly now: number },
): AcknowledgementState {
  const standing = past.filter((each) => !isWithdrawn(each, now));
  const theirs = (versions: readonly PastVersion[]): number =>
    versions.findLast(({ entry }) => counted.includes(entry.version))?.entry.version ?? 0;
  const acknowledged = theirs(past);
  const current = inForceAt(past, now);
  const answer = { required: current?.entry.version ?? NONE, acknowledged: acknowledged || NONE };
  if (current === null) return { state: 'due', ...answer, ask: false };
  // What was withdrawn was wrong: to have read it is not enough, but it keeps the grace. Nobody is asked to read it.
  if (firstRequiredAbove(past, theirs(standing)) === null) return { state: 'current', ...answer, ask: false };
  const next = firstRequiredAbove(standing, acknowledged) ?? current;
  const since = toText(next.since);
  if (acknowledged === 0) return { state: 'due', ...answer, ask: true, since };
  const ask = signedIn >= next.since;
  const days = parameterOf(current.entry.document, 'acknowledgeGraceDays', DEFAULT_ACKNOWLEDGE_GRACE_DAYS);
  const end = next.since + days * DAY_MS;
  if (ask && now >= end) return { state: 'due', ...answer, ask, since };
  return { state: 'grace', ...answer, ask, dueBy: toText(end), since };
}

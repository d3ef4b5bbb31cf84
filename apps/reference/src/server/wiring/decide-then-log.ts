import type { AppendResult, AuditEvent, AuditLog } from '@wardseal/audit';
import type { Decision, Enforcement, Pdp, Request } from '@wardseal/policy';
import { type Duties, weigh } from './duties.js';
import { policyOf } from './event.js';

/** What is about to happen: the event as it will stand in the log, but for what only the decision knows. */
export type Intended = Omit<AuditEvent, 'outcome' | 'policy'>;

/** A question for the policy, and how its answer is carried out and logged. */
export interface Asked {
  readonly request: Request;
  readonly event: Intended;
  /** How to carry out each kind of duty here; an unknown duty is a refusal. */
  readonly duties: Duties;
  /** The requester's 32 bytes, for a receipt that fits this request only. */
  readonly nonce?: Uint8Array;
}

/** An answer that the log already holds. */
export interface Decided {
  readonly permitted: boolean;
  readonly decision: Decision;
  readonly enforcement: Enforcement;
  readonly entry: AppendResult & { readonly receipt: string };
}

/** The event as the log gets it once the policy has answered and its duties were, or were not, carried out. */
export function asDecided(event: Intended, decision: Decision, permitted: boolean): AuditEvent {
  return {
    ...event,
    type: permitted ? event.type : 'access.deny',
    outcome: permitted ? 'success' : 'minor',
    policy: policyOf(decision, permitted),
  };
}

/**
 * Decides, asks of each duty whether it can be carried out, and answers only once the log holds what was decided, permit or
 * refusal; what a duty does is done after that. When the entry cannot be written, or a duty fails after it, this rejects, and
 * the caller has nothing to go on: no entry, no act.
 *
 * @throws TypeError when the request is about another person than the event
 */
export async function decideThenLog(
  parts: { pdp: Pdp; log: Pick<AuditLog, 'append'> },
  asked: Asked,
): Promise<Decided> {
  if (asked.request.subject?.['id'] !== asked.event.actor.id)
    throw new TypeError('request and event must be about the same person');
  const { decision, enforcement, permitted, acts } = await weigh(parts.pdp, asked.request, asked.duties);
  const entry = await parts.log.append(asDecided(asked.event, decision, permitted), {
    await: 'integrated',
    ...(asked.nonce === undefined ? {} : { nonce: asked.nonce }),
  });
  if (entry.receipt === null) throw new Error('the log gave no receipt');
  for (const act of acts) await act();
  return { permitted, decision, enforcement, entry: { ...entry, receipt: entry.receipt } };
}

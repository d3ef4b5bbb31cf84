import type { AuditEvent } from '@wardseal/audit';
import { type Decision, evaluateWithRemedies, explain, type Request } from '@wardseal/policy';
import { Problem } from '../http/problem.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';
import type { Weighed } from './duties.js';
import { eventBy } from './event.js';
import { trustOf } from './facts.js';
import { record } from './outbox.js';

/** What of a decision stands in the log. */
export function policyOf({ context: { policy } }: Decision, permitted: boolean): NonNullable<AuditEvent['policy']> {
  return { id: policy.id, version: String(policy.version), decision: permitted ? 'permit' : 'deny' };
}

/** The audit purpose of what a person says they do it for. */
export function purposeOf(purpose: string, brokenGlass: boolean): NonNullable<AuditEvent['purpose']> {
  if (brokenGlass) return 'BTG';
  return PURPOSES[purpose] ?? 'TREAT';
}
const PURPOSES: Readonly<Record<string, NonNullable<AuditEvent['purpose']>>> = {
  'direct-care': 'TREAT',
  referral: 'COC',
  emergency: 'ETREAT',
  audit: 'HCOMPL',
  investigation: 'HCOMPL',
  complaint: 'HCOMPL',
};

/** Whether the decision counts as breaking the glass: the policy then demands a review, whatever else permitted it. */
export function isBreakGlass({ context }: Decision): boolean {
  return context.basis === 'break-glass' || context.obligations.some(({ type }) => type === 'review');
}

/**
 * Returns when the policy permits and every duty can be carried out. Otherwise records the refusal and throws it, with its
 * reasons and what the person can do.
 *
 * @throws Problem 403 POLICY_REFUSED
 */
export async function permittedOrRefuse(
  app: App,
  session: Session,
  request: Request,
  { permitted, decision }: Weighed<never>,
  object: NonNullable<AuditEvent['object']>,
): Promise<void> {
  if (permitted) return;
  const told = {
    type: 'access.deny',
    outcome: 'minor',
    object,
    policy: policyOf(decision, false),
    reason: `asked: ${request.action.name}`,
  } as const;
  await app.db.tx((tx) => record(tx, eventBy(session, app.clock, told)));
  const { pdp, pack } = trustOf(app, session.org);
  const { lines, next } = explain(pack, evaluateWithRemedies(pdp, pack, request), 'clinician');
  throw new Problem(403, 'POLICY_REFUSED', 'The policy does not allow this', { lines, next });
}

/** Nothing goes on that cannot be logged; `canBreak`: but breaking the glass might. */
export function logDown({ config }: App, canBreak: boolean, cause?: unknown): Problem {
  const phone = `If it cannot wait, phone ${config.phone}`;
  const next = canBreak ? ['If it cannot wait, break the glass', phone] : [phone];
  return new Problem(503, 'LOG_DOWN', 'Nothing can be opened: it cannot be logged now', { next, retryAfter: 5, cause });
}

import type { AuditEvent } from '@wardseal/audit';
import { type Decision, evaluateWithRemedies, explain, type Request } from '@wardseal/policy';
import type { Tx } from '../db/pool.js';
import { Problem } from '../http/problem.js';
import { limit, REFUSAL_RATE } from '../http/rate-limit.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';
import { type Duties, type Weighed, weigh } from './duties.js';
import { eventBy, policyOf, type Told } from './event.js';
import { type Circumstances, factsFor, type ItemFacts, trustOf } from './facts.js';
import { record } from './outbox.js';
import type { Trust } from './trust.js';

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

/** What a person asks for: on which item, or what is no item; as the policy names it, and as the log does. */
export interface Act extends Circumstances {
  readonly item: ItemFacts | null;
  readonly action: string;
  readonly object: NonNullable<AuditEvent['object']>;
}

/** Decides on an act, which is then permitted with every duty. @throws Problem 403 POLICY_REFUSED, once that is on record */
export async function permit(app: App, session: Session, act: Act, duties: Duties<Tx>): Promise<Weighed<Tx>> {
  const request = await factsFor(app, session, act.item, act.action, act);
  const weighed = await weigh<Tx>(trustOf(app, session.org).pdp, request, duties);
  await permittedOrRefuse(app, session, request, weighed, act.object);
  return weighed;
}

/** Lets those look into the log who answer for information, and records that they did. @throws Problem 403 POLICY_REFUSED */
export async function readsLog(
  app: App,
  session: Session,
  type: 'audit.read' | 'audit.verify',
  object: NonNullable<AuditEvent['object']>,
  recorded = true,
): Promise<void> {
  const act = { item: null, action: 'audit-read', purpose: 'audit', object };
  const policy = policyOf((await permit(app, session, act, {})).decision, true);
  const told: Told = { type, outcome: 'success', object, purpose: 'HCOMPL', policy };
  if (recorded) await app.db.tx((tx) => record(tx, eventBy(session, app.clock, told)));
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
  await limitRefusals(app, session);
  const told = {
    type: 'access.deny',
    outcome: 'minor',
    object,
    policy: policyOf(decision, false),
    reason: `asked: ${request.action.name}`,
  } as const;
  await app.db.tx((tx) => record(tx, eventBy(session, app.clock, told)));
  throw policyRefused(trustOf(app, session.org), request, 'The policy does not allow this');
}

/** A refusal with the policy's reasons, and with what the person can do about it. */
export function policyRefused({ pdp, pack }: Trust, request: Request, message: string): Problem {
  const { lines, next } = explain(pack, evaluateWithRemedies(pdp, pack, request), 'clinician');
  return new Problem(403, 'POLICY_REFUSED', message, { lines, next });
}

/** Reading has no limit of its own, and what may not be read would fill the log. @throws Problem 429 RATE_LIMITED */
export function limitRefusals(app: App, { org, person }: Session): Promise<void> {
  return limit(app, REFUSAL_RATE, `${org}/${person}`);
}

/** Nothing goes on that cannot be logged; `canBreak`: but breaking the glass might. */
export function logDown({ config }: App, canBreak: boolean, cause?: unknown): Problem {
  const phone = `If it cannot wait, phone ${config.phone}`;
  const next = canBreak ? ['If it cannot wait, break the glass', phone] : [phone];
  return new Problem(503, 'LOG_DOWN', 'Nothing can be opened: it cannot be logged now', { next, retryAfter: 5, cause });
}

/** What is thrown when the custodian was asked in the log's place: its own refusal, or that nothing can be logged at all. */
export function bothDown(app: App, cause: unknown): Problem {
  return cause instanceof Problem && cause.code !== 'CUSTODIAN_DOWN' ? cause : logDown(app, false, cause);
}

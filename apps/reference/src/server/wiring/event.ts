import { type AuditEvent, createEventId, systemClock } from '@wardseal/audit';
import type { Decision } from '@wardseal/policy';
import type { Session } from '../http/session.js';
import type { Clock } from './app.js';
import type { ItemRecord } from './item-rows.js';

/** What is told of an event besides who did it and when. */
export type Told = Omit<AuditEvent, 'id' | 'occurredAt' | 'actor'>;

/** An event of a signed-in person, with an id of its own. */
export function eventBy(session: Session, clock: Clock, told: Told): AuditEvent {
  const { person, org, role, assurance, id } = session;
  const actor = { id: person, kind: 'practitioner', org, role, authn: { method: 'passkey', aal: assurance } } as const;
  return { ...stamp(clock), ...told, actor, session: id };
}

/** Who the service itself is in the log. */
export const SERVICE = 'service-wardseal';

/** An event of the service itself, such as a job's. */
export function eventOfService(org: string, clock: Clock, told: Told): AuditEvent {
  return { ...stamp(clock), ...told, actor: { id: SERVICE, kind: 'system', org, role: 'system' } };
}

/** The second entry about something that was intended: the same, now, with how it ended, and the first as its parent. */
export function outcomeOf(intent: AuditEvent, clock: Clock, parentIndex: number, ended: Partial<Told>): AuditEvent {
  return { ...intent, ...stamp(clock), ...ended, links: { parentIndex } };
}

/** An item as the log names it: with the digest of its header, and the patient's opaque handle once there is one. */
export function aboutItem(item: Pick<ItemRecord, 'id' | 'header_digest' | 'handle'>): Pick<Told, 'object' | 'subject'> {
  const { id, header_digest, handle } = item;
  return {
    object: { kind: 'item', id, contentHash: header_digest },
    ...(handle === null ? {} : { subject: { handle } }),
  };
}

/** What of a decision stands in the log. */
export function policyOf({ context: { policy } }: Decision, permitted: boolean): NonNullable<AuditEvent['policy']> {
  return { id: policy.id, version: String(policy.version), decision: permitted ? 'permit' : 'deny' };
}

function stamp(clock: Clock): Pick<AuditEvent, 'id' | 'occurredAt'> {
  const id = createEventId({ clock: { ...systemClock, now: clock.now } });
  return { id, occurredAt: new Date(clock.now()).toISOString() };
}

import { type AuditEvent, createEventId } from '@wardseal/audit';
import type { Intended } from '../server/wiring/decide-then-log.js';
import type { Person } from './people.js';

/** An event as the demo logs it; what only the decision knows is added by the wiring. */
export function happened(
  type: AuditEvent['type'],
  actor: Person,
  object: NonNullable<AuditEvent['object']>,
  at: Date,
): Intended {
  return {
    id: createEventId(),
    occurredAt: at.toISOString(),
    type,
    actor: {
      id: actor.entry.person,
      kind: actor.role === 'system' ? 'system' : 'practitioner',
      role: actor.role,
      org: actor.entry.organisation,
      authn: { method: 'passkey', aal: 2 },
    },
    object,
    purpose: 'TREAT',
  };
}

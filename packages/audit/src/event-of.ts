import { base64url } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import type { OpenedEntry } from './opened-entry.js';

/**
 * The event behind an entry whose side record is open: what `append` was given, as `parseEvent` reads it, without its nonce.
 *
 * @param opened - an entry and its compartments
 * @throws AuditError `ENTRY_ERASED` with `index` when the secret of a compartment is gone: half an event is none
 * @example
 * const event = eventOf(opened);
 */
export function eventOf({ index, leaf, actor: side, subject }: OpenedEntry): AuditEvent {
  if (side === null || (leaf.subjectHandle !== undefined && subject === null))
    throw new AuditError('ENTRY_ERASED', "a secret of the entry's side record is gone", { index });
  const { occurredAt, actor, object, where, evidence, nonce: _, ...rest } = side;
  const { authn, ...person } = actor;
  const places = { ...where, ...(leaf.geofence && { geofence: leaf.geofence }) };
  return {
    id: leaf.id,
    occurredAt: new Date(occurredAt).toISOString(),
    type: leaf.type,
    outcome: leaf.outcome,
    actor: {
      ...person,
      org: leaf.org,
      ...(authn && { authn: { method: authn.method, aal: authn.aal as 1 | 2 | 3 } }),
    },
    ...rest,
    ...(object && {
      object: {
        kind: object.kind,
        id: object.id,
        ...(object.contentHash && { contentHash: base64url(object.contentHash) }),
      },
    }),
    ...(leaf.purpose && { purpose: leaf.purpose }),
    ...(Object.keys(places).length > 0 && { where: places }),
    ...(subject && {
      subject: { handle: subject.handle, ...(subject.sealed !== undefined && { sealed: subject.sealed }) },
      ...(subject.facts && { facts: subject.facts }),
    }),
    ...(leaf.parent !== undefined && { links: { parentIndex: leaf.parent } }),
    ...(evidence && { evidence: { kind: evidence.kind, data: base64url(evidence.data) } }),
  };
}

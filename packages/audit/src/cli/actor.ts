import { type JsonObject, type Options, objectOf, UsageError } from '@wardseal/primitives/cli';
import type { AuditEvent } from '../event.js';

/** Who acts: stands in the entries that a command writes. */
export const ACTOR = {
  actor: { kind: 'object', value: 'FILE', help: 'who does this: {"id":...,"kind":"practitioner","org":"RX1"}' },
} as const satisfies Options;

/** Who acts; the log checks the shape when it takes the entry. */
export async function actorIn(value: string | JsonObject | undefined): Promise<AuditEvent['actor']> {
  const actor = await objectOf(value, 'the actor');
  if (actor === undefined) throw new UsageError('who does this is missing: --actor');
  return actor as unknown as AuditEvent['actor'];
}

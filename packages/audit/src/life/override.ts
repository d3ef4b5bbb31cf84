import { encodeCheckpoint } from '../checkpoint-evidence.js';
import type { Clock } from '../clock.js';
import type { AuditEvent } from '../event.js';
import { createEventId } from '../event-id.js';
import type { AuditLog } from '../log.js';

/** Two people's word that a log may be opened though none of its witnesses can be asked. */
export interface Override {
  /** Why it cannot wait. Text of at most 1,000 characters. */
  readonly reason: string;
  /** ODS code of their organisation. */
  readonly org: string;
  /** Ids of two different people. */
  readonly by: readonly [string, string];
}

/** Throws RangeError unless two people are named. */
export function checkOverride({ by }: Override): void {
  // Ids that differ in case only are one person's, as with approvals of an erasure.
  if (by.length !== 2 || by[0].toLowerCase() === by[1].toLowerCase())
    throw new RangeError('an override needs two different people');
}

/** Logs an override before anything else: the first person's entry with what the store held, and the second's approval. */
export async function logOverride(
  log: AuditLog,
  { reason, org, by: [first, second] }: Override,
  clock: Clock,
  random: (length: number) => Uint8Array,
): Promise<void> {
  const event = (id: string): Pick<AuditEvent, 'id' | 'occurredAt' | 'outcome' | 'reason' | 'actor'> => ({
    id: createEventId({ clock, random }),
    occurredAt: new Date(clock.now()).toISOString(),
    outcome: 'success',
    reason,
    actor: { id, kind: 'practitioner', org },
  });
  const evidence = encodeCheckpoint(log.checkpoint());
  const { index } = await log.append({ ...event(first), type: 'log.override', evidence });
  await log.append({ ...event(second), type: 'approval', links: { parentIndex: index } }, { await: 'integrated' });
}

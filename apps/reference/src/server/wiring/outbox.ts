import { AuditError, type AuditEvent, parseEvent } from '@wardseal/audit';
import type { Db, Tx } from '../db/pool.js';
import { raise } from './alarms.js';
import type { TrustLog } from './log.js';

/** Events that one delivery takes: they share a sync of the log's disk. */
const BATCH = 64;

/**
 * Puts an event into the outbox, in the transaction of what it tells of: both stand, or neither. Its id and bytes are fixed
 * from now on. It belongs to the trust of `event.actor.org`.
 *
 * @param parent - the log whose entry `links.parentIndex` names: in another log the number would name another entry
 * @throws AuditError `EVENT_INVALID`: nothing is kept that the log would refuse
 * @example
 * await db.tx(async (tx) => { await tx.query('UPDATE ...'); await record(tx, event); });
 */
export async function record(tx: Tx, event: AuditEvent, parent: string | null = null): Promise<void> {
  const { id, actor, ...rest } = parseEvent(event);
  await tx.query('INSERT INTO audit_outbox (org, id, event, parent) VALUES ($1, $2, $3, $4)', [
    actor.org,
    id,
    JSON.stringify({ id, actor, ...rest }),
    parent,
  ]);
}

interface Row {
  readonly id: string;
  readonly event: AuditEvent;
  readonly parent: string | null;
}

/**
 * Delivers what stands in the outbox of a trust, in order, until it is empty. One node at a time does; an event that was
 * delivered before a crash is recognised by its id.
 *
 * @returns how many were delivered
 * @throws LogDown: what was not delivered stays
 */
export async function deliver(db: Db, org: string, log: TrustLog): Promise<number> {
  let delivered = 0;
  for (let rows = BATCH; rows === BATCH; delivered += rows) rows = await db.tx((tx) => deliverSome(tx, org, log));
  return delivered;
}

async function deliverSome(tx: Tx, org: string, log: TrustLog): Promise<number> {
  const [held] = await tx.query<{ mine: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('audit_outbox/' || $1, 0)) AS mine",
    [org],
  );
  if (!held?.mine) return 0;
  const rows = await tx.query<Row>(
    'SELECT id, event, parent FROM audit_outbox WHERE org = $1 AND refused IS NULL ORDER BY position LIMIT $2',
    [org, BATCH],
  );
  if (rows.length === 0) return 0;
  const { origin } = await log.current();
  const refused = await Promise.all(rows.map((row) => append(log, origin, row)));
  const [done, bad] = [rows.filter((_, i) => refused[i] === null), rows.filter((_, i) => refused[i] !== null)];
  await tx.query('DELETE FROM audit_outbox WHERE org = $1 AND id = ANY($2)', [org, done.map(({ id }) => id)]);
  // Such an event holds up nobody else's; it stays, and somebody is told.
  for (const { id } of bad) {
    await tx.query("UPDATE audit_outbox SET refused = 'EVENT_CONFLICT' WHERE org = $1 AND id = $2", [org, id]);
    await raise(tx, { org, kind: 'event-refused', item: id });
  }
  return rows.length;
}

/** The code with which the log refused the event itself; null when it has it. */
async function append(log: TrustLog, origin: string, { event, parent }: Row): Promise<string | null> {
  const { links: _, ...alone } = event;
  try {
    await log.append(parent === null || parent === origin ? event : alone, { source: 'outbox' });
    return null;
  } catch (error) {
    if (error instanceof AuditError) return error.code;
    throw error;
  }
}

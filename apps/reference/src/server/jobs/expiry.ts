import type { Tx } from '../db/pool.js';
import type { App } from '../wiring/app.js';
import { eraseLater } from '../wiring/erasing.js';
import { aboutItem, eventOfService } from '../wiring/event.js';
import { record } from '../wiring/outbox.js';

/** A transfer copy stays this long after its case was closed, ms: a weekend, for whoever finds that something is amiss. */
const KEPT_AFTER_CLOSE = 72 * 3_600_000;
/** Items that one transaction takes. */
const BATCH = 100;

/** Of the case of an item as `i`: everything that is not called back or held is in the record, images and advice. */
const CASE_FILED = `NOT EXISTS (SELECT 1 FROM items o WHERE o.org = i.org AND o.case_id = i.case_id
  AND o.recalled_at IS NULL AND o.held IS NULL AND o.filed_at IS NULL)`;

/**
 * Forgets: at the later of "the record has acknowledged images and advice of the case" and "the case was closed 72 hours ago".
 * What was never filed is the only copy: at its end nobody views it any more, the ciphertext stays, and somebody is told.
 */
export async function expire(app: App): Promise<void> {
  const now = app.clock.now();
  for (let done = BATCH; done === BATCH; ) done = await app.db.tx((tx) => expireSome(tx, app, now));
  await app.db.query(
    `INSERT INTO alarms (org, kind, item, whom)
     SELECT org, 'not-filed', id, ARRAY['privacy-officer', 'person:' || author] FROM items
     WHERE not_after <= $1 AND filed_at IS NULL AND recalled_at IS NULL ON CONFLICT DO NOTHING`,
    [new Date(now)],
  );
  // In the record and closed: the custodian need not be able to read it any more.
  await app.db.query(
    `INSERT INTO jobs (org, kind, item, due) SELECT i.org, 'let-go', i.id, $1 FROM items i
     JOIN cases c ON c.org = i.org AND c.id = i.case_id
     WHERE c.closed_at IS NOT NULL AND i.filed_at IS NOT NULL AND i.let_go_at IS NULL AND i.recalled_at IS NULL
     AND i.expired_at IS NULL AND i.not_after > $1 AND ${CASE_FILED} ON CONFLICT DO NOTHING`,
    [new Date(now)],
  );
}

async function expireSome(tx: Tx, app: App, now: number): Promise<number> {
  const at = new Date(now);
  const due = await tx.query<{ org: string; id: string; handle: string | null; header_digest: string }>(
    `SELECT i.org, i.id, i.handle, i.header_digest FROM items i JOIN cases c ON c.org = i.org AND c.id = i.case_id
     WHERE c.closed_at <= $1 AND i.filed_at IS NOT NULL AND i.recalled_at IS NULL AND i.expired_at IS NULL AND ${CASE_FILED}
     LIMIT ${BATCH} FOR UPDATE OF i, c SKIP LOCKED`,
    [new Date(now - KEPT_AFTER_CLOSE)],
  );
  for (const { org, ...item } of due) {
    const { id } = item;
    await tx.query('UPDATE items SET expired_at = $3 WHERE org = $1 AND id = $2', [org, id, at]);
    await eraseLater(tx, org, id, at);
    const event = eventOfService(org, app.clock, {
      type: 'expire',
      outcome: 'success',
      ...aboutItem(item),
      purpose: 'RECORDMGT',
    });
    await record(tx, event);
  }
  return due.length;
}

import { Hono } from 'hono';
import type { Env } from '../http/env.js';
import { param } from '../http/parse.js';
import { notFound } from '../http/problem.js';
import { requireSession } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { eventBy } from '../wiring/event.js';
import { findItems, parseItemId, takesPart } from '../wiring/item-rows.js';
import { record } from '../wiring/outbox.js';

/** A case ends: from then on its transfer copies have 72 hours, once everything is in the record. */
export function cases(app: App): Hono<Env> {
  return new Hono<Env>().post('/api/cases/:case/close', async (c) => {
    const session = requireSession(c);
    const { org, person } = session;
    const id = param(c, 'case', parseItemId);
    const items = await findItems(app.db, 'i.case_id = $2', [org, id]);
    if (!takesPart(session, items)) throw notFound();
    await app.db.tx(async (tx) => {
      const closed = await tx.query(
        'UPDATE cases SET closed_at = $3, closed_by = $4 WHERE org = $1 AND id = $2 AND closed_at IS NULL RETURNING id',
        [org, id, new Date(app.clock.now()), person],
      );
      if (closed.length === 0) return;
      const told = { type: 'file', outcome: 'success', object: { kind: 'case', id }, reason: 'case closed' } as const;
      await record(tx, eventBy(session, app.clock, told));
    });
    return c.json({});
  });
}

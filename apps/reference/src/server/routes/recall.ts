import { Hono } from 'hono';
import type { Opening, Recalled, WhoOpened } from '../../wire/index.js';
import type { Tx } from '../db/pool.js';
import type { Env } from '../http/env.js';
import { param } from '../http/parse.js';
import { requireSession, type Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { eraseLater, eraseNow } from '../wiring/erasing.js';
import { aboutItem, eventBy, policyOf } from '../wiring/event.js';
import { trustOf } from '../wiring/facts.js';
import { concerns, itemDuties } from '../wiring/item-duties.js';
import { findItem, itemFacts, parseItemId } from '../wiring/item-rows.js';
import { record } from '../wiring/outbox.js';
import { permit, purposeOf, readsLog } from '../wiring/verdict.js';

/** Calling an item back, and who had opened it. */
export function recall(app: App): Hono<Env> {
  return new Hono<Env>()
    .post('/api/items/:id/recall', async (c) => {
      const session = requireSession(c);
      return c.json(await recallItem(app, session, param(c, 'id', parseItemId)));
    })
    .get('/api/items/:id/who', async (c) => {
      const session = requireSession(c);
      return c.json(await whoOpened(app, session, param(c, 'id', parseItemId)));
    });
}

/** Recalls an item; again gives the same answer. Whoever had opened it by then is told of, nobody opens it after. */
async function recallItem(app: App, session: Session, id: string): Promise<Recalled> {
  const item = await findItem(app.db, session.org, id);
  const { purpose } = item.labels;
  const concerned = concerns(item, session, 'recall', app.clock);
  const { org, at } = concerned;
  const duties = itemDuties({ ...concerned, recipients: concerned.recipients.filter((one) => one !== session.person) });
  const act = { item: itemFacts(item), action: 'recall', purpose, object: { kind: 'item', id } };
  const weighed = await permit(app, session, act, duties);
  const openedBy = await app.db.tx(async (tx) => {
    // The row's lock decides between this and every opening: each sees the other's end or comes before it.
    const [recalled] = await tx.query(
      'UPDATE items SET recalled_at = $3 WHERE org = $1 AND id = $2 AND recalled_at IS NULL RETURNING id',
      [org, id, at],
    );
    if (recalled !== undefined) {
      await eraseLater(tx, org, id, at);
      for (const act of weighed.acts) await act(tx);
      const event = eventBy(session, app.clock, {
        type: 'recall',
        outcome: 'success',
        ...aboutItem(item),
        purpose: purposeOf(purpose, false),
        policy: policyOf(weighed.decision, true),
      });
      await record(tx, event);
    }
    return openings(app, tx, org, id, "state = 'opened'");
  });
  await eraseNow(app, org, id);
  return { state: 'recalled', openedBy: openedBy.map(({ name, at: when }) => ({ name, at: when })) };
}

type ToldOpening = WhoOpened['openings'][number];

/** Openings of an item, by name, the first one first. */
async function openings(app: App, tx: Tx, org: string, item: string, where: string): Promise<ToldOpening[]> {
  const rows = await tx.query<{ person: string; at: Date; state: string; break_glass: boolean }>(
    `SELECT person, at, state, break_glass FROM openings WHERE org = $1 AND item = $2 AND ${where} ORDER BY at, id`,
    [org, item],
  );
  const nameOf = await namesOf(app, org);
  return rows.map(({ person, at, state, break_glass }) => ({
    name: nameOf(person),
    at: at.toISOString(),
    outcome: state,
    breakGlass: break_glass,
  }));
}

/** Names by person id, of leavers too. */
export async function namesOf(app: App, org: string): Promise<(person: string) => string> {
  const { directory } = await trustOf(app, org).directory();
  const names = new Map(directory.entries.map(({ person, name }) => [person, name]));
  return (person) => names.get(person) ?? person;
}

/** Who opened it when, by name, for the list that an author sees. */
export async function openedBy(app: App, org: string, item: string): Promise<readonly Opening[]> {
  return (await openings(app, app.db, org, item, "state = 'opened'")).map(({ name, at }) => ({ name, at }));
}

/** Every opening and attempt, for the author and for whoever may read the log; of the latter the log is told. */
async function whoOpened(app: App, session: Session, id: string): Promise<WhoOpened> {
  const item = await findItem(app.db, session.org, id);
  if (item.author !== session.person) await readsLog(app, session, 'audit.read', { kind: 'item', id });
  return { openings: await openings(app, app.db, session.org, id, 'true') };
}

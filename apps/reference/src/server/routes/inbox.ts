import type { Request } from '@wardseal/policy';
import { Hono } from 'hono';
import type { Inbox, ItemRow } from '../../wire/index.js';
import type { Env } from '../http/env.js';
import { named } from '../http/parse.js';
import { notFound } from '../http/problem.js';
import { CHANGE_RATE, limit } from '../http/rate-limit.js';
import { requireSession, type Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { eventBy } from '../wiring/event.js';
import { type Gathered, gather, onDuty, requestOf, trustOf } from '../wiring/facts.js';
import { findItems, hasStanza, type ItemRecord, itemFacts, parseItemId, stateOf } from '../wiring/item-rows.js';
import { record } from '../wiring/outbox.js';
import { namesOf, openedBy } from './recall.js';

/** Rows of an inbox: somebody who has more has not looked for weeks, and a case is found by its id. */
const MAX_ROWS = 200;
/** Days an item is listed after it was sent; its case still finds it. */
const LISTED_DAYS = 90;
/** What would be said to break the glass: only whether it would do is asked. */
const SOME_REASON = 'a reason of substance that is long enough';

/** What somebody may see that there is. */
export function inbox(app: App): Hono<Env> {
  return new Hono<Env>()
    .get('/api/inbox', async (c) => {
      const session = requireSession(c);
      return c.json(await listed(app, session, await mine(app, session)));
    })
    .get('/api/items', async (c) => {
      const session = requireSession(c);
      const id = named(c.req.query('case'), parseItemId);
      const items = await findItems(app.db, 'i.case_id = $2 ORDER BY i.sent_at', [session.org, id]);
      if (items.length === 0) throw notFound();
      // It is an entry of the log, so as a change.
      await limit(app, CHANGE_RATE, `${session.org}/${session.person}`);
      const told = { type: 'image.list', outcome: 'success', object: { kind: 'case', id } } as const;
      await app.db.tx((tx) => record(tx, eventBy(session, app.clock, told)));
      return c.json(await listed(app, session, items));
    });
}

/** What the person sent, was sent, has a key for, or what went to a team that is theirs now. */
async function mine(app: App, { org, person, teams }: Session): Promise<ItemRecord[]> {
  const now = app.clock.now();
  const duties = onDuty(await trustOf(app, org).rota(), person, now).map(({ team }) => team);
  return findItems(
    app.db,
    `i.sent_at > $2 AND (i.author = $3 OR i.labels->>'team' = ANY($4) OR EXISTS
     (SELECT 1 FROM item_recipients r WHERE r.org = i.org AND r.item = i.id AND r.person = $3))
     ORDER BY i.sent_at DESC LIMIT ${MAX_ROWS}`,
    [org, new Date(now - LISTED_DAYS * 86_400_000), person, [...teams, ...duties].filter((team) => team !== 'none')],
  );
}

async function listed(app: App, session: Session, items: readonly ItemRecord[]): Promise<Inbox> {
  const gathered = await gather(app, session, []);
  const nameOf = await namesOf(app, session.org);
  const advice = await app.db.query<{ id: string; about: string }>(
    'SELECT id, about FROM items WHERE org = $1 AND about = ANY($2) AND recalled_at IS NULL ORDER BY sent_at',
    [session.org, items.map(({ id }) => id)],
  );
  const rows = items.map(async (item): Promise<ItemRow> => {
    const isMine = item.author === session.person;
    return {
      id: item.id,
      case: item.case_id,
      labels: item.labels,
      author: { id: item.author, name: nameOf(item.author) },
      sentAt: item.sent_at.toISOString(),
      state: stateOf(item, app.clock),
      mine: isMine,
      canOpen: canOpen(app, gathered, session, item),
      ...(isMine ? { openedBy: await openedBy(app, session.org, item.id) } : {}),
      advice: advice.filter(({ about }) => about === item.id).map(({ id }) => id),
      filed: item.filed_at !== null,
      bytes: item.bytes,
    };
  });
  return { items: await Promise.all(rows), now: new Date(app.clock.now()).toISOString() };
}

/** How the person would come to open it: what the button says. Opening asks again. */
function canOpen(app: App, gathered: Gathered, session: Session, item: ItemRecord): ItemRow['canOpen'] {
  const { directory, trust } = gathered;
  const may = (request: Request): boolean => trust.pdp.evaluate(request).decision;
  const state = stateOf(item, app.clock);
  if (state === 'recalled' || state === 'expired' || state === 'held') return 'no';
  const facts = itemFacts(item);
  if (may(requestOf(gathered, session, facts, 'view', { purpose: 'direct-care' }))) {
    const entry = directory.person(session.person, app.clock.now() / 1000);
    return hasStanza(item, entry) ? 'open' : 'release';
  }
  const emergency = { purpose: 'emergency', reason: SOME_REASON };
  return may(requestOf(gathered, session, facts, 'view', emergency)) ? 'break-glass' : 'no';
}

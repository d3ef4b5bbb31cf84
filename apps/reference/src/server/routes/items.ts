import { Hono } from 'hono';
import * as z from 'zod/mini';
import { MAX_PAYLOAD_BYTES } from '../../wire/custodian.js';
import { type NewItem, type Parser, parseLabels, parserOf } from '../../wire/index.js';
import { b64u, slug, uuid } from '../../wire/parse.js';
import type { Env } from '../http/env.js';
import { body, param } from '../http/parse.js';
import { notFound, Problem, tooLarge } from '../http/problem.js';
import { requireSession, type Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import type { StoredBlob } from '../wiring/blobs.js';
import { findItem, type ItemRecord, parseItemId, refuseGone } from '../wiring/item-rows.js';
import { conflict, sendItem } from '../wiring/sending.js';

/** A header of crypto's own limit. */
const MAX_HEADER_BYTES = 2 * 1024 * 1024;
/** People of one item: a team, and a few by name. */
const MAX_RECIPIENTS = 200;

const newItem = z.strictObject({
  id: uuid,
  case: uuid,
  labels: z.unknown(),
  header: b64u({ most: MAX_HEADER_BYTES }),
  payloadDigest: b64u({ bytes: 32 }),
  recipients: z.array(slug).check(z.minLength(1), z.maxLength(MAX_RECIPIENTS)),
});
const parseShape = parserOf(newItem, 'item');
const parseNewItem: Parser<NewItem> = (value) => {
  const item = parseShape(value);
  return { ...item, labels: parseLabels(item.labels) };
};

/** Ciphertext and new items. */
export function items(app: App): Hono<Env> {
  return new Hono<Env>()
    .put('/api/items/:id/payload', async (c) => {
      const session = requireSession(c);
      const id = param(c, 'id', parseItemId);
      if (c.req.header('content-type') !== 'application/octet-stream')
        throw new Problem(415, 'UNSUPPORTED', 'A payload comes as application/octet-stream');
      if (Number(c.req.header('content-length') ?? 0) > MAX_PAYLOAD_BYTES) throw tooLarge();
      // Node's own stream is several times faster than the one of the Fetch standard around it.
      const bytes: AsyncIterable<Uint8Array> | null = c.env?.incoming ?? c.req.raw.body;
      return c.json(await keepPayload(app, session, id, bytes ?? nothing()));
    })
    .post('/api/items', async (c) => {
      const session = requireSession(c);
      return c.json(await sendItem(app, session, await body(c, parseNewItem)), 201);
    })
    .get('/api/items/:id/payload', async (c) => {
      const session = requireSession(c);
      const item = await findItem(app.db, session.org, param(c, 'id', parseItemId));
      await mayFetch(app, session, item);
      const blob = await app.blobs.get(item.org, item.id, item.payload_digest);
      if (blob === null) throw new Problem(410, 'ITEM_GONE', 'This is no longer here');
      c.header('content-type', 'application/octet-stream');
      c.header('content-length', String(blob.bytes));
      c.header('cache-control', 'no-store');
      if (c.req.method !== 'HEAD') return c.body(blob.body);
      // Nobody reads it: the file would stay open for good.
      await blob.body.cancel();
      return c.body(null);
    });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function keepPayload(
  app: App,
  { org, person }: Session,
  id: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<StoredBlob> {
  const stored = await app.blobs.put(org, id, bytes);
  await app.db.query(
    'INSERT INTO payloads (org, item, author, digest, bytes, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING',
    [org, id, person, stored.digest, stored.bytes, new Date(app.clock.now())],
  );
  const [kept] = await app.db.query<{ author: string; digest: string }>(
    'SELECT author, digest FROM payloads WHERE org = $1 AND item = $2',
    [org, id],
  );
  if (kept?.digest !== stored.digest) await app.blobs.delete(org, id, stored.digest);
  if (kept?.author !== person || kept.digest !== stored.digest) throw conflict();
  return stored;
}

/**
 * Ciphertext goes to those who have a key, at the same time as they ask to open it, and to those with a viewing that lasts.
 * Without its header it is of no use to anybody.
 */
async function mayFetch(app: App, { org, person }: Session, item: ItemRecord): Promise<void> {
  refuseGone(item, app.clock);
  if (item.author === person || item.recipients.some((one) => one.person === person)) return;
  const [viewing] = await app.db.query(
    "SELECT 1 FROM openings WHERE org = $1 AND item = $2 AND person = $3 AND state = 'opened' AND (until IS NULL OR until > $4)",
    [org, item.id, person, new Date(app.clock.now())],
  );
  if (viewing === undefined) throw notFound();
}

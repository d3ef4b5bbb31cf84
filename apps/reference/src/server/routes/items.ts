import { inspect, recipientThumbprint } from '@wardseal/crypto';
import { fromBase64url } from '@wardseal/primitives';
import { Hono } from 'hono';
import * as z from 'zod/mini';
import { MAX_PAYLOAD_BYTES } from '../../wire/custodian.js';
import {
  type ItemLabels,
  type ItemSent,
  LONGEST_LIFE,
  type NewItem,
  type Parser,
  parseLabels,
  parserOf,
} from '../../wire/index.js';
import { b64u, slug, uuid } from '../../wire/parse.js';
import type { Tx } from '../db/pool.js';
import type { Env } from '../http/env.js';
import { body, param } from '../http/parse.js';
import { notFound, Problem, tooLarge } from '../http/problem.js';
import { requireSession, type Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import type { StoredBlob } from '../wiring/blobs.js';
import { eventBy, policyOf } from '../wiring/event.js';
import { type ItemFacts, trustOf } from '../wiring/facts.js';
import { concerns, sendDuties, viewDuties } from '../wiring/item-duties.js';
import {
  findItem,
  findItems,
  type ItemRecord,
  itemFacts,
  parseItemId,
  refuseGone,
  stateOf,
  takesPart,
} from '../wiring/item-rows.js';
import { record } from '../wiring/outbox.js';
import { permit, purposeOf } from '../wiring/verdict.js';

/** A header of crypto's own limit. */
const MAX_HEADER_BYTES = 2 * 1024 * 1024;
/** Two honest clocks are this far apart, ms. */
const SKEW = 300_000;
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

const conflict = (): Problem =>
  new Problem(409, 'ITEM_CONFLICT', 'Something else was sent under this number', { next: ['Send it again as new'] });

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

/** Sends an item, once: the same again gets the same answer. */
async function sendItem(app: App, session: Session, asked: NewItem): Promise<ItemSent> {
  const { org, person } = session;
  const { labels } = asked;
  const header = fromBase64url(asked.header);
  if (header === null) throw invalid();
  const { headerDigest, hasManifest } = await inspect({ header, payload: { size: MAX_HEADER_BYTES } }).catch(() => {
    throw invalid();
  });
  const digest = Buffer.from(headerDigest).toString('base64url');
  const [before] = await findItems(app.db, 'i.id = $2', [org, asked.id]);
  if (before !== undefined) return again(app, before, person, asked, digest);
  if (!hasManifest || labels.author !== person || labels.ownerOrg !== org) throw invalid();
  const lasts = Date.parse(labels.notAfter) - app.clock.now();
  if (lasts <= 0 || lasts > LONGEST_LIFE + SKEW) throw invalid();
  const others = asked.recipients.filter((id) => id !== person);
  const facts: ItemFacts = { id: asked.id, labels, state: 'active', sentAt: null, sentTo: others };
  await mayAddTo(app, session, asked);
  const at = new Date(app.clock.now());
  const concerned = { org, item: asked.id, author: person, recipients: others, person, kind: 'send', at } as const;
  const object = { kind: 'item', id: asked.id };
  const act = { item: facts, action: 'send', purpose: labels.purpose, recipients: others, object };
  const weighed = await permit(app, session, act, sendDuties(concerned));
  const stanzas = await stanzasOf(app, session, asked.recipients);
  const event = eventBy(session, app.clock, {
    type: labels.about === 'none' ? 'send' : 'advise',
    outcome: 'success',
    object: { ...object, contentHash: digest },
    purpose: purposeOf(labels.purpose, false),
    policy: policyOf(weighed.decision, true),
    ...(labels.about === 'none' ? {} : { request: labels.about }),
  });
  const isNew = await app.db.tx(async (tx) => {
    const bytes = await payloadBytes(tx, session, asked);
    // A case that something new is sent in is not closed.
    await tx.query('INSERT INTO cases (org, id) VALUES ($1, $2) ON CONFLICT (org, id) DO UPDATE SET closed_at = NULL', [
      org,
      asked.case,
    ]);
    if (!(await insertItem(tx, asked, org, digest, bytes, at))) return false;
    for (const { person: id, recipient } of stanzas)
      await tx.query("INSERT INTO item_recipients VALUES ($1, $2, $3, $4, 'sent')", [org, asked.id, id, recipient]);
    for (const act of weighed.acts) await act(tx);
    await record(tx, event);
    // Last, under the lock of the row: a header without its item is swept away, an item without its header would be lost.
    app.erase.put(org, asked.id, headerDigest, header);
    return true;
  });
  if (!isNew) return again(app, await findItem(app.db, org, asked.id), person, asked, digest);
  return { id: asked.id, sentAt: at.toISOString(), state: 'active' };
}

const invalid = (): Problem => new Problem(400, 'BAD_REQUEST', 'This is not an item that can be sent');

function again(app: App, before: ItemRecord, person: string, asked: NewItem, digest: string): ItemSent {
  const same =
    before.author === person &&
    before.case_id === asked.case &&
    before.payload_digest === asked.payloadDigest &&
    before.sent_digest === digest &&
    sameLabels(before.labels, asked.labels);
  if (!same) throw conflict();
  return { id: before.id, sentAt: before.sent_at.toISOString(), state: stateOf(before, app.clock) };
}

function sameLabels(a: ItemLabels, b: ItemLabels): boolean {
  return (Object.keys({ ...a, ...b }) as (keyof ItemLabels)[]).every((key) => String(a[key]) === String(b[key]));
}

/** What is new goes into a case of one's own; advice goes to an item that the person may advise on, in the same case. */
async function mayAddTo(
  app: App,
  session: Session,
  { labels: { about, purpose }, case: case_ }: NewItem,
): Promise<void> {
  if (about === 'none') {
    const others = await findItems(app.db, 'i.case_id = $2', [session.org, case_]);
    // Whoever only knows its number would open a closed case again, and put one patient's picture beside another's.
    if (others.length > 0 && !takesPart(session, others)) throw invalid();
    return;
  }
  const original = await findItem(app.db, session.org, about);
  if (original.case_id !== case_) throw invalid();
  refuseGone(original, app.clock);
  // Who sent the picture answers in its case as anybody whom it was sent to.
  if (original.author === session.person) return;
  const duties = viewDuties({ ...concerns(original, session, 'send', app.clock), recipients: [] });
  const object = { kind: 'item', id: about };
  await permit(app, session, { item: itemFacts(original), action: 'advise', purpose, object }, duties);
}

async function stanzasOf(
  app: App,
  { org }: Session,
  people: readonly string[],
): Promise<readonly { person: string; recipient: string }[]> {
  const { directory } = await trustOf(app, org).directory();
  return [...new Set(people)].map((person) => {
    const entry = directory.person(person, app.clock.now() / 1000);
    if (entry === null) throw new Problem(409, 'RECIPIENTS_MISMATCH', 'Somebody it goes to is no longer here');
    return { person, recipient: recipientThumbprint(entry.recipient) };
  });
}

async function payloadBytes(tx: Tx, { org, person }: Session, { id, payloadDigest }: NewItem): Promise<number> {
  const [payload] = await tx.query<{ author: string; digest: string; bytes: number }>(
    'SELECT author, digest, bytes FROM payloads WHERE org = $1 AND item = $2 FOR SHARE',
    [org, id],
  );
  if (payload === undefined || payload.author !== person)
    throw new Problem(409, 'PAYLOAD_MISSING', 'The picture has not come', { next: ['Send it again'] });
  if (payload.digest !== payloadDigest)
    throw new Problem(409, 'PAYLOAD_MISMATCH', 'Another picture has come', { next: ['Send it again'] });
  return payload.bytes;
}

async function insertItem(
  tx: Tx,
  { id, case: case_, labels, payloadDigest }: NewItem,
  org: string,
  digest: string,
  bytes: number,
  at: Date,
): Promise<boolean> {
  const inserted = await tx.query(
    `INSERT INTO items (org, id, case_id, author, labels, about, header_digest, sent_digest, payload_digest, bytes,
     sent_at, not_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING id`,
    [
      org,
      id,
      case_,
      labels.author,
      JSON.stringify(labels),
      labels.about === 'none' ? null : labels.about,
      digest,
      payloadDigest,
      bytes,
      at,
      labels.notAfter,
    ],
  );
  return inserted.length === 1;
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

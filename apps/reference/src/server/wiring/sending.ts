import { inspect, recipientThumbprint } from '@wardseal/crypto';
import { fromBase64url } from '@wardseal/primitives';
import { type ItemLabels, type ItemSent, LONGEST_LIFE, type NewItem } from '../../wire/index.js';
import type { Tx } from '../db/pool.js';
import { Problem } from '../http/problem.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';
import { eventBy, policyOf } from './event.js';
import { type ItemFacts, trustOf } from './facts.js';
import { concerns, sendDuties, viewDuties } from './item-duties.js';
import { findItem, findItems, type ItemRecord, itemFacts, refuseGone, stateOf, takesPart } from './item-rows.js';
import { record } from './outbox.js';
import { permit, purposeOf } from './verdict.js';

/** Two honest clocks are this far apart, ms. */
const SKEW = 300_000;
/** The payload is stored apart; what is read of the header is the same whatever its length. */
const ANY_PAYLOAD = { size: 1_000_000 };

/** Something else has the id of what is sent. */
export const conflict = (): Problem =>
  new Problem(409, 'ITEM_CONFLICT', 'Something else was sent under this number', { next: ['Send it again as new'] });

/** Sends an item, once: the same again gets the same answer. */
export async function sendItem(app: App, session: Session, asked: NewItem): Promise<ItemSent> {
  const { org, person } = session;
  const { labels } = asked;
  const header = fromBase64url(asked.header);
  if (header === null) throw invalid();
  const { headerDigest, hasManifest } = await inspect({ header, payload: ANY_PAYLOAD }).catch(() => {
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

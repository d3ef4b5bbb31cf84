import type { AuditEvent } from '@wardseal/audit';
import { recipientThumbprint } from '@wardseal/crypto';
import { fromBase64url } from '@wardseal/primitives';
import type { Released, ReleaseOptions, ReleaseOptionsRequest, ReleaseRequest } from '../../wire/index.js';
import type { Tx } from '../db/pool.js';
import { notFound, Problem } from '../http/problem.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';
import type { Weighed } from './duties.js';
import { aboutItem, eventBy, outcomeOf, policyOf } from './event.js';
import { gather, trustOf } from './facts.js';
import { concerns, viewDuties } from './item-duties.js';
import { findItem, type ItemRecord, itemCall, itemFacts, refuseGone } from './item-rows.js';
import { integrated } from './log.js';
import { mergeLater } from './opening.js';
import { record } from './outbox.js';
import { bothDown, isBreakGlass, logDown, permit, purposeOf } from './verdict.js';

/** A release that was asked for. */
interface Asked {
  readonly log_entry: string;
  readonly purpose: string;
  readonly reason: string | null;
  readonly break_glass: boolean;
  readonly event: AuditEvent | null;
  readonly parent_origin: string | null;
  readonly parent_index: number | null;
}

/** Decides on a release; what it does is done when the header has the stanza. @throws Problem 403 POLICY_REFUSED */
async function weighRelease(
  app: App,
  session: Session,
  item: ItemRecord,
  { purpose, reason }: { readonly purpose: string; readonly reason?: string | undefined },
): Promise<Weighed<Tx>> {
  refuseGone(item, app.clock);
  const duties = viewDuties({ ...concerns(item, session, 'release', app.clock), recipients: [] });
  const object = { kind: 'item', id: item.id };
  return permit(app, session, { item: itemFacts(item), action: 'release', purpose, reason, object }, duties);
}

/**
 * The first half of a release: decided and logged here, then the custodian gives the nonce that the person's passkey answers.
 * With the log down only breaking the glass goes on, through the custodian's journal.
 *
 * @throws Problem 403 POLICY_REFUSED, 503 LOG_DOWN, and what the custodian refuses
 */
export async function askRelease(
  app: App,
  session: Session,
  id: string,
  asked: ReleaseOptionsRequest,
): Promise<ReleaseOptions> {
  const item = await findItem(app.db, session.org, id);
  const weighed = await weighRelease(app, session, item, asked);
  const breakGlass = isBreakGlass(weighed.decision);
  const { log, custodian } = trustOf(app, session.org);
  const event = eventBy(session, app.clock, {
    type: 'key.release',
    outcome: 'intent',
    ...aboutItem(item),
    purpose: purposeOf(asked.purpose, breakGlass),
    policy: policyOf(weighed.decision, true),
    ...(asked.reason === undefined ? {} : { reason: asked.reason }),
  });
  const { person } = session;
  const entry = await integrated(log, event);
  if (entry !== null) {
    await keep(app, session, id, asked, event.id, breakGlass, { event, origin: entry.origin, index: entry.index });
    const call = { item: id, person, breakGlass, logEntry: event.id, receipt: entry.receipt ?? '' };
    return custodian.releaseOptions(call);
  }
  if (!breakGlass || asked.reason === undefined) throw logDown(app, true);
  const emergency = { reason: asked.reason, headerDigest: item.header_digest };
  const options = await custodian
    .releaseOptions({ item: id, person, breakGlass, emergency })
    .catch((cause: unknown) => {
      throw bothDown(app, cause);
    });
  await keep(app, session, id, asked, options.logEntry, true, null);
  return options;
}

async function keep(
  app: App,
  { org, person }: Session,
  item: string,
  { purpose, reason }: ReleaseOptionsRequest,
  logEntry: string,
  breakGlass: boolean,
  entry: { readonly event: AuditEvent; readonly origin: string; readonly index: number } | null,
): Promise<void> {
  await app.db.tx(async (tx) => {
    await tx.query(
      `INSERT INTO releases (org, log_entry, item, person, purpose, reason, break_glass, emergency, event, parent_origin,
       parent_index, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        org,
        logEntry,
        item,
        person,
        purpose,
        reason ?? null,
        breakGlass,
        entry === null,
        entry && JSON.stringify(entry.event),
        entry?.origin ?? null,
        entry?.index ?? null,
        new Date(app.clock.now()),
      ],
    );
    if (entry === null) await mergeLater(tx, org, app);
  });
}

/**
 * The second half: the custodian checks everything again by itself and gives the header with one stanza more. It takes the
 * place of the very header that was sent to it, or of none.
 *
 * @throws Problem 409 RELEASE_REFUSED when another release came in between, and what the custodian refuses
 */
export async function carryOutRelease(
  app: App,
  session: Session,
  id: string,
  { logEntry, nonce, response }: ReleaseRequest,
): Promise<Released> {
  const { org, person } = session;
  const item = await findItem(app.db, org, id);
  const [asked] = await app.db.query<Asked>(
    'SELECT * FROM releases WHERE org = $1 AND log_entry = $2 AND item = $3 AND person = $4 AND settled_at IS NULL',
    [org, logEntry, id, person],
  );
  if (asked === undefined) throw notFound();
  const { purpose, reason } = asked;
  const weighed = await weighRelease(app, session, item, { purpose, reason: reason ?? undefined });
  const header = app.erase.get(org, id, fromBase64url(item.header_digest)!);
  if (header === null) throw tryAgain();
  const [known] = (await gather(app, session, [])).known;
  const { custodian, directory } = trustOf(app, org);
  const released = await custodian.release({
    ...itemCall(item, header),
    person,
    state: itemFacts(item).state,
    suspended: known?.suspended ?? false,
    acknowledgedVersion: known?.acknowledged_version ?? 'none',
    purpose,
    ...(reason === null ? {} : { reason }),
    breakGlass: asked.break_glass,
    logEntry,
    nonce,
    response,
  });
  const entry = (await directory()).directory.person(person, app.clock.now() / 1000);
  if (entry === null || released.previousDigest !== item.header_digest) throw tryAgain();
  const digest = fromBase64url(released.headerDigest)!;
  app.erase.put(org, id, digest, fromBase64url(released.header)!);
  await app.db.tx(async (tx) => {
    await replaceHeader(tx, item, released.headerDigest, released.epoch, app);
    await tx.query("INSERT INTO item_recipients VALUES ($1, $2, $3, $4, 'released') ON CONFLICT DO NOTHING", [
      org,
      id,
      person,
      recipientThumbprint(entry.recipient),
    ]);
    await tx.query('UPDATE releases SET settled_at = $3, header_digest = $4 WHERE org = $1 AND log_entry = $2', [
      org,
      logEntry,
      new Date(app.clock.now()),
      released.headerDigest,
    ]);
    for (const act of weighed.acts) await act(tx);
    // The journal's own entry speaks for itself: it is merged as a success.
    if (asked.event !== null && asked.parent_index !== null) {
      const object = { kind: 'item', id, contentHash: released.headerDigest };
      const outcome = outcomeOf(asked.event, app.clock, asked.parent_index, { outcome: 'success', object });
      await record(tx, outcome, asked.parent_origin);
    }
  });
  app.erase.keepOnly(org, id, digest);
  return { epoch: released.epoch };
}

const tryAgain = (): Problem =>
  new Problem(409, 'RELEASE_REFUSED', 'Somebody else was let in at the same moment', { next: ['Ask again'] });

/** Puts a header in the place of the one that it was made from. @throws Problem 409 RELEASE_REFUSED, 410 */
export async function replaceHeader(tx: Tx, item: ItemRecord, digest: string, epoch: number, app: App): Promise<void> {
  await tx.query('SELECT 1 FROM items WHERE org = $1 AND id = $2 FOR UPDATE', [item.org, item.id]);
  refuseGone(await findItem(tx, item.org, item.id), app.clock);
  const replaced = await tx.query(
    'UPDATE items SET header_digest = $4, epoch = $5 WHERE org = $1 AND id = $2 AND header_digest = $3 RETURNING id',
    [item.org, item.id, item.header_digest, digest, epoch],
  );
  if (replaced.length === 0) throw tryAgain();
}

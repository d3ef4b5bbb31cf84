import type { AuditEvent } from '@wardseal/audit';
import { fromBase64url } from '@wardseal/primitives';
import type { App } from '../wiring/app.js';
import { outcomeOf } from '../wiring/event.js';
import { trustOf } from '../wiring/facts.js';
import { settleRow } from '../wiring/opening.js';
import { record } from '../wiring/outbox.js';

/** An opening that is not settled after this long, ms, was given up: no request waits half as long. */
const OPENING_LEFT = 30_000;
/** A release that nobody answered with a passkey, ms: the custodian's nonce is long out of date. */
const RELEASE_LEFT = 600_000;
/** An upload that no item took, ms: a sender who was offline for a day sends it again whole. */
const UPLOAD_LEFT = 86_400_000;
/** Rows that one round takes. */
const BATCH = 100;

/**
 * Settles openings that a crash or a log that was down left over. No header was released: that comes after `opened`. So each is
 * refused, and the log holds both that it was asked for and how it ended.
 */
export async function settleOpenings(app: App): Promise<number> {
  const left = await app.db.query<{ org: string; id: string; event: AuditEvent; nonce: string }>(
    "SELECT org, id, event, nonce FROM openings WHERE state = 'opening' AND at < $1 ORDER BY at LIMIT $2",
    [new Date(app.clock.now() - OPENING_LEFT), BATCH],
  );
  for (const { org, id, event, nonce } of left) {
    // The very entry, so that its place is known whether or not it is there already.
    const options = { source: 'outbox', nonce: fromBase64url(nonce)! } as const;
    const { index, origin } = await trustOf(app, org).log.append(event, options);
    await app.db.tx(async (tx) => {
      if (!(await settleRow(tx, org, id, 'refused', app))) return;
      await record(
        tx,
        outcomeOf(event, app.clock, index, { outcome: 'serious', reason: 'nothing was released' }),
        origin,
      );
    });
  }
  return left.length;
}

const NOT_CARRIED_OUT = { outcome: 'serious', reason: 'not carried out' } as const;

/** Says of releases that were asked for and not carried out that nothing came of them. */
export async function settleReleases(app: App): Promise<void> {
  const at = new Date(app.clock.now());
  await app.db.tx(async (tx) => {
    const left = await tx.query<{
      event: AuditEvent | null;
      parent_index: number | null;
      parent_origin: string | null;
    }>(
      `UPDATE releases SET settled_at = $2 WHERE settled_at IS NULL AND asked_at < $1
       RETURNING event, parent_index, parent_origin`,
      [new Date(at.getTime() - RELEASE_LEFT), at],
    );
    for (const { event, parent_index, parent_origin } of left)
      if (event !== null && parent_index !== null)
        await record(tx, outcomeOf(event, app.clock, parent_index, NOT_CARRIED_OUT), parent_origin);
  });
}

/** Removes what a crash between two stores left: headers and uploads without a living item, versions of headers that do not count. */
export async function sweepStores(app: App): Promise<void> {
  const before = app.clock.now() - UPLOAD_LEFT;
  for (let after = '', some = BATCH; some === BATCH; ) {
    const kept = app.erase.older(before, after, BATCH);
    some = kept.length;
    after = kept.at(-1)?.item ?? after;
    for (const { org, item } of kept) await sweepHeader(app, org, item);
  }
  const uploads = await app.db.query<{ org: string; item: string; digest: string }>(
    `DELETE FROM payloads p WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM items i
     WHERE i.org = p.org AND i.id = p.item AND i.recalled_at IS NULL AND i.expired_at IS NULL)
     RETURNING org, item, digest`,
    [new Date(before)],
  );
  for (const { org, item, digest } of uploads) await app.blobs.delete(org, item, digest);
}

async function sweepHeader({ db, erase }: App, org: string, item: string): Promise<void> {
  const [row] = await db.query<{ header_digest: string; gone: boolean }>(
    `SELECT header_digest, recalled_at IS NOT NULL OR expired_at IS NOT NULL AS gone FROM items WHERE org = $1 AND id = $2`,
    [org, item],
  );
  if (row === undefined || row.gone) erase.erase(org, item);
  else erase.keepOnly(org, item, fromBase64url(row.header_digest)!);
}

import type { AuditEvent } from '@wardseal/audit';
import { fromBase64url } from '@wardseal/primitives';
import { eventOfService } from '../wiring/event.js';
import { trustOf } from '../wiring/facts.js';
import { findItem, itemCall } from '../wiring/item-rows.js';
import { record } from '../wiring/outbox.js';
import { replaceHeader } from '../wiring/releasing.js';
import { finish, type Work } from './due.js';

/** Filed and closed: the custodian takes its own stanza out of the header, and can no longer read what the record holds. */
export const letGo: Work = async (app, job) => {
  const item = await findItem(app.db, job.org, job.item);
  const header = app.erase.get(job.org, item.id, fromBase64url(item.header_digest)!);
  // Reopened since, or erased: there is nothing to let go of.
  if (item.closed_at === null || header === null) {
    await app.db.tx((tx) => finish(tx, job));
    return 'done';
  }
  const event: AuditEvent = eventOfService(job.org, app.clock, {
    type: 'member.remove',
    outcome: 'success',
    object: { kind: 'item', id: item.id },
    onBehalfOf: 'custodian',
  });
  const answer = await trustOf(app, job.org).custodian.letGo({
    ...itemCall(item, header),
    logEntry: event.id,
  });
  const digest = fromBase64url(answer.headerDigest)!;
  if (answer.changed) app.erase.put(job.org, item.id, digest, fromBase64url(answer.header)!);
  await app.db.tx(async (tx) => {
    await finish(tx, job);
    await tx.query('UPDATE items SET let_go_at = $3 WHERE org = $1 AND id = $2', [
      job.org,
      item.id,
      new Date(app.clock.now()),
    ]);
    if (!answer.changed) return;
    await replaceHeader(tx, item, answer.headerDigest, answer.epoch, app);
    await record(tx, { ...event, object: { kind: 'item', id: item.id, contentHash: answer.headerDigest } });
  });
  if (answer.changed) app.erase.keepOnly(job.org, item.id, digest);
  return 'done';
};

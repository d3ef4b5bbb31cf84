import type { ItemCall } from '../../wire/custodian.js';
import { raise } from '../wiring/alarms.js';
import type { App } from '../wiring/app.js';
import { eventOfService } from '../wiring/event.js';
import { trustOf } from '../wiring/facts.js';
import { findItem, type ItemRecord, itemCall } from '../wiring/item-rows.js';
import { record } from '../wiring/outbox.js';
import { finish, type Work } from './due.js';

/** A sealed item as the custodian takes it; null when it is gone from here. */
export async function sealed(
  app: App,
  item: ItemRecord,
): Promise<{ readonly call: ItemCall; readonly payload: Uint8Array } | null> {
  const header = app.erase.get(item.org, item.id, Buffer.from(item.header_digest, 'base64url'));
  const blob = await app.blobs.get(item.org, item.id, item.payload_digest);
  if (header === null || blob === null) return null;
  const payload = new Uint8Array(await new Response(blob.body).arrayBuffer());
  return { call: itemCall(item, header), payload };
}

/**
 * The custodian opens a new item and holds labels and people against what was signed. What differs is held and its sender
 * told; of the rest comes the opaque handle of the patient, and an entry that joins the item to it.
 */
export const arrive: Work = async (app, job) => {
  const item = await findItem(app.db, job.org, job.item);
  const parts = await sealed(app, item);
  if (parts === null) throw new Error('an item is not whole');
  const answer = await trustOf(app, job.org).custodian.arrive(parts.call, parts.payload);
  const at = new Date(app.clock.now());
  await app.db.tx(async (tx) => {
    await finish(tx, job);
    const object = { kind: 'item', id: item.id, contentHash: item.header_digest };
    if ('held' in answer) {
      await tx.query('UPDATE items SET held = $3 WHERE org = $1 AND id = $2', [item.org, item.id, answer.held]);
      await tx.query("DELETE FROM jobs WHERE org = $1 AND kind = 'file' AND item = $2", [item.org, item.id]);
      const whom = [`person:${item.author}`, 'privacy-officer'];
      await raise(tx, { org: item.org, kind: 'held', item: item.id, whom, at });
      const told = { type: 'item.handled', outcome: 'serious', object, reason: `held: ${answer.held}` } as const;
      await record(tx, eventOfService(item.org, app.clock, told));
      return;
    }
    const { handle } = answer;
    await tx.query('UPDATE items SET arrived_at = $3, handle = $4 WHERE org = $1 AND id = $2', [
      item.org,
      item.id,
      at,
      handle,
    ]);
    if (handle === null) return;
    const told = { type: 'item.handled', outcome: 'success', object, subject: { handle } } as const;
    await record(tx, eventOfService(item.org, app.clock, told));
  });
  return 'done';
};

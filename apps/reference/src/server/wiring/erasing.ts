import type { Tx } from '../db/pool.js';
import type { App } from './app.js';

/** Notes, in the transaction that ends an item, that its header and payload are to be destroyed: a crash forgets nothing. */
export async function eraseLater(tx: Tx, org: string, item: string, at: Date): Promise<void> {
  await tx.query('DELETE FROM jobs WHERE org = $1 AND item = $2', [org, item]);
  await tx.query("INSERT INTO jobs (org, kind, item, due) VALUES ($1, 'erase', $2, $3)", [org, item, at]);
}

/** Destroys the header, without which no copy of the picture can be opened again, then the ciphertext. Again is harmless. */
export async function eraseNow({ db, erase, blobs }: App, org: string, item: string): Promise<void> {
  erase.erase(org, item);
  const rows = await db.query<{ payload_digest: string }>(
    'SELECT payload_digest FROM items WHERE org = $1 AND id = $2',
    [org, item],
  );
  for (const { payload_digest } of rows) await blobs.delete(org, item, payload_digest);
  await db.query("DELETE FROM jobs WHERE org = $1 AND kind = 'erase' AND item = $2", [org, item]);
}

import type { Tx } from '../db/pool.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';

/** What somebody must be told. Never about a patient: an item's id and the kind say it all. */
export interface Alarm {
  readonly org: string;
  readonly kind: string;
  /** An item's id, or what else it is about. */
  readonly item: string;
  /** Roles, or `person:ID`; without it those who answer for information. */
  readonly whom?: readonly string[];
  /** Who did it. */
  readonly person?: string;
  readonly at?: Date;
}

/** Tells somebody; of a state that lasts, once. */
export async function raise(tx: Tx, { org, kind, item, whom = ['privacy-officer'], person, at }: Alarm): Promise<void> {
  await tx.query(
    `INSERT INTO alarms (org, kind, item, whom, person, at) VALUES ($1, $2, $3, $4, $5, coalesce($6, now()))
     ON CONFLICT DO NOTHING`,
    [org, kind, item, whom, person ?? null, at ?? null],
  );
}

/** What has been put right alarms nobody any more: alarms of some kinds about an item, of one person's acts or of anybody's. */
export async function settle(
  tx: Tx,
  { org, item, at, person }: Omit<Alarm, 'kind'> & { readonly at: Date },
  kinds: readonly string[],
): Promise<void> {
  await tx.query(
    `UPDATE alarms SET settled_at = $4 WHERE org = $1 AND item = $2 AND kind = ANY($3)
     AND ($5::text IS NULL OR person = $5) AND settled_at IS NULL`,
    [org, item, kinds, at, person ?? null],
  );
}

/** An alarm as it is shown. */
export interface AlarmRow {
  readonly kind: string;
  readonly item: string;
  readonly at: Date;
  readonly person: string | null;
}

/** What somebody must be told: what waits to be put right, and what was only to be known for a week. Newest first. */
export function alarmsFor(app: App, { org, role, person }: Session): Promise<AlarmRow[]> {
  return app.db.query<AlarmRow>(
    `SELECT kind, item, person, max(at) AS at FROM alarms WHERE org = $1 AND settled_at IS NULL AND whom && $2
     AND (kind IN ('not-filed', 'filing-fails', 'held', 'event-refused', 'break-glass') OR at > $3)
     GROUP BY kind, item, person ORDER BY at DESC LIMIT 200`,
    [org, [role, `person:${person}`], new Date(app.clock.now() - 7 * 86_400_000)],
  );
}

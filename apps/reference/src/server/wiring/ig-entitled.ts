import type { Entitlement } from '@wardseal/audit/report';
import { notFound, Problem } from '../http/problem.js';
import type { App } from './app.js';
import { SERVICE } from './event.js';

interface Row {
  readonly item: string;
  readonly person: string;
  readonly since: Date;
  readonly why: 'author' | 'sent' | 'released' | 'break-glass' | 'service';
}

const WHY: Readonly<Record<Row['why'], string>> = {
  author: 'wrote it',
  sent: 'it was sent to them',
  released: 'released to them',
  'break-glass': 'broke the glass',
  service: 'files what is sent in the record',
};

/** Who was given an item, how and since when, by what this server and the custodian did; the service files every one. */
const GIVEN = `
  SELECT id AS item, author AS person, to_timestamp(0) AS since, 'author' AS why FROM items WHERE org = $1 AND (id = ANY($2) OR author = $3)
  UNION ALL SELECT id, '${SERVICE}', sent_at, 'service' FROM items WHERE org = $1 AND (id = ANY($2) OR $3 = '${SERVICE}')
  UNION ALL SELECT r.item, r.person, i.sent_at, 'sent' FROM item_recipients r JOIN items i ON i.org = r.org AND i.id = r.item
    WHERE r.org = $1 AND r.kind = 'sent' AND r.person <> i.author AND (r.item = ANY($2) OR r.person = $3)
  UNION ALL SELECT item, person, asked_at, CASE WHEN break_glass THEN 'break-glass' ELSE 'released' END FROM releases
    WHERE org = $1 AND header_digest IS NOT NULL AND (item = ANY($2) OR person = $3)
  ORDER BY since`;

/** The items that an id names: an item, or all of a case. @throws Problem 404 NOT_FOUND, for another trust's as well */
export async function itemsNamed(app: App, org: string, id: string): Promise<string[]> {
  const rows = await app.db.query<{ id: string }>(
    'SELECT id FROM items WHERE org = $1 AND (id = $2 OR case_id = $2) ORDER BY sent_at',
    [org, id],
  );
  if (rows.length === 0) throw notFound();
  return rows.map((row) => row.id);
}

/** Who could open these items, or what one person could open: a report sets it against what the log says was done. */
export async function entitled(
  app: App,
  org: string,
  of: { readonly items: readonly string[] } | { readonly person: string },
): Promise<Entitlement[]> {
  const [items, person] = 'items' in of ? [of.items, null] : [[], of.person];
  const rows = await app.db.query<Row>(GIVEN, [org, items, person]);
  return rows.map((row) => ({
    actor: row.person,
    org,
    from: row.since.getTime(),
    why: WHY[row.why],
    object: { kind: 'item', id: row.item },
  }));
}

/** Pictures that an investigation may be told the keys of at once: a browser tries so many in some seconds. */
const MAX_PICTURES = 200;

/** The pictures that were sent from one day to another, both included (UTC). @throws Problem 400 TOO_LARGE */
export async function picturesSent(app: App, org: string, from: string, until: string): Promise<string[]> {
  const rows = await app.db.query<{ id: string }>(
    `SELECT id FROM items WHERE org = $1 AND labels->>'kind' = 'photo' AND sent_at >= $2::timestamptz
     AND sent_at < $3::timestamptz + interval '1 day' ORDER BY sent_at LIMIT $4`,
    [org, `${from}T00:00:00Z`, `${until}T00:00:00Z`, MAX_PICTURES + 1],
  );
  if (rows.length > MAX_PICTURES)
    throw new Problem(400, 'TOO_LARGE', `More than ${MAX_PICTURES} pictures were sent in these days`, {
      next: ['Choose fewer days'],
    });
  return rows.map((row) => row.id);
}

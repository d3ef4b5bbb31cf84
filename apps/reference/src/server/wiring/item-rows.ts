import { type DirectoryEntry, recipientThumbprint } from '@wardseal/crypto';
import type { ItemCall } from '../../wire/custodian.js';
import { type ItemLabels, type ItemState, type Parser, parserOf } from '../../wire/index.js';
import { uuid } from '../../wire/parse.js';
import type { Tx } from '../db/pool.js';
import { notFound, Problem } from '../http/problem.js';
import type { Clock } from './app.js';
import type { ItemFacts } from './facts.js';

/** The id of an item or a case. */
export const parseItemId: Parser<string> = parserOf(uuid, 'id');

/** An item as the database has it. */
export interface ItemRecord {
  readonly org: string;
  readonly id: string;
  readonly case_id: string;
  readonly author: string;
  readonly labels: ItemLabels;
  readonly header_digest: string;
  readonly sent_digest: string;
  readonly epoch: number;
  readonly payload_digest: string;
  readonly bytes: number;
  readonly sent_at: Date;
  readonly not_after: Date;
  readonly handle: string | null;
  readonly arrived_at: Date | null;
  readonly held: string | null;
  readonly filed_at: Date | null;
  readonly recalled_at: Date | null;
  readonly expired_at: Date | null;
  readonly closed_at: Date | null;
  readonly recipients: readonly Stanza[];
}

/** Whose key the header has a stanza for: by being sent it, or by a release. `recipient` is the key's thumbprint. */
export interface Stanza {
  readonly person: string;
  readonly recipient: string;
  readonly kind: 'sent' | 'released';
}

/** The columns of an `ItemRecord`, of `items` as `i`. */
const ITEM = `SELECT i.*, c.closed_at,
  (SELECT coalesce(json_agg(json_build_object('person', r.person, 'recipient', r.recipient, 'kind', r.kind)), '[]')
   FROM item_recipients r WHERE r.org = i.org AND r.item = i.id) AS recipients
  FROM items i JOIN cases c ON c.org = i.org AND c.id = i.case_id`;

/** Items of an organisation; `where` is a condition on `items` as `i` whose first parameter is the organisation. */
export function findItems(tx: Tx, where: string, values: readonly unknown[]): Promise<ItemRecord[]> {
  return tx.query<ItemRecord>(`${ITEM} WHERE i.org = $1 AND ${where}`, values);
}

/** An item of an organisation. @throws Problem 404 NOT_FOUND, for what is not there as for what is another trust's */
export async function findItem(tx: Tx, org: string, id: string): Promise<ItemRecord> {
  const [item] = await findItems(tx, 'i.id = $2', [org, id]);
  if (item === undefined) throw notFound();
  return item;
}

/** Whether somebody has a part in the case of these items: sent one, was sent one, or is of the team of one. */
export function takesPart(
  { person, teams }: { readonly person: string; readonly teams: readonly string[] },
  items: readonly ItemRecord[],
): boolean {
  return items.some(
    ({ author, recipients, labels }) =>
      author === person ||
      teams.includes(labels.team) ||
      recipients.some((one) => one.person === person && one.kind === 'sent'),
  );
}

/** Whether the header has a stanza for the key that a person of the directory has today. */
export function hasStanza({ recipients }: ItemRecord, entry: DirectoryEntry | null): boolean {
  const key = entry && recipientThumbprint(entry.recipient);
  return recipients.some(({ person, recipient }) => person === entry?.person && recipient === key);
}

/** What an item is at now, as people are told. */
export function stateOf(item: ItemRecord, { now }: Clock): ItemState {
  if (item.recalled_at !== null) return 'recalled';
  if (item.held !== null) return 'held';
  if (item.expired_at !== null || item.not_after.getTime() <= now()) return 'expired';
  if (item.closed_at !== null) return 'closed';
  return item.filed_at === null ? 'active' : 'filed';
}

/** What the policy reads of an item. It knows `expired` by the label's date itself: here it is what was erased. */
export function itemFacts(item: ItemRecord): ItemFacts {
  const state = item.recalled_at ? 'recalled' : item.expired_at ? 'expired' : item.closed_at ? 'closed' : null;
  const sentTo = item.recipients.filter(({ kind }) => kind === 'sent').map(({ person }) => person);
  return {
    id: item.id,
    labels: item.labels,
    state: state ?? (item.filed_at ? 'filed' : 'active'),
    sentAt: item.sent_at.toISOString(),
    sentTo,
  };
}

/** Refuses what nobody may open whatever the policy says of the person; the words say nothing about a patient. */
export function refuseGone(item: ItemRecord, { now }: Clock): void {
  if (item.recalled_at !== null)
    throw new Problem(410, 'ITEM_RECALLED', 'The sender has recalled this', { next: ['Ask the sender'] });
  if (item.expired_at !== null || item.not_after.getTime() <= now())
    throw new Problem(410, 'ITEM_EXPIRED', 'The time of this is over', {
      next: ['Look in the record, or ask the sender to send it again'],
    });
  if (item.held !== null)
    throw new Problem(409, 'ITEM_HELD', 'This is held back: it did not arrive as it was sent', {
      next: ['Ask the sender to send it again'],
    });
}

/** An item with its header as the custodian takes it. */
export function itemCall(item: ItemRecord, header: Uint8Array): ItemCall {
  return {
    item: item.id,
    case: item.case_id,
    labels: item.labels,
    sentAt: item.sent_at.toISOString(),
    header: Buffer.from(header).toString('base64url'),
  };
}

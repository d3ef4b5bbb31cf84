import type { Marking } from '../../wire/index.js';
import type { Tx } from '../db/pool.js';
import type { Session } from '../http/session.js';
import { raise } from './alarms.js';
import type { Clock } from './app.js';
import type { Duties } from './duties.js';
import type { ItemRecord } from './item-rows.js';
import { isBreakGlass } from './verdict.js';

/** Whom a duty's act concerns: the item, its people, and under which kind somebody is told. */
export interface Concerned {
  readonly org: string;
  readonly item: string;
  readonly author: string;
  readonly recipients: readonly string[];
  /** Who does it. */
  readonly person: string;
  readonly kind: 'release' | 'recall' | 'send';
  readonly at: Date;
}

/** Whom it concerns that somebody does something with an item. */
export function concerns(
  { org, id, author, recipients }: ItemRecord,
  { person }: Session,
  kind: Concerned['kind'],
  { now }: Clock,
): Concerned {
  return { org, item: id, author, recipients: recipients.map((one) => one.person), person, kind, at: new Date(now()) };
}

/** Duties that any act on an item may bring, such as its recall: somebody is told, and a use of the glass is reviewed. */
export function itemDuties(of: Concerned): Duties<Tx> {
  return {
    notify: ({ properties }, decision) => {
      const kind = of.kind === 'release' && isBreakGlass(decision) ? 'break-glass' : of.kind;
      const { org, item, person, at } = of;
      return (tx) => raise(tx, { org, kind, item, whom: people(properties['whom'], of), person, at });
    },
    // The queue of reviews is read from the log: whatever stands there with the purpose BTG is in it.
    review: () => of.kind === 'release',
  };
}

/**
 * Showing an item, or releasing it: then the stanza lasts as long as the item, and what bounds it is that every view is decided
 * anew.
 *
 * @param told - told how long a viewing may last, and how it is to be marked
 */
export function viewDuties(
  of: Concerned,
  told: { readonly until?: (seconds: number) => void; readonly marking?: (how: Marking) => void } = {},
): Duties<Tx> {
  return {
    ...itemDuties(of),
    // The answer brings the chips of this viewing and how to mark, and the viewer shows nothing without them.
    watermark: ({ properties: { mode, strength } }) => {
      if ((mode !== 'border' && mode !== 'tile') || (strength !== 'standard' && strength !== 'strong')) return false;
      told.marking?.({ mode, strength });
      return true;
    },
    // The answer is for the viewer alone: there is no route that gives a picture.
    'no-download': () => true,
    'max-lifetime': ({ properties: { seconds } }) => {
      if (typeof seconds !== 'number') return false;
      told.until?.(seconds);
      return true;
    },
  };
}

/** Sending it: it is filed, and then it goes. The jobs do both. */
export function sendDuties(of: Concerned): Duties<Tx> {
  return {
    ...itemDuties(of),
    'file-in-record': () => async (tx) => {
      for (const kind of ['arrive', 'file'])
        await tx.query('INSERT INTO jobs (org, kind, item, due) VALUES ($1, $2, $3, $4)', [
          of.org,
          kind,
          of.item,
          of.at,
        ]);
    },
    // The rule of expiry runs over everything that is filed.
    'delete-after-filing': () => true,
  };
}

/** Those whom the policy names, as alarms have them: roles as they are, people as `person:ID`. */
function people(whom: unknown, { author, recipients }: Concerned): string[] {
  if (!Array.isArray(whom)) throw new TypeError('a notice needs somebody to tell');
  return whom.flatMap((one: string) => {
    if (one === 'author') return [`person:${author}`];
    return one === 'recipients' ? recipients.map((id) => `person:${id}`) : [one];
  });
}

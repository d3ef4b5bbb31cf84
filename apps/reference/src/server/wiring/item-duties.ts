import type { Obligation } from '@wardseal/policy';
import type { Tx } from '../db/pool.js';
import type { Duties, Duty } from './duties.js';

/** Whom a duty's act concerns: the item, its people, and under which kind somebody is told. */
export interface Concerned {
  readonly org: string;
  readonly item: string;
  readonly author: string;
  readonly recipients: readonly string[];
  /** Who does it. */
  readonly person: string;
  readonly kind: 'break-glass' | 'release' | 'recall' | 'send';
  readonly at: Date;
}

/** Duties that any act on an item may bring: somebody is told, and a use of the glass is reviewed. */
function common(of: Concerned): Duties<Tx> {
  return {
    notify:
      ({ properties }: Obligation) =>
      (tx) =>
        alarm(tx, of, people(properties['whom'], of)),
    // The queue of reviews is read from the log: whatever stands there with the purpose BTG is in it.
    review: () => of.kind === 'break-glass',
  };
}

/** Showing an item. `until`: told until when the viewing may last. */
export function viewDuties(of: Concerned, until: (seconds: number) => void): Duties<Tx> {
  return {
    ...common(of),
    // The answer brings the chips of this viewing, and the viewer shows nothing without them.
    watermark: () => true,
    // The answer is for the viewer alone: there is no route that gives a picture.
    'no-download': () => true,
    'max-lifetime': lifetime(until),
  };
}

/** Releasing it to somebody: the stanza lasts as long as the item, what bounds it is that every view is decided anew. */
export function releaseDuties(of: Concerned): Duties<Tx> {
  return { ...viewDuties(of, () => undefined) };
}

export function recallDuties(of: Concerned): Duties<Tx> {
  return common(of);
}

/** Sending it: it is filed, and then it goes. The jobs do both. */
export function sendDuties(of: Concerned): Duties<Tx> {
  return {
    ...common(of),
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

function lifetime(until: (seconds: number) => void): Duty<Tx> {
  return ({ properties: { seconds } }) => {
    if (typeof seconds !== 'number') return false;
    until(seconds);
    return true;
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

async function alarm(tx: Tx, { org, item, person, kind, at }: Concerned, whom: string[]): Promise<void> {
  await tx.query('INSERT INTO alarms (org, kind, item, whom, person, at) VALUES ($1, $2, $3, $4, $5, $6)', [
    org,
    kind,
    item,
    whom,
    person,
    at,
  ]);
}

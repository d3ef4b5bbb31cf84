import { createHash } from 'node:crypto';
import { clientAddress, parseAddress } from '@wardseal/policy/place';
import type { App } from '../wiring/app.js';
import type { Ctx } from './env.js';
import { Problem } from './problem.js';

/** How often somebody may do something: at most `most` times in each window of `seconds`. */
export interface Rate {
  readonly name: string;
  readonly most: number;
  readonly seconds: number;
}

/** A hospital stands behind one address: this many sign-ins a minute is a change of shift, and too few to guess anything. */
export const SIGN_IN_RATE: Rate = { name: 'sign-in', most: 300, seconds: 60 };
/** Enrolments and knocks at links: each costs the custodian work, and a person enrols once. */
export const ENROL_RATE: Rate = { name: 'enrol', most: 60, seconds: 60 };
/** Changes by one session: ten a second, which no person reaches. */
export const CHANGE_RATE: Rate = { name: 'change', most: 600, seconds: 60 };
/** Refusals of one person, each of which is an entry of the log: nobody presses a forbidden button twice a second. */
export const REFUSAL_RATE: Rate = { name: 'refusal', most: 120, seconds: 60 };

/**
 * Counts one use of `rate` by `who`, in the database, so that all nodes count together. What it keeps of `who` is a digest.
 *
 * @throws Problem 429 RATE_LIMITED
 */
export async function limit(app: App, rate: Rate, who: string): Promise<void> {
  const now = app.clock.now();
  const began = Math.floor(now / 1000 / rate.seconds) * rate.seconds;
  const key = createHash('sha256').update(`${rate.name}\n${who}`).digest('base64url');
  const [row] = await app.db.query<{ uses: number }>(
    `INSERT INTO rates (key, began, uses) VALUES ($1, to_timestamp($2), 1)
     ON CONFLICT (key) DO UPDATE SET
       uses = CASE WHEN rates.began = excluded.began THEN rates.uses + 1 ELSE 1 END, began = excluded.began
     RETURNING uses`,
    [key, began],
  );
  if ((row?.uses ?? 1) <= rate.most) return;
  const wait = Math.max(1, began + rate.seconds - Math.floor(now / 1000));
  throw new Problem(429, 'RATE_LIMITED', 'Too many requests', { next: [`Wait ${wait} seconds`], retryAfter: wait });
}

/** The family and 64 bits: of IPv6 somebody has a whole network of that length for their own, of IPv4 one address. */
const KEY_CHARACTERS = 17;

/** Where it is asked from, by our own socket's peer, or what a proxy of ours says. Any other header could say anything. */
export function addressOf({ config }: App, c: Ctx): string {
  const peer = c.env?.incoming?.socket.remoteAddress;
  const address = clientAddress(peer, c.req.header('x-forwarded-for'), config.proxies) ?? '';
  return parseAddress(address)?.slice(0, KEY_CHARACTERS) ?? 'unknown';
}

import { IDLE_SECONDS } from '../http/session.js';
import type { App } from '../wiring/app.js';

/** Counters of how often somebody asked are of no use after this long, ms: no window is longer. */
const RATES_KEPT = 3600_000;

/** Removes sessions, challenges and counters whose time is over: they count no more in any case. */
export async function tidy({ db, clock }: App): Promise<void> {
  const now = clock.now();
  const before = (ms: number): Date => new Date(now - ms);
  await db.query('DELETE FROM sessions WHERE ends_at <= $1 OR active_at <= $2', [
    before(0),
    before(IDLE_SECONDS * 1000),
  ]);
  await db.query('DELETE FROM challenges WHERE ends_at <= $1', [before(0)]);
  await db.query('DELETE FROM rates WHERE began <= $1', [before(RATES_KEPT)]);
}

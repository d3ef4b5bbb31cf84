import type { App } from '../wiring/app.js';
import { deliver } from '../wiring/outbox.js';
import { logCustodianEvents } from './custodian-events.js';
import { carryOutJobs } from './due.js';
import { expire } from './expiry.js';
import { settleOpenings, settleReleases, sweepStores } from './sweeper.js';
import { tidy } from './tidy.js';

/** What is due is looked for this often, ms: a send is in the record a second or two later. */
const TICK = 500;
/** Rules over everything there is run this often, ms. */
const ROUND = 30_000;

/** The work behind the requests. */
export interface Jobs {
  /** One round of everything, now; resolves when it is done. Never rejects. */
  tick(): Promise<void>;
  /** Lets what is running end. */
  stop(): Promise<void>;
}

/**
 * Runs what no request waits for: the outbox, arrival, filing, expiry, what a crash left over. Any number of nodes may run it:
 * each piece of work is taken under a lock of the database, and doing it twice is harmless. One kind of work that fails, such
 * as delivery while the log is down, keeps no other from being done.
 *
 * @param onError - told what failed; never anything about a patient
 */
export function startJobs(app: App, onError: (what: string, error: unknown) => void = say): Jobs {
  // A log that is down for an hour is said once.
  const failing = new Set<string>();
  const often = async (): Promise<void> => {
    for (const [org, { log }] of app.trusts) await attempt(`outbox of ${org}`, () => deliver(app.db, org, log));
    await attempt('jobs', () => carryOutJobs(app, onError));
  };
  const seldom = async (): Promise<void> => {
    await attempt('openings', () => settleOpenings(app));
    await attempt('releases', () => settleReleases(app));
    await attempt('expiry', () => expire(app));
    await attempt('custodian events', () => logCustodianEvents(app));
    await attempt('stores', () => sweepStores(app));
    await attempt('sessions', () => tidy(app));
  };
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      failing.delete(what);
    } catch (error) {
      if (!failing.has(what)) onError(what, error);
      failing.add(what);
    }
  };
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let lastRound = 0;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = running.then(async () => {
        await often();
        if (Date.now() - lastRound < ROUND) return;
        lastRound = Date.now();
        await seldom();
      });
      void running.then(next);
    }, TICK);
    timer.unref();
  };
  next();
  return {
    tick() {
      running = running.then(often).then(seldom).then(often);
      return running;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** Which work failed and the code, never the message. */
function say(what: string, error: unknown): void {
  const { name = 'Error', code = '', cause } = error as { name?: string; code?: string; cause?: { code?: string } };
  console.error(`jobs: ${what}: ${name} ${code || (cause?.code ?? '')}`);
}

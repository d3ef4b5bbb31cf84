import type { Tx } from '../db/pool.js';
import { raise } from '../wiring/alarms.js';
import type { App } from '../wiring/app.js';
import { eraseNow } from '../wiring/erasing.js';
import { LogDown } from '../wiring/log.js';
import { arrive } from './arrive.js';
import { file } from './file.js';
import { letGo } from './let-go.js';
import { merge } from './merge.js';

/** Jobs that are taken at a time: the custodian opens three pictures at once. */
const BATCH = 3;
/** A job that a node took and never finished is anybody's again after this long, ms: longer than any call takes. */
const LEASE = 120_000;
/** The first try again comes after this long, ms; each later one after twice as long, up to the longest. */
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 3_600_000;
/** Tries after which somebody is told: half an hour of an absent record. */
const TRIES_BEFORE_ALARM = 10;

/** A job as it was taken. */
export interface Job {
  readonly org: string;
  readonly kind: 'arrive' | 'file' | 'let-go' | 'erase' | 'merge';
  readonly item: string;
  readonly tries: number;
}

/** Does a job. It removes its row itself, in the transaction that keeps what it did; `later` puts it off without a fault. */
export type Work = (app: App, job: Job) => Promise<'done' | 'later'>;

const WORK: Readonly<Record<Job['kind'], Work>> = {
  arrive,
  file,
  'let-go': letGo,
  merge,
  erase: async (app, { org, item }) => {
    await eraseNow(app, org, item);
    return 'done';
  },
};

/** Does what is due, some at a time, until nothing is. */
export async function carryOutJobs(app: App, onError: (what: string, error: unknown) => void): Promise<void> {
  for (let taken = BATCH; taken === BATCH; ) {
    const jobs = await take(app);
    taken = jobs.length;
    await Promise.all(jobs.map((job) => carryOut(app, job, onError)));
  }
}

async function carryOut(app: App, job: Job, onError: (what: string, error: unknown) => void): Promise<void> {
  try {
    if ((await WORK[job.kind](app, job)) === 'later') await putOff(app, job, FIRST_RETRY, 0);
  } catch (error) {
    // A log that is down is its own alarm.
    if (!(error instanceof LogDown)) onError(job.kind, error);
    await putOff(app, job, Math.min(FIRST_RETRY * 2 ** job.tries, LONGEST_RETRY), 1).catch(() => undefined);
  }
}

function take({ db, clock }: App): Promise<Job[]> {
  const now = clock.now();
  return db.query<Job>(
    `UPDATE jobs SET due = $2 WHERE (org, kind, item) IN
     (SELECT org, kind, item FROM jobs WHERE due <= $1 ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING org, kind, item, tries`,
    [new Date(now), new Date(now + LEASE), BATCH],
  );
}

async function putOff({ db, clock }: App, { org, kind, item, tries }: Job, wait: number, more: number): Promise<void> {
  await db.query('UPDATE jobs SET due = $4, tries = tries + $5 WHERE org = $1 AND kind = $2 AND item = $3', [
    org,
    kind,
    item,
    new Date(clock.now() + wait),
    more,
  ]);
  if (more > 0 && tries + more === TRIES_BEFORE_ALARM && (kind === 'file' || kind === 'arrive'))
    await raise(db, { org, kind: 'filing-fails', item });
}

/** Takes a job's row away, at the beginning of the transaction of what it did. Items before jobs, as everywhere: see recall. */
export async function finish(tx: Tx, { org, kind, item }: Job): Promise<void> {
  await tx.query('SELECT 1 FROM items WHERE org = $1 AND id = $2 FOR UPDATE', [org, item]);
  await tx.query('DELETE FROM jobs WHERE org = $1 AND kind = $2 AND item = $3', [org, kind, item]);
}

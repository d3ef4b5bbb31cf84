import type { Clock } from '../clock.js';
import { AuditError } from '../errors.js';
import type { AuditEvent } from '../event.js';
import type { AuditLog } from '../log.js';
import { type OpenLogOptions, openLog, openWith } from '../open-log.js';
import { begin, namedIn } from '../succeed.js';

/**
 * Last year's log stays open this long into the new year, ms, to recognise late retries: a caller's id may be 24 h old, and
 * 24 h ahead of that for its clock.
 */
export const LATE_RETRIES = 172_800_000;

/** The chain of a trust's logs, one a calendar year. */
export interface OpenYearsOptions {
  /** What every origin begins with: `audit.trust.example` gives `audit.trust.example/2026`. */
  readonly base: string;
  /** The first year of the chain: its log follows no other. */
  readonly since: number;
  /**
   * What the log of a year needs: a store, secrets and a signer of its own. Asked again for each opening; called in December
   * by `checkNext`, so that a missing key is found before midnight.
   */
  readonly open: (origin: string, year: number) => OpenLogOptions | Promise<OpenLogOptions>;
  /** Who opens a new year; it stands in entry 0. */
  readonly actor: AuditEvent['actor'];
  /** Told each time a new year could not be opened: last year's log goes on until somebody mends it. */
  readonly onTurnFailure?: (error: unknown) => void;
  /** Decides the year, in UTC; default the computer's. */
  readonly clock?: Clock;
}

/** An open log of one year. */
export interface YearLog {
  readonly log: AuditLog;
  /** What its entry 0 says of the size of the year before; 0 where it follows no other. */
  readonly named: number;
}

/** What a year's log needs. Throws RangeError when it is another year's. */
export async function optionsOfYear(
  { base, open }: Pick<OpenYearsOptions, 'base' | 'open'>,
  year: number,
): Promise<OpenLogOptions> {
  const origin = `${base}/${year}`;
  const options = await open(origin, year);
  if (options.origin !== origin || !options.signer.vkey.startsWith(`${origin}+`))
    throw new RangeError('origin and signer must be those of the year that was asked for');
  return options;
}

/** Opens a year's log; `before` is asked for the checkpoint of the year before when it is new. */
export async function openYearLog(
  { base, open, since, actor }: OpenYearsOptions,
  year: number,
  before: () => Promise<string>,
  clock: Clock,
): Promise<YearLog> {
  const options = await optionsOfYear({ base, open }, year);
  if (year <= since) return { log: await openLog(options), named: 0 };
  let named = 0;
  const log = await openWith(options, async (started) => {
    await begin(started, async () => ({ checkpoint: await before(), reason: `the year ${year}`, actor }), clock);
    const head = await namedIn(started);
    if (head.origin !== `${base}/${year - 1}`)
      throw new AuditError('SUCCESSION_INVALID', 'the log follows another than that of the year before', { index: 0 });
    named = head.size;
  });
  return { log, named };
}

/** A log's checkpoint over everything it holds, with its witnesses' word as far as they answer. */
export async function lastCheckpoint(log: AuditLog): Promise<string> {
  const checkpoint = await log.integrate();
  if (log.unwitnessed !== null) return checkpoint;
  try {
    return (await log.witness()).checkpoint;
  } catch (error) {
    // A year does not fail to turn because a witness sleeps; whoever verifies sees whose word is missing.
    if (!(error instanceof AuditError) || error.code !== 'QUORUM_MISSING') throw error;
    return log.checkpoint();
  }
}

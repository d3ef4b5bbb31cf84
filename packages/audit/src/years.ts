import { type Clock, systemClock } from './clock.js';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import { fixedId } from './fixed-id.js';
import { UnderWay } from './life/under-way.js';
import {
  LATE_RETRIES,
  lastCheckpoint,
  type OpenYearsOptions,
  openYearLog,
  optionsOfYear,
  type YearLog,
} from './life/year-log.js';
import type { AppendOptions, AppendResult, AuditLog } from './log.js';
import { yearOf } from './origin-of-year.js';
import { appendSuccession } from './succeed.js';
import type { Audited, IntendedEvent, WithAuditOptions } from './with-audit.js';

// Nobody keeps logs of more years than this; a mistyped `since` shall not open thousands.
const MAX_YEARS = 200;
// A year that could not be opened is tried again after this long, ms: not by every view.
const TURN_RETRY = 60_000;

export { LATE_RETRIES, type OpenYearsOptions } from './life/year-log.js';

/** What `append` of a chain gives: the entry, and in which log. */
export interface YearAppendResult extends AppendResult {
  readonly origin: string;
}

/**
 * Opens the log of the current year, and the next one when the year turns (midnight **UTC**, by this computer's clock). A
 * year's log begins with the last checkpoint of the year before (`succeed`), whenever it is opened first.
 *
 * An event goes to the log of the year in which it is logged, unless last year's log holds its id: then it is answered from
 * there, until two days into the year. A clock that is set back does not bring the old year back. A new year that cannot be
 * opened, because its key is missing or no witness answers, leaves the old one in use: nobody's view waits for it.
 * `onTurnFailure` is told, and it is tried again after a minute.
 *
 * @param options - the chain's name, first year, and how a year's log is opened
 * @returns the chain; close it to give the stores back
 * @throws AuditError every code of `openLog` and `succeed`
 * @throws RangeError when `since` is in the future or more than 200 years ago
 * @example
 * const logs = await openYears({ base: 'audit.trust.example', since: 2026, open: (origin) => optionsOf(origin), actor });
 */
export async function openYears(options: OpenYearsOptions): Promise<YearLogs> {
  const logs = new YearLogs(options);
  try {
    await logs.current();
  } catch (error) {
    // The first error says what is wrong; one on closing would hide it.
    await logs.close().catch(() => undefined);
    throw error;
  }
  return logs;
}

/** The open logs of a chain. Made by `openYears`. */
export class YearLogs {
  readonly #options: OpenYearsOptions;
  readonly #clock: Clock;
  #year = Number.NaN;
  #log: AuditLog | undefined;
  #previous: { readonly log: AuditLog; readonly year: number; readonly until: number } | undefined;
  // Turning the year, or closing the old one: one at a time.
  #turning: Promise<void> = Promise.resolve();
  readonly #underWay = new UnderWay();
  // What entry 0 of the log opened last says of the year before: its size.
  #named = 0;
  #cancelTimer: (() => void) | undefined;
  #failure: unknown;
  #failedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: OpenYearsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const year = yearOf(this.#clock.now());
    if (!Number.isSafeInteger(options.since) || options.since > year || options.since < year - MAX_YEARS)
      throw new RangeError('since must be this year or an earlier one');
  }

  /**
   * The log of the current year; turns the year when it is time.
   *
   * @throws AuditError `LOG_CLOSED` after `close`
   */
  async current(): Promise<AuditLog> {
    if (this.#closed) throw new AuditError('LOG_CLOSED', 'the logs are closed');
    const turn = this.#turning.then(() => this.#turn());
    // A failed turn is told to its own caller; the next one tries again.
    this.#turning = turn.catch(() => undefined);
    await turn;
    return this.#log!;
  }

  /**
   * Appends one event to the log of the current year, as `AuditLog.append` does, or recognises it in last year's.
   *
   * @returns the entry and the origin of its log
   * @throws AuditError every code of `AuditLog.append` and of `current`
   * @example
   * const { origin, index } = await logs.append(event);
   */
  async append(event: AuditEvent, options: AppendOptions = {}): Promise<YearAppendResult> {
    const log = await this.#logOf(event.id);
    return { ...(await this.#underWay.add(log.append(event, options))), origin: log.origin };
  }

  /**
   * `AuditLog.withAudit` in the log of the current year. Intent and outcome stand in one log, also across midnight.
   *
   * @throws AuditError every code of `AuditLog.withAudit` and of `current`
   * @example
   * const { value } = await logs.withAudit(event, () => decrypt(header));
   */
  async withAudit<T>(
    event: IntendedEvent,
    work: (intent: AppendResult) => T | Promise<T>,
    options: WithAuditOptions = {},
  ): Promise<Audited<T> & { readonly origin: string }> {
    const log = await this.#logOf(event.id);
    // The turn of the year waits for the intent, not for the work.
    let begun = (): void => undefined;
    void this.#underWay.add(new Promise<void>((resolve) => (begun = resolve)));
    const told = (intent: AppendResult): T | Promise<T> => {
      begun();
      return work(intent);
    };
    try {
      return { ...(await log.withAudit(event, told, options)), origin: log.origin };
    } finally {
      begun();
    }
  }

  /**
   * Asks for what next year's log needs, and opens nothing. Call it daily from December on, and alarm when it rejects.
   *
   * @throws RangeError when the signer's key is not next year's; and what the caller's `open` throws
   */
  async checkNext(): Promise<void> {
    await optionsOfYear(this.#options, this.#year + 1);
  }

  /**
   * Closes the open logs, each with a last checkpoint.
   *
   * @throws what closing a log threw, also that of last year's in the background
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turning;
    this.#cancelTimer?.();
    try {
      await this.#closePrevious();
    } finally {
      await this.#log?.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Last year's log when it holds that event, else this year's. */
  async #logOf(id: string): Promise<AuditLog> {
    const log = await this.current();
    const known = (await this.#previous?.log.indexOf(id)) ?? null;
    return known === null ? log : this.#previous!.log;
  }

  async #turn(): Promise<void> {
    const now = this.#clock.now();
    if (this.#previous && now >= this.#previous.until)
      await this.#closePrevious().catch((error: unknown) => {
        // The new year must not stop for the old one: `close` tells.
        this.#failure ??= error;
      });
    const year = yearOf(now);
    if (this.#log === undefined) await this.#begin(year);
    else if (Math.abs(now - this.#failedAt) >= TURN_RETRY) await this.#turnTo(year, now);
  }

  /** Opens the current year's log on the first call, and last year's where its ids still count. */
  async #begin(year: number): Promise<void> {
    const { log, named } = await this.#openYear(year);
    [this.#log, this.#year, this.#named] = [log, year, named];
    if (year === this.#options.since || this.#previous) return;
    if (this.#clock.now() < Date.UTC(year, 0) + LATE_RETRIES)
      this.#keep((await this.#openYear(year - 1)).log, year - 1);
  }

  /** Never back: the old year's log is sealed. A new year that cannot be opened leaves the old one in use. */
  async #turnTo(year: number, now: number): Promise<void> {
    try {
      while (this.#year < year) await this.#next();
      this.#failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#failedAt = now;
      this.#options.onTurnFailure?.(error);
    }
  }

  /** Opens the next year's log while the current one is open. */
  async #next(): Promise<void> {
    const [old, year] = [this.#log!, this.#year + 1];
    await this.#closePrevious();
    // What was appended in the old year is in its last checkpoint.
    await this.#underWay.settled();
    const checkpoint = await lastCheckpoint(old);
    const { log, named } = await this.#openYear(year, async () => checkpoint);
    [this.#log, this.#year, this.#named] = [log, year, named];
    this.#keep(old, year - 1);
  }

  #openYear(year: number, before: () => Promise<string> = () => this.#checkpointOf(year - 1)): Promise<YearLog> {
    return openYearLog(this.#options, year, before, this.#clock);
  }

  /** The last checkpoint of a year's log that is not open; opens it, and all before it that were never opened. */
  async #checkpointOf(year: number): Promise<string> {
    const { log } = await this.#openYear(year);
    let kept = false;
    try {
      const checkpoint = await lastCheckpoint(log);
      kept = this.#clock.now() < Date.UTC(year + 1, 0) + LATE_RETRIES;
      if (kept) this.#keep(log, year);
      return checkpoint;
    } finally {
      if (!kept) await log.close();
    }
  }

  #keep(log: AuditLog, year: number): void {
    const until = Date.UTC(year + 1, 0) + LATE_RETRIES;
    this.#previous = { log, year, until };
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(Math.max(0, until - this.#clock.now()), () => {
      this.current().catch(() => undefined);
    });
  }

  /** Closes last year's log; what came in after the turn (outcomes of work begun before) is named in this year's. */
  async #closePrevious(): Promise<void> {
    if (this.#previous === undefined) return;
    const { log, year } = this.#previous;
    this.#previous = undefined;
    this.#cancelTimer?.();
    await log.close();
    if (this.#log === undefined || log.size === this.#named) return;
    const id = fixedId(0, 'succeed last', log.origin, String(log.size));
    // Before a restart it may have been closed once already.
    if ((await this.#log.indexOf(id)) !== null) return;
    const last = { checkpoint: log.checkpoint(), reason: `the year ${year} is closed`, actor: this.#options.actor };
    await appendSuccession(this.#log, id, last, this.#clock);
  }
}

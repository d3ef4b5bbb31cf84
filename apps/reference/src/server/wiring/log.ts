import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AppendOptions,
  AuditError,
  type AuditEvent,
  type AuditLog,
  logSigner,
  openYears,
  parsePolicy,
  systemClock,
  witnessClient,
  type YearAppendResult,
  type YearLogs,
} from '@wardseal/audit';
import { fileKeyStore, fileStore } from '@wardseal/audit/file-store';

/** How long a view waits for its entry, ms: who waits longer at a bedside picks up the phone. */
const LOG_ANSWERS_WITHIN = 4_000;
/** A log that could not be opened is tried again after this long, ms: not by every view. */
const LOG_RETRY = 1_000;

/** The log took no entry, or did not say so in time. The entry may be in it all the same. */
export class LogDown extends Error {
  override readonly name = 'LogDown';
}

/** A trust's log of this year, opened again by itself when it is back after a failure. */
export interface TrustLog {
  /**
   * Appends one event, or recognises it by its id.
   *
   * @throws LogDown when the log failed or did not answer in time; AuditError `EVENT_INVALID`, `EVENT_CONFLICT` and
   *   `EVENT_STALE` for what is wrong with the event
   */
  append(event: AuditEvent, options?: AppendOptions): Promise<YearAppendResult>;
  /** The open log of this year. @throws LogDown */
  current(): Promise<AuditLog>;
  /** Since when the log takes no entries, ms since 1970; null while it does, as far as anybody tried. */
  readonly downSince: number | null;
  close(): Promise<void>;
}

/** Where a log's parts lie. `keys` is the file `audit-keys/<ORG>.json`: private keys by origin. */
export interface TrustLogOptions {
  readonly organisation: string;
  readonly base: string;
  readonly folder: string;
  readonly secrets: string;
  readonly keys: string;
  /** A C2SP policy, and where its one witness answers. */
  readonly witnessPolicy: string;
  readonly witnessUrl: string;
  /** Told about each failure; it must not throw. */
  readonly onFailure?: (error: unknown) => void;
  readonly answersWithin?: number;
}

// What is wrong with the event, or with who asks: the log itself is well.
const OF_THE_EVENT: readonly string[] = ['EVENT_INVALID', 'EVENT_CONFLICT', 'EVENT_STALE'];

/**
 * Opens the log of a trust: one a year, in a folder, cosigned by a witness.
 *
 * @throws AuditError when it cannot be opened now: a server does not start without its log
 * @example
 * const log = await openTrustLog({ organisation: 'ZZZ01', base: 'audit.zzz01.invalid', folder, secrets, keys, ... });
 */
export async function openTrustLog(options: TrustLogOptions): Promise<TrustLog> {
  const log = new ReopenedLog(options);
  await log.open();
  return log;
}

class ReopenedLog implements TrustLog {
  readonly #options: TrustLogOptions;
  #logs: Promise<YearLogs> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #failed: { readonly at: number; readonly error: unknown } | undefined;
  #closed = false;
  downSince: number | null = null;

  constructor(options: TrustLogOptions) {
    this.#options = options;
  }

  open(): Promise<YearLogs> {
    if (this.#closed) throw new LogDown('the log is closed');
    if (this.#failed && Date.now() - this.#failed.at < LOG_RETRY) throw this.#failed.error;
    this.#logs ??= this.#closing.then(() => openChain(this.#options));
    return this.#logs;
  }

  append(event: AuditEvent, options: AppendOptions = {}): Promise<YearAppendResult> {
    return this.#with((logs) => logs.append(event, options));
  }

  current(): Promise<AuditLog> {
    return this.#with((logs) => logs.current());
  }

  async #with<T>(work: (logs: YearLogs) => Promise<T>): Promise<T> {
    const { onFailure, answersWithin = LOG_ANSWERS_WITHIN } = this.#options;
    const late = deadline(answersWithin);
    try {
      const done = (async () => work(await this.open()))();
      // Whoever gave up waiting hears no more of it.
      done.catch(() => undefined);
      const result = await Promise.race([done, late.passed]);
      this.downSince = null;
      this.#failed = undefined;
      return result;
    } catch (error) {
      if (error instanceof RangeError || (error instanceof AuditError && OF_THE_EVENT.includes(error.code)))
        throw error;
      this.downSince ??= Date.now();
      if (!(error instanceof Late)) this.#drop(error);
      if (error !== this.#failed?.error || error instanceof Late) onFailure?.(error);
      throw new LogDown('the log takes no entry', { cause: error });
    } finally {
      late.cancel();
    }
  }

  /** Gives up what is open, so that the next one opens it anew: a poisoned log takes nothing until then. */
  #drop(error: unknown): void {
    const logs = this.#logs;
    if (logs === undefined) return;
    this.#logs = undefined;
    this.#failed = { at: Date.now(), error };
    // Closing asks the witnesses once more: nobody at a bedside waits for that, only the next opening does.
    this.#closing = logs.then((open) => open.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#closing;
    await this.#logs?.then((open) => open.close()).catch(() => undefined);
  }
}

class Late extends Error {}

function deadline(ms: number): { passed: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late('no answer in time')), ms);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

/** Appends an event and waits until it stands in the log for good; null when the log is down. @throws AuditError */
export function integrated(
  log: TrustLog,
  event: AuditEvent,
  options: AppendOptions = {},
): Promise<YearAppendResult | null> {
  return log.append(event, { ...options, await: 'integrated' }).catch((error: unknown) => {
    if (error instanceof LogDown) return null;
    throw error;
  });
}

async function openChain(options: TrustLogOptions): Promise<YearLogs> {
  const { base, folder, secrets, organisation, witnessUrl } = options;
  const keys = JSON.parse(await readFile(options.keys, 'utf8')) as Readonly<Record<string, string>>;
  const years = Object.keys(keys).map((origin) => Number(origin.slice(base.length + 1)));
  const policy = parsePolicy(options.witnessPolicy);
  return openYears({
    base,
    since: Math.min(...years),
    actor: { id: 'service-audit', kind: 'system', org: organisation },
    clock: systemClock,
    open: async (origin, year) => ({
      origin,
      store: fileStore(join(folder, String(year))),
      keys: fileKeyStore(join(secrets, String(year))),
      signer: await logSigner(keys[origin] ?? ''),
      witnesses: {
        policy,
        clients: policy.witnesses.map(({ vkey }) => witnessClient({ url: witnessUrl, vkey })),
        org: organisation,
      },
    }),
  });
}

import { base64url, equal, fromBase64url } from '@wardseal/primitives';
import { ERASED_OBJECT } from '../check/side-checker.js';
import { type AuditEvent, parseEvent } from '../event.js';
import type { AuditLog } from '../log.js';
import type { LogKeys } from '../log-keys.js';
import { type LogSource, readingKeys } from '../log-source.js';
import type { OpenedEntry } from '../opened-entry.js';
import { ReportSource } from '../report/source.js';
import { decodeGrounds, type ErasureGrounds, stepId } from './evidence.js';
import type { ErasureRequest, ErasureScope } from './request.js';

/** One year's log with what is needed to read it, to destroy in its key store, and to log that. */
export interface ErasableLog extends LogSource {
  /** The open log that takes the entries: the year's own, or a later year's when that one takes no more. */
  readonly log: Pick<AuditLog, 'append' | 'integrate' | 'forgetSubject' | 'origin'>;
  /** How `log` is read when it is a later year's; `auditLog` of this year then needs `erasuresIn(ledger)`. */
  readonly ledger?: LogSource;
}

/** What one log knows of one erasure: the state is read from log and key store each time, so any crash can be resumed. */
export class ErasureYear {
  readonly origin: string;
  readonly #log: ErasableLog;
  readonly #keys: LogKeys;
  readonly #subject: Uint8Array;
  #source: ReportSource;
  #ledger: ReportSource;
  /** The steps of this request that are in the log. */
  #intent: OpenedEntry | undefined;
  #outcome: OpenedEntry | undefined;
  #scope: ErasureScope | null = null;

  private constructor(log: ErasableLog, source: ReportSource, ledger: ReportSource, subject: Uint8Array) {
    this.#log = log;
    this.#source = source;
    this.#ledger = ledger;
    this.#subject = subject;
    this.origin = source.head.origin;
    this.#keys = readingKeys(log.keys, this.origin);
  }

  /** Reads where the erasure stands. Everything durable is integrated first, so that no hold is overlooked. */
  static async open(log: ErasableLog, request: ErasureRequest, subject: Uint8Array): Promise<ErasureYear> {
    await log.log.integrate();
    const ledger = await openOwn(log.ledger ?? log);
    const source = log.ledger ? await openOwn(log) : ledger;
    if (log.log.origin !== ledger.head.origin) throw new RangeError('log and reader are of different logs');
    const year = new ErasureYear(log, source, ledger, subject);
    for await (const entry of ledger.entries([{ types: ['erase'] }])) {
      if (entry.leaf.id === stepId(request, year.origin, 'intent')) year.#intent = entry;
      if (entry.leaf.id === stepId(request, year.origin, 'outcome')) year.#outcome = entry;
    }
    const known = await year.#keys.existingSubject(subject);
    const object = year.#intent?.actor?.object;
    // What was begun is finished: a secret that the same patient got since is not meant.
    if (object?.kind === ERASED_OBJECT) {
      year.#scope = { origin: year.origin, handle: object.id };
      if (!(await year.#keys.mayBeOf(subject, year.#leafHandle())))
        throw new RangeError('the erasure of this request began for another subject');
    } else if (known) year.#scope = { origin: year.origin, handle: base64url(known.leafHandle) };
    return year;
  }

  /** The year's own log, and the one that takes its entries. */
  get sources(): readonly [own: ReportSource, ledger: ReportSource] {
    return [this.#source, this.#ledger];
  }

  /** What goes in this log; null when it holds no secret of the subject, and this request never began here. */
  get scope(): ErasureScope | null {
    return this.#scope;
  }

  /** Whether the secret is still there. */
  async standing(): Promise<boolean> {
    const known = await this.#keys.existingSubject(this.#subject);
    return this.#scope !== null && known !== null && equal(known.leafHandle, this.#leafHandle());
  }

  /** Logs the intent, unless it is there; resolves when a signed checkpoint covers it. */
  async begin(event: AuditEvent): Promise<void> {
    if (this.#intent === undefined) this.#intent = await this.#logged(event);
  }

  /** The index of the intent in the log that takes the entries. */
  get begun(): number | undefined {
    return this.#intent?.index;
  }

  /** The decision as the intent recorded it, when it was checked. */
  get grounds(): (ErasureGrounds & { readonly encoded: string }) | undefined {
    const evidence = this.#intent?.actor?.evidence;
    return evidence && { ...decodeGrounds(evidence), encoded: base64url(evidence.data) };
  }

  /** Leaves this log out: what the same patient got here since the decision is not meant. */
  leaveOut(): void {
    this.#scope = null;
  }

  /** Destroys the secret, in the store and in this process. */
  async destroy(): Promise<void> {
    await this.#keys.destroySubject(this.#subject, this.#leafHandle());
    this.#log.log.forgetSubject(base64url(this.#subject));
  }

  /** Logs the outcome, unless it is there. */
  async finish(event: AuditEvent): Promise<void> {
    if (this.#outcome === undefined) this.#outcome = await this.#logged(event);
  }

  /** Logs an entry that is no step, and gives its index. */
  async note(event: AuditEvent): Promise<number> {
    return (await this.#log.log.append(event, { await: 'integrated', source: 'outbox' })).index;
  }

  /** Both entries with their proofs. */
  async proofs(): Promise<{ readonly intent: string; readonly outcome: string; readonly erasedAt: number }> {
    const { proof: intent } = await this.#ledger.row(this.#intent!, () => undefined, { opening: true });
    const { proof: outcome } = await this.#ledger.row(this.#outcome!, () => undefined, { opening: true });
    return { intent: intent!, outcome: outcome!, erasedAt: this.#outcome!.leaf.recordedAt };
  }

  async #logged(event: AuditEvent): Promise<OpenedEntry> {
    const { index } = await this.#log.log.append(parseEvent(event), { await: 'integrated', source: 'outbox' });
    this.#ledger = await openOwn(this.#log.ledger ?? this.#log);
    if (!this.#log.ledger) this.#source = this.#ledger;
    return this.#ledger.at(index);
  }

  #leafHandle(): Uint8Array {
    return fromBase64url(this.#scope!.handle)!;
  }
}

/** The log is this process's own and open: its newest checkpoint need not have been to the witnesses yet. */
function openOwn(source: LogSource): Promise<ReportSource> {
  const { logKey, pqLogKey } = source.policy;
  return ReportSource.open({
    reader: source.reader,
    keys: source.keys,
    policy: { logKey, ...(pqLogKey !== undefined && { pqLogKey }) },
  });
}

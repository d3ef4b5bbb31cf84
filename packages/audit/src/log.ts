import { fromBase64url } from '@wardseal/primitives';
import type { Clock } from './clock.js';
import { AuditError } from './errors.js';
import { type AuditEvent, parseEvent } from './event.js';
import { GroupCommit } from './group-commit.js';
import type { Integrator } from './integrator.js';
import { idBytes, idTime } from './leaf.js';
import type { RiskAcceptance } from './life/acceptance.js';
import type { Keeping } from './life/keeper.js';
import type { Witnessed, WitnessingState } from './life/log-witnesses.js';
import { UnderWay } from './life/under-way.js';
import type { Witnessing } from './life/witnessing.js';
import type { LogKeys } from './log-keys.js';
import { type Prepared, prepare, recognise } from './prepare.js';
import type { Appended, LogStore, StoredEntry } from './store/store.js';
import { formatProof } from './tlog-proof.js';
import type { InclusionProof } from './verify-inclusion.js';
import { type Audited, type IntendedEvent, type WithAuditOptions, withAudit } from './with-audit.js';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Between two checkpoints that nobody waits for, ms: each costs some ten syncs, and a log under load would spend its time
 * on them. Who waits for `integrated` gets a checkpoint at once.
 */
export const CHECKPOINT_GAP = 50;
/** An outside caller's event id may be this old or this far ahead, ms: a day of retries, and any clock's error. */
export const MAX_EVENT_AGE = 86_400_000;

const WAITS: ReadonlySet<string> = new Set(['durable', 'integrated', 'witnessed']);
const SOURCES: ReadonlySet<string> = new Set(['caller', 'outbox', 'merge']);

/** How `append` is to act. */
export interface AppendOptions {
  /**
   * `durable`: resolve when the entry survives a power cut. `integrated`: when a signed checkpoint covers it as well.
   * `witnessed`: when a quorum of the log's witnesses has signed that checkpoint.
   */
  readonly await?: 'durable' | 'integrated' | 'witnessed';
  /** 32 bytes of the requester's own choice, bound into the entry, so that the receipt fits this request only. */
  readonly nonce?: Uint8Array;
  /** `caller` (the default) may bring ids up to 24 h old; `outbox` and `merge` bring events of any age. */
  readonly source?: 'caller' | 'outbox' | 'merge';
}

/** What `append` gives. */
export interface AppendResult {
  /** The entry's place in the log. */
  readonly index: number;
  readonly leaf: Bytes;
  /** Whether the event was in the log before. */
  readonly duplicate: boolean;
  /** The `.tlog-proof` text, against the checkpoint that was waited for; null for `durable`. */
  readonly receipt: string | null;
}

interface Stored {
  readonly prepared: Prepared;
  readonly result: Omit<AppendResult, 'receipt'>;
}

/** What the parts of `openLog` hand to the log. */
export interface LogParts {
  readonly origin: string;
  readonly store: LogStore;
  readonly keys: LogKeys;
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly integrator: Integrator;
  readonly durable: number;
  readonly checkpointEvery: number;
  readonly checkpointEntries: number;
  readonly witnessing: Witnessing | undefined;
  readonly keeping: Keeping | undefined;
  readonly unwitnessed: RiskAcceptance | undefined;
}

/** An open log. */
export class AuditLog {
  readonly #parts: LogParts;
  readonly #integrator: Integrator;
  readonly #writer: GroupCommit;
  readonly #underWay = new UnderWay();
  #durable: number;
  #cancelTimer: (() => void) | undefined;
  // When the timer fires, and when the last checkpoint in the background was begun or done.
  #due = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  // Set while the last integration in the background failed.
  #behind = false;
  #closed = false;

  constructor(parts: LogParts) {
    this.#parts = parts;
    this.#integrator = parts.integrator;
    this.#durable = parts.durable;
    this.#writer = new GroupCommit(
      parts.store,
      () => this.#usable(),
      (...written) => this.#written(...written),
    );
  }

  /** The log's name, as its checkpoints say it. */
  get origin(): string {
    return this.#parts.origin;
  }

  /** Who accepted that nobody outside watches this log; null when it has witnesses. */
  get unwitnessed(): RiskAcceptance | null {
    return this.#parts.unwitnessed ?? null;
  }

  /** The newest checkpoint that a quorum of witnesses stands by, as far as this process knows. */
  get witnessed(): Witnessed | null {
    return this.#parts.witnessing?.latest ?? null;
  }

  /**
   * Forgets a subject's secret in this process, so that the next event of the subject gets a new one. `eraseSubject`
   * calls it; other processes forget within a minute.
   *
   * @param subject - the patient handle, base64url
   * @throws RangeError when it is not 32 bytes of base64url
   * @example
   * log.forgetSubject(handle);
   */
  forgetSubject(subject: string): void {
    const handle = fromBase64url(subject);
    if (handle?.length !== 32) throw new RangeError('subject must be 32 bytes as base64url');
    this.#parts.keys.forgetSubject(handle);
  }

  /**
   * Appends one event. A rejected append may still have happened: try again with the same id.
   *
   * @param event - what happened; checked with `parseEvent`
   * @param options - what to wait for (default `durable`), the request's nonce, where the event comes from
   * @returns the entry's index and leaf, and with `integrated` or `witnessed` the receipt. The same event again gives the same index
   * @throws AuditError `EVENT_INVALID` when the event is malformed; `EVENT_STALE` when an outside caller's id is more
   *   than 24 h off the log's clock; `EVENT_CONFLICT` when the id is taken by another event or nonce;
   *   `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT` when a secret cannot be had; `STORE_FAILED` when the store failed, and
   *   `LOG_POISONED` when it must be opened again; `QUORUM_MISSING` when too few witnesses signed in time (the entry is
   *   in the log all the same); `LOG_ROLLED_BACK` since a witness has seen another history, or when the
   *   store no longer holds what it acknowledged (a standby took over that was behind); `LOG_CLOSED` after `close`
   * @throws RangeError when the nonce is not 32 bytes, `await` or `source` is another word, or `witnessed` is asked of a log without witnesses
   * @example
   * const { index, receipt } = await log.append(event, { await: 'integrated', nonce });
   */
  append(event: AuditEvent, options: AppendOptions = {}): Promise<AppendResult> {
    return this.#underWay.add(this.#append(event, options));
  }

  async #append(event: AuditEvent, options: AppendOptions): Promise<AppendResult> {
    const { nonce, source = 'caller', await: wait = 'durable' } = options;
    // A slip of the pen must not get less than it asked for: no receipt, or an id of any age.
    if (!WAITS.has(wait)) throw new RangeError('await must be durable, integrated or witnessed');
    if (!SOURCES.has(source)) throw new RangeError('source must be caller, outbox or merge');
    if (nonce !== undefined && nonce.length !== 32) throw new RangeError('nonce must be 32 bytes');
    if (wait === 'witnessed' && !this.#parts.witnessing) throw new RangeError('the log has no witnesses');
    this.#usable();
    const checked = parseEvent(event);
    const now = this.#parts.clock.now();
    if (source === 'caller' && Math.abs(now - idTime(checked.id)) > MAX_EVENT_AGE)
      throw new AuditError('EVENT_STALE', 'the event id is more than 24 hours off', { field: 'id' });
    await this.#checkParent(checked);
    // A log that takes entries but signs none would promise what it does not do.
    if (this.#behind) await this.integrate();
    const { prepared, result } = await this.#store(checked, nonce, now);
    const proof = await this.#proofFor(result.index, wait);
    if (proof === null) return { ...result, receipt: null };
    return { ...result, receipt: formatProof({ ...proof, leaf: result.leaf, opening: prepared.opening }) };
  }

  /** Waits for what the caller wants to wait for; null when that is no checkpoint. */
  async #proofFor(index: number, wait: AppendOptions['await']): Promise<InclusionProof | null> {
    if (wait !== 'integrated' && wait !== 'witnessed') return null;
    await this.#cover(index + 1);
    if (wait === 'integrated') return this.inclusionProof(index);
    return this.#integrator.inclusionProof(index, await this.#parts.witnessing!.cover(index + 1));
  }

  async #checkParent({ links }: AuditEvent): Promise<void> {
    if (links === undefined || links.parentIndex < this.#durable) return;
    // Another process may have appended it.
    for await (const _ of this.#parts.store.readEntries(links.parentIndex, links.parentIndex + 1)) return;
    const field = 'links.parentIndex';
    throw new AuditError('EVENT_INVALID', `field \`${field}\` names no entry of the log`, { field });
  }

  async #store(event: AuditEvent, nonce: Uint8Array | undefined, recordedAt: number): Promise<Stored> {
    const prepared = await prepare(event, nonce, recordedAt, this.#parts);
    const { index, added } = await this.#writer.append(prepared.entry);
    if (added) return { prepared, result: { index, leaf: prepared.entry.leaf, duplicate: false } };
    const before = await recognise(event, nonce, await this.#entry(index), this.#parts);
    return { prepared: before, result: { index, leaf: before.entry.leaf, duplicate: true } };
  }

  async #entry(index: number): Promise<StoredEntry> {
    for await (const entry of this.#parts.store.readEntries(index, index + 1)) return entry;
    throw new AuditError('LOG_CORRUPT', 'an entry is missing from the store', { index });
  }

  /** Takes note of a group that is durable. */
  #written(entries: readonly Prepared['entry'][], appended: readonly Appended[]): void {
    for (const [i, { index, added }] of appended.entries()) {
      if (added) this.#integrator.remember(index, [entries[i]!.leaf]);
      this.#durable = Math.max(this.#durable, index + 1);
    }
    this.#schedule();
  }

  /** Sees to it that a checkpoint comes: for a full bundle as soon as the gap allows, else after the interval. */
  #schedule(): void {
    const { clock, checkpointEvery, checkpointEntries } = this.#parts;
    const full = this.#durable - this.#integrator.size >= checkpointEntries;
    const now = clock.now();
    const rest = Math.min(Math.max(this.#last + CHECKPOINT_GAP - now, 0), CHECKPOINT_GAP);
    const wait = full ? rest : checkpointEvery;
    if (wait === 0) this.#background();
    else if (now + wait < this.#due) {
      this.#cancelTimer?.();
      this.#due = now + wait;
      this.#cancelTimer = clock.after(wait, () => this.#background());
    }
  }

  #background(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#due = Number.POSITIVE_INFINITY;
    const note = (): void => {
      this.#last = this.#parts.clock.now();
    };
    note();
    // A failure is told to the next caller, whose append tries again first.
    this.integrate().then(note, note);
  }

  /**
   * Does nothing that the log does not hold: writes an entry of outcome `intent`, runs `work`, and writes its outcome as
   * an entry whose parent is the intent. Without the first entry the work never runs; without the second its result is
   * withheld. An intent that no outcome follows counts as happened (`danglingIntents`).
   *
   * Trying again with the same event is safe: the log keeps one intent, and one entry for each way it ended.
   *
   * @param event - what is about to happen
   * @param work - told the intent's entry; whatever it throws is logged as a failure and thrown on
   * @param options - what to wait for before the work (default `durable`), and how a failure is logged
   * @returns the work's value, with both entries
   * @throws AuditError `OUTCOME_UNLOGGED` with the intent's `index` when the outcome could not be appended (`cause` says
   *   why); every code of `append` for the intent; and what the work throws
   * @example
   * const { value } = await log.withAudit(event, () => decrypt(header), { await: 'integrated' });
   */
  withAudit<T>(
    event: IntendedEvent,
    work: (intent: AppendResult) => T | Promise<T>,
    options: WithAuditOptions = {},
  ): Promise<Audited<T>> {
    return withAudit(this, event, work, options);
  }

  /**
   * Where an event stands.
   *
   * @param id - an event id
   * @returns the index of its entry, durable; null when the log has none
   * @throws AuditError `STORE_FAILED`, `LOG_CLOSED`
   * @example
   * if ((await log.indexOf(event.id)) === null) retry(event);
   */
  async indexOf(id: string): Promise<number | null> {
    this.#usable();
    return this.#parts.store.find(idBytes(id));
  }

  /**
   * The latest checkpoint that this process knows, a signed note.
   *
   * @returns the text, as it is stored and served
   * @example
   * const { size } = await verifyCheckpoint(log.checkpoint(), { logKey: vkey });
   */
  checkpoint(): string {
    return this.#integrator.checkpoint;
  }

  /** Entries that are durable, as far as this process knows; the checkpoint may cover fewer. */
  get size(): number {
    return this.#durable;
  }

  /**
   * Makes a checkpoint that covers every entry that this process knows to be durable.
   *
   * @returns the checkpoint
   * @throws AuditError `STORE_FAILED`, `LOG_POISONED`, `LOG_CLOSED` as `append`
   * @example
   * const checkpoint = await log.integrate();
   */
  async integrate(): Promise<string> {
    this.#usable();
    await this.#cover(this.#durable);
    return this.#integrator.checkpoint;
  }

  async #cover(size: number): Promise<void> {
    const { witnessing, keeping } = this.#parts;
    try {
      await this.#integrator.cover(size);
      this.#behind = false;
      witnessing?.kick();
      keeping?.notice(this.#integrator.checkpoint);
    } catch (error) {
      this.#behind = true;
      throw error;
    }
  }

  /**
   * How the log stands with its witnesses; null when it has none.
   *
   * @returns since when there is no quorum, when the last one signed, who failed in the latest round
   * @example
   * if (log.witnessState()?.unwitnessedSince) showBanner();
   */
  witnessState(): WitnessingState | null {
    return this.#parts.witnessing?.state ?? null;
  }

  /**
   * Shows the witnesses a checkpoint that covers every entry that this process knows to be durable.
   *
   * @returns the checkpoint with a quorum of cosignatures
   * @throws AuditError `QUORUM_MISSING` when too few witnesses signed; `LOG_ROLLED_BACK` when one has seen another history:
   *   nothing is appended any more; and as `integrate`
   * @throws RangeError when the log has no witnesses
   * @example
   * const { checkpoint, at } = await log.witness();
   */
  async witness(): Promise<Witnessed> {
    const { witnessing } = this.#parts;
    if (!witnessing) throw new RangeError('the log has no witnesses');
    await this.integrate();
    return witnessing.cover(this.#integrator.size);
  }

  /**
   * Proves that an entry is in the latest checkpoint.
   *
   * @param index - the entry's place
   * @returns path and checkpoint, for `verifyInclusion`
   * @throws AuditError `ENTRY_OUT_OF_RANGE` when no checkpoint covers the entry yet; `TILE_INVALID` when a tile is lost
   * @example
   * const proof = await log.inclusionProof(7);
   */
  inclusionProof(index: number): Promise<InclusionProof> {
    return this.#integrator.inclusionProof(index);
  }

  /**
   * Proves that the log of `to` entries extends the log of `from` entries.
   *
   * @returns the path, for `verifyConsistency`: hashes of 32 bytes
   * @throws AuditError `ENTRY_OUT_OF_RANGE` unless 0 <= from <= to <= the latest checkpoint's size; `TILE_INVALID` when
   *   a tile is lost
   * @example
   * const path = await log.consistencyProof(older.size, newer.size);
   */
  consistencyProof(from: number, to: number): Promise<readonly Bytes[]> {
    return this.#integrator.consistencyProof(from, to);
  }

  /**
   * Waits for appends under way, makes a last checkpoint, shows it to the witnesses, and gives the store back. Closing
   * twice is harmless.
   *
   * @throws AuditError `STORE_FAILED`, `LOG_POISONED` when the last checkpoint could not be made and nobody was told
   *   yet, and what the keeper of an unwitnessed log failed with; the store is given back all the same
   * @example
   * await log.close();
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#underWay.settled();
    await this.#writer.settled();
    const told = this.#behind;
    try {
      await this.integrate().catch((error: unknown) => {
        if (!told) throw error;
      });
      if (!this.#behind) await this.#showLast();
      await this.#parts.keeping?.keep(this.#integrator.checkpoint);
    } finally {
      this.#closed = true;
      await this.#parts.witnessing?.stop();
      this.#cancelTimer?.();
      await this.#parts.store.close();
    }
  }

  /** Shows the witnesses the last checkpoint. Where too few answer now, they are asked again at the next opening. */
  async #showLast(): Promise<void> {
    try {
      await this.#parts.witnessing?.cover(this.#integrator.size);
    } catch (error) {
      if (!(error instanceof AuditError) || error.code !== 'QUORUM_MISSING') throw error;
    }
  }

  #usable(): void {
    if (this.#closed) throw new AuditError('LOG_CLOSED', 'the log is closed');
    if (this.#parts.witnessing?.fault) throw this.#parts.witnessing.fault;
  }
}

import { fromUtf8 } from '@wardseal/primitives';
import { type VerifiedEntry, verifiedEntries } from './check/verified-entries.js';
import { type Clock, systemClock } from './clock.js';
import { AuditError, type AuditErrorCode } from './errors.js';
import { compareCheckpoints } from './gossip.js';
import { decodeLeaf, type Leaf } from './leaf.js';
import { ClockCheck, MAX_SKEW } from './monitor/monitor-clock.js';
import {
  type MonitorAlert,
  type MonitorOptions,
  type MonitorReport,
  type MonitorState,
  QUORUM_PATIENCE,
} from './monitor/monitor-report.js';
import type { LogReader } from './store/store.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';
import { signedBy } from './verify-evidence.js';

// Alerts of one look: after so many nobody needs the next one.
const MAX_ALERTS = 100;

/**
 * Watches a log from outside: is it there, is it signed and cosigned and fresh, does it only grow, and what is new in it.
 * It trusts neither the log nor whoever serves its files.
 *
 * @param reader - the log's files: `urlReader` or `folderReader`
 * @param policy - the log's pinned keys; with `witnesses` and `maxAge` it minds the quorum and its age
 * @param options - where an earlier monitor stood, rules, and how to keep the state
 * @returns the monitor: call `look` now and then, or `follow`
 * @throws RangeError when the state or a setting makes no sense
 * @example
 * const { alerts } = await monitor(urlReader(url), { logKey, witnesses, maxAge: 900_000 }, { state }).look();
 */
export function monitor(reader: LogReader, policy: VerifyPolicy, options: MonitorOptions = {}): Monitor {
  return new Monitor(reader, policy, options);
}

/** What a rule or `save` threw: the caller's own, never an alert about the log. */
class CallerFailure extends Error {}

async function callersOwn(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new CallerFailure('a rule or save failed', { cause });
  }
}

/** A monitor of one log. */
export class Monitor {
  readonly #reader: LogReader;
  readonly #policy: VerifyPolicy;
  readonly #options: MonitorOptions;
  readonly #clock: Clock;
  #state: MonitorState | null;
  // The last look that was asked for: two at once would both count what is new.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(reader: LogReader, policy: VerifyPolicy, options: MonitorOptions) {
    this.#reader = reader;
    this.#clock = options.clock ?? systemClock;
    this.#policy = { now: () => this.#clock.now(), ...policy };
    this.#options = options;
    this.#state = options.state ?? null;
    if (this.#state && !(Number.isSafeInteger(this.#state.next) && this.#state.next >= 0))
      throw new RangeError('state.next must be a number of entries');
    for (const ms of [options.maxSkew ?? 0, options.quorumPatience ?? 0])
      if (!(ms >= 0)) throw new RangeError('maxSkew and quorumPatience must be 0 ms or more');
  }

  /** Where the monitor stands, to be kept. */
  get state(): MonitorState | null {
    return this.#state;
  }

  /**
   * One look. What is wrong with the log is in `alerts`, with the codes of `verifyCheckpoint`, and: `STORE_FAILED`, it
   * cannot be read; `LOG_ROLLED_BACK`, it serves less than before; `CONSISTENCY_INVALID` with evidence, it showed two
   * histories; `TILE_INVALID`, its files are missing or not those of its checkpoint; `LEAF_INVALID`; `CLOCK_SKEW`. After a
   * rollback or a split the monitor stays where it was. Looks that are asked for at once come one after the other.
   *
   * @throws AuditError `KEY_INVALID` and `POLICY_INVALID` when the policy is none; what a rule or `save` throws
   */
  look(): Promise<MonitorReport> {
    const mine = this.#turn.then(() => this.#look());
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #look(): Promise<MonitorReport> {
    const alerts: MonitorAlert[] = [];
    const report = (checkpoint: Checkpoint | null, entries = 0): MonitorReport => ({
      checkpoint,
      entries,
      alerts,
      state: this.#state,
    });
    const alert = (code: MonitorAlert['code'], message: string, more: Partial<MonitorAlert> = {}): void => {
      if (alerts.length < MAX_ALERTS) alerts.push({ code, message, ...more });
    };
    let entries = 0;
    let checkpoint: Checkpoint | null = null;
    try {
      const note = await this.#fetch();
      const before = this.#state && (await signedBy(this.#state.checkpoint, this.#policy));
      const head = await signedBy(note, this.#policy);
      if (!(await this.#extends(note, head, before, alert))) return report(before);
      checkpoint = head;
      await this.#quorum(note, alert);
      await this.#keep({ ...this.#state!, checkpoint: note });
      const clock = new ClockCheck(before, head, this.#options.maxSkew ?? MAX_SKEW);
      for await (const bundle of verifiedEntries(this.#reader, head, this.#state!.next)) {
        for (const entry of bundle) await this.#entry(entry, clock, alert);
        entries += bundle.length;
        await this.#keep({ ...this.#state!, next: this.#state!.next + bundle.length });
      }
    } catch (error) {
      if (error instanceof CallerFailure) throw error.cause;
      if (!(error instanceof AuditError) || error.code === 'KEY_INVALID' || error.code === 'POLICY_INVALID')
        throw error;
      alert(error.code, error.message, error.index === undefined ? {} : { index: error.index });
    }
    return report(checkpoint, entries);
  }

  /**
   * Looks again and again.
   *
   * @param options - `every`: ms between looks; `signal` ends it
   * @example
   * for await (const { alerts } of watch.follow({ every: 60_000 })) for (const alert of alerts) page(alert);
   */
  async *follow({
    every,
    signal,
  }: {
    readonly every: number;
    readonly signal?: AbortSignal;
  }): AsyncGenerator<MonitorReport> {
    if (!(every > 0)) throw new RangeError('every must be above 0 ms');
    while (!signal?.aborted) {
      yield await this.look();
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(every, done);
        function done(): void {
          signal?.removeEventListener('abort', done);
          cancel();
          resolve();
        }
        if (signal?.aborted) done();
        else signal?.addEventListener('abort', done);
      });
    }
  }

  async #fetch(): Promise<string> {
    const stored = await this.#reader.readCheckpoint();
    if (stored === null) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is missing');
    const text = fromUtf8(stored);
    if (text === null) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is malformed');
    return text;
  }

  /** Whether the log only grew since the last look. */
  async #extends(
    note: string,
    head: Checkpoint,
    before: Checkpoint | null,
    alert: (code: AuditErrorCode, message: string, more?: Partial<MonitorAlert>) => void,
  ): Promise<boolean> {
    if (this.#state === null || before === null) {
      this.#state = { checkpoint: note, next: 0, quorumSeen: this.#clock.now() };
      return true;
    }
    const { verdict, evidence } = await compareCheckpoints(this.#state.checkpoint, note, this.#policy, this.#reader);
    if (evidence !== null) alert('CONSISTENCY_INVALID', 'the log showed two histories', { evidence });
    else if (head.size < before.size) alert('LOG_ROLLED_BACK', 'the log serves less than it did');
    else if (verdict === 'unknown') alert('TILE_INVALID', 'the tiles are not those of the checkpoint');
    else return true;
    return false;
  }

  async #quorum(note: string, alert: (code: AuditErrorCode, message: string) => void): Promise<void> {
    const now = this.#clock.now();
    try {
      await verifyCheckpoint(note, this.#policy);
      this.#state = { ...this.#state!, quorumSeen: now };
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      const waited = now - this.#state!.quorumSeen > (this.#options.quorumPatience ?? QUORUM_PATIENCE);
      if (error.code !== 'QUORUM_MISSING' || waited) alert(error.code, error.message);
    }
  }

  async #entry(
    entry: VerifiedEntry,
    clock: ClockCheck,
    alert: (code: MonitorAlert['code'], message: string, more: Partial<MonitorAlert>) => void,
  ): Promise<void> {
    const { index } = entry;
    let leaf: Leaf;
    try {
      leaf = decodeLeaf(entry.bytes);
    } catch {
      return alert('LEAF_INVALID', 'the entry is not a leaf of version 0', { index });
    }
    const fault = clock.fault(leaf);
    if (fault !== null) alert('CLOCK_SKEW', fault, { index });
    for (const rule of this.#options.rules ?? []) await callersOwn(() => rule({ ...entry, leaf }));
  }

  async #keep(state: MonitorState): Promise<void> {
    this.#state = state;
    await callersOwn(() => this.#options.save?.(state));
  }
}

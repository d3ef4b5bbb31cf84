import type { Clock } from '../clock.js';
import { AuditError } from '../errors.js';
import type { Integrator } from '../integrator.js';
import { parseNote } from '../note.js';
import { cosignaturesOf } from '../verify-checkpoint.js';
import { type Cosigned, Cosigners } from '../witness/cosigners.js';
import { quorumMet, quorumTime } from '../witness/quorum.js';
import { historyShown } from './history-shown.js';
import type { CheckpointKeeper } from './keeper.js';
import {
  HEARTBEAT_EVERY,
  type LogWitnesses,
  QUORUM_TIMEOUT,
  RETRY_EVERY,
  STRAGGLERS,
  type Witnessed,
  type WitnessingState,
} from './log-witnesses.js';
import { Outage, type OutageEvent } from './outage.js';

interface Waiting {
  readonly size: number;
  readonly resolve: (witnessed: Witnessed) => void;
}

/** Carries checkpoints to the witnesses and their word back, one round at a time. */
export class Witnessing {
  readonly #witnesses: LogWitnesses;
  readonly #cosigners: Cosigners;
  readonly #integrator: Integrator;
  readonly #clock: Clock;
  readonly #keeper: CheckpointKeeper | undefined;
  readonly #outage: Outage;
  readonly #waiting = new Set<Waiting>();
  #latest: Witnessed | null = null;
  #failures: Cosigned['failures'] = [];
  #round: Promise<Cosigned> | undefined;
  #settling: Promise<void> = Promise.resolve();
  #cancelHeartbeat: (() => void) | undefined;
  #started = false;
  #stopped = false;
  /** Set for good when a witness has shown another history. */
  fault: AuditError | undefined;

  constructor(witnesses: LogWitnesses, integrator: Integrator, clock: Clock, keeper: CheckpointKeeper | undefined) {
    this.#witnesses = witnesses;
    this.#cosigners = new Cosigners(witnesses.clients);
    this.#integrator = integrator;
    this.#clock = clock;
    this.#keeper = keeper;
    this.#outage = new Outage(clock, witnesses);
    for (const ms of [witnesses.heartbeatEvery, witnesses.quorumTimeout, witnesses.alarmAfter])
      if (ms !== undefined && !(ms > 0)) throw new RangeError('times of witnesses must be above 0 ms');
  }

  /** The newest checkpoint with a quorum that this process knows. */
  get latest(): Witnessed | null {
    return this.#latest;
  }

  get state(): WitnessingState {
    const { since: unwitnessedSince } = this.#outage;
    return { unwitnessedSince, lastQuorumAt: this.#latest?.at ?? null, failures: this.#failures };
  }

  /** Shows every witness the latest checkpoint. Throws AuditError `LOG_ROLLED_BACK` when one has seen another history. */
  round(): Promise<Cosigned> {
    this.#round ??= this.#ask().finally(() => {
      this.#round = undefined;
      this.#later();
    });
    return this.#round;
  }

  /** In the background: for entries that no quorum has seen yet. */
  kick(): void {
    if (this.#round || this.#stopped || this.fault || this.#covers(this.#integrator.size)) return;
    this.round().then(
      // What was integrated meanwhile; where there was no quorum, the timer tries again.
      () => this.#outage.since === null && this.kick(),
      () => undefined,
    );
  }

  /** Resolves when a quorum stands by a checkpoint that covers that many entries. Throws AuditError `QUORUM_MISSING`. */
  async cover(size: number): Promise<Witnessed> {
    if (this.#covers(size)) return this.#latest!;
    let waiting: Waiting | undefined;
    const word = new Promise<Witnessed>((resolve) => {
      waiting = { size, resolve };
      this.#waiting.add(waiting);
    });
    let cancel = (): void => undefined;
    const late = new Promise<null>((resolve) => {
      cancel = this.#clock.after(this.#witnesses.quorumTimeout ?? QUORUM_TIMEOUT, () => resolve(null));
    });
    try {
      const witnessed = await Promise.race([word, this.#rounds(size), late]);
      if (witnessed !== null) return witnessed;
    } finally {
      cancel();
      this.#waiting.delete(waiting!);
    }
    throw new AuditError('QUORUM_MISSING', 'too few witnesses signed the checkpoint in time');
  }

  /** Begins to ask again now and then; `append` logs outages. */
  start(append: (event: OutageEvent) => Promise<unknown>): void {
    this.#started = true;
    this.#outage.log = append;
    this.#later();
  }

  /** Resolves when the round under way has put its word below the checkpoint: the store may be closed then. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelHeartbeat?.();
    this.#outage.stop();
    await this.#round?.catch(() => undefined);
  }

  #covers(size: number): boolean {
    return this.#latest !== null && this.#latest.size >= size;
  }

  async #rounds(size: number): Promise<Witnessed | null> {
    // A round under way may be about an older checkpoint.
    for (let round = 0; round < 2 && !this.#covers(size); round++) await this.round();
    return this.#covers(size) ? this.#latest : null;
  }

  #later(): void {
    this.#cancelHeartbeat?.();
    if (this.#stopped || !this.#started) return;
    const heartbeat = this.#witnesses.heartbeatEvery ?? HEARTBEAT_EVERY;
    const wait = this.#outage.since === null ? heartbeat : Math.min(RETRY_EVERY, heartbeat);
    this.#cancelHeartbeat = this.#clock.after(wait, () => {
      this.#later();
      // A fault stays and is told to the next caller; witnesses that do not answer are asked again next time.
      this.#beat().catch(() => undefined);
    });
  }

  async #beat(): Promise<void> {
    // A round under way may have asked witnesses that slept then.
    await this.#round?.catch(() => undefined);
    await this.round();
    this.kick();
  }

  /** Asks all; when there is a quorum, those who are slow get a little more time and are then waited for elsewhere. */
  async #ask(): Promise<Cosigned> {
    const { checkpoint, size } = this.#integrator;
    const prove = (from: number, to: number): Promise<readonly Uint8Array[]> =>
      this.#integrator.consistencyProof(from, to);
    let cancel: (() => void) | undefined;
    let newest: Cosigned | undefined;
    let enough: (soFar: Cosigned) => void = () => undefined;
    const early = new Promise<Cosigned>((resolve) => {
      enough = resolve;
    });
    const heard: Promise<void>[] = [];
    const hear = async (soFar: Cosigned): Promise<void> => {
      newest = soFar;
      // Whoever waits for a quorum is told at once. Before the log takes its first entry every witness is waited for.
      const quorum = await this.#hear(soFar.checkpoint, size);
      if (quorum && this.#started) cancel ??= this.#clock.after(STRAGGLERS, () => enough(newest!));
    };
    const all = this.#cosigners
      .cosign(checkpoint, prove, (soFar) => heard.push(hear(soFar)))
      .finally(() => Promise.all(heard));
    const result = await Promise.race([all, early]);
    cancel?.();
    await this.#settle(result, size);
    // A fault that comes late is kept, and told to the next caller.
    if (result === newest) all.then((late) => this.#settle(late, size)).catch(() => undefined);
    return result;
  }

  /** Acts on the words of a round; never on two rounds at once. */
  #settle(result: Cosigned, size: number): Promise<void> {
    const mine = this.#settling.then(async () => {
      if (this.#stopped) return;
      const enough = await this.#hear(result.checkpoint, size);
      this.#failures = result.failures;
      if (!enough) this.#outage.missing(result.failures, this.#cosigners.clients.length);
      await this.#checkHistory(result);
      await this.#integrator.adopt(result.checkpoint);
      if (enough) await this.#keeper?.write(result.checkpoint);
      if (result.failures.length > 0) this.#witnesses.onFailure?.(result.failures);
    });
    this.#settling = mine.catch(() => undefined);
    return mine;
  }

  /**
   * A witness that is ahead may know a checkpoint of another node of this log; the store must have it by now. Before the
   * log takes its first entry every claim of another history counts. Later one that is only claimed must not stop a log
   * that others stand by: then the witness has to show what the log signed.
   */
  async #checkHistory({ failures }: Cosigned): Promise<void> {
    const claims = failures.filter(
      ({ error: { code } }) => code === 'WITNESS_AHEAD' || code === 'WITNESS_INCONSISTENT',
    );
    if (claims.length === 0) return;
    if (claims.some(({ error }) => error.code === 'WITNESS_AHEAD')) await this.#integrator.step();
    for (const { name, error } of claims) {
      if ((error.size ?? Number.POSITIVE_INFINITY) <= this.#integrator.size) continue;
      const client = this.#cosigners.clients.find((each) => each.name === name);
      if (this.#started && !(client && (await historyShown(client, this.#integrator)))) continue;
      this.fault = new AuditError('LOG_ROLLED_BACK', 'a witness has seen another history of the log', {
        ...(error.size !== undefined && { size: error.size }),
        cause: error,
      });
      throw this.fault;
    }
  }

  /** Whether a checkpoint with these cosignatures has its quorum; those who wait for one are told. */
  async #hear(checkpoint: string, size: number): Promise<boolean> {
    const { policy } = this.#witnesses;
    const cosignatures = await cosignaturesOf(parseNote(checkpoint)!, policy);
    const names = cosignatures.map(({ witness }) => witness);
    if (!quorumMet(policy, names)) return false;
    this.#outage.quorum();
    if ((this.#latest?.size ?? 0) <= size) this.#latest = { checkpoint, size, at: quorumTime(policy, cosignatures) };
    for (const waiting of [...this.#waiting]) if (this.#covers(waiting.size)) waiting.resolve(this.#latest!);
    return true;
  }
}

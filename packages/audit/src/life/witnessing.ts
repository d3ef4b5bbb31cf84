import type { Clock } from '../clock.js';
import { AuditError } from '../errors.js';
import type { Integrator } from '../integrator.js';
import { parseNote } from '../note.js';
import { cosignaturesOf } from '../verify-checkpoint.js';
import type { WitnessClient } from '../witness/client.js';
import { type Cosigned, Cosigners } from '../witness/cosigners.js';
import type { WitnessPolicy } from '../witness/policy.js';
import { quorumMet, quorumTime } from '../witness/quorum.js';
import type { CheckpointKeeper } from './keeper.js';

/** A log without news asks its witnesses again after this long, ms: a silent log is then told from a dead one. */
export const HEARTBEAT_EVERY = 600_000;

/** Who witnesses a log. */
export interface LogWitnesses {
  /** Says when they are enough; readers verify with the same policy. */
  readonly policy: WitnessPolicy;
  /** How to reach them: `witnessClient`, or a caller's own. */
  readonly clients: readonly WitnessClient[];
  /** Default `HEARTBEAT_EVERY`, ms. */
  readonly heartbeatEvery?: number;
  /** Told after each round in which witnesses failed, so that somebody is called. */
  readonly onFailure?: (failures: Cosigned['failures']) => void;
}

/** A checkpoint that a quorum of witnesses stands by. */
export interface Witnessed {
  readonly checkpoint: string;
  /** Entries that it covers. */
  readonly size: number;
  /** When the quorum had signed: milliseconds since 1970, by the witnesses' clocks; null where the quorum is `none`. */
  readonly at: number | null;
}

/** Carries checkpoints to the witnesses and their word back, one round at a time. */
export class Witnessing {
  readonly #witnesses: LogWitnesses;
  readonly #cosigners: Cosigners;
  readonly #integrator: Integrator;
  readonly #clock: Clock;
  readonly #keeper: CheckpointKeeper | undefined;
  #latest: Witnessed | null = null;
  #round: Promise<Cosigned> | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  #stopped = false;
  /** Set for good when a witness has seen another history. */
  fault: AuditError | undefined;

  constructor(witnesses: LogWitnesses, integrator: Integrator, clock: Clock, keeper: CheckpointKeeper | undefined) {
    this.#witnesses = witnesses;
    this.#cosigners = new Cosigners(witnesses.clients);
    this.#integrator = integrator;
    this.#clock = clock;
    this.#keeper = keeper;
  }

  /** The newest checkpoint with a quorum that this process knows. */
  get latest(): Witnessed | null {
    return this.#latest;
  }

  /** Shows every witness the latest checkpoint. Throws AuditError `LOG_ROLLED_BACK` when one has seen another history. */
  round(): Promise<Cosigned> {
    this.#round ??= this.#ask().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  /** In the background: for entries that no quorum has seen yet. */
  kick(): void {
    if (this.#round || this.#stopped || (this.#latest?.size ?? -1) >= this.#integrator.size) return;
    this.#later();
    this.round().then(
      // What was integrated meanwhile; nothing when the witnesses do not answer: then the heartbeat tries again.
      ({ cosigned }) => cosigned.length > 0 && this.kick(),
      () => undefined,
    );
  }

  /** Resolves when a quorum stands by a checkpoint that covers that many entries. Throws AuditError `QUORUM_MISSING`. */
  async cover(size: number): Promise<Witnessed> {
    // A round under way may be about an older checkpoint.
    for (let round = 0; round < 3 && (this.#latest?.size ?? -1) < size; round++) await this.round();
    if (this.#latest === null || this.#latest.size < size)
      throw new AuditError('QUORUM_MISSING', 'too few witnesses signed the checkpoint');
    return this.#latest;
  }

  /** Asks again now and then, though nothing new came. */
  start(): void {
    this.#later();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelHeartbeat?.();
  }

  #later(): void {
    this.#cancelHeartbeat?.();
    if (this.#stopped) return;
    this.#cancelHeartbeat = this.#clock.after(this.#witnesses.heartbeatEvery ?? HEARTBEAT_EVERY, () => {
      this.#later();
      this.round().then(
        () => this.kick(),
        () => undefined,
      );
    });
  }

  async #ask(): Promise<Cosigned> {
    const { checkpoint, size } = this.#integrator;
    const prove = (from: number, to: number): Promise<readonly Uint8Array[]> =>
      this.#integrator.consistencyProof(from, to);
    const result = await this.#cosigners.cosign(checkpoint, prove);
    await this.#checkHistory(result);
    await this.#integrator.adopt(result.checkpoint);
    await this.#note(result.checkpoint, size);
    if (result.failures.length > 0) this.#witnesses.onFailure?.(result.failures);
    return result;
  }

  /** A witness that is ahead may know a checkpoint of another node of this log; the store must have it by now. */
  async #checkHistory({ failures }: Cosigned): Promise<void> {
    const fork = failures.find(({ error }) => error.code === 'WITNESS_INCONSISTENT');
    const ahead = Math.max(
      -1,
      ...failures.map(({ error }) => (error.code === 'WITNESS_AHEAD' ? (error.size ?? 0) : -1)),
    );
    if (ahead >= 0) await this.#integrator.step();
    if (fork === undefined && ahead <= this.#integrator.size) return;
    this.fault = new AuditError('LOG_ROLLED_BACK', 'a witness has seen another history of the log', {
      ...(ahead >= 0 && { size: ahead }),
      cause: (fork ?? failures.find(({ error }) => error.code === 'WITNESS_AHEAD'))?.error,
    });
    throw this.fault;
  }

  async #note(checkpoint: string, size: number): Promise<void> {
    const { policy } = this.#witnesses;
    const cosignatures = await cosignaturesOf(parseNote(checkpoint)!, policy);
    if (
      !quorumMet(
        policy,
        cosignatures.map(({ witness }) => witness),
      )
    )
      return;
    this.#latest = { checkpoint, size, at: quorumTime(policy, cosignatures) };
    await this.#keeper?.write(checkpoint);
  }
}

import { consistent } from '@wardseal/primitives';
import type { Clock } from '../clock.js';
import { AuditError } from '../errors.js';
import type { Integrator } from '../integrator.js';
import { verifyCheckpoint } from '../verify-checkpoint.js';

/**
 * A place apart from the log where its last checkpoint is kept: another disk, another machine, a row in somebody else's
 * database. A log whose store was restored from a backup is then found out on the next start, even when no witness answers.
 * **It must not be in the same backup**: a keeper that is restored together with the store says what the store says.
 */
export interface CheckpointKeeper {
  /** What was written last, or null. */
  read(): Promise<string | null>;
  /** Replaces it in one durable step. */
  write(checkpoint: string): Promise<void>;
}

/** An unwitnessed log's checkpoint goes to its keeper this often, ms: one more sync elsewhere should not cost a view. */
export const KEEP_EVERY = 60_000;

/** Writes an unwitnessed log's checkpoints to its keeper, now and then. */
export class Keeping {
  readonly #keeper: CheckpointKeeper;
  readonly #clock: Clock;
  #kept = '';
  #at = Number.NEGATIVE_INFINITY;
  // One write at a time: an older checkpoint must not come last.
  #writing: Promise<void> = Promise.resolve();

  constructor(keeper: CheckpointKeeper, clock: Clock) {
    this.#keeper = keeper;
    this.#clock = clock;
  }

  /** Keeps a checkpoint in the background when the last one is old enough. A keeper that fails does not stop the log. */
  notice(checkpoint: string): void {
    const now = this.#clock.now();
    if (Math.abs(now - this.#at) < KEEP_EVERY) return;
    this.#at = now;
    this.keep(checkpoint).catch(() => undefined);
  }

  /** Keeps a checkpoint at once. */
  keep(checkpoint: string): Promise<void> {
    const work = this.#writing.then(async () => {
      if (checkpoint === this.#kept) return;
      await this.#keeper.write(checkpoint);
      this.#kept = checkpoint;
    });
    this.#writing = work.catch(() => undefined);
    return work;
  }
}

/** Throws AuditError `LOG_ROLLED_BACK` when the log is not a continuation of the checkpoint that was kept. */
export async function checkKept(keeper: CheckpointKeeper, integrator: Integrator, logKey: string): Promise<void> {
  const text = await keeper.read();
  if (text === null) return;
  const kept = await verifyCheckpoint(text, { logKey });
  const { size, root } = await verifyCheckpoint(integrator.checkpoint, { logKey });
  const grown =
    kept.size <= size &&
    consistent(kept.size, size, kept.root, root, await integrator.consistencyProof(kept.size, size));
  if (!grown)
    throw new AuditError('LOG_ROLLED_BACK', 'the store is older than the checkpoint that was kept apart', {
      size: kept.size,
    });
}

import { randomBytes } from '@wardseal/primitives';
import { type Clock, systemClock } from './clock.js';
import { Integrator } from './integrator.js';
import type { KeyStore } from './key-store.js';
import { AuditLog } from './log.js';
import { LogKeys } from './log-keys.js';
import { type LogSigner, parseVkey } from './note.js';
import type { LogStore } from './store/store.js';

/** An entry waits at most this long, ms, for the checkpoint that covers it. */
export const CHECKPOINT_EVERY = 1000;
/** A checkpoint is made at once when so many entries wait: a full bundle. */
export const CHECKPOINT_ENTRIES = 256;

/** What a log needs. */
export interface OpenLogOptions {
  /** The log's name, a URL without scheme; one log a year, as `audit.trust.example/2026`. The signer's key bears it. */
  readonly origin: string;
  /** Where the log lives: `fileStore` of `@wardseal/audit/file-store`. */
  readonly store: LogStore;
  /** Where its secrets live; apart from the log, with a backup life of its own. */
  readonly keys: KeyStore;
  readonly signer: LogSigner;
  /** Default the computer's. */
  readonly clock?: Clock;
  /** Secret random bytes; default the platform's. */
  readonly random?: (length: number) => Uint8Array;
  /** Default `CHECKPOINT_EVERY`, ms. */
  readonly checkpointEvery?: number;
  /** Default `CHECKPOINT_ENTRIES`. */
  readonly checkpointEntries?: number;
}

/**
 * Opens a log for appending, makes it when it is new, and finishes what a crash interrupted.
 *
 * @param options - name, store, keys and signer
 * @returns the log; close it to give the lock back
 * @throws AuditError `LOG_LOCKED` when another process has it open; `LOG_ROLLED_BACK` when the store holds fewer entries
 *   than its own checkpoint says, as after restoring an old backup; `LOG_CORRUPT` when journal, tiles and checkpoint do
 *   not fit each other; `ORIGIN_MISMATCH` when the store holds another log; `KEY_INVALID` when the signer's key is
 *   malformed; `CHECKPOINT_INVALID`, `CHECKPOINT_UNSIGNED`, `SIGNATURE_INVALID` when the stored checkpoint is not this
 *   log's; `STORE_FAILED` when the disk failed
 * @throws RangeError when origin, signer or an interval does not fit
 * @example
 * const log = await openLog({ origin, store: fileStore(folder), keys: fileKeyStore(keyFolder), signer });
 */
export async function openLog(options: OpenLogOptions): Promise<AuditLog> {
  const { origin, store, keys, signer, clock = systemClock, random = randomBytes } = options;
  const { checkpointEvery = CHECKPOINT_EVERY, checkpointEntries = CHECKPOINT_ENTRIES } = options;
  if (!Number.isFinite(checkpointEvery) || checkpointEvery < 0)
    throw new RangeError('checkpointEvery must be 0 ms or more');
  if (!Number.isSafeInteger(checkpointEntries) || checkpointEntries < 1)
    throw new RangeError('checkpointEntries must be 1 or more');
  if (parseVkey(signer.vkey).name !== origin) throw new RangeError("origin must be the name of the signer's key");
  const { size: durable } = await store.open(origin, signer.vkey);
  try {
    const integrator = new Integrator(origin, store, signer);
    await integrator.step();
    await integrator.cover(durable);
    const log = {
      origin,
      store,
      keys: new LogKeys(keys, origin, random, () => clock.now()),
      clock,
      random,
      integrator,
      durable,
      checkpointEvery,
      checkpointEntries,
    };
    return new AuditLog(log);
  } catch (error) {
    // The first error says what is wrong; one on closing would hide it.
    await store.close().catch(() => undefined);
    throw error;
  }
}

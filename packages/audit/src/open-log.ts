import { randomBytes } from '@wardseal/primitives';
import { type Clock, systemClock } from './clock.js';
import { AuditError } from './errors.js';
import { createEventId } from './event-id.js';
import { Integrator } from './integrator.js';
import type { KeyStore } from './key-store.js';
import { checkAcceptance, type RiskAcceptance } from './life/acceptance.js';
import { type CheckpointKeeper, checkKept, Keeping } from './life/keeper.js';
import type { LogWitnesses } from './life/log-witnesses.js';
import { checkOverride, logOverride, type Override } from './life/override.js';
import { Witnessing } from './life/witnessing.js';
import { AuditLog } from './log.js';
import { LogKeys } from './log-keys.js';
import { type LogSigner, vkeyOf } from './note-key.js';
import { EntryOpener } from './opened-entry.js';
import type { LogStore } from './store/store.js';

/** An entry waits at most this long, ms, for the checkpoint that covers it. */
export const CHECKPOINT_EVERY = 1000;
/** A checkpoint is made when so many entries wait, a full bundle, but not within 50 ms of the one before (`CHECKPOINT_GAP`). */
export const CHECKPOINT_ENTRIES = 256;

/** What a log needs, but for who watches it. */
export interface LogOptions {
  /** The log's name, a URL without scheme; one log a year, as `audit.trust.example/2026`. The signer's key bears it. */
  readonly origin: string;
  /** Where the log lives: `fileStore` of `@wardseal/audit/file-store`. */
  readonly store: LogStore;
  /** Where its secrets live; apart from the log, with a backup life of its own. */
  readonly keys: KeyStore;
  readonly signer: LogSigner;
  /** A second, post-quantum key of the log (`generateCosignerKey(origin, 'ml-dsa-44')`): checkpoints carry both signatures. */
  readonly pqSigner?: LogSigner;
  /** Keeps the last checkpoint apart from the store, so that a store restored from a backup is found out. */
  readonly keeper?: CheckpointKeeper;
  /** Default the computer's. */
  readonly clock?: Clock;
  /** Secret random bytes; default the platform's. */
  readonly random?: (length: number) => Uint8Array;
  /** Default `CHECKPOINT_EVERY`, ms. */
  readonly checkpointEvery?: number;
  /** Default `CHECKPOINT_ENTRIES`. */
  readonly checkpointEntries?: number;
}

/** What a log needs: it is watched from outside, or somebody says in so many words that it is not. */
export type OpenLogOptions = LogOptions &
  (
    | {
        /** Who outside signs that the log only grows. They are asked before the log takes its first entry. */
        readonly witnesses: LogWitnesses;
        /** Opens the log though no witness answers: two people's word, logged before anything else. */
        readonly override?: Override;
        readonly unwitnessed?: never;
      }
    | {
        /** Somebody accepts that nobody outside watches. `log.unwitnessed` and every report say so. */
        readonly unwitnessed: RiskAcceptance;
        readonly witnesses?: never;
        readonly override?: never;
      }
  );

/** A log in the moment of its opening. */
export interface Started {
  readonly log: AuditLog;
  readonly store: LogStore;
  readonly opener: EntryOpener;
}

/**
 * Opens a log for appending, makes it when it is new, and finishes what a crash interrupted.
 *
 * A log with witnesses shows each of them its checkpoint first: a store that was rolled back, or rewritten, is refused.
 * Only witnesses (or a `keeper` outside the backup) can find out a store that was restored whole.
 *
 * @param options - name, store, keys, signer, and who watches
 * @returns the log; close it to give the lock back
 * @throws AuditError `LOG_LOCKED` when another process has it open; `LOG_ROLLED_BACK` when the store holds fewer entries
 *   than its own checkpoint says, or a witness or the keeper knows more (`size`) or another history: go on with `succeed`;
 *   `WITNESS_UNREACHABLE` when no witness signed and there is no `override`; `ACCEPTANCE_EXPIRED` when `unwitnessed` has
 *   run out; `LOG_CORRUPT` when journal, tiles and checkpoint do not fit each other; `ORIGIN_MISMATCH` when the store or
 *   the keeper holds another log; `SECRET_MISSING` when it has entries and the key store does not hold its secrets;
 *   `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT` when the key store fails; `LEASE_LOST`, `STORE_UNSAFE`, `STORE_VERSION` of a
 *   store in PostgreSQL; `KEY_INVALID` when the signer's key is malformed; `CHECKPOINT_INVALID`, `CHECKPOINT_UNSIGNED`,
 *   `SIGNATURE_INVALID` when a stored checkpoint is not this log's; `STORE_FAILED` when the disk failed
 * @throws TypeError when store, keys or signer are something else
 * @throws RangeError when origin, signer, an interval or an override does not fit, or unless there is one of `witnesses`
 *   and `unwitnessed`
 * @example
 * const log = await openLog({ origin, store: fileStore(folder), keys, signer, witnesses: { policy, clients } });
 */
export function openLog(options: OpenLogOptions): Promise<AuditLog> {
  return openWith(options, async () => undefined);
}

/** Opens a log; `first` runs once its history is believed and before anything else is written. */
export async function openWith(options: OpenLogOptions, first: (started: Started) => Promise<void>): Promise<AuditLog> {
  const { origin, store, keys, signer, pqSigner, clock = systemClock, random = randomBytes } = options;
  const { witnesses, unwitnessed, override, keeper } = options;
  const { checkpointEvery = CHECKPOINT_EVERY, checkpointEntries = CHECKPOINT_ENTRIES } = options;
  checkOptions(options, clock);
  const { size: durable } = await store.open(origin, signer.vkey);
  try {
    const integrator = new Integrator(origin, store, pqSigner ? [signer, pqSigner] : [signer], clock);
    await integrator.step();
    await integrator.cover(durable);
    if (keeper) await checkKept(keeper, integrator, signer.vkey);
    const witnessing = witnesses && new Witnessing(witnesses, integrator, clock, keeper);
    const silent = witnessing ? await silentWitnesses(witnessing) : null;
    if (silent && !override)
      throw new AuditError('WITNESS_UNREACHABLE', 'no witness could be asked', { cause: silent });
    const logKeys = new LogKeys(keys, origin, random, () => clock.now());
    // Made with the log and never again: the old entries and the new would know the same people by different handles.
    if (durable === 0) await logKeys.log();
    else if ((await logKeys.existingLog()) === null)
      throw new AuditError('SECRET_MISSING', 'the log has entries, but its secrets are not in this key store');
    const log = new AuditLog({
      origin,
      store,
      keys: logKeys,
      clock,
      random,
      integrator,
      durable,
      checkpointEvery,
      checkpointEntries,
      witnessing,
      keeping: keeper && !witnesses ? new Keeping(keeper, clock) : undefined,
      unwitnessed,
    });
    await first({ log, store, opener: new EntryOpener(logKeys, origin) });
    if (silent && override) await logOverride(log, override, clock, random);
    witnessing?.start((event) => log.append({ ...event, id: createEventId({ clock, random }) }));
    return log;
  } catch (error) {
    // The first error says what is wrong; one on closing would hide it.
    await store.close().catch(() => undefined);
    throw error;
  }
}

function checkOptions(options: OpenLogOptions, clock: Clock): void {
  const { origin, store, keys: secrets, signer, pqSigner, witnesses, unwitnessed, override } = options;
  // Without types these slips would show at the first entry, or as an error of another place.
  if (typeof store?.open !== 'function') throw new TypeError('store must be a log store, such as fileStore(folder)');
  if (typeof secrets?.get !== 'function') throw new TypeError('keys must be a key store, such as fileKeyStore(folder)');
  if (typeof signer?.sign !== 'function') throw new TypeError('signer must be what logSigner resolves to');
  const { checkpointEvery = CHECKPOINT_EVERY, checkpointEntries = CHECKPOINT_ENTRIES } = options;
  if (!Number.isFinite(checkpointEvery) || checkpointEvery < 0)
    throw new RangeError('checkpointEvery must be 0 ms or more');
  if (!Number.isSafeInteger(checkpointEntries) || checkpointEntries < 1)
    throw new RangeError('checkpointEntries must be 1 or more');
  const keys = [vkeyOf(signer.vkey, 'note', 'cosignature-ml-dsa-44')];
  if (pqSigner) keys.push(vkeyOf(pqSigner.vkey, 'cosignature-ml-dsa-44'));
  if (keys.some(({ name }) => name !== origin)) throw new RangeError("origin must be the name of the signer's key");
  if ((witnesses === undefined) === (unwitnessed === undefined))
    throw new RangeError('a log needs witnesses, or unwitnessed to say who accepted to run without');
  if (witnesses && witnesses.clients.length === 0) throw new RangeError('witnesses.clients must name a witness');
  if (override) checkOverride(override);
  if (unwitnessed) checkAcceptance(unwitnessed, clock);
}

/** Shows the witnesses the log as it was found; why none of them signed, or null. */
async function silentWitnesses(witnessing: Witnessing): Promise<AggregateError | null> {
  const { cosigned, failures } = await witnessing.round();
  if (cosigned.length > 0) return null;
  return new AggregateError(
    failures.map(({ error }) => error),
    'no witness signed',
  );
}

import { EMERGENCY_TYPE } from './emergency-type.js';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import type { AppendOptions, AppendResult, AuditLog } from './log.js';
import { type OpenLogOptions, openLog } from './open-log.js';

/** An open emergency journal: a log that takes break-glass openings only. */
export class EmergencyJournal {
  readonly #log: AuditLog;

  constructor(log: AuditLog) {
    this.#log = log;
  }

  /** The journal's name, as its receipts say it. */
  get origin(): string {
    return this.#log.origin;
  }

  /** Entries that are durable. */
  get size(): number {
    return this.#log.size;
  }

  /**
   * Appends one break-glass opening, as `AuditLog.append` does.
   *
   * @param event - of type `breakglass.open`, without `links` and `evidence`: both speak of the log it is merged into
   * @param options - as of `AuditLog.append`
   * @returns index, leaf and receipt; the receipt says the journal's origin, and `verifyReceipt` takes it under
   *   `emergencyKey` only
   * @throws AuditError `EMERGENCY_REFUSED` with `field` when the event is of another type or has one of those fields; and
   *   every code of `AuditLog.append`
   * @example
   * const { receipt } = await journal.append(event, { await: 'integrated', nonce });
   */
  async append(event: AuditEvent, options: AppendOptions = {}): Promise<AppendResult> {
    const field = refusedField(event);
    if (field !== null)
      throw new AuditError('EMERGENCY_REFUSED', `an emergency journal does not take that \`${field}\``, { field });
    return this.#log.append(event, options);
  }

  /** The latest checkpoint, a signed note. */
  checkpoint(): string {
    return this.#log.checkpoint();
  }

  /** Makes a checkpoint that covers every entry, and gives the store back. Before a merge this must have happened. */
  close(): Promise<void> {
    return this.#log.close();
  }
}

function refusedField(event: AuditEvent): string | null {
  if (event.type !== EMERGENCY_TYPE) return 'type';
  if (event.links !== undefined) return 'links';
  return event.evidence === undefined ? null : 'evidence';
}

/**
 * Opens the custodian's emergency journal: where break-glass is written while the log is down. It is a small log with an
 * origin, a key and secrets of its own, on a disk of the custodian's; `mergeEmergency` brings its entries into the log.
 *
 * @param options - as of `openLog`, under an origin of its own
 * @returns the journal; close it to give the lock back
 * @throws AuditError every code of `openLog`
 * @example
 * const journal = await openEmergencyJournal({ ...options, origin: 'emergency.trust.example/2026' });
 */
export async function openEmergencyJournal(options: OpenLogOptions): Promise<EmergencyJournal> {
  return new EmergencyJournal(await openLog(options));
}

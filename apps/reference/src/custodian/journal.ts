import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AppendResult,
  AuditError,
  type AuditEvent,
  createEventId,
  type EmergencyJournal,
  logSigner,
  openEmergencyJournal,
} from '@wardseal/audit';
import { fileKeyStore, fileStore } from '@wardseal/audit/file-store';
import type { JournalAnswer } from '../wire/custodian.js';
import { privateFolder } from './files.js';
import { oneAtATime } from './one-at-a-time.js';
import { Refusal } from './refusal.js';

/** What is written when the glass is broken while the log is down. */
export interface EmergencyNote {
  readonly person: string;
  readonly role: string;
  readonly item: string;
  readonly headerDigest: string;
  readonly reason: string;
  readonly outcome: 'intent' | 'success';
  /** The reader's, for a receipt that fits one opening only. */
  readonly nonce?: Uint8Array;
}

/**
 * The emergency journal: a small log of the custodian's under its own pinned key, for breaking the glass while the log is
 * down. It is opened when it is needed and closed for the server to merge; a merged journal goes on growing.
 */
export class Journal {
  readonly #folder: string;
  readonly #organisation: string;
  readonly #secret: string;
  readonly #queue = oneAtATime();
  #open: EmergencyJournal | null = null;
  #known: { readonly origin: string; readonly size: number } | null = null;

  constructor(options: { readonly folder: string; readonly organisation: string; readonly secret: string }) {
    this.#folder = options.folder;
    this.#organisation = options.organisation;
    this.#secret = options.secret;
  }

  /** Writes one opening down; gives its id and receipt when it is on the disk. @throws Refusal BAD_REQUEST, DISK_FULL */
  append(note: EmergencyNote): Promise<{ readonly id: string; readonly receipt: string }> {
    return this.#queue(async () => {
      const id = createEventId();
      try {
        this.#open ??= await this.#journal();
        const { receipt } = await this.#append(this.#open, id, note);
        if (receipt === null) throw new Error('the journal gave no receipt');
        this.#known = { origin: this.#open.origin, size: this.#open.size };
        return { id, receipt };
      } catch (cause) {
        if (cause instanceof AuditError && cause.code === 'EVENT_INVALID')
          throw new Refusal(400, 'REASON_REQUIRED', 'The reason cannot be written down like this', {
            next: ['Say why in a sentence, without a number or a name'],
            cause,
          });
        throw cause;
      }
    });
  }

  #append(journal: EmergencyJournal, id: string, note: EmergencyNote): Promise<AppendResult> {
    const { person, role, item, headerDigest, reason, outcome, nonce } = note;
    const event: AuditEvent = {
      id,
      occurredAt: new Date().toISOString(),
      type: 'breakglass.open',
      outcome,
      purpose: 'BTG',
      reason,
      actor: { id: person, kind: 'practitioner', role, org: this.#organisation },
      object: { kind: 'item', id: item, contentHash: headerDigest },
    };
    return journal.append(event, { await: 'integrated', ...(nonce && { nonce }) });
  }

  /** Closes the journal, so that everything in it can be merged; null when it never held anything. */
  turn(): Promise<JournalAnswer> {
    return this.#queue(async () => {
      this.#open ??= await this.#existing();
      const open = this.#open;
      if (open !== null) {
        this.#known = { origin: open.origin, size: open.size };
        this.#open = null;
        await open.close();
      }
      if (this.#known === null || this.#known.size === 0) return null;
      return { folder: join(this.#folder, 'log'), keys: join(this.#folder, 'secrets'), ...this.#known };
    });
  }

  close(): Promise<void> {
    return this.#queue(async () => {
      await this.#open?.close();
      this.#open = null;
    });
  }

  /** A journal of an earlier run. Once it was looked at there is no need to do so again. */
  async #existing(): Promise<EmergencyJournal | null> {
    if (this.#known !== null) return null;
    const there = await readdir(join(this.#folder, 'log')).catch(() => []);
    return there.length === 0 ? null : this.#journal();
  }

  async #journal(): Promise<EmergencyJournal> {
    await privateFolder(this.#folder);
    const signer = await logSigner(this.#secret);
    return openEmergencyJournal({
      origin: signer.vkey.slice(0, signer.vkey.indexOf('+')),
      store: fileStore(join(this.#folder, 'log')),
      keys: fileKeyStore(join(this.#folder, 'secrets')),
      signer,
      // Nobody can watch a journal that is for when nothing else answers; it is watched once it is merged.
      unwitnessed: { acceptedBy: 'guardians', until: '2099-12-31', reason: 'emergency journal, merged into the log' },
    });
  }
}

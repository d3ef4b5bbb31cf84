import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';
import { LogKeys } from './log-keys.js';
import { EntryOpener } from './opened-entry.js';
import type { StoredEntry } from './store/store.js';

/** Opens side records with the log's secrets, holds them against their leaves, and counts what it met. */
export class SideChecker {
  readonly #opener: EntryOpener;
  /** Compartments opened. */
  opened = 0;
  /** Compartments whose secret no longer exists. */
  erased = 0;

  constructor(keys: KeyStore, origin: string) {
    // It only ever asks for secrets that exist, so it needs no randomness.
    this.#opener = new EntryOpener(new LogKeys(keys, origin, () => new Uint8Array(0)), origin);
  }

  /** Whether both compartments are what the leaf commits to, as far as their secrets still exist. */
  async check(index: number, stored: StoredEntry): Promise<boolean> {
    try {
      const { leaf, actor, subject } = await this.#opener.open(index, stored);
      this.#count(actor);
      if (leaf.subjectHandle) this.#count(subject);
      return true;
    } catch (error) {
      if (error instanceof AuditError && error.code === 'SIDE_RECORD_INVALID') return false;
      throw error;
    }
  }

  #count(compartment: unknown): void {
    if (compartment === null) this.erased++;
    else this.opened++;
  }
}

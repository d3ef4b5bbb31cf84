import { equal } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { Leaf } from '../leaf.js';
import type { StoredEntry } from '../store/store.js';
import type { Findings } from './audit-findings.js';
import type { EntryChecker } from './entry-checker.js';
import type { SideChecker } from './side-checker.js';

const PATH = 'private/journal';

/** Holds a journal against the bundles, entry by entry, and its side records against their leaves. */
export class JournalChecker {
  readonly #findings: Findings;
  readonly #sides: SideChecker | null;
  readonly #entries: AsyncIterator<StoredEntry>;
  #ended = false;
  #damaged = false;
  /** Durable entries that no checkpoint covers yet; null when the journal's end was not reached. */
  unintegrated: number | null = null;

  constructor(entries: AsyncIterable<StoredEntry>, sides: SideChecker | null, findings: Findings) {
    this.#entries = entries[Symbol.asyncIterator]();
    this.#sides = sides;
    this.#findings = findings;
  }

  /** Compares the journal's next entry with the log's; `leaf` is null when it is none. */
  async compare(entry: Uint8Array, leaf: Leaf | null, index: number): Promise<void> {
    const stored = await this.#next('the journal holds fewer entries than the checkpoint');
    if (stored === null) return;
    if (!equal(stored.leaf, entry))
      this.#findings.add('LOG_CORRUPT', 'journal and bundle differ', { path: PATH, index });
    else if (leaf && this.#sides && !(await this.#sides.check(index, stored)))
      this.#findings.add('SIDE_RECORD_INVALID', 'the side record is not what the leaf commits to', { index });
  }

  /** Checks the entries behind the checkpoint, the first of which has index `size`. */
  async rest(size: number, entries: EntryChecker): Promise<void> {
    if (this.#ended) return;
    let count = 0;
    for (let stored = await this.#next(null); stored !== null; stored = await this.#next(null))
      entries.check(stored.leaf, size + count++);
    this.unintegrated = this.#damaged ? null : count;
  }

  /** The next entry; null, told once when there is a message for it, where the journal ends or is damaged. */
  async #next(early: string | null): Promise<StoredEntry | null> {
    if (this.#ended) return null;
    try {
      const step = await this.#entries.next();
      if (!step.done) return step.value;
      if (early !== null) this.#findings.add('LOG_CORRUPT', early, { path: PATH });
    } catch (error) {
      if (!(error instanceof AuditError) || error.code === 'STORE_FAILED') throw error;
      this.#findings.add(error.code, error.message, { path: PATH });
      this.#damaged = true;
    }
    this.#ended = true;
    return null;
  }

  /** Where an audit stops early, the reader still has the journal open. */
  async close(): Promise<void> {
    await this.#entries.return?.();
  }
}

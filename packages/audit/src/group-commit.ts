import type { Prepared } from './prepare.js';
import type { Appended, LogStore } from './store/store.js';

type Entry = Prepared['entry'];

/** Entries written with one sync. */
const GROUP = 256;

interface Waiting {
  readonly entry: Entry;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes the entries of many callers with one sync: whoever comes while a group is written is in the next one. */
export class GroupCommit {
  readonly #store: Pick<LogStore, 'append'>;
  readonly #usable: () => void;
  readonly #written: (entries: readonly Entry[], appended: readonly Appended[]) => void;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  /**
   * @param usable - throws when nothing may be written any more; asked before each group
   * @param written - told of each group that is durable, before its callers are
   */
  constructor(
    store: Pick<LogStore, 'append'>,
    usable: () => void,
    written: (entries: readonly Entry[], appended: readonly Appended[]) => void,
  ) {
    this.#store = store;
    this.#usable = usable;
    this.#written = written;
  }

  /** Resolves when the entry is durable, or was before. Rejects as the store, and with what `usable` throws. */
  append(entry: Entry): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    // Callers that are ready in the same turn share the first group already.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP);
      try {
        this.#usable();
        const entries = group.map(({ entry }) => entry);
        const appended = await this.#store.append(entries);
        this.#written(entries, appended);
        for (const [i, { resolve }] of group.entries()) resolve(appended[i]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#writing = undefined;
  }
}

import { SealError } from '../errors.js';

// IndexedDB with promises, no more of it than the key store needs. Every failure is KEY_STORE_UNAVAILABLE: private windows,
// quota, keys that cannot be cloned and a database of a newer version differ in their cause only.

/** Parts of keys, under [id, attempt, part]. */
export const PARTS_STORE = 'parts';
/** Which attempt of an id counts, under the id. */
export const CURRENT_STORE = 'current';

/** Raised when the stores or what lies in them change their shape. */
const VERSION = 1;

/** One reason to give up, with the browser's own as its cause. */
export function unavailable(message: string, cause?: unknown): SealError {
  return new SealError('KEY_STORE_UNAVAILABLE', message, {}, cause === undefined ? {} : { cause });
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown) => reject(unavailable('browser opens no database here', cause));
    let givenUp = false;
    try {
      const request = globalThis.indexedDB.open(name, VERSION);
      request.onupgradeneeded = () => {
        // A version before this one does not exist, so a database without our stores is a new one.
        request.result.createObjectStore(PARTS_STORE);
        request.result.createObjectStore(CURRENT_STORE);
      };
      request.onsuccess = () => {
        if (givenUp) request.result.close();
        else resolve(request.result);
      };
      request.onerror = () => refuse(request.error);
      // Somebody holds an older version open and does not let go. What opens later is closed at once.
      request.onblocked = () => {
        givenUp = true;
        refuse(undefined);
      };
    } catch (cause) {
      refuse(cause); // no IndexedDB, or none for this page
    }
  });
}

/** The requests of one transaction. Further ones may be pushed onto the list while it runs, by what `after` is given. */
type Requests = (stores: {
  readonly parts: IDBObjectStore;
  readonly current: IDBObjectStore;
  /** Goes on in the same transaction when a request has its result. What it throws undoes the transaction. */
  after(request: IDBRequest, act: () => void): void;
}) => readonly IDBRequest[];

/** A database that is opened when it is needed, and again when the browser has closed it. */
export class Database {
  readonly #name: string;
  #connection: Promise<IDBDatabase> | undefined;
  #closed = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** Runs requests in one transaction, all of them or none: their results once they are on the disk. Throws KEY_STORE_UNAVAILABLE. */
  async run(mode: 'readonly' | 'readwrite', requests: Requests): Promise<readonly unknown[]> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const refuse = (cause: unknown) => reject(unavailable('browser keeps no keys here', cause));
      try {
        const options = { durability: 'strict' } as const;
        const transaction = database.transaction([PARTS_STORE, CURRENT_STORE], mode, options);
        let asked: readonly IDBRequest[] = [];
        transaction.oncomplete = () => resolve(asked.map((request) => request.result as unknown));
        transaction.onabort = () => refuse(transaction.error);
        const attempt = (act: () => void) => {
          try {
            act();
          } catch (cause) {
            refuse(cause); // such as DataCloneError: nothing of the transaction may stay
            try {
              transaction.abort();
            } catch {
              // the browser ended it before us
            }
          }
        };
        attempt(() => {
          asked = requests({
            parts: transaction.objectStore(PARTS_STORE),
            current: transaction.objectStore(CURRENT_STORE),
            after: (request, act) => {
              request.onsuccess = () => attempt(act);
            },
          });
        });
      } catch (cause) {
        refuse(cause);
      }
    });
  }

  /** The same database over a connection of its own, so that what is read went through the browser's storage. */
  async freshly<T>(act: (database: Database) => Promise<T>): Promise<T> {
    const other = new Database(this.#name);
    try {
      return await act(other);
    } finally {
      other.close();
    }
  }

  close(): void {
    this.#closed = true;
    this.#connection?.then(
      (database) => database.close(),
      () => {},
    );
    this.#connection = undefined;
  }

  #open(): Promise<IDBDatabase> {
    if (this.#closed) throw new TypeError('key store is closed');
    if (this.#connection !== undefined) return this.#connection;
    const connection = openDatabase(this.#name);
    this.#connection = connection;
    const forget = () => {
      if (this.#connection === connection) this.#connection = undefined;
    };
    connection.then((database) => {
      // Another tab deletes the database or brings a newer version: it must not wait for this one.
      database.onversionchange = () => {
        forget();
        database.close();
      };
      database.onclose = forget; // the browser itself closed it, such as when site data are cleared
    }, forget);
    return connection;
  }
}

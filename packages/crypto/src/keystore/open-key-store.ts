import { base64url } from '@wardseal/primitives';
import { checkText } from '../checks.js';
import type { PersonalKeys } from '../keys/protected-keys.js';
import { parseIdentity, parseRecipient, recipientOf } from '../keys/recipient.js';
import { parseSigningPublicKey, parseSigningSecretKey, signerOf } from '../keys/signing-key.js';
import { random } from '../random.js';
import { Database, unavailable } from './database.js';
import { identityParts, PARTS, type Part } from './parts.js';
import { type Entry, readStored, type StoredKeys } from './stored-keys.js';
import { type Form, operationOf, storable } from './stored-part.js';

/** A browser's store of personal keys. Ids are the caller's, 1 to 256 UTF-16 units. */
export interface KeyStore {
  /**
   * Stores keys under an id in the place of what was there, and gives them as they came back out of the database: every key
   * was read again over a connection of its own, found to be non-extractable, and proven by a decapsulation or a signature
   * against its public key. What was there before stays until then, and stays when it fails. The strings given are not
   * stored; wiping them is the caller's.
   *
   * @throws SealError KEY_STORE_UNAVAILABLE when the browser keeps keys in no form (private window, quota, no IndexedDB or
   * WebCrypto): nothing of them is left stored; KEY_INVALID when a key is not one. TypeError on a bad id or a closed store.
   */
  put(id: string, keys: PersonalKeys): Promise<StoredKeys>;
  /**
   * The keys under an id, proven anew by a decapsulation and a signature, or null when there are none.
   *
   * @throws SealError KEY_STORE_UNAVAILABLE when the browser lost or changed them; delete them and unwrap them again.
   */
  get(id: string): Promise<StoredKeys | null>;
  /**
   * Forgets what is under an id. Keys handed out before go on working in the pages that have them. The browser frees the
   * place on the disk in its own time.
   *
   * @throws SealError KEY_STORE_UNAVAILABLE when the browser did not.
   */
  delete(id: string): Promise<void>;
  /** Lets go of the database. The store gives TypeError from then on; keys that it gave stay usable. */
  close(): void;
}

/** Databases of ours begin so: an app may have others. */
const PREFIX = 'wardseal.org/keystore/v0/';
/** Tries at storing while other pages store under the same id: each of them lets one page through. */
const MAX_ATTEMPTS = 16;
const FORMS: readonly Form[] = ['non-extractable', 'wrapped'];

interface Person {
  readonly recipient: string;
  readonly signingKey: string;
  readonly parts: readonly Part[];
}

const everythingOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);
const attemptOf = (id: string, attempt: string): IDBKeyRange => IDBKeyRange.bound([id, attempt], [id, attempt, []]);

async function personOf({ identity, signing }: PersonalKeys): Promise<Person> {
  await signerOf(signing);
  const recipient = await recipientOf(identity);
  const parts = identityParts(parseIdentity(identity), parseRecipient(recipient));
  const publicKey = parseSigningPublicKey(signing.publicKey);
  parts.push({ name: 'Ed25519', secret: parseSigningSecretKey(signing.secretKey), publicKey });
  return { recipient, signingKey: signing.publicKey, parts };
}

/** Stores one part in the first form that comes back working. False when another page removed it meanwhile. */
async function storePart(database: Database, part: Part, place: readonly string[]): Promise<boolean> {
  let last: unknown;
  for (const form of FORMS) {
    try {
      const value = await storable(part, form, place);
      await database.run('readwrite', ({ parts }) => [parts.put(value, [...place])]);
      const [back, count] = await database.freshly((other) =>
        other.run('readonly', ({ parts }) => [parts.get([...place]), parts.count([...place])]),
      );
      if (count === 0) return false;
      const run = await operationOf(part.name, back, place);
      if (run !== null && (await PARTS[part.name].proves(run, part.publicKey))) return true;
    } catch (cause) {
      last = cause;
    }
  }
  throw unavailable('browser keeps no key that still works', last);
}

/** Makes an attempt the one that counts, and removes every other. False when a part of it is gone. */
async function commit(database: Database, id: string, entry: Entry, size: number): Promise<boolean> {
  const [found] = await database.run('readwrite', ({ parts, current, after }) => {
    const mine = parts.count(attemptOf(id, entry.attempt));
    after(mine, () => {
      if (mine.result !== size) return;
      current.put(entry, id);
      parts.delete(IDBKeyRange.bound([id], [id, entry.attempt], false, true));
      parts.delete(IDBKeyRange.bound([id, entry.attempt, []], [id, []]));
    });
    return [mine];
  });
  return found === size;
}

/** One attempt at storing. Null when another page swept it away. */
async function attemptToStore(database: Database, id: string, person: Person): Promise<StoredKeys | null> {
  const { recipient, signingKey, parts } = person;
  const entry: Entry = { attempt: base64url(random(16)), recipient, signingKey };
  let done = false;
  try {
    for (const part of parts) if (!(await storePart(database, part, [id, entry.attempt, part.name]))) return null;
    const keys = await database.freshly((other) => readStored(other, id, entry));
    done = keys !== null && (await commit(database, id, entry, parts.length));
    return done ? keys : null;
  } finally {
    // When even this fails, the next page that opens the store sweeps.
    if (!done)
      await database.run('readwrite', (stores) => [stores.parts.delete(attemptOf(id, entry.attempt))]).catch(() => {});
  }
}

/** Removes parts of attempts that never came to count: their page was closed in the middle. Those under way begin again. */
async function sweep(database: Database): Promise<void> {
  await database.run('readwrite', ({ parts, current, after }) => {
    const ids = current.getAllKeys();
    const entries = current.getAll() as IDBRequest<Partial<Entry>[]>;
    const places = parts.getAllKeys();
    after(places, () => {
      const live = new Set(ids.result.map((id, i) => JSON.stringify([id, entries.result[i]?.attempt])));
      for (const place of places.result as string[][])
        if (!live.has(JSON.stringify(place.slice(0, 2)))) parts.delete(place);
    });
    return [ids, entries, places];
  });
}

/**
 * Opens a browser's key store: an IndexedDB database of this origin. Keys in it survive closing the page and cannot be
 * exported. X-Wing is kept as ML-KEM-768 and X25519, because browsers lose it as one key without a word; where a part does
 * not come back working, it is kept encrypted under a non-extractable AES-GCM key instead, and `kept` says so. Which browser
 * it is plays no role: everything is tried.
 *
 * @throws SealError KEY_STORE_UNAVAILABLE where there is no IndexedDB, or none for this page, or its database is of a newer
 * version; TypeError when `name` is not a text of 1 to 256 UTF-16 units.
 *
 * @example
 * const store = await openKeyStore('pictures');
 * const { identity, signing, kept } = await store.put('p-1', await unprotectKeys(wrapped, { passkeyPrf }, about));
 */
export async function openKeyStore(name: string): Promise<KeyStore> {
  checkText(name, 'name');
  const database = new Database(PREFIX + name);
  await sweep(database);
  return {
    async put(id, keys) {
      checkText(id, 'id');
      const person = await personOf(keys);
      try {
        for (let i = 0; i < MAX_ATTEMPTS; i++) {
          const stored = await attemptToStore(database, id, person);
          if (stored !== null) return stored;
        }
      } finally {
        for (const { secret } of person.parts) secret.fill(0);
      }
      throw unavailable('other pages keep storing keys under this id');
    },
    async get(id) {
      checkText(id, 'id');
      return readStored(database, id);
    },
    async delete(id) {
      checkText(id, 'id');
      const [, , entries, parts] = await database.run('readwrite', (stores) => [
        stores.current.delete(id),
        stores.parts.delete(everythingOf(id)),
        stores.current.count(id),
        stores.parts.count(everythingOf(id)),
      ]);
      if (entries !== 0 || parts !== 0) throw unavailable('browser did not delete the keys');
    },
    close: () => database.close(),
  };
}

import { equal, hex, hkdfSha256, hmacSha256, hmacSha256Public, sha256, utf8 } from '@wardseal/primitives';
import { systemClock } from './clock.js';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';

type Bytes = Uint8Array<ArrayBuffer>;

// Secrets that stay in memory: a busy hour's patients, some 200 bytes each.
const CACHED = 10_000;
// A subject's secret is asked for again after so long, ms: the same subject within a minute is common, and for no longer
// may another process go on writing under a secret that was erased.
const SUBJECT_AGE = 60_000;
const NONE = new Uint8Array(0);
// Bytes of a leaf handle or a keyed handle in the name of a stored secret: enough that no two ever meet.
const NAME = 16;

/** A subject's secret, and the handle by which the leaves of this log know the subject. */
export interface SubjectSecret {
  readonly secret: Bytes;
  readonly leafHandle: Bytes;
}

/**
 * The secrets of one log, made on first need and durable before anything is written that needs them.
 *
 * A subject's secret lies under two names: one keyed from the patient handle, for whoever writes, and one from the
 * leaf's subject handle, for whoever reads. So no side record carries a name that could be computed again from a
 * patient after the erasure (docs/decisions/0040-secrets-of-a-log.md).
 */
export class LogKeys {
  readonly #store: KeyStore;
  readonly #random: (length: number) => Uint8Array;
  readonly #scope: string;
  readonly #now: () => number;
  readonly #cache = new Map<string, Promise<unknown>>();
  // When each subject in the cache was asked for.
  readonly #asked = new Map<string, number>();

  constructor(
    store: KeyStore,
    origin: string,
    random: (length: number) => Uint8Array,
    now: () => number = () => systemClock.now(),
  ) {
    this.#store = store;
    this.#random = random;
    this.#now = now;
    this.#scope = hex(sha256(utf8(origin)).subarray(0, 8));
  }

  /** The secret behind the actors' and objects' handles. */
  log(): Promise<Bytes> {
    return this.#cached('log', () => this.#readOrMake('log'));
  }

  /** The secret of an organisation's actor compartments. */
  organisation(org: string): Promise<Bytes> {
    return this.#cached(`actor-${org}`, () => this.#readOrMake(`actor-${org}`));
  }

  /** The secret of a subject, made on first need; `handle` is the custodian's patient handle P, 32 bytes. */
  subject(handle: Uint8Array): Promise<SubjectSecret> {
    const name = `subject-${hex(handle)}`;
    const now = this.#now();
    const age = now - (this.#asked.get(name) ?? now);
    if (!this.#cache.has(name) || age < 0 || age >= SUBJECT_AGE) {
      this.#cache.delete(name);
      this.#remember(name, now);
    }
    return this.#cached(name, () => this.#makeSubject(handle));
  }

  async #makeSubject(handle: Uint8Array): Promise<SubjectSecret> {
    const name = subjectName(await this.#subjectNames(), handle);
    for (;;) {
      const secret = await this.#readOrMake(name);
      const leafHandle = subjectHandle(secret, handle);
      // Also when the secret was there: whoever made it may have died between the two names.
      const added = await this.#put(handleName(leafHandle), secret);
      if (!added) return { secret, leafHandle };
      // An erasure may have run between reading and writing: then what was written must go, and a new secret be made.
      const still = await this.#read(name);
      if (still !== null && equal(still, secret)) return { secret, leafHandle };
      await this.#delete(handleName(leafHandle));
    }
  }

  /** The secret of a subject when there is one; makes none. */
  async existingSubject(handle: Uint8Array): Promise<SubjectSecret | null> {
    if ((await this.existingLog()) === null) return null;
    const secret = await this.#read(subjectName(await this.#subjectNames(), handle));
    return secret && { secret, leafHandle: subjectHandle(secret, handle) };
  }

  /** The secret of the subject that a leaf's subject handle means, or null when it was destroyed. */
  ofLeaf(leafHandle: Uint8Array): Promise<Bytes | null> {
    return this.#cached(`leaf-${hex(leafHandle)}`, () => this.#read(handleName(leafHandle)));
  }

  /** Whether a leaf handle can be this subject's: false while the secret behind it says that it is another's. */
  async mayBeOf(handle: Uint8Array, leafHandle: Uint8Array): Promise<boolean> {
    const secret = await this.#read(handleName(leafHandle));
    return secret === null || equal(subjectHandle(secret, handle), leafHandle);
  }

  /**
   * Destroys the secret behind one leaf handle of a subject. Repeatable; a newer secret of the same subject stays. The
   * leaf's name goes last: until then `mayBeOf` can tell a second try whose it is, and a writer that read the secret
   * before cannot bring it back after.
   */
  async destroySubject(handle: Uint8Array, leafHandle: Uint8Array): Promise<void> {
    const found = await this.existingSubject(handle);
    if (found !== null && equal(found.leafHandle, leafHandle))
      await this.#delete(subjectName(await this.#subjectNames(), handle));
    await this.#delete(handleName(leafHandle));
    this.#cache.delete(`leaf-${hex(leafHandle)}`);
    this.forgetSubject(handle);
  }

  /** Forgets a subject's secret in memory; the next need asks the store again. */
  forgetSubject(handle: Uint8Array): void {
    this.#cache.delete(`subject-${hex(handle)}`);
    this.#asked.delete(`subject-${hex(handle)}`);
  }

  /** The secret of an organisation when there is one; makes none. */
  existingOrganisation(org: string): Promise<Bytes | null> {
    return this.#cached(`existing-${org}`, () => this.#read(`actor-${org}`));
  }

  /** The log's own secret when there is one; makes none. */
  existingLog(): Promise<Bytes | null> {
    return this.#cached('existing log', () => this.#read('log'));
  }

  /** The key that hides which subject a stored secret belongs to. */
  #subjectNames(): Promise<Bytes> {
    return this.#cached('subject names', async () =>
      hkdfSha256(await this.log(), NONE, utf8('wardseal.org/audit/v0 subject name'), 32),
    );
  }

  /** What is found stays in memory; what is not is asked for again. */
  #cached<T>(name: string, work: () => Promise<T>): Promise<T> {
    const known = this.#cache.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const found = work();
    this.#cache.set(name, found);
    if (this.#cache.size > CACHED) this.#cache.delete(this.#cache.keys().next().value!);
    const forget = (): void => {
      if (this.#cache.get(name) === found) this.#cache.delete(name);
    };
    found.then((value) => value === null && forget(), forget);
    return found;
  }

  #remember(name: string, now: number): void {
    this.#asked.delete(name);
    this.#asked.set(name, now);
    if (this.#asked.size > CACHED) this.#asked.delete(this.#asked.keys().next().value!);
  }

  async #readOrMake(name: string): Promise<Bytes> {
    for (;;) {
      const known = await this.#read(name);
      if (known !== null) return known;
      const secret = new Uint8Array(this.#random(32));
      // Another process may have been faster: its secret counts.
      if (await this.#put(name, secret)) return secret;
    }
  }

  async #read(name: string): Promise<Bytes | null> {
    const secret = await this.#attempt(() => this.#store.get(`${this.#scope}-${name}`));
    if (secret === null) return null;
    if (secret.length !== 32) throw new AuditError('KEY_STORE_CORRUPT', 'a stored secret is not 32 bytes');
    return new Uint8Array(secret);
  }

  #put(name: string, secret: Bytes): Promise<boolean> {
    return this.#attempt(() => this.#store.put(`${this.#scope}-${name}`, secret));
  }

  #delete(name: string): Promise<void> {
    return this.#attempt(() => this.#store.delete(`${this.#scope}-${name}`));
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof AuditError) throw cause;
      throw new AuditError('KEY_STORE_FAILED', 'the key store failed', { cause });
    }
  }
}

function subjectName(nameKey: Uint8Array, handle: Uint8Array): string {
  return `subject-${hex(hmacSha256(nameKey, handle).subarray(0, NAME))}`;
}

function handleName(leafHandle: Uint8Array): string {
  return `handle-${hex(leafHandle.subarray(0, NAME))}`;
}

/** Leaf handle of a subject: HMAC(h, P), h derived from the subject's secret of this log. */
export function subjectHandle(secret: Uint8Array, handle: Uint8Array): Bytes {
  return hmacSha256Public(hkdfSha256(secret, NONE, utf8('wardseal.org/audit/v0 subject handle'), 32), handle);
}

/** Leaf handle of an actor within an organisation. */
export function actorHandle(logSecret: Uint8Array, org: string, id: string): Bytes {
  return hmacSha256Public(logSecret, utf8(`actor\0${org}\0${id}`));
}

/** Leaf handle of an object. */
export function objectHandle(logSecret: Uint8Array, object: { readonly kind: string; readonly id: string }): Bytes {
  return hmacSha256Public(logSecret, utf8(`object\0${object.kind}\0${object.id}`));
}

import { hex, hkdfSha256, hmacSha256, sha256, utf8 } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';

type Bytes = Uint8Array<ArrayBuffer>;

// Secrets that stay in memory: a busy hour's patients, some 200 bytes each.
const CACHED = 10_000;
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
  readonly #cache = new Map<string, Promise<unknown>>();

  constructor(store: KeyStore, origin: string, random: (length: number) => Uint8Array) {
    this.#store = store;
    this.#random = random;
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
    return this.#cached(`subject-${hex(handle)}`, async () => {
      const secret = await this.#readOrMake(subjectName(await this.#subjectNames(), handle));
      const leafHandle = subjectHandle(secret, handle);
      // Also when the secret was there: whoever made it may have died between the two names.
      await this.#put(handleName(leafHandle), secret);
      return { secret, leafHandle };
    });
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

  /** Destroys a subject's secret. Repeatable: the name by which a second try finds it goes last. */
  async destroySubject(handle: Uint8Array): Promise<void> {
    const found = await this.existingSubject(handle);
    if (found === null) return;
    await this.#delete(handleName(found.leafHandle));
    await this.#delete(subjectName(await this.#subjectNames(), handle));
    this.#cache.delete(`subject-${hex(handle)}`);
    this.#cache.delete(`leaf-${hex(found.leafHandle)}`);
    found.secret.fill(0);
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
  return hmacSha256(hkdfSha256(secret, NONE, utf8('wardseal.org/audit/v0 subject handle'), 32), handle);
}

/** Leaf handle of an actor within an organisation. */
export function actorHandle(logSecret: Uint8Array, org: string, id: string): Bytes {
  return hmacSha256(logSecret, utf8(`actor\0${org}\0${id}`));
}

/** Leaf handle of an object. */
export function objectHandle(logSecret: Uint8Array, object: { readonly kind: string; readonly id: string }): Bytes {
  return hmacSha256(logSecret, utf8(`object\0${object.kind}\0${object.id}`));
}

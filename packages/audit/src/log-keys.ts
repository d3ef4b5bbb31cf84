import { concat, equal, hex, hkdfSha256, hmacSha256, sha256, utf8 } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';

type Bytes = Uint8Array<ArrayBuffer>;

// Subjects whose secrets stay in memory: a busy hour's patients, some 100 bytes each.
const CACHED = 10_000;
const NONE = new Uint8Array(0);
// Bytes of a reference to a subject's secret: its name, and a check of its value.
const NAME = 16;
const CHECK = 8;
/** Bytes of a reference to a subject's secret. */
export const REFERENCE: number = NAME + CHECK;

/** A subject's secret and how a side record names it. */
export interface SubjectSecret {
  readonly secret: Bytes;
  readonly reference: Bytes;
}

function secretCheck(secret: Uint8Array): Bytes {
  return hkdfSha256(secret, NONE, utf8('wardseal.org/audit/v0 secret check'), CHECK);
}

/** The secrets of one log, made on first need and durable before anything is written that needs them. */
export class LogKeys {
  readonly #store: KeyStore;
  readonly #random: (length: number) => Uint8Array;
  readonly #scope: string;
  readonly #cache = new Map<string, Promise<Bytes>>();

  constructor(store: KeyStore, origin: string, random: (length: number) => Uint8Array) {
    this.#store = store;
    this.#random = random;
    this.#scope = hex(sha256(utf8(origin)).subarray(0, 8));
  }

  /** The secret behind the actors' and objects' handles. */
  log(): Promise<Bytes> {
    return this.#secret('log');
  }

  /** The secret of an organisation's actor compartments. */
  organisation(org: string): Promise<Bytes> {
    return this.#secret(`actor-${org}`);
  }

  /**
   * The secret of a subject: its handle in the leaves and its compartments. The name it is stored under is keyed, so
   * it tells nothing; with the secret's own check it makes the reference that a side record carries.
   */
  async subject(handle: Uint8Array): Promise<SubjectSecret> {
    const nameKey = hkdfSha256(await this.log(), NONE, utf8('wardseal.org/audit/v0 subject name'), 32);
    const name = hmacSha256(nameKey, handle).subarray(0, NAME);
    const secret = await this.#secret(`subject-${hex(name)}`);
    return { secret, reference: concat(name, secretCheck(secret)) };
  }

  /** The secret that a side record names, or null when it was destroyed, though another may have its name by now. */
  async referenced(reference: Uint8Array): Promise<Bytes | null> {
    const secret = await this.#read(`subject-${hex(reference.subarray(0, NAME))}`);
    return secret && equal(secretCheck(secret), reference.subarray(NAME)) ? secret : null;
  }

  /** The secret of an organisation when there is one; makes none. */
  existingOrganisation(org: string): Promise<Bytes | null> {
    return this.#read(`actor-${org}`);
  }

  /** The log's own secret when there is one; makes none. */
  existingLog(): Promise<Bytes | null> {
    return this.#read('log');
  }

  #secret(name: string): Promise<Bytes> {
    let found = this.#cache.get(name);
    if (found === undefined) {
      found = this.#readOrMake(name);
      this.#cache.set(name, found);
      if (this.#cache.size > CACHED) this.#cache.delete(this.#cache.keys().next().value!);
      found.catch(() => this.#cache.delete(name));
    }
    return found;
  }

  async #read(name: string): Promise<Bytes | null> {
    try {
      const secret = await this.#store.get(`${this.#scope}-${name}`);
      if (secret === null) return null;
      if (secret.length !== 32) throw new AuditError('KEY_STORE_CORRUPT', 'a stored secret is not 32 bytes');
      return new Uint8Array(secret);
    } catch (cause) {
      throw asKeyStoreError(cause);
    }
  }

  async #readOrMake(name: string): Promise<Bytes> {
    const known = await this.#read(name);
    if (known !== null) return known;
    const secret = new Uint8Array(this.#random(32));
    try {
      await this.#store.put(`${this.#scope}-${name}`, secret);
    } catch (cause) {
      throw asKeyStoreError(cause);
    }
    return secret;
  }
}

function asKeyStoreError(cause: unknown): AuditError {
  return cause instanceof AuditError ? cause : new AuditError('KEY_STORE_FAILED', 'the key store failed', { cause });
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

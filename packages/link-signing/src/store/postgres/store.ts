import type {
  FoundLink,
  LinkStore,
  NewLink,
  PreparedShare,
  PutOutcome,
  RefusedReason,
  ReleaseOutcome,
  RevokeBy,
  StoredLink,
  Take,
  TakeOutcome,
} from '../../store.js';
import { createLinkSchema, LINK_SCHEMA } from './create-schema.js';
import { asStoreError, OPENED_BEFORE, PROOF_SEEN, retried, stateOf } from './failure.js';
import { SWEEP_BATCH } from './functions.js';
import { type PostgresPool, type Row, schemaName } from './pool.js';
import { byteaArray, bytesOf, numberOf, optional } from './values.js';

/** Longest wait for another's transaction, ms: its commit waits for a disk, which under load takes tenths of a second. */
export const LOCK_WAIT = 10_000;

/** Settings of `postgresStore`. */
export interface PostgresStoreOptions {
  /** The schema that holds the links, made when it is missing; default `wardseal_links`. */
  readonly schema?: string;
  /** Default `LOCK_WAIT`, ms. */
  readonly lockWait?: number;
}

/**
 * A link store in PostgreSQL, for any number of nodes. Every method is one call of a function in the database, in a
 * transaction of its own; what the database rolls back because of others is tried again. Tables and functions are made
 * on first use. The keys of server shares do not belong there: a database keeps logs and backups for long, so give the
 * issuer an erase store of its own.
 *
 * @param pool a `Pool` of the `pg` package, or anything with its `query`
 * @param options schema and times
 * @returns a store whose methods reject with LinkError `STORE_FAILED` (try again), `STORE_UNSAFE` when the server may lose
 *   what it acknowledges, or `STORE_VERSION` when the schema is of another version
 * @throws RangeError when the schema's name is not a plain lower-case SQL name, or the time is not a whole number of ms
 * @example const store = postgresStore(new pg.Pool({ connectionString }));
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): LinkStore {
  return new PostgresStore(pool, options);
}

class PostgresStore implements LinkStore {
  readonly #pool: PostgresPool;
  readonly #schema: string;
  readonly #wait: number;
  #ready: Promise<void> | undefined;

  constructor(pool: PostgresPool, { schema = LINK_SCHEMA, lockWait = LOCK_WAIT }: PostgresStoreOptions) {
    // What PostgreSQL's own setting can hold; 0 would mean for ever.
    if (!Number.isInteger(lockWait) || lockWait < 1 || lockWait > 2_147_483_647)
      throw new RangeError('lockWait must be a whole number of milliseconds above 0');
    this.#pool = pool;
    this.#schema = schemaName(schema);
    this.#wait = lockWait;
  }

  async prepare({ cti, sealedShare, expires }: PreparedShare): Promise<void> {
    const [row] = await this.#write('prepare', [cti, sealedShare, expires]);
    if (row!['prepare'] !== true) throw new Error('cti is there already');
  }

  async put(link: NewLink, now: number): Promise<PutOutcome> {
    const { id, cti, grant, object, recipient, issuerUser, parent, expires, maxUses, passcode, withShare } = link;
    const facts = [id, cti, grant, object, recipient, issuerUser, parent, expires, maxUses, passcode, withShare, now];
    const [row] = await this.#write('put', facts);
    return row!['put'] as PutOutcome;
  }

  async read(id: Uint8Array, key?: Uint8Array): Promise<FoundLink | null> {
    const [row, ...above] = await this.#call('read', [id, key ?? null]);
    return row ? { link: linkOf(row), ancestors: above.map(linkOf), taken: row['taken'] === true } : null;
  }

  async attempt(id: Uint8Array, limit: number): Promise<boolean> {
    const [row] = await this.#write('attempt', [id, limit]);
    return row!['attempt'] === true;
  }

  async judge(id: Uint8Array, right: boolean): Promise<number> {
    const [row] = await this.#write('judge', [id, !right]);
    return numberOf(row!, 'judge');
  }

  async take(take: Take): Promise<TakeOutcome> {
    const { chain, key, sealed, now, window, failureLimit, proof } = take;
    const facts = [byteaArray(chain), key, sealed, now, window, failureLimit, proof?.id ?? null, proof?.until ?? null];
    try {
      const [row] = await this.#write('take', facts);
      const outcome = row!['outcome'] as 'taken' | 'repeated' | RefusedReason;
      if (outcome !== 'taken' && outcome !== 'repeated') return { outcome: 'refused', reason: outcome };
      const [use, of] = [numberOf(row!, 'use'), numberOf(row!, 'uses')];
      return { outcome: 'taken', use, of, repeated: outcome === 'repeated' };
    } catch (error) {
      const state = stateOf((error as Error).cause);
      if (state === PROOF_SEEN) return { outcome: 'refused', reason: 'replayed' };
      // It was rolled back; without an answer to store, the earlier one is looked for.
      if (state === OPENED_BEFORE && sealed !== null) return this.take({ ...take, sealed: null });
      throw error;
    }
  }

  async release(id: Uint8Array, key: Uint8Array, now: number, window: number): Promise<ReleaseOutcome> {
    const [row] = await this.#write('release', [id, key, now, window]);
    const outcome = row!['outcome'] as 'released' | RefusedReason;
    if (outcome !== 'released') return { outcome: 'refused', reason: outcome };
    return { outcome, sealed: bytesOf(row!, 'sealed') };
  }

  async revoke(by: RevokeBy, now: number): Promise<{ id: Uint8Array; cti: Uint8Array }[]> {
    const [column, value] = Object.entries(by)[0]!;
    return (await this.#write('revoke', [column, value, now])).map(keysOf);
  }

  async sweep(now: number, window: number, destroy: (ctis: readonly Uint8Array[]) => Promise<void>): Promise<void> {
    for (let more = true; more; ) {
      const dead = (await this.#write('sweep', [now, window])).map(keysOf);
      await destroy(dead.map(({ cti }) => cti));
      if (dead.length > 0) await this.#write('swept', [byteaArray(dead.map(({ id }) => id))]);
      more = dead.length === SWEEP_BATCH;
    }
  }

  #write(name: string, values: unknown[]): Promise<readonly Row[]> {
    return this.#call(name, [this.#wait, ...values]);
  }

  /** A function of ours in a transaction of its own: one round trip. */
  async #call(name: string, values: unknown[]): Promise<readonly Row[]> {
    this.#ready ??= createLinkSchema(this.#pool, { schema: this.#schema }).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    await this.#ready;
    const statement = `SELECT * FROM ${this.#schema}.${name}(${values.map((_, i) => `$${i + 1}`).join(', ')})`;
    try {
      return (await retried(() => this.#pool.query(statement, values))).rows;
    } catch (cause) {
      throw asStoreError(cause);
    }
  }
}

function keysOf(row: Row): { id: Uint8Array; cti: Uint8Array } {
  return { id: bytesOf(row, 'id'), cti: bytesOf(row, 'cti') };
}

function linkOf(row: Row): StoredLink {
  return {
    id: bytesOf(row, 'id'),
    cti: bytesOf(row, 'cti'),
    grant: bytesOf(row, 'signed_grant'),
    object: bytesOf(row, 'object'),
    recipient: optional(bytesOf, row, 'recipient'),
    issuerUser: bytesOf(row, 'issuer_user'),
    parent: optional(bytesOf, row, 'parent'),
    expires: numberOf(row, 'expires'),
    maxUses: numberOf(row, 'max_uses'),
    passcode: optional(bytesOf, row, 'passcode'),
    sealedShare: optional(bytesOf, row, 'sealed_share'),
    used: numberOf(row, 'used'),
    failures: numberOf(row, 'failures'),
    revokedAt: optional(numberOf, row, 'revoked_at'),
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { hex, utf8 } from '@wardseal/primitives';
import { AuditError } from '../../errors.js';
import { EVENT_TYPES } from '../../event-codes.js';
import { decodeLeaf, leafId } from '../../leaf.js';
import { type Tile, type TileId, tilePath } from '../../tiles.js';
import type { Appended, Integration, IntegrationState, LogStore, StoredEntry } from '../store.js';
import { createAuditSchema, LOG_SCHEMA } from './create-schema.js';
import { asLeaseError, asStoreError, retried } from './failure.js';
import { type PostgresPool, type PostgresQueryable, schemaName } from './pool.js';
import { PostgresReader } from './reader.js';
import { inTransaction } from './transaction.js';
import { byteaArray, bytesOf, numberOf, plainArray } from './values.js';

/** A signer that says nothing to the database for so long, ms, has hung: signing and witnessing take far less. */
export const LEASE_SILENCE = 10_000;
/** Longest wait, ms, for another's append or lease: a hung signer is gone by then. */
export const LOCK_WAIT = 30_000;

/** Entries in one `append`, as with every store: at most 17 MB in a statement. */
const MAX_BATCH = 256;

/** Settings of `postgresStore`. */
export interface PostgresStoreOptions {
  /** The schema that holds the logs, made when it is missing; default `wardseal_audit`. */
  readonly schema?: string;
  /** Default `LEASE_SILENCE`, ms. */
  readonly leaseSilence?: number;
  /** Default `LOCK_WAIT`, ms. */
  readonly lockWait?: number;
}

/**
 * Logs in a PostgreSQL database, several by origin. Any number of processes append to one log; one at a
 * time integrates and signs, and its lease is a transaction: it falls with the connection. Closing leaves the pool open.
 *
 * Needs a server with `fsync` and `full_page_writes` on, and listens to what the pool is told about time-outs.
 *
 * @param pool - a `Pool` of `pg`, or what has its shape; the connections must not go through a pooler that changes
 *   server within a transaction
 * @param options - schema and times
 * @returns a store for `openLog`; its methods reject with AuditError `STORE_UNSAFE`, `STORE_VERSION`, `STORE_FAILED`,
 *   `LEASE_LOST` (try again) or `LOG_CORRUPT`
 * @throws RangeError when the schema's name is not a plain lower-case SQL name, or a time is not a whole number of ms
 * @example
 * const log = await openLog({ origin, store: postgresStore(pool), keys, signer, witnesses });
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): LogStore {
  return new PostgresStore(pool, options);
}

class PostgresStore implements LogStore {
  readonly #pool: PostgresPool;
  readonly #schema: string;
  readonly #silence: number;
  readonly #wait: number;
  // Whoever holds the lease reads on its connection: waiting for another one of the pool could last for ever. What it
  // started and did not wait for must not: by then the connection is somebody else's.
  readonly #leased = new AsyncLocalStorage<{ connection: PostgresQueryable | null }>();
  #open: { readonly log: number; readonly reader: PostgresReader } | undefined;

  constructor(pool: PostgresPool, options: PostgresStoreOptions) {
    const { schema = LOG_SCHEMA, leaseSilence = LEASE_SILENCE, lockWait = LOCK_WAIT } = options;
    this.#pool = pool;
    this.#schema = schemaName(schema);
    this.#silence = milliseconds('leaseSilence', leaseSilence);
    this.#wait = milliseconds('lockWait', lockWait);
  }

  async open(origin: string, logKey: string): Promise<{ size: number }> {
    if (this.#open) throw new TypeError('the store is open already');
    await createAuditSchema(this.#pool, { schema: this.#schema });
    const rows = await this.#call('open_log($1, $2, $3)', [origin, logKey, this.#wait]);
    const reader = new PostgresReader(() => this.#database(), origin, this.#schema);
    this.#open = { log: numberOf(rows[0]!, 'log'), reader };
    return { size: numberOf(rows[0]!, 'size') };
  }

  async append(batch: readonly StoredEntry[]): Promise<readonly Appended[]> {
    const { log } = this.#usable();
    if (batch.length > MAX_BATCH) throw new RangeError(`a batch holds at most ${MAX_BATCH} entries`);
    if (batch.length === 0) return [];
    const leaves = batch.map(({ leaf }) => decodeLeaf(leaf));
    const rows = await this.#call('append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
      log,
      this.#wait,
      plainArray(batch.map(({ leaf }) => hex(leafId(leaf)))),
      byteaArray(batch.map(({ leaf }) => leaf)),
      byteaArray(batch.map(({ subject }) => subject)),
      byteaArray(batch.map(({ actor }) => actor)),
      plainArray(leaves.map(({ recordedAt }) => recordedAt)),
      plainArray(leaves.map(({ type }) => EVENT_TYPES[type])),
      byteaArray(leaves.map(({ subjectHandle }) => subjectHandle)),
      byteaArray(leaves.map(({ actorHandle }) => actorHandle)),
      byteaArray(leaves.map(({ objectHandle }) => objectHandle)),
    ]);
    return rows.map((row) => ({ index: numberOf(row, 'index'), added: row['added'] === true }));
  }

  async find(id: Uint8Array): Promise<number | null> {
    const { log } = this.#usable();
    const statement = `SELECT index FROM ${this.#schema}.entries WHERE log = $1 AND id = $2::uuid`;
    const { rows } = await retried(() => this.#database().query(statement, [log, hex(id)]));
    return rows[0] ? numberOf(rows[0], 'index') : null;
  }

  readEntries(start: number, end?: number): AsyncIterable<StoredEntry> {
    return this.#usable().reader.readEntries(start, end);
  }

  async readTile(tile: TileId): Promise<Uint8Array | null> {
    return this.#usable().reader.readTile(tile);
  }

  async readCheckpoint(): Promise<Uint8Array | null> {
    return this.#usable().reader.readCheckpoint();
  }

  async integrate(work: (state: IntegrationState) => Promise<Integration | null>): Promise<void> {
    const { log } = this.#usable();
    // What `work` throws is its own: a signer that fails has not lost a lease.
    let thrown: { readonly error: unknown } | undefined;
    let held = false;
    try {
      await inTransaction(this.#pool, async (client) => {
        const take = `SELECT * FROM ${this.#schema}.lease($1, $2, $3)`;
        const [row] = (await client.query(take, [log, this.#wait, this.#silence])).rows;
        held = true;
        const state = {
          checkpoint: row!['checkpoint'] === null ? null : bytesOf(row!, 'checkpoint'),
          size: numberOf(row!, 'size'),
        };
        const lease: { connection: PostgresQueryable | null } = { connection: client };
        const integration = await this.#leased.run(lease, async () => {
          try {
            return await work(state);
          } catch (error) {
            thrown = { error };
            throw error;
          } finally {
            lease.connection = null;
          }
        });
        if (integration === null) return;
        await client.query(`SELECT ${this.#schema}.publish($1, $2, $3, $4, $5::bytea, $6, $7, $8)`, [
          log,
          numberOf(row!, 'epoch'),
          numberOf(row!, 'covered'),
          ...published(integration),
        ]);
      });
    } catch (error) {
      if (thrown) throw thrown.error;
      throw held ? asLeaseError(error) : asStoreError(error);
    }
  }

  async close(): Promise<void> {
    this.#open = undefined;
  }

  #usable(): { readonly log: number; readonly reader: PostgresReader } {
    if (!this.#open) throw new AuditError('LOG_CLOSED', 'the store is closed');
    return this.#open;
  }

  #database(): PostgresQueryable {
    return this.#leased.getStore()?.connection ?? this.#pool;
  }

  /** A function of ours in a transaction of its own: one round trip. */
  async #call(call: string, values: unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const statement = `SELECT * FROM ${this.#schema}.${call}`;
    return (await retried(() => this.#pool.query(statement, values))).rows;
  }
}

/** The last five arguments of `publish`: the tree's new size, the checkpoint, and the tiles of hashes. */
function published({ tiles, checkpoint }: Integration): unknown[] {
  // The second line of a checkpoint is its size (C2SP tlog-checkpoint).
  const size = Number(checkpoint.split('\n', 2)[1]);
  // Bundles are made of the entries. Of a tile that is there twice, only the widest counts.
  const widest = new Map<string, Tile & { readonly level: number }>();
  for (const tile of tiles) {
    if (!isHashTile(tile)) continue;
    const name = tilePath({ ...tile, width: 256 });
    if ((widest.get(name)?.width ?? 0) < tile.width) widest.set(name, tile);
  }
  const written = [...widest.values()];
  return [
    size,
    `\\x${hex(utf8(checkpoint))}`,
    plainArray(written.map(({ level }) => level)),
    plainArray(written.map(({ index }) => index)),
    byteaArray(written.map(({ data }) => data)),
  ];
}

function isHashTile(tile: Tile): tile is Tile & { readonly level: number } {
  return tile.level !== 'entries';
}

function milliseconds(name: string, value: number): number {
  // What PostgreSQL's own settings can hold; 0 would mean for ever.
  if (!Number.isInteger(value) || value < 1 || value > 2_147_483_647)
    throw new RangeError(`${name} must be a whole number of milliseconds above 0`);
  return value;
}

import { hex } from '@wardseal/primitives';
import { AuditError } from '../../errors.js';
import { EVENT_TYPES } from '../../event-codes.js';
import { encodeBundle, HASH_BYTES, TILE_WIDTH, type TileId, tilePath } from '../../tiles.js';
import type { EntryQuery, IndexReport, LogReader, StoredEntry } from '../store.js';
import { LOG_SCHEMA } from './create-schema.js';
import { asStoreError } from './failure.js';
import { type PostgresQueryable, type Row, schemaName } from './pool.js';
import { SCHEMA_VERSION } from './tables.js';
import { byteaArray, bytesOf, numberOf, plainArray } from './values.js';
import { verifyIndex } from './verify-index.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Entries fetched with one statement: about 1 MB, however many are read in all. */
export const PAGE = 1000;

/** Settings of `postgresReader`. */
export interface PostgresReaderOptions {
  /** The schema that holds the logs; default `wardseal_audit`. */
  readonly schema?: string;
}

/**
 * Reads one log of a database, also while others append to it. The role needs `USAGE` on the schema and `SELECT` on its
 * tables.
 *
 * @param pool - a `Pool` of `pg`, or what has its shape
 * @param origin - the log's name; logs of earlier years stay readable under theirs
 * @param options - the schema
 * @returns a reader for `auditLog` and reports, with an index for `select`
 * @throws RangeError when the schema's name is not a plain lower-case SQL name
 * @throws AuditError from its methods: `STORE_FAILED` when the database failed or holds no log at all; `STORE_VERSION`
 *   when it holds logs in another version; `LOG_CORRUPT` when entries are missing
 * @example
 * const report = await auditLog(postgresReader(pool, 'audit.trust.example/2026'), { logKey: vkey });
 */
export function postgresReader(
  pool: PostgresQueryable,
  origin: string,
  { schema = LOG_SCHEMA }: PostgresReaderOptions = {},
): Required<LogReader> {
  return new PostgresReader(() => pool, origin, schemaName(schema));
}

export class PostgresReader implements Required<LogReader> {
  readonly #database: () => PostgresQueryable;
  readonly #origin: string;
  readonly #schema: string;
  #log: number | null = null;

  /** `database` is asked before each statement: within a lease it is the lease's own connection. */
  constructor(database: () => PostgresQueryable, origin: string, schema: string) {
    this.#database = database;
    this.#origin = origin;
    this.#schema = schema;
  }

  async readCheckpoint(): Promise<Bytes | null> {
    const rows = await this.#rows((s) => `SELECT checkpoint FROM ${s}.signers WHERE log = $1`, []);
    return rows[0]?.['checkpoint'] ? bytesOf(rows[0], 'checkpoint') : null;
  }

  readTile(tile: TileId): Promise<Bytes | null> {
    return tile.level === 'entries' ? this.#bundle(tile) : this.#hashTile(tile, tile.level);
  }

  /** A hash tile or the beginning of the one that it has grown to. */
  async #hashTile({ index, width }: TileId, level: number): Promise<Bytes | null> {
    const rows = await this.#rows(
      (s) => `SELECT substr(hashes, 1, $4) AS hashes FROM ${s}.tiles WHERE log = $1 AND level = $2 AND index = $3`,
      [level, index, width * HASH_BYTES],
    );
    const hashes = rows[0] && bytesOf(rows[0], 'hashes');
    return hashes?.length === width * HASH_BYTES ? hashes : null;
  }

  /** A bundle is made of the entries; those that no checkpoint covers are in none yet. */
  async #bundle({ index, width }: TileId): Promise<Bytes | null> {
    const [start, end] = [index * TILE_WIDTH, index * TILE_WIDTH + width];
    const rows = await this.#rows(
      (s) => `SELECT leaf FROM ${s}.entries WHERE log = $1 AND index >= $2 AND index < $3
        AND $3 <= (SELECT size FROM ${s}.signers WHERE log = $1) ORDER BY index`,
      [start, end],
    );
    return rows.length === width ? encodeBundle(rows.map((row) => bytesOf(row, 'leaf'))) : null;
  }

  async *listTiles(): AsyncGenerator<string> {
    let [level, index] = [-1, -1];
    for (;;) {
      const rows = await this.#rows(
        (s) => `SELECT level, index, length(hashes) AS bytes FROM ${s}.tiles
          WHERE log = $1 AND (level, index) > ($2, $3) ORDER BY level, index LIMIT ${PAGE}`,
        [level, index],
      );
      for (const row of rows) {
        [level, index] = [numberOf(row, 'level'), numberOf(row, 'index')];
        yield tilePath({ level, index, width: numberOf(row, 'bytes') / HASH_BYTES });
      }
      if (rows.length < PAGE) return;
    }
  }

  async *readEntries(start: number, end: number = Number.MAX_SAFE_INTEGER): AsyncGenerator<StoredEntry> {
    for (let next = start; next < end; ) {
      const size = Math.min(end, await this.#size());
      // Read after the size: every entry below it was committed before.
      const rows = await this.#rows(
        (s) => `SELECT index, leaf, subject, actor FROM ${s}.entries
          WHERE log = $1 AND index >= $2 AND index < $3 ORDER BY index LIMIT ${PAGE}`,
        [next, size],
      );
      for (const row of rows) {
        if (numberOf(row, 'index') !== next++) throw missing(next - 1);
        yield { leaf: bytesOf(row, 'leaf'), subject: bytesOf(row, 'subject'), actor: bytesOf(row, 'actor') };
      }
      if (rows.length === PAGE) continue;
      if (next < size) throw missing(next);
      return;
    }
  }

  async *select(query: EntryQuery): AsyncGenerator<number> {
    const { conditions, values } = wanted(query);
    for (let next = 0; ; ) {
      const rows = await this.#rows(
        (s) => `SELECT index FROM ${s}.entries WHERE log = $1 AND index >= $2 ${conditions}
          ORDER BY index LIMIT ${PAGE}`,
        [next, ...values],
      );
      for (const row of rows) {
        const index = numberOf(row, 'index');
        yield index;
        next = index + 1;
      }
      if (rows.length < PAGE) return;
    }
  }

  verifyIndex(): Promise<IndexReport> {
    return verifyIndex(this.#indexed());
  }

  async *#indexed(): AsyncGenerator<readonly Row[]> {
    for (let next = 0; ; ) {
      const rows = await this.#rows(
        (s) => `SELECT index, id, recorded_at, type, subject_handle, actor_handle, object_handle, leaf
          FROM ${s}.entries WHERE log = $1 AND index >= $2 ORDER BY index LIMIT ${PAGE}`,
        [next],
      );
      yield rows;
      if (rows.length < PAGE) return;
      next = numberOf(rows.at(-1)!, 'index') + 1;
    }
  }

  async #size(): Promise<number> {
    const rows = await this.#rows((s) => `SELECT size FROM ${s}.heads WHERE log = $1`, []);
    return rows[0] ? numberOf(rows[0], 'size') : 0;
  }

  /** The rows of a statement whose $1 is this log; none when there is no such log. */
  async #rows(statement: (schema: string) => string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      const log = await this.#id();
      if (log === null) return [];
      return (await this.#database().query(statement(this.#schema), [log, ...values])).rows;
    } catch (cause) {
      throw asStoreError(cause);
    }
  }

  /** The number that stands for the origin in every table. It never changes, but may not be there yet. */
  async #id(): Promise<number | null> {
    if (this.#log !== null) return this.#log;
    const { rows } = await this.#database().query(
      `SELECT version, (SELECT log FROM ${this.#schema}.logs WHERE origin = $1) AS log FROM ${this.#schema}.meta`,
      [this.#origin],
    );
    if (!rows[0] || numberOf(rows[0], 'version') !== SCHEMA_VERSION)
      throw new AuditError('STORE_VERSION', `the database holds another version than ${SCHEMA_VERSION}`);
    this.#log = rows[0]['log'] === null ? null : numberOf(rows[0], 'log');
    return this.#log;
  }
}

function missing(index: number): AuditError {
  return new AuditError('LOG_CORRUPT', 'an entry is missing from the store', { index });
}

/** A query as conditions on columns, $3 the first value. Each handle has an index that is in the order of entries. */
function wanted({ subject, actor, object, objects, types, from, until }: EntryQuery): {
  conditions: string;
  values: unknown[];
} {
  const values: unknown[] = [];
  let conditions = '';
  const demand = (condition: (place: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions += ` AND ${condition(`$${values.length + 2}`)}`;
  };
  const handles = { subject_handle: subject, actor_handle: actor, object_handle: object };
  for (const [column, handle] of Object.entries(handles))
    demand((place) => `${column} = ${place}::bytea`, handle && `\\x${hex(handle)}`);
  demand((place) => `object_handle = ANY (${place}::bytea[])`, objects && byteaArray(objects));
  demand((place) => `type = ANY (${place}::smallint[])`, types && plainArray(types.map((type) => EVENT_TYPES[type])));
  demand((place) => `recorded_at >= ${place}::bigint`, from && Math.ceil(from));
  demand((place) => `recorded_at < ${place}::bigint`, until && Math.ceil(until));
  return { conditions, values };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { fileKeyStore, fileStore, folderReader } from '../../src/file-store.js';
import { memoryKeyStore, wrapKeys } from '../../src/index.js';
import { postgresKeyStore, postgresReader, postgresStore } from '../../src/postgres-store.js';
import { storeConformance } from '../support/conformance.js';
import { ORIGIN } from '../support/events.js';
import { keyStoreConformance } from '../support/key-store-conformance.js';
import { memoryReader, memoryStore } from '../support/memory-store.js';
import { type PostgresServer, poolOf, startPostgres } from '../support/postgres.js';

let server: PostgresServer;
let pool: Pool;
beforeAll(async () => {
  server = await startPostgres();
  pool = poolOf(server, await server.createDatabase());
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});

let schemas = 0;
/** An empty place in the database: much faster to make than a database. */
const freshSchema = () => ({ schema: `place_${schemas++}` });
const kept = async (): Promise<void> => undefined;

const folder = () => mkdtemp(join(tmpdir(), 'wardseal-conformance-'));

storeConformance('memory, for tests', {
  shared: false,
  async place() {
    const store = memoryStore();
    return { store: () => store, reader: () => memoryReader(store), remove: kept };
  },
});

storeConformance('file', {
  shared: false,
  async place() {
    const at = await folder();
    return {
      store: () => fileStore(join(at, 'log')),
      reader: () => folderReader(join(at, 'log')),
      remove: () => rm(at, { recursive: true }),
    };
  },
});

storeConformance('postgres', {
  shared: true,
  async place() {
    const at = freshSchema();
    return { store: () => postgresStore(pool, at), reader: () => postgresReader(pool, ORIGIN, at), remove: kept };
  },
});

keyStoreConformance('memory', async () => {
  const keys = memoryKeyStore();
  return { keys: () => keys, remove: kept };
});

keyStoreConformance('file', async () => {
  const at = await folder();
  return { keys: () => fileKeyStore(at), remove: () => rm(at, { recursive: true }) };
});

keyStoreConformance('postgres', async () => {
  const at = freshSchema();
  return { keys: () => postgresKeyStore(pool, at), remove: kept };
});

keyStoreConformance('postgres, wrapped', async () => {
  const at = freshSchema();
  return { keys: () => wrapKeys(postgresKeyStore(pool, at), new Uint8Array(32).fill(9)), remove: kept };
});

keyStoreConformance('file, wrapped', async () => {
  const at = await folder();
  return {
    keys: () => wrapKeys(fileKeyStore(at), new Uint8Array(32).fill(9)),
    remove: () => rm(at, { recursive: true }),
  };
});

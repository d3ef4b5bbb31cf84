import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { fileKeyStore, fileStore, folderReader } from '../../src/file-store.js';
import { memoryKeyStore, wrapKeys } from '../../src/index.js';
import { postgresKeyStore, postgresReader, postgresStore } from '../../src/postgres-store.js';
import { keyStoreConformance, storeConformance } from '../support/conformance.js';
import { ORIGIN } from '../support/events.js';
import { memoryReader, memoryStore } from '../support/memory-store.js';
import { type PostgresServer, poolOf, startPostgres } from '../support/postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const folder = () => mkdtemp(join(tmpdir(), 'wardseal-conformance-'));

storeConformance('memory, for tests', {
  shared: false,
  async place() {
    const store = memoryStore();
    return { store: () => store, reader: () => memoryReader(store), remove: async () => undefined };
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
    const pool = poolOf(server, await server.createDatabase());
    return {
      store: () => postgresStore(pool),
      reader: () => postgresReader(pool, ORIGIN),
      remove: () => pool.end(),
    };
  },
});

keyStoreConformance('memory', async () => {
  const keys = memoryKeyStore();
  return { keys: () => keys, remove: async () => undefined };
});

keyStoreConformance('file', async () => {
  const at = await folder();
  return { keys: () => fileKeyStore(at), remove: () => rm(at, { recursive: true }) };
});

keyStoreConformance('postgres', async () => {
  const pool = poolOf(server, await server.createDatabase());
  return { keys: () => postgresKeyStore(pool), remove: () => pool.end() };
});

keyStoreConformance('postgres, wrapped', async () => {
  const pool = poolOf(server, await server.createDatabase());
  return { keys: () => wrapKeys(postgresKeyStore(pool), new Uint8Array(32).fill(9)), remove: () => pool.end() };
});

keyStoreConformance('file, wrapped', async () => {
  const at = await folder();
  return {
    keys: () => wrapKeys(fileKeyStore(at), new Uint8Array(32).fill(9)),
    remove: () => rm(at, { recursive: true }),
  };
});

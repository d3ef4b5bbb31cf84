export { createAuditSchema } from './store/postgres/create-schema.js';
export { createKeySchema, type PostgresKeyStoreOptions, postgresKeyStore } from './store/postgres/key-store.js';
export type { PostgresClient, PostgresPool, PostgresQueryable } from './store/postgres/pool.js';
export { type PostgresReaderOptions, postgresReader } from './store/postgres/reader.js';
export { type PostgresStoreOptions, postgresStore } from './store/postgres/store.js';

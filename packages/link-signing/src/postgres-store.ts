export { createLinkSchema, LINK_SCHEMA } from './store/postgres/create-schema.js';
export type { PostgresPool } from './store/postgres/pool.js';
export { LOCK_WAIT, type PostgresStoreOptions, postgresStore } from './store/postgres/store.js';

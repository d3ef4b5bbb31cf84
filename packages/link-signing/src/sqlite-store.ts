export { type SqliteStoreHandle, sqliteStore } from './store/sqlite.js';
export { type SqliteEraseStore, sqliteEraseStore } from './store/sqlite-erase.js';

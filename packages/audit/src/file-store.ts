export { type FileLogStore, type FileStoreOptions, fileStore } from './store/file.js';
export { fileCheckpointKeeper } from './store/file-checkpoint-keeper.js';
export { fileKeyStore } from './store/file-key-store.js';
export type { FileSystem, StoreFile } from './store/file-system.js';
export { folderReader } from './store/folder-reader.js';
export type { TakeLock } from './store/lock.js';

// Test helpers that need Node, and all the others.
export { type BareRealmOptions, type BareRealmTools, bareRealm } from './bare-realm.js';
export { type ChromiumOptions, chromiumOptions } from './chromium.js';
export { type CaseResult, type CompareOptions, type Comparison, compare } from './compare.js';
export {
  type Fault,
  FaultyFs,
  type FaultyFsOptions,
  type FaultyHandle,
  type FaultyStats,
  PowerLoss,
} from './faulty-fs.js';
export * from './index.js';
export { type Photo, photos } from './photos.js';
export { wallBefore } from './postgres/folder.js';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.js';
export { type Answer, collect, named, type Ran, type Shell, type ShellOptions, shell } from './shell.js';
export { type VectorSet, vectorSet, vectorsFolder } from './vectors.js';

import type { Config } from '../config.js';
import type { Db } from '../db/pool.js';
import type { Assets } from '../http/assets.js';
import type { BlobStore } from './blobs.js';
import type { HeaderStore } from './headers.js';
import type { Trust } from './trust.js';

export interface Clock {
  readonly now: () => number;
}

/** Everything that a route may use. It holds no state of its own: another node with the same stores answers the same. */
export interface App {
  readonly config: Config;
  readonly db: Db;
  readonly trusts: ReadonlyMap<string, Trust>;
  readonly blobs: BlobStore;
  readonly erase: HeaderStore;
  readonly clock: Clock;
  /** What pages load. */
  readonly assets: Assets;
}

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EraseStore, type LinkStore, memoryEraseStore, memoryStore } from '../../src/index.js';
import { sqliteEraseStore, sqliteStore } from '../../src/sqlite-store.js';

export interface Stores {
  store: LinkStore;
  shares: EraseStore;
  /** Where the files lie; empty in memory. */
  folder: string;
  close(): void;
}

// In memory where there is such a folder: the suites count and look, they do not pull the plug.
const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A fresh folder. */
export function freshFolder(): string {
  return mkdtempSync(join(ROOM, 'wardseal-link-'));
}

/** The stores every suite runs on, fresh ones at each call. */
export const KINDS: Readonly<Record<string, () => Stores>> = {
  memory: () => ({ store: memoryStore(), shares: memoryEraseStore(), folder: '', close: () => undefined }),
  'node:sqlite': () => {
    const folder = freshFolder();
    const store = sqliteStore(join(folder, 'links.db'));
    const shares = sqliteEraseStore(join(folder, 'erase.db'));
    return {
      store,
      shares,
      folder,
      close() {
        store.close();
        shares.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

/** Runs a body with fresh stores and closes them, however it ends. */
export async function withStores(kind: string, body: (stores: Stores) => Promise<void>): Promise<void> {
  const stores = KINDS[kind]!();
  try {
    await body(stores);
  } finally {
    stores.close();
  }
}

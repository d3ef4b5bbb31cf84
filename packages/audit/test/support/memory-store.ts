import type { LogReader, LogStore, StoredEntry, Tile } from '../../src/index.js';
import { tilePath } from '../../src/index.js';
import { hexOf } from './events.js';

/** A store that forgets with the test; it also shows that `LogStore` needs no disk. */
export interface MemoryStore extends LogStore {
  readonly entries: StoredEntry[];
  readonly files: Map<string, Uint8Array>;
  /** Calls of `append` so far. */
  readonly appends: number[];
}

export function memoryStore(): MemoryStore {
  const entries: StoredEntry[] = [];
  const files = new Map<string, Uint8Array>();
  const appends: number[] = [];
  const encode = (text: string) => new TextEncoder().encode(text);
  return {
    entries,
    files,
    appends,
    open: async () => ({ size: entries.length }),
    async append(batch) {
      appends.push(batch.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
      entries.push(...batch);
      return { first: entries.length - batch.length };
    },
    async find(id) {
      const index = entries.findIndex(({ leaf }) => hexOf(leaf.subarray(4, 20)) === hexOf(id));
      return index < 0 ? null : index;
    },
    async *readEntries(start) {
      yield* entries.slice(start);
    },
    readTile: async (tile) => files.get(tilePath(tile)) ?? null,
    readCheckpoint: async () => files.get('checkpoint') ?? null,
    async writeTiles(tiles: readonly Tile[]) {
      for (const tile of tiles) files.set(tilePath(tile), tile.data);
    },
    async casCheckpoint(previous, next) {
      const current = files.get('checkpoint');
      const expected = previous === null ? undefined : encode(previous);
      if (hexOf(current ?? new Uint8Array()) !== hexOf(expected ?? new Uint8Array())) throw new Error('lost a race');
      files.set('checkpoint', encode(next));
    },
    close: async () => undefined,
  };
}

export function memoryReader(store: MemoryStore): LogReader {
  return {
    readCheckpoint: store.readCheckpoint,
    readTile: store.readTile,
    readEntries: store.readEntries,
    async *listTiles() {
      for (const path of [...store.files.keys()]) if (path.startsWith('tile/')) yield path;
    },
  };
}

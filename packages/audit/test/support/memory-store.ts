import type { LogReader, LogStore, StoredEntry } from '../../src/index.js';
import { AuditError, tilePath } from '../../src/index.js';

/** A store that forgets with the test; it also shows that `LogStore` needs no disk. */
export interface MemoryStore extends LogStore {
  readonly entries: StoredEntry[];
  readonly files: Map<string, Uint8Array>;
  /** Calls of `append` so far. */
  readonly appends: number[];
}

/** Whether a leaf has this event id; compared from its end, since ids of one time begin alike. */
function has(leaf: Uint8Array, id: Uint8Array): boolean {
  for (let at = 15; at >= 0; at--) if (leaf[4 + at] !== id[at]) return false;
  return true;
}

export function memoryStore(): MemoryStore {
  const entries: StoredEntry[] = [];
  const files = new Map<string, Uint8Array>();
  const appends: number[] = [];
  const encode = (text: string) => new TextEncoder().encode(text);
  let closed = false;
  const usable = (): void => {
    if (closed) throw new AuditError('LOG_CLOSED', 'the store is closed');
  };
  return {
    entries,
    files,
    appends,
    async open() {
      closed = false;
      return { size: entries.length };
    },
    async append(batch) {
      usable();
      if (batch.length > 256) throw new RangeError('a batch holds at most 256 entries');
      appends.push(batch.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return batch.map((entry) => {
        const id = entry.leaf.subarray(4, 20);
        const index = entries.findIndex(({ leaf }) => has(leaf, id));
        return index < 0 ? { index: entries.push(entry) - 1, added: true } : { index, added: false };
      });
    },
    async find(id) {
      const index = entries.findIndex(({ leaf }) => has(leaf, id));
      return index < 0 ? null : index;
    },
    async *readEntries(start, end) {
      yield* entries.slice(start, end);
    },
    readTile: async (tile) => files.get(tilePath(tile)) ?? null,
    readCheckpoint: async () => files.get('checkpoint') ?? null,
    async integrate(work) {
      usable();
      const integration = await work({ checkpoint: files.get('checkpoint') ?? null, size: entries.length });
      if (integration === null) return;
      for (const tile of integration.tiles) files.set(tilePath(tile), tile.data);
      files.set('checkpoint', encode(integration.checkpoint));
    },
    async close() {
      closed = true;
    },
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

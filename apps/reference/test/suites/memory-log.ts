import { type LogReader, type LogStore, type StoredEntry, tilePath } from '@wardseal/audit';
import { hex } from '@wardseal/primitives';

/** A store for a log that lives as long as its test; the audit package's own tests hold every store to the same rules. */
export interface MemoryLog extends LogStore {
  readonly reader: LogReader;
}

export function memoryLog(): MemoryLog {
  const entries: StoredEntry[] = [];
  const files = new Map<string, Uint8Array>();
  const idOf = ({ leaf }: StoredEntry): string => hex(leaf.subarray(4, 20));
  const store: LogStore = {
    open: async () => ({ size: entries.length }),
    append: async (batch) =>
      batch.map((entry) => {
        const index = entries.findIndex((one) => idOf(one) === idOf(entry));
        return index < 0 ? { index: entries.push(entry) - 1, added: true } : { index, added: false };
      }),
    async find(id) {
      const index = entries.findIndex((one) => idOf(one) === hex(id));
      return index < 0 ? null : index;
    },
    async *readEntries(start, end) {
      yield* entries.slice(start, end);
    },
    readTile: async (tile) => files.get(tilePath(tile)) ?? null,
    readCheckpoint: async () => files.get('checkpoint') ?? null,
    async integrate(work) {
      const integration = await work({ checkpoint: files.get('checkpoint') ?? null, size: entries.length });
      if (integration === null) return;
      for (const tile of integration.tiles) files.set(tilePath(tile), tile.data);
      files.set('checkpoint', new TextEncoder().encode(integration.checkpoint));
    },
    close: async () => undefined,
  };
  async function* listTiles(): AsyncGenerator<string> {
    for (const path of [...files.keys()]) if (path.startsWith('tile/')) yield path;
  }
  return { ...store, reader: { ...store, listTiles } };
}

import type { LogReader } from '../store/store.js';

/** A reader that tells how many entries and tiles were read from it: for work that does not tell itself. */
export function countedReader(reader: LogReader, onRead: (done: number) => void): LogReader {
  let done = 0;
  const told = <T>(value: T): T => {
    onRead(++done);
    return value;
  };
  return {
    readCheckpoint: () => reader.readCheckpoint(),
    readTile: async (tile) => told(await reader.readTile(tile)),
    ...(reader.listTiles && { listTiles: () => reader.listTiles!() }),
    ...(reader.select && { select: (query) => reader.select!(query) }),
    ...(reader.readEntries && {
      async *readEntries(start: number, end?: number) {
        for await (const entry of reader.readEntries!(start, end)) yield told(entry);
      },
    }),
  };
}

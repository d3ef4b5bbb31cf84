// A store in memory for the scripts that write vectors.

export function memoryStore() {
  const entries = [];
  const files = new Map();
  let checkpoint = null;
  const key = (tile) => `${tile.level}/${tile.index}/${tile.width}`;
  const id = ({ leaf }) => Buffer.from(leaf.subarray(4, 20)).toString('hex');
  return {
    open: async () => ({ size: entries.length }),
    append: async (batch) =>
      batch.map((entry) => {
        const index = entries.findIndex((other) => id(other) === id(entry));
        return index < 0 ? { index: entries.push(entry) - 1, added: true } : { index, added: false };
      }),
    find: async (wanted) => {
      const index = entries.findIndex((entry) => id(entry) === Buffer.from(wanted).toString('hex'));
      return index < 0 ? null : index;
    },
    async *readEntries(start, end) {
      yield* entries.slice(start, end);
    },
    readTile: async (tile) => files.get(key(tile)) ?? null,
    readCheckpoint: async () => checkpoint,
    async integrate(work) {
      const made = await work({ checkpoint, size: entries.length });
      if (made === null) return;
      for (const tile of made.tiles) files.set(key(tile), tile.data);
      checkpoint = new TextEncoder().encode(made.checkpoint);
    },
    close: async () => undefined,
  };
}

import { nodeHash } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { decodeTile, fullTiles, partialWidth, readTile, TILE_WIDTH, type TileId, tilePath } from './tiles.js';

type Bytes = Uint8Array<ArrayBuffer>;

// Full tiles kept with their inner nodes: 16 kB each.
const CACHED = 256;

/** Reads any complete subtree's hash of the tree of `size` from its tiles. */
export class HashReader {
  readonly #read: (tile: TileId) => Promise<Uint8Array | null>;
  readonly #cache = new Map<string, Promise<Bytes[][]>>();

  constructor(read: (tile: TileId) => Promise<Uint8Array | null>) {
    this.#read = read;
  }

  /** A node reader for the tree of `size`, as the Merkle functions want it. */
  at(size: number): (level: number, index: number) => Promise<Uint8Array> {
    return async (level, index) => {
      const tileLevel = Math.floor(level / 8);
      const inner = level % 8;
      const perTile = TILE_WIDTH / 2 ** inner;
      const tile = Math.floor(index / perTile);
      const width = tile < fullTiles(size, tileLevel) ? TILE_WIDTH : partialWidth(size, tileLevel);
      const nodes = await this.#tile({ level: tileLevel, index: tile, width });
      return nodes[inner]![index - tile * perTile]!;
    };
  }

  #tile(id: TileId): Promise<Bytes[][]> {
    const path = tilePath(id);
    let found = this.#cache.get(path);
    if (found === undefined) {
      found = this.#load(id, path);
      this.#cache.set(path, found);
      if (this.#cache.size > CACHED) this.#cache.delete(this.#cache.keys().next().value!);
      found.catch(() => this.#cache.delete(path));
    }
    return found;
  }

  /** All complete nodes inside a tile: [0] its hashes, [1] their pairs, up to [7]. */
  async #load(id: TileId, path: string): Promise<Bytes[][]> {
    const data = await readTile(this.#read, id);
    const hashes = data && decodeTile(data, id.width);
    if (!hashes) throw new AuditError('TILE_INVALID', 'a tile is missing or malformed', { path });
    const nodes = [hashes];
    for (let inner = 1; inner < 8; inner++) {
      const below = nodes[inner - 1]!;
      nodes.push(
        Array.from({ length: Math.floor(below.length / 2) }, (_, i) => nodeHash(below[2 * i]!, below[2 * i + 1]!)),
      );
    }
    return nodes;
  }
}

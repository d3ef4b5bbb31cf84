import { concat, leafHash, MerkleBuilder } from '@wardseal/primitives';
import { encodeBundle, fullTiles, levelsOf, TILE_WIDTH, type Tile } from './tiles.js';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The tree of a log as it grows: keeps the right edge in memory and hands out the tiles that became full or changed.
 * One hash for each leaf and one for each node, nothing is computed twice.
 */
export class TileTree {
  readonly #builder = new MerkleBuilder((level, hash) => this.#keep(level, hash));
  // Hashes of the unfinished tile of each tile level.
  readonly #edge: Bytes[][] = [[]];
  // Entries of the unfinished bundle.
  #entries: Bytes[] = [];
  #finished: Tile[] = [];
  // Full tiles of each level so far.
  #counts: number[] = [];

  get size(): number {
    return this.#builder.size;
  }

  /** The root of all leaves appended so far. */
  root(): Bytes {
    return this.#builder.root();
  }

  append(entry: Bytes): void {
    this.#entries.push(entry);
    this.#builder.append(leafHash(entry));
    if (this.#entries.length < TILE_WIDTH) return;
    this.#finished.push({
      level: 'entries',
      index: this.size / TILE_WIDTH - 1,
      width: TILE_WIDTH,
      data: encodeBundle(this.#entries),
    });
    this.#entries = [];
  }

  /** Resumes from the hashes of the partial tiles, level 0 first, and the entries of the partial bundle. */
  resume(size: number, edge: readonly (readonly Bytes[])[], entries: readonly Bytes[]): void {
    for (let level = levelsOf(size) - 1; level >= 0; level--)
      for (const hash of edge[level] ?? []) this.#builder.appendSubtree(8 * level, hash);
    this.#entries = [...entries];
    this.#counts = Array.from({ length: levelsOf(size) }, (_, level) => fullTiles(size, level));
  }

  /** The tiles to write so that a checkpoint of this size can be served; those that became full only once. */
  takeTiles(): Tile[] {
    const tiles = this.#finished;
    this.#finished = [];
    if (this.#entries.length > 0)
      tiles.push({
        level: 'entries',
        index: Math.floor(this.size / TILE_WIDTH),
        width: this.#entries.length,
        data: encodeBundle(this.#entries),
      });
    this.#edge.forEach((hashes, level) => {
      const index = Math.floor(this.size / TILE_WIDTH ** (level + 1));
      if (hashes.length > 0) tiles.push({ level, index, width: hashes.length, data: concat(...hashes) });
    });
    return tiles;
  }

  #keep(level: number, hash: Bytes): void {
    if (level % 8 !== 0) return;
    const tileLevel = level / 8;
    this.#edge[tileLevel] ??= [];
    const hashes = this.#edge[tileLevel];
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    const before = this.#counts[tileLevel] ?? 0;
    this.#counts[tileLevel] = before + 1;
    this.#finished.push({ level: tileLevel, index: before, width: TILE_WIDTH, data: concat(...hashes) });
    this.#edge[tileLevel] = [];
  }
}

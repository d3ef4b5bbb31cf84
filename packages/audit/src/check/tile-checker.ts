import { concat, equal } from '@wardseal/primitives';
import type { LogReader } from '../store/store.js';
import {
  decodeBundle,
  HASH_BYTES,
  parseTilePath,
  readTile,
  TILE_WIDTH,
  type Tile,
  type TileId,
  tilePath,
} from '../tiles.js';
import { type Findings, MAX_FINDINGS } from './audit-findings.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads bundles, and holds hash tiles against those that the entries make. */
export class TileChecker {
  readonly #reader: LogReader;
  readonly #findings: Findings;
  /** Tiles and bundles looked at. */
  count = 0;
  /** Entries that the files speak of, the checkpoint's or more. */
  reach = 0;
  /** Paths below `tile` that belong to no tile. */
  readonly strangers: string[] = [];

  constructor(reader: LogReader, findings: Findings) {
    this.#reader = reader;
    this.#findings = findings;
  }

  /** The entries of a bundle, or null when it is missing or malformed. */
  async bundle(id: TileId): Promise<Bytes[] | null> {
    this.count++;
    const data = await this.#read(id);
    const entries = data && decodeBundle(data, id.width);
    if (entries === null)
      this.#findings.add('TILE_INVALID', data ? 'the bundle is malformed' : 'the bundle is missing', {
        path: tilePath(id),
      });
    return entries;
  }

  /** Compares a hash tile with the one that is stored. */
  async compare({ data, ...id }: Tile): Promise<void> {
    this.count++;
    const stored = await this.#read(id);
    if (stored !== null && equal(stored, data)) return;
    const message = stored ? 'the tile does not hold the hashes of the entries' : 'the tile is missing';
    this.#findings.add('TILE_INVALID', message, { path: tilePath(id) });
  }

  /** Partial tiles of earlier checkpoints may stay, but must be the beginning of what is there now. */
  async leftovers(size: number): Promise<void> {
    this.reach = size;
    for await (const path of this.#reader.listTiles?.() ?? []) {
      const id = parseTilePath(path);
      if (id === null) {
        if (this.strangers.length < MAX_FINDINGS) this.strangers.push(path);
        continue;
      }
      this.reach = Math.max(this.reach, entriesOf(id));
      const current = currentOf(id, size);
      if (current === null || current.width === id.width) continue;
      const [old, now] = [await this.#reader.readTile(id), await this.#read(current)];
      if (old !== null && now !== null && !isBeginning(old, now, id))
        this.#findings.add('TILE_INVALID', 'a tile of an earlier checkpoint holds something else', { path });
    }
  }

  #read(tile: TileId): Promise<Uint8Array | null> {
    return readTile((id) => this.#reader.readTile(id), tile);
  }
}

/** Entries that a log must have for a tile to be. */
function entriesOf({ level, index, width }: TileId): number {
  return (index * TILE_WIDTH + width) * TILE_WIDTH ** (level === 'entries' ? 0 : level);
}

/** The tile at the same place in a tree of `size`, or null when that one does not reach so far. */
function currentOf({ level, index, width }: TileId, size: number): TileId | null {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level)) - index * TILE_WIDTH;
  return hashes < width ? null : { level, index, width: Math.min(hashes, TILE_WIDTH) };
}

function isBeginning(old: Uint8Array, now: Uint8Array, id: TileId): boolean {
  if (old.length > now.length || !equal(old, now.subarray(0, old.length))) return false;
  if (id.level === 'entries') return decodeBundle(concat(old), id.width) !== null;
  return old.length === id.width * HASH_BYTES;
}

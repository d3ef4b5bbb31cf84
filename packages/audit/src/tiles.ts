import { concat, readUint, uint } from '@wardseal/primitives';

type Bytes = Uint8Array<ArrayBuffer>;

// C2SP tlog-tiles (July 2026): tiles of 256 hashes, entry bundles beside them.

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256;
/** Bytes of a hash. */
export const HASH_BYTES = 32;
/** Bytes of the largest tile or bundle: 256 entries of the largest size the format allows. */
export const MAX_TILE: number = TILE_WIDTH * (2 + 65_535);

/** Names one tile: `entries` for a bundle, else the level of a hash tile. */
export interface TileId {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** One tile with its bytes. */
export interface Tile extends TileId {
  readonly data: Uint8Array;
}

/**
 * The path of a tile below the log's prefix, as `tile/0/x001/x234/067.p/8` (C2SP tlog-tiles, "Merkle Tree").
 *
 * @example
 * const bytes = await fetch(`https://log.example/${tilePath({ level: 'entries', index: 0, width: 256 })}`);
 */
export function tilePath({ level, index, width }: TileId): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const elements = digits.match(/.{3}/g)!;
  const name = elements.map((element, i) => (i === elements.length - 1 ? element : `x${element}`)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile that a path names, or null: one tile has one path. */
export function parseTilePath(path: string): TileId | null {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!match) return null;
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const index = Number(match[2]!.replaceAll(/[x/]/g, ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  const tile: TileId = { level, index, width };
  return Number.isSafeInteger(index) && width > 0 && tilePath(tile) === path ? tile : null;
}

/** How many hashes the last, partial tile of a level has in a tree of `size` (0: none). */
export function partialWidth(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
}

/** How many full tiles a level has in a tree of `size`. */
export function fullTiles(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** (level + 1));
}

/** Every tile of a level in a tree of `size`, from the left. */
export function* tilesOf(size: number, level: number | 'entries'): Generator<TileId> {
  const height = level === 'entries' ? 0 : level;
  const full = fullTiles(size, height);
  for (let index = 0; index < full; index++) yield { level, index, width: TILE_WIDTH };
  const width = partialWidth(size, height);
  if (width > 0) yield { level, index: full, width };
}

/** Levels of hash tiles that a tree of `size` has. */
export function levelsOf(size: number): number {
  let levels = 0;
  for (let hashes = size; hashes > 0; hashes = Math.floor(hashes / TILE_WIDTH)) levels++;
  return levels;
}

/** Entries as a bundle: each behind its length as a big-endian uint16. */
export function encodeBundle(entries: readonly Uint8Array[]): Bytes {
  return concat(...entries.flatMap((entry) => [uint(entry.length, 2), entry]));
}

/** The `width` entries of a bundle, or null when it does not hold exactly so many. */
export function decodeBundle(data: Uint8Array, width: number): Bytes[] | null {
  // One copy for all entries: they are views of it.
  const own = new Uint8Array(data);
  const entries: Bytes[] = [];
  let at = 0;
  while (at < own.length) {
    const length = readUint(own, at, 2);
    if (length === null || at + 2 + length > own.length || entries.length === width) return null;
    entries.push(own.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries.length === width ? entries : null;
}

/** The hashes of a tile, or null when it does not hold exactly `width`. */
export function decodeTile(data: Uint8Array, width: number): Bytes[] | null {
  if (data.length !== width * HASH_BYTES) return null;
  return Array.from({ length: width }, (_, i) => new Uint8Array(data.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)));
}

/**
 * Reads a tile. A partial one may be gone once the tile is full (tlog-tiles, "Partial Tiles"): then it is the beginning
 * of the full one.
 */
export async function readTile(
  read: (tile: TileId) => Promise<Uint8Array | null>,
  tile: TileId,
): Promise<Uint8Array | null> {
  const data = await read(tile);
  if (data !== null || tile.width === TILE_WIDTH) return data;
  const full = await read({ ...tile, width: TILE_WIDTH });
  if (full === null) return null;
  if (tile.level !== 'entries') return full.subarray(0, tile.width * HASH_BYTES);
  const entries = decodeBundle(full, TILE_WIDTH);
  return entries && encodeBundle(entries.slice(0, tile.width));
}

import { equal, leafHash, MerkleBuilder } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { HashReader } from '../hash-reader.js';
import type { LogReader } from '../store/store.js';
import { decodeBundle, fullTiles, partialWidth, readTile, TILE_WIDTH, tilePath } from '../tiles.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** A level of the tree whose nodes stand for one full bundle each: 2^8 leaves. */
const BUNDLE_LEVEL = 8;

/** One entry that a checkpoint covers. */
export interface VerifiedEntry {
  readonly index: number;
  readonly bytes: Bytes;
  readonly leafHash: Bytes;
}

/**
 * The entries from `start` on that a signed tree covers, bundle by bundle. Whoever serves tiles and bundles is not
 * trusted: the hashes of all bundles to come are first shown to lead to the root, then each bundle to its hash.
 *
 * Throws AuditError `TILE_INVALID` when a file is missing, malformed or of another tree. Keeps 32 bytes a bundle.
 */
export async function* verifiedEntries(
  reader: Pick<LogReader, 'readTile'>,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  start: number,
): AsyncGenerator<VerifiedEntry[]> {
  if (start >= size) return;
  const firstBundle = Math.floor(start / TILE_WIDTH);
  const hashes = await bundleHashes(reader, size, root, firstBundle);
  for (const [i, expected] of hashes.entries()) {
    const bundle = firstBundle + i;
    const width = bundle < fullTiles(size, 0) ? TILE_WIDTH : partialWidth(size, 0);
    const id = { level: 'entries', index: bundle, width } as const;
    const data = await readTile((tile) => reader.readTile(tile), id);
    const entries = data && decodeBundle(data, width);
    const tree = new MerkleBuilder();
    const verified: VerifiedEntry[] = [];
    for (const [at, bytes] of (entries ?? []).entries()) {
      const hash = leafHash(bytes);
      tree.append(hash);
      verified.push({ index: bundle * TILE_WIDTH + at, bytes, leafHash: hash });
    }
    if (!entries || !equal(tree.root(), expected))
      throw new AuditError('TILE_INVALID', 'a bundle is missing or not of this tree', { path: tilePath(id) });
    yield verified.filter(({ index }) => index >= start);
  }
}

/** The root of every bundle from the first one on (the last may be partial), after they were shown to lead to the root. */
async function bundleHashes(
  reader: Pick<LogReader, 'readTile'>,
  size: number,
  root: Uint8Array,
  first: number,
): Promise<Bytes[]> {
  const node = new HashReader((tile) => reader.readTile(tile)).at(size);
  const tree = new MerkleBuilder();
  // The complete subtrees in front of it, the largest first.
  for (let rest = first * TILE_WIDTH, at = 0; rest > 0; ) {
    const level = Math.floor(Math.log2(rest));
    tree.appendSubtree(level, await node(level, at / 2 ** level));
    at += 2 ** level;
    rest -= 2 ** level;
  }
  const hashes: Bytes[] = [];
  for (let bundle = first; bundle < fullTiles(size, 0); bundle++) {
    const hash = new Uint8Array(await node(BUNDLE_LEVEL, bundle));
    tree.appendSubtree(BUNDLE_LEVEL, hash);
    hashes.push(hash);
  }
  const width = partialWidth(size, 0);
  const last = new MerkleBuilder();
  for (let i = 0; i < width; i++) {
    const hash = await node(0, fullTiles(size, 0) * TILE_WIDTH + i);
    tree.append(hash);
    last.append(hash);
  }
  if (width > 0) hashes.push(last.root());
  if (!equal(tree.root(), root))
    throw new AuditError('TILE_INVALID', 'the tiles are not those of the checkpoint', { path: 'tile' });
  return hashes;
}

import { equal, fromUtf8, leafHash, randomBytes } from '@wardseal/primitives';
import { type Clock, systemClock } from './clock.js';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';
import { AuditLog } from './log.js';
import { LogKeys } from './log-keys.js';
import { type LogSigner, parseVkey, signNote } from './note.js';
import type { LogStore } from './store/store.js';
import { TileTree } from './tile-tree.js';
import { decodeBundle, decodeTile, fullTiles, levelsOf, partialWidth, readTile, type TileId } from './tiles.js';
import { type Checkpoint, formatCheckpoint, verifyCheckpoint } from './verify-checkpoint.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** An entry waits at most this long, ms, for the checkpoint that covers it. */
export const CHECKPOINT_EVERY = 1000;
/** A checkpoint is made at once when so many entries wait: a full bundle. */
export const CHECKPOINT_ENTRIES = 256;

/** What a log needs. */
export interface OpenLogOptions {
  /** The log's name, a URL without scheme; one log a year, as `audit.trust.example/2026`. The signer's key bears it. */
  readonly origin: string;
  /** Where the log lives: `fileStore` of `@wardseal/audit/file-store`. */
  readonly store: LogStore;
  /** Where its secrets live; apart from the log, with a backup life of its own. */
  readonly keys: KeyStore;
  readonly signer: LogSigner;
  /** Default the computer's. */
  readonly clock?: Clock;
  /** Secret random bytes; default the platform's. */
  readonly random?: (length: number) => Uint8Array;
  /** Default `CHECKPOINT_EVERY`, ms. */
  readonly checkpointEvery?: number;
  /** Default `CHECKPOINT_ENTRIES`. */
  readonly checkpointEntries?: number;
}

/**
 * Opens a log for appending, makes it when it is new, and finishes what a crash interrupted.
 *
 * @param options - name, store, keys and signer
 * @returns the log; close it to give the lock back
 * @throws AuditError `LOG_LOCKED` when another process has it open; `LOG_ROLLED_BACK` when the store holds fewer entries
 *   than its own checkpoint says, as after restoring an old backup; `LOG_CORRUPT` when journal, tiles and checkpoint do
 *   not fit each other; `ORIGIN_MISMATCH` when the store holds another log; `KEY_INVALID` when the signer's key is
 *   malformed; `CHECKPOINT_INVALID`, `CHECKPOINT_UNSIGNED`, `SIGNATURE_INVALID` when the stored checkpoint is not this
 *   log's; `STORE_FAILED` when the disk failed
 * @throws RangeError when origin, signer or an interval does not fit
 * @example
 * const log = await openLog({ origin, store: fileStore(folder), keys: fileKeyStore(keyFolder), signer });
 */
export async function openLog(options: OpenLogOptions): Promise<AuditLog> {
  const { origin, store, keys, signer, clock = systemClock, random = randomBytes } = options;
  const { checkpointEvery = CHECKPOINT_EVERY, checkpointEntries = CHECKPOINT_ENTRIES } = options;
  if (!Number.isFinite(checkpointEvery) || checkpointEvery < 0)
    throw new RangeError('checkpointEvery must be 0 ms or more');
  if (!Number.isSafeInteger(checkpointEntries) || checkpointEntries < 1)
    throw new RangeError('checkpointEntries must be 1 or more');
  if (parseVkey(signer.vkey).name !== origin) throw new RangeError("origin must be the name of the signer's key");
  const { size: durable } = await store.open(origin, signer.vkey);
  try {
    const stored = await store.readCheckpoint();
    if (stored === null && durable > 0)
      throw new AuditError('LOG_CORRUPT', 'the checkpoint is missing', { path: 'checkpoint' });
    const tree = new TileTree();
    let checkpoint = stored && fromUtf8(stored);
    if (checkpoint === null) {
      // A new log says so before its first entry: a missing checkpoint is then always a loss.
      checkpoint = await signNote(formatCheckpoint({ origin, size: 0, root: tree.root() }), signer);
      await store.casCheckpoint(null, checkpoint);
    }
    const head = await verifyCheckpoint(checkpoint, { logKey: signer.vkey });
    if (head.size > durable)
      throw new AuditError('LOG_ROLLED_BACK', 'the store holds fewer entries than its checkpoint says');
    await resume(tree, store, head);
    const log = new AuditLog({
      origin,
      store,
      keys: new LogKeys(keys, origin, random),
      signer,
      clock,
      random,
      tree,
      checkpoint,
      durable,
      checkpointEvery,
      checkpointEntries,
    });
    await log.catchUp();
    return log;
  } catch (error) {
    // The first error says what is wrong; one on closing would hide it.
    await store.close().catch(() => undefined);
    throw error;
  }
}

/** Rebuilds the tree's right edge from the tiles, and checks it against the checkpoint and the journal. */
async function resume(tree: TileTree, store: LogStore, { size, root }: Checkpoint): Promise<void> {
  const edge: Bytes[][] = [];
  for (let level = 0; level < levelsOf(size); level++) {
    const width = partialWidth(size, level);
    const data = width === 0 ? new Uint8Array(0) : await tileOf(store, { level, index: fullTiles(size, level), width });
    const hashes = data && decodeTile(data, width);
    if (!hashes) throw new AuditError('LOG_CORRUPT', 'a tile at the right edge is missing or malformed');
    edge.push(hashes);
  }
  const entries = await lastEntries(store, size);
  tree.resume(size, edge, entries);
  const same = entries.every((entry, i) => equal(leafHash(entry), edge[0]![i]!));
  if (!same || !equal(tree.root(), root)) throw new AuditError('LOG_CORRUPT', 'tiles, journal and checkpoint differ');
}

/** The entries of the partial bundle at the right edge: the journal's word, compared with the bundle's. */
async function lastEntries(store: LogStore, size: number): Promise<Bytes[]> {
  const width = partialWidth(size, 0);
  if (width === 0) return [];
  const data = await tileOf(store, { level: 'entries', index: fullTiles(size, 0), width });
  const bundle = data && decodeBundle(data, width);
  const entries: Bytes[] = [];
  for await (const { leaf } of store.readEntries(size - width)) {
    entries.push(new Uint8Array(leaf));
    if (entries.length === width) break;
  }
  if (!bundle || !entries.every((entry, i) => equal(entry, bundle[i]!)))
    throw new AuditError('LOG_CORRUPT', 'journal and entry bundle differ');
  return entries;
}

// A crash may have come between a full tile and the checkpoint that needs it.
function tileOf(store: LogStore, tile: TileId): Promise<Uint8Array | null> {
  return readTile((id) => store.readTile(id), tile);
}

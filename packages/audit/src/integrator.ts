import { consistencyPath, equal, fromUtf8, inclusionPath, leafHash } from '@wardseal/primitives';
import type { Clock } from './clock.js';
import { signCheckpoint } from './cosignature.js';
import { AuditError } from './errors.js';
import { HashReader } from './hash-reader.js';
import { parseNote } from './note.js';
import type { LogSigner } from './note-key.js';
import type { Integration, IntegrationState, LogStore } from './store/store.js';
import { TileTree } from './tile-tree.js';
import { decodeBundle, decodeTile, fullTiles, levelsOf, partialWidth, readTile, type TileId } from './tiles.js';
import { type Checkpoint, verifyCheckpoint } from './verify-checkpoint.js';
import type { InclusionProof } from './verify-inclusion.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Entries integrated in one step, so that a log that waited long does not fill the memory: some 16 MB of leaves. */
export const INTEGRATION_STEP = 65_536;

/** Turns durable entries into tiles and signed checkpoints. Another process may do so with the same store meanwhile. */
export class Integrator {
  readonly #origin: string;
  readonly #store: LogStore;
  readonly #signers: readonly LogSigner[];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #hashes: HashReader;
  #tree = new TileTree();
  // The checkpoint that the tree stands at; null when nobody knows, as after a failed write.
  #current: string | null = null;
  #checkpoint = '';
  #size = 0;
  #running: Promise<void> | undefined;
  // Entries that the store is known to have acknowledged.
  #acknowledged = 0;
  // Leaves that this process appended, so that they need not be read again.
  #recent: { first: number; leaves: Bytes[] } = { first: 0, leaves: [] };

  /** The first signer is the log's own, under whose key its checkpoints are believed; others sign beside it. */
  constructor(
    origin: string,
    store: LogStore,
    signers: readonly [LogSigner, ...LogSigner[]],
    clock: Pick<Clock, 'now'>,
  ) {
    this.#origin = origin;
    this.#store = store;
    this.#signers = signers;
    this.#clock = clock;
    this.#hashes = new HashReader((tile) => store.readTile(tile));
  }

  /** The key under which the log's checkpoints are believed. */
  get logKey(): string {
    return this.#signers[0]!.vkey;
  }

  /** The latest checkpoint that this process knows. */
  get checkpoint(): string {
    return this.#checkpoint;
  }

  /** Entries that it covers. */
  get size(): number {
    return this.#size;
  }

  /** Leaves that became durable from index `first` on. */
  remember(first: number, leaves: readonly Bytes[]): void {
    if (first !== this.#recent.first + this.#recent.leaves.length) this.#recent = { first, leaves: [] };
    this.#recent.leaves.push(...leaves);
  }

  /**
   * Resolves when a checkpoint covers that many entries, which the store has acknowledged. Whoever waits meanwhile shares the
   * next one. Throws AuditError `LOG_ROLLED_BACK` when the store no longer holds them.
   */
  async cover(size: number): Promise<void> {
    this.#acknowledged = Math.max(this.#acknowledged, size);
    while (this.#size < size) await this.step();
  }

  /** Integrates what is durable, up to a step; makes the first checkpoint of a new log. */
  step(): Promise<void> {
    this.#running ??= this.#integrate().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Puts witnesses' signatures below the checkpoint in place, when it still is the one they signed. */
  async adopt(cosigned: string): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
    this.#running = this.#adopt(cosigned).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #adopt(cosigned: string): Promise<void> {
    let adopted = false;
    await this.#store.integrate(async ({ checkpoint }) => {
      // Another process may have put a larger one there, or its own witnesses' word on this one.
      adopted = checkpoint !== null && fromUtf8(checkpoint) === this.#current && cosigned !== this.#current;
      adopted &&= parseNote(cosigned)?.text === parseNote(this.#checkpoint)?.text;
      return adopted ? { tiles: [], checkpoint: cosigned } : null;
    });
    if (adopted) [this.#current, this.#checkpoint] = [cosigned, cosigned];
  }

  /** Tiles first, then the checkpoint: what is signed is durable. */
  async #integrate(): Promise<void> {
    let next: string | null = null;
    const acknowledged = this.#acknowledged;
    try {
      await this.#store.integrate(async (state) => {
        // A standby took over that was behind: to go on would sign what nobody holds, or wait for it for ever.
        if (state.size < acknowledged) throw lost();
        const work = await this.#work(state);
        next = work?.checkpoint ?? null;
        return work;
      });
    } catch (error) {
      // The tree is ahead of what the store holds, or not: the next try reads the store.
      this.#current = null;
      throw error;
    }
    this.#current = next ?? this.#current;
    this.#checkpoint = this.#current ?? this.#checkpoint;
    this.#size = this.#tree.size;
    const covered = this.#size - this.#recent.first;
    if (covered > 0) this.#recent = { first: this.#size, leaves: this.#recent.leaves.slice(covered) };
  }

  async #work({ checkpoint, size }: IntegrationState): Promise<Integration | null> {
    await this.#follow(checkpoint, size);
    // A new log says so before its first entry: a missing checkpoint is then always a loss.
    if (checkpoint !== null && size === this.#tree.size) return null;
    const end = Math.min(size, this.#tree.size + INTEGRATION_STEP);
    for await (const leaf of this.#leaves(end)) this.#tree.append(leaf);
    const head = { origin: this.#origin, size: this.#tree.size, root: this.#tree.root() };
    const signed = await signCheckpoint(head, this.#signers, this.#clock.now());
    return { tiles: this.#tree.takeTiles(), checkpoint: signed };
  }

  /** Brings the tree to the checkpoint that is in place. */
  async #follow(checkpoint: Uint8Array | null, durable: number): Promise<void> {
    if (checkpoint === null) {
      if (durable > 0 || this.#size > 0)
        throw new AuditError('LOG_CORRUPT', 'the checkpoint is missing', { path: 'checkpoint' });
      return;
    }
    const text = fromUtf8(checkpoint);
    if (text !== null && text === this.#current) return;
    const head = await verifyCheckpoint(checkpoint, { logKey: this.logKey });
    if (head.size > durable || head.size < this.#size)
      throw new AuditError('LOG_ROLLED_BACK', 'the store holds fewer entries than its checkpoint says');
    this.#tree = await resumeTree(this.#store, head);
    this.#current = text;
    this.#checkpoint = text!;
    this.#size = head.size;
  }

  async *#leaves(end: number): AsyncGenerator<Bytes> {
    const start = this.#tree.size;
    if (start === end) return;
    const { first, leaves } = this.#recent;
    if (first <= start && end <= first + leaves.length) {
      const own = leaves.slice(start - first, end - first);
      // Others may have written in the place of what the store lost; then its last entry is another.
      for await (const { leaf } of this.#store.readEntries(end - 1, end)) if (!equal(leaf, own.at(-1)!)) throw lost();
      yield* own;
      return;
    }
    for await (const { leaf } of this.#store.readEntries(start, end)) yield new Uint8Array(leaf);
  }

  /** Path of an entry to the root of the latest checkpoint, or of an earlier one. */
  async inclusionProof(
    index: number,
    { checkpoint, size }: { readonly checkpoint: string; readonly size: number } = this,
  ): Promise<InclusionProof> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new AuditError('ENTRY_OUT_OF_RANGE', 'no checkpoint covers that entry', { index });
    return { index, hashes: await inclusionPath(index, size, this.#hashes.at(this.#size)), checkpoint };
  }

  /** Path from the tree of `from` entries to that of `to`. */
  async consistencyProof(from: number, to: number): Promise<readonly Bytes[]> {
    const size = this.#size;
    if (![from, to].every(Number.isSafeInteger) || from < 0 || from > to || to > size)
      throw new AuditError('ENTRY_OUT_OF_RANGE', 'the checkpoint does not cover those sizes');
    return consistencyPath(from, to, this.#hashes.at(size));
  }
}

function lost(): AuditError {
  return new AuditError('LOG_ROLLED_BACK', 'the store no longer holds what it acknowledged');
}

/** The tree's right edge from the tiles, checked against the checkpoint and the entries. */
async function resumeTree(store: LogStore, { size, root }: Checkpoint): Promise<TileTree> {
  const tree = new TileTree();
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
  return tree;
}

/** The entries of the partial bundle at the right edge: the store's word, compared with the bundle's. */
async function lastEntries(store: LogStore, size: number): Promise<Bytes[]> {
  const width = partialWidth(size, 0);
  if (width === 0) return [];
  const data = await tileOf(store, { level: 'entries', index: fullTiles(size, 0), width });
  const bundle = data && decodeBundle(data, width);
  const entries: Bytes[] = [];
  for await (const { leaf } of store.readEntries(size - width, size)) entries.push(new Uint8Array(leaf));
  if (!bundle || entries.length !== width || !entries.every((entry, i) => equal(entry, bundle[i]!)))
    throw new AuditError('LOG_CORRUPT', 'journal and entry bundle differ');
  return entries;
}

// A crash may have come between a full tile and the checkpoint that needs it.
function tileOf(store: LogStore, tile: TileId): Promise<Uint8Array | null> {
  return readTile((id) => store.readTile(id), tile);
}

import { concat, equal } from '@wardseal/primitives';
import { AuditError, type AuditErrorCode } from './errors.js';
import type { KeyStore } from './key-store.js';
import { decodeLeaf, type Leaf } from './leaf.js';
import { SideChecker } from './side-checker.js';
import type { LogReader, StoredEntry } from './store/store.js';
import { TileTree } from './tile-tree.js';
import { decodeBundle, levelsOf, parseTilePath, readTile, type Tile, type TileId, tilePath, tilesOf } from './tiles.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';

/** One thing that is wrong with a log. */
export interface Finding {
  readonly code: AuditErrorCode;
  readonly message: string;
  /** The file at fault. */
  readonly path?: string;
  /** The entry at fault. */
  readonly index?: number;
}

/** How an audit ended. */
export interface AuditReport {
  /**
   * `good`: everything that was checked fits. `tampered`: something was changed, is missing or was forged.
   * `unknown`: it cannot be told, because nothing is there or could be read.
   */
  readonly verdict: 'good' | 'tampered' | 'unknown';
  readonly findings: readonly Finding[];
  /** The checkpoint, when its signature is good. */
  readonly checkpoint: Checkpoint | null;
  /** What was looked at: entries, hash tiles and bundles, side records opened with the keys. */
  readonly checked: {
    readonly entries: number;
    readonly tiles: number;
    readonly journal: boolean;
    readonly sidesOpened: number;
  };
  /** Compartments whose secret an erasure destroyed that the log, or `erasures`, tells of. */
  readonly sidesErased: number;
  /** Compartments whose secret is gone and nothing says why; any makes the verdict `unknown` at best. */
  readonly sidesMissing: number;
  /** Durable entries of the journal that no checkpoint covers yet. */
  readonly unintegrated: number;
  /** Entries recorded more than 2 s before the entry in front of them: a clock was set back. */
  readonly clockJumps: readonly number[];
  /** Paths below `tile` that belong to no tile. */
  readonly strangers: readonly string[];
}

/** Settings of `auditLog`. */
export interface AuditOptions {
  /** Told after every bundle. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** The log's secrets: every side record is then opened and held against its leaf. Needs a reader with the journal. */
  readonly keys?: KeyStore;
  /** Subjects of this log whose erasure stands in another one, as `erasuresIn` of a later year gives them. */
  readonly erasures?: ReadonlySet<string>;
}

// Findings of a report: after so many nobody needs the next one.
const MAX_FINDINGS = 100;
// A clock that steps back further was set, not slewed (NTP steps at 128 ms; servers of one trust agree within 1 s).
const CLOCK_JUMP = 2000;
// Findings that show no change of the log: another log's file, a disk, a key store that is incomplete or was restored.
const CANNOT_TELL: readonly AuditErrorCode[] = ['ERASURE_UNDONE', 'ORIGIN_MISMATCH', 'SECRET_MISSING', 'STORE_FAILED'];

/**
 * Checks a whole log: the signature of its checkpoint, every bundle, every hash tile and the root from the entries up,
 * that no event id comes twice, leftover partial tiles, and the journal with its side records where the reader
 * reaches them.
 *
 * @param reader - the log's files
 * @param policy - the log's pinned key
 * @param options - progress and keys
 * @returns the report; a bad log is an answer, not an exception
 * @throws AuditError `KEY_INVALID` when the policy's key is malformed; `KEY_STORE_FAILED` when the key store fails
 * @example
 * const { verdict, findings } = await auditLog(await folderReader('/srv/audit/2026'), { logKey: vkey });
 */
export async function auditLog(
  reader: LogReader,
  policy: VerifyPolicy,
  options: AuditOptions = {},
): Promise<AuditReport> {
  return new Audit(reader, policy, options).run();
}

class Audit {
  readonly #reader: LogReader;
  readonly #policy: VerifyPolicy;
  readonly #options: AuditOptions;
  readonly #findings: Finding[] = [];
  readonly #tree = new TileTree();
  readonly #ids = new Set<string>();
  readonly #clockJumps: number[] = [];
  readonly #strangers: string[] = [];
  #sides: SideChecker | undefined;
  #journal: AsyncIterator<StoredEntry> | undefined;
  #lastTime = 0;
  #tiles = 0;
  #unintegrated = 0;
  #journalRead = false;

  constructor(reader: LogReader, policy: VerifyPolicy, options: AuditOptions) {
    this.#reader = reader;
    this.#policy = policy;
    this.#options = options;
  }

  async run(): Promise<AuditReport> {
    let checkpoint: Checkpoint | null = null;
    try {
      checkpoint = await this.#head();
      if (checkpoint !== null) await this.#body(checkpoint);
    } catch (error) {
      if (!(error instanceof AuditError) || error.code !== 'STORE_FAILED') throw error;
      this.#find('STORE_FAILED', 'a file cannot be read', error.path === undefined ? {} : { path: error.path });
    } finally {
      // Where the audit stopped early the reader still has the journal open.
      await this.#journal?.return?.();
    }
    const tampered = this.#findings.some(({ code }) => !CANNOT_TELL.includes(code));
    const unknown = this.#findings.length > 0 || checkpoint === null;
    return {
      verdict: tampered ? 'tampered' : unknown ? 'unknown' : 'good',
      findings: this.#findings,
      checkpoint,
      checked: {
        entries: this.#tree.size,
        tiles: this.#tiles,
        journal: this.#journalRead,
        sidesOpened: this.#sides?.opened ?? 0,
      },
      sidesErased: this.#sides?.erased ?? 0,
      sidesMissing: this.#sides?.missing ?? 0,
      unintegrated: this.#unintegrated,
      clockJumps: this.#clockJumps,
      strangers: this.#strangers,
    };
  }

  /** The checkpoint when it is good. No checkpoint and no tile is no log: that cannot be told from an empty folder. */
  async #head(): Promise<Checkpoint | null> {
    const stored = await this.#reader.readCheckpoint();
    if (stored === null) {
      const first = await this.#reader.readTile({ level: 0, index: 0, width: 256 });
      let anything = first !== null;
      for await (const _ of this.#reader.listTiles?.() ?? []) anything = true;
      if (anything) this.#find('CHECKPOINT_INVALID', 'the checkpoint is missing', { path: 'checkpoint' });
      return null;
    }
    try {
      return await verifyCheckpoint(stored, this.#policy);
    } catch (error) {
      if (!(error instanceof AuditError) || error.code === 'KEY_INVALID') throw error;
      this.#find(error.code, error.message, { path: 'checkpoint' });
      return null;
    }
  }

  async #body({ origin, size, root }: Checkpoint): Promise<void> {
    if (this.#options.keys) {
      const { keys, erasures = new Set<string>() } = this.#options;
      this.#sides = new SideChecker(keys, origin, erasures);
    }
    this.#journal = this.#reader.readEntries?.(0)[Symbol.asyncIterator]();
    this.#journalRead = this.#journal !== undefined;
    for (const bundle of tilesOf(size, 'entries')) {
      if (!(await this.#bundle(bundle))) return;
      this.#options.onProgress?.({ done: this.#tree.size, total: size });
    }
    if (!equal(this.#tree.root(), root))
      this.#find('LOG_CORRUPT', 'the entries do not have the root that the checkpoint signs', { path: 'checkpoint' });
    await this.#levels(size);
    await this.#leftovers(size);
    await this.#restOfJournal();
    for (const { code, message, index } of (await this.#sides?.settle()) ?? []) this.#find(code, message, { index });
  }

  /** One bundle: its entries against the journal, and the tiles that became full with it against those stored. */
  async #bundle(id: TileId): Promise<boolean> {
    const path = tilePath(id);
    const data = await this.#read(id);
    this.#tiles++;
    const entries = data && decodeBundle(data, id.width);
    if (!entries) {
      this.#find('TILE_INVALID', data ? 'the bundle is malformed' : 'the bundle is missing', { path });
      return false;
    }
    for (const entry of entries) {
      const index = this.#tree.size;
      const leaf = this.#leaf(entry, index);
      await this.#compareJournal(entry, leaf, index);
      this.#tree.append(entry);
    }
    for (const tile of this.#tree.takeTiles())
      if (tile.width === 256 && tile.level !== 'entries') await this.#compareTile(tile);
    return true;
  }

  #leaf(entry: Uint8Array, index: number): Leaf | null {
    let leaf: Leaf;
    try {
      leaf = decodeLeaf(entry);
    } catch {
      this.#find('LEAF_INVALID', 'the entry is not a leaf of version 0', { index });
      return null;
    }
    if (this.#ids.has(leaf.id)) this.#find('EVENT_CONFLICT', 'the event id is in the log twice', { index });
    this.#ids.add(leaf.id);
    if (leaf.parent !== undefined && leaf.parent >= index)
      this.#find('LEAF_INVALID', 'the entry follows from one behind it', { index });
    if (leaf.recordedAt < this.#lastTime - CLOCK_JUMP && this.#clockJumps.length < MAX_FINDINGS)
      this.#clockJumps.push(index);
    this.#lastTime = leaf.recordedAt;
    return leaf;
  }

  async #compareJournal(entry: Uint8Array, leaf: Leaf | null, index: number): Promise<void> {
    if (this.#journal === undefined) return;
    const stored = await this.#nextOfJournal();
    if (stored === null) return;
    if (!equal(stored.leaf, entry))
      this.#find('LOG_CORRUPT', 'journal and bundle differ', { path: 'private/journal', index });
    else if (leaf && this.#sides && !(await this.#sides.check(index, stored)))
      this.#find('SIDE_RECORD_INVALID', 'the side record is not what the leaf commits to', { index });
  }

  /** The journal's next entry; null, told once, where it ends early or is damaged. */
  async #nextOfJournal(): Promise<StoredEntry | null> {
    try {
      const step = await this.#journal!.next();
      if (!step.done) return step.value;
      this.#find('LOG_CORRUPT', 'the journal holds fewer entries than the checkpoint', { path: 'private/journal' });
    } catch (error) {
      if (!(error instanceof AuditError) || error.code === 'STORE_FAILED') throw error;
      this.#find(error.code, error.message, { path: 'private/journal' });
    }
    this.#journal = undefined;
    return null;
  }

  async #compareTile({ data, ...id }: Tile): Promise<void> {
    this.#tiles++;
    const stored = await this.#read(id);
    if (stored !== null && equal(stored, data)) return;
    const message = stored ? 'the tile does not hold the hashes of the entries' : 'the tile is missing';
    this.#find('TILE_INVALID', message, { path: tilePath(id) });
  }

  /** The partial tiles at the right edge. */
  async #levels(size: number): Promise<void> {
    if (levelsOf(size) === 0) return;
    for (const tile of this.#tree.takeTiles()) if (tile.level !== 'entries') await this.#compareTile(tile);
  }

  /** Partial tiles of earlier checkpoints may stay, but must be the beginning of what is there now. */
  async #leftovers(size: number): Promise<void> {
    for await (const path of this.#reader.listTiles?.() ?? []) {
      const id = parseTilePath(path);
      if (id === null) {
        if (this.#strangers.length < MAX_FINDINGS) this.#strangers.push(path);
        continue;
      }
      const current = this.#currentOf(id, size);
      // A tile beyond the checkpoint is the next checkpoint's, written ahead.
      if (current === null || current.width === id.width) continue;
      const [old, now] = [await this.#reader.readTile(id), await this.#read(current)];
      if (old !== null && now !== null && !isBeginning(old, now, id))
        this.#find('TILE_INVALID', 'a tile of an earlier checkpoint holds something else', { path });
    }
  }

  #read(tile: TileId): Promise<Uint8Array | null> {
    return readTile((id) => this.#reader.readTile(id), tile);
  }

  #currentOf({ level, index, width }: TileId, size: number): TileId | null {
    const hashes = Math.floor(size / 256 ** (level === 'entries' ? 0 : level)) - index * 256;
    return hashes < width ? null : { level, index, width: Math.min(hashes, 256) };
  }

  async #restOfJournal(): Promise<void> {
    if (this.#journal === undefined) return;
    try {
      for (let step = await this.#journal.next(); !step.done; step = await this.#journal.next()) {
        this.#leafOnly(step.value.leaf);
        this.#unintegrated++;
      }
    } catch (error) {
      if (!(error instanceof AuditError) || error.code === 'STORE_FAILED') throw error;
      this.#find(error.code, error.message, { path: 'private/journal' });
    }
  }

  #leafOnly(entry: Uint8Array): void {
    this.#leaf(entry, this.#tree.size + this.#unintegrated);
  }

  #find(code: AuditErrorCode, message: string, where: { path?: string; index?: number }): void {
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push({ code, message, ...where });
  }
}

function isBeginning(old: Uint8Array, now: Uint8Array, id: TileId): boolean {
  if (old.length > now.length || !equal(old, now.subarray(0, old.length))) return false;
  return id.level === 'entries' ? decodeBundle(concat(old), id.width) !== null : old.length === id.width * 32;
}

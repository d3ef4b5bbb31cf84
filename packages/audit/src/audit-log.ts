import { equal } from '@wardseal/primitives';
import { type Finding, Findings } from './check/audit-findings.js';
import { EntryChecker } from './check/entry-checker.js';
import { JournalChecker } from './check/journal-checker.js';
import { SideChecker } from './check/side-checker.js';
import { TileChecker } from './check/tile-checker.js';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';
import type { IndexReport, LogReader } from './store/store.js';
import { TileTree } from './tile-tree.js';
import { TILE_WIDTH, type TileId, tilesOf } from './tiles.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';

export type { Finding } from './check/audit-findings.js';

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
    /** How the index agrees with the journal; null when the reader has none or the log is bad. */
    readonly index: IndexReport | null;
    readonly sidesOpened: number;
  };
  /** Compartments whose secret an erasure destroyed that the log, or `erasures`, tells of. */
  readonly sidesErased: number;
  /** Compartments whose secret is gone and nothing says why; any makes the verdict `unknown` at best. */
  readonly sidesMissing: number;
  /** Durable entries of the journal that no checkpoint covers yet. */
  readonly unintegrated: number;
  /**
   * Entries behind the checkpoint that tiles are there for. A crash leaves some, and so does whoever puts an old checkpoint
   * back: hold the checkpoint against a later one that somebody kept.
   */
  readonly beyond: number;
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
  readonly #findings = new Findings();
  readonly #tree = new TileTree();
  readonly #entries = new EntryChecker(this.#findings);
  readonly #tiles: TileChecker;
  #sides: SideChecker | null = null;
  #journal: JournalChecker | null = null;
  #index: IndexReport | null = null;

  constructor(reader: LogReader, policy: VerifyPolicy, options: AuditOptions) {
    this.#reader = reader;
    this.#policy = policy;
    this.#options = options;
    this.#tiles = new TileChecker(reader, this.#findings);
  }

  async run(): Promise<AuditReport> {
    let checkpoint: Checkpoint | null = null;
    try {
      checkpoint = await this.#head();
      if (checkpoint !== null) await this.#body(checkpoint);
    } catch (error) {
      if (!(error instanceof AuditError) || error.code !== 'STORE_FAILED') throw error;
      const where = error.path === undefined ? {} : { path: error.path };
      this.#findings.add('STORE_FAILED', 'a file cannot be read', where);
    } finally {
      await this.#journal?.close();
    }
    return {
      verdict: this.#findings.verdict(checkpoint !== null),
      findings: this.#findings.list,
      checkpoint,
      checked: {
        entries: this.#tree.size,
        tiles: this.#tiles.count,
        journal: this.#journal !== null,
        index: this.#index,
        sidesOpened: this.#sides?.opened ?? 0,
      },
      sidesErased: this.#sides?.erased ?? 0,
      sidesMissing: this.#sides?.missing ?? 0,
      unintegrated: this.#journal?.unintegrated ?? 0,
      beyond: Math.max(0, this.#tiles.reach - (checkpoint?.size ?? 0)),
      clockJumps: this.#entries.clockJumps,
      strangers: this.#tiles.strangers,
    };
  }

  /** The checkpoint when it is good. No checkpoint and no tile is no log: that cannot be told from an empty folder. */
  async #head(): Promise<Checkpoint | null> {
    const stored = await this.#reader.readCheckpoint();
    if (stored === null) {
      const first = await this.#reader.readTile({ level: 0, index: 0, width: 256 });
      let anything = first !== null;
      for await (const _ of this.#reader.listTiles?.() ?? []) anything = true;
      if (anything) this.#findings.add('CHECKPOINT_INVALID', 'the checkpoint is missing', { path: 'checkpoint' });
      return null;
    }
    try {
      return await verifyCheckpoint(stored, this.#policy);
    } catch (error) {
      if (!(error instanceof AuditError) || error.code === 'KEY_INVALID') throw error;
      this.#findings.add(error.code, error.message, { path: 'checkpoint' });
      return null;
    }
  }

  async #body({ origin, size, root }: Checkpoint): Promise<void> {
    const { keys, erasures = new Set<string>() } = this.#options;
    if (keys) this.#sides = new SideChecker(keys, origin, erasures);
    const journal = this.#reader.readEntries?.(0);
    if (journal) this.#journal = new JournalChecker(journal, this.#sides, this.#findings);
    for (const bundle of tilesOf(size, 'entries')) {
      if (!(await this.#bundle(bundle))) return;
      this.#options.onProgress?.({ done: this.#tree.size, total: size });
    }
    if (!equal(this.#tree.root(), root))
      this.#findings.add('LOG_CORRUPT', 'the entries do not have the root that the checkpoint signs', {
        path: 'checkpoint',
      });
    await this.#hashTiles('all');
    // The journal comes after the tiles: a log that is being written has in it what its tiles have.
    await this.#tiles.leftovers(size);
    await this.#journal?.rest(size, this.#entries);
    this.#rolledBack(size);
    await this.#checkIndex();
    for (const { code, message, index } of (await this.#sides?.settle()) ?? [])
      this.#findings.add(code, message, { index });
  }

  /** One bundle: its entries against the journal, and the tiles that became full with it against those stored. */
  async #bundle(id: TileId): Promise<boolean> {
    const entries = await this.#tiles.bundle(id);
    if (entries === null) return false;
    for (const entry of entries) {
      const index = this.#tree.size;
      const leaf = this.#entries.check(entry, index);
      await this.#journal?.compare(entry, leaf, index);
      this.#tree.append(entry);
    }
    if (id.width === TILE_WIDTH) await this.#hashTiles('full');
    return true;
  }

  /** Compares the hash tiles that became full since the last time, and at the end the partial ones at the right edge. */
  async #hashTiles(which: 'full' | 'all'): Promise<void> {
    for (const tile of this.#tree.takeTiles())
      if (tile.level !== 'entries' && (tile.width === TILE_WIDTH || which === 'all')) await this.#tiles.compare(tile);
  }

  /** Tiles are written after the journal: where they know of more entries, journal and checkpoint were put back. */
  #rolledBack(size: number): void {
    const unintegrated = this.#journal?.unintegrated ?? null;
    if (unintegrated === null || this.#tiles.reach <= size + unintegrated) return;
    this.#findings.add('LOG_ROLLED_BACK', 'there are tiles of entries that the journal no longer holds', {
      path: 'private/journal',
    });
  }

  async #checkIndex(): Promise<void> {
    if (this.#findings.list.length > 0) return;
    this.#index = (await this.#reader.verifyIndex?.()) ?? null;
    for (const index of this.#index?.wrong ?? [])
      this.#findings.add('INDEX_INVALID', 'the index says something else than the entry', {
        path: 'private/index',
        index,
      });
  }
}

import { equal, fromUtf8, hex, inclusionPath, rootFromInclusion } from '@wardseal/primitives';
import { isBreakGlass } from '../emergency-type.js';
import { AuditError } from '../errors.js';
import { HashReader } from '../hash-reader.js';
import type { LogKeys } from '../log-keys.js';
import { checkSecrets, type LogSource, readingKeys } from '../log-source.js';
import { EntryOpener, type OpenedEntry } from '../opened-entry.js';
import type { EntryQuery } from '../store/store.js';
import { formatProof } from '../tlog-proof.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from '../verify-checkpoint.js';
import { quorumTime } from '../witness/quorum.js';
import type { ReportLog, Row, RowActor } from './row.js';
import { asksFor, byIndex, byReplay, type Wanted } from './select.js';

/** Says how a reader of the report may know who did it. */
export type ShowActor = (entry: OpenedEntry) => RowActor | undefined;

/** One log, opened for a report: its checkpoint is checked against the policy, and every row against the checkpoint. */
export class ReportSource {
  readonly keys: LogKeys;
  readonly searched: 'index' | 'replay';
  readonly head: ReportLog;
  readonly #source: LogSource;
  readonly #checkpoint: Checkpoint;
  readonly #text: string;
  readonly #hashes: HashReader;
  readonly #opener: EntryOpener;
  #replayed = false;

  private constructor(source: LogSource, checkpoint: Checkpoint, text: string) {
    this.#source = source;
    this.#checkpoint = checkpoint;
    this.#text = text;
    this.#hashes = new HashReader((tile) => source.reader.readTile(tile));
    this.keys = readingKeys(source.keys, checkpoint.origin);
    this.#opener = new EntryOpener(this.keys, checkpoint.origin);
    this.searched = source.reader.select ? 'index' : 'replay';
    this.head = {
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: hex(checkpoint.root),
      ...witnessing(checkpoint, source.policy),
    };
  }

  /**
   * Opens a log. Throws AuditError `CHECKPOINT_INVALID` when there is none, every code of `verifyCheckpoint`,
   * `LOG_CORRUPT` when the reader does not reach the side records, and `SECRET_MISSING` when the key store is not this log's.
   */
  static async open(source: LogSource): Promise<ReportSource> {
    const stored = await source.reader.readCheckpoint();
    if (stored === null)
      throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is missing', { path: 'checkpoint' });
    const checkpoint = await verifyCheckpoint(stored, source.policy);
    if (!source.reader.readEntries) throw new AuditError('LOG_CORRUPT', 'the side records are out of reach');
    const opened = new ReportSource(source, checkpoint, fromUtf8(stored)!);
    await checkSecrets(opened.keys, checkpoint.size);
    return opened;
  }

  /** The entries that at least one of the queries asks for, opened, in the log's order. */
  async *entries(queries: readonly EntryQuery[]): AsyncGenerator<OpenedEntry> {
    const { readEntries, select } = this.#source.reader;
    if (!readEntries || queries.length === 0) return;
    if (!select) {
      const { match, worth } = asksFor(queries);
      return yield* this.replay(match, worth);
    }
    const reader = this.#source.reader;
    const indexed = { readEntries: readEntries.bind(reader), select: select.bind(reader) };
    for await (const [index, stored] of byIndex(indexed, this.#checkpoint.size, queries))
      yield await this.#opener.open(index, stored);
  }

  /** The wanted entries, opened, by reading every one: for what no index knows. */
  async *replay(match: Wanted['match'], worth?: Wanted['worth']): AsyncGenerator<OpenedEntry> {
    const wanted: Wanted = { match, ...(worth && { worth }) };
    const { reader } = this.#source;
    const readEntries = reader.readEntries!.bind(reader);
    for await (const [index, stored] of byReplay(readEntries, this.#checkpoint, wanted, this.#replayed))
      yield await this.#opener.open(index, stored);
    this.#replayed = true;
  }

  /** The entries at some places, opened, in the log's order; places beyond the checkpoint hold none. */
  async *places(indices: Iterable<number>): AsyncGenerator<OpenedEntry> {
    const wanted = new Set(indices);
    const { reader } = this.#source;
    if (!reader.select) return yield* this.replay((_, index) => wanted.has(index));
    for (const index of [...wanted].sort((a, b) => a - b)) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= this.#checkpoint.size) continue;
      for await (const stored of reader.readEntries!(index, index + 1)) yield await this.#opener.open(index, stored);
    }
  }

  /** The entry at one place, opened. Throws AuditError `ENTRY_OUT_OF_RANGE` when the checkpoint does not cover it. */
  async at(index: number): Promise<OpenedEntry> {
    if (index < this.#checkpoint.size)
      for await (const stored of this.#source.reader.readEntries?.(index, index + 1) ?? [])
        return this.#opener.open(index, stored);
    throw new AuditError('ENTRY_OUT_OF_RANGE', 'no checkpoint covers that entry', { index });
  }

  /**
   * A row with its proof, which is checked before it is handed out. Throws AuditError `INCLUSION_INVALID` when the entry
   * is not the one that the checkpoint covers, `TILE_INVALID` when a tile is lost.
   */
  async row(entry: OpenedEntry, show: ShowActor, { opening = false }: { opening?: boolean } = {}): Promise<Row> {
    const { index, leaf, actor } = entry;
    const { size, root, origin } = this.#checkpoint;
    const hashes = await inclusionPath(index, size, this.#hashes.at(size));
    const reached = rootFromInclusion(index, size, entry.leafHash, hashes);
    if (reached === null || !equal(reached, root))
      throw new AuditError('INCLUSION_INVALID', 'an entry is not the one that the checkpoint covers', { index });
    const shown = show(entry);
    return {
      origin,
      index,
      leafHash: hex(entry.leafHash),
      recordedAt: new Date(leaf.recordedAt).toISOString(),
      ...(actor && { occurredAt: new Date(actor.occurredAt).toISOString() }),
      type: leaf.type,
      outcome: leaf.outcome,
      ...(leaf.purpose && { purpose: leaf.purpose }),
      org: leaf.org,
      ...(shown && { actor: shown }),
      ...(actor?.object && { object: { kind: actor.object.kind, id: actor.object.id } }),
      ...(actor?.reason !== undefined && { reason: actor.reason }),
      ...(leaf.geofence && { geofence: leaf.geofence }),
      breakGlass: isBreakGlass(leaf),
      proof: formatProof({
        index,
        hashes,
        checkpoint: this.#text,
        leaf: entry.bytes,
        opening: opening ? entry.opening : null,
      }),
    };
  }
}

/** Whether the policy's witnesses signed, and when their quorum last stood by it. */
function witnessing(
  { cosignatures }: Checkpoint,
  { witnesses }: VerifyPolicy,
): Pick<ReportLog, 'unwitnessed' | 'witnessedAt'> {
  if (witnesses === undefined || cosignatures.length === 0) return { unwitnessed: true };
  const newest = Math.max(...cosignatures.map(({ timestamp }) => timestamp));
  const time = quorumTime(witnesses, cosignatures) ?? newest;
  return { unwitnessed: false, witnessedAt: new Date(time).toISOString() };
}

/** Shows staff to staff: id, kind, role, and the name where the caller's directory has one. */
export function showEverybody(nameOf?: (actorId: string, org: string) => string | undefined): ShowActor {
  return ({ actor, leaf }) => {
    if (actor === null) return { withheld: 'the staff part of the entry was destroyed' };
    const { id, kind, role } = actor.actor;
    const name = nameOf?.(id, leaf.org);
    return { id, kind, ...(role !== undefined && { role }), ...(name !== undefined && { name }) };
  };
}

/** Opens the logs of a report, one a year. Throws as `ReportSource.open`, and RangeError when a log is given twice. */
export async function openSources(sources: LogSource | readonly LogSource[]): Promise<readonly ReportSource[]> {
  const list = Array.isArray(sources) ? (sources as readonly LogSource[]) : [sources as LogSource];
  if (list.length === 0) throw new RangeError('a report needs a log');
  const opened: ReportSource[] = [];
  for (const source of list) opened.push(await ReportSource.open(source));
  if (new Set(opened.map(({ head }) => head.origin)).size < opened.length) throw new RangeError('a log is given twice');
  return opened;
}

/** What every report says of its logs. */
export function aboutLogs(sources: readonly ReportSource[]): {
  readonly log: readonly ReportLog[];
  readonly searched: 'index' | 'replay';
  readonly entries: number;
} {
  return {
    log: sources.map(({ head }) => head),
    searched: sources.every(({ searched }) => searched === 'replay') ? 'replay' : 'index',
    entries: sources.reduce((sum, { head }) => sum + head.size, 0),
  };
}

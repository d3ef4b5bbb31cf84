import { hex, leafHash } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { decodeLeaf } from '../leaf.js';
import { latestCheckpoint } from '../prove-entry.js';
import type { LogReader } from '../store/store.js';
import { decodeBundle, fullTiles, partialWidth, readTile, TILE_WIDTH, type TileId, tilePath } from '../tiles.js';
import type { Checkpoint, VerifyPolicy } from '../verify-checkpoint.js';
import type { ExportFormat } from './format.js';
import { type CopiedEntry, readPosition } from './read-position.js';
import { TreeCheck } from './tree-check.js';

/** Faults that a report lists one by one; all are counted. */
export const MAX_FAULTS = 1000;

/**
 * What is wrong with a line. `unreadable`: not a line of that format. `other-log`: its origin is another. `not-in-log`: the
 * checkpoint covers no such index. `altered`: hash, event id or type are not those of the entry at that index.
 */
export type CopyFault = 'unreadable' | 'other-log' | 'not-in-log' | 'altered';

/** How copies compare with the log. */
export interface CopyReport {
  readonly origin: string;
  /** Entries that the log's checkpoint covers. */
  readonly size: number;
  readonly lines: number;
  /** Entries of which there is a true copy; one that is there twice counts once. */
  readonly entries: number;
  /** Entries without a true copy, as ranges `from` to before `to`. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  readonly faultCount: number;
  /** The first `MAX_FAULTS` of them; lines count from 1. */
  readonly faults: readonly { readonly line: number; readonly fault: CopyFault; readonly index?: number }[];
}

/**
 * Holds exported lines, as a SIEM gives them back, against the log: each must name an entry by its leaf hash, id and type,
 * and that entry must be under the log's signed checkpoint. It tells of copies that were changed there, invented or lost.
 * What else a line says is as true as the line's keeper: only the log's own entry, opened, shows it.
 *
 * @param lines - without line ends, in any order, copies included
 * @param format - the format of all of them
 * @param reader - the log's public files
 * @param policy - the log's key and, if it has them, its witnesses
 * @returns counts, faults, and what is missing; a bad copy is an answer, not an exception
 * @throws AuditError with the codes of `verifyCheckpoint`; `TILE_INVALID` when the log's files are missing or malformed or
 *   do not lead to the checkpoint's root
 * @example
 * const { faultCount, missing } = await checkCopies(text.trimEnd().split('\n'), 'ecs', reader, { logKey: vkey });
 */
export async function checkCopies(
  lines: Iterable<string> | AsyncIterable<string>,
  format: ExportFormat,
  reader: LogReader,
  policy: VerifyPolicy,
): Promise<CopyReport> {
  const { checkpoint } = await latestCheckpoint(reader, policy);
  const { origin, size } = checkpoint;
  const log = new LogEntries(reader, checkpoint);
  // One bit an entry: a log of a hundred million needs 12 MB.
  const seen = new Uint8Array(Math.ceil(size / 8));
  const faults: CopyReport['faults'][number][] = [];
  let count = 0;
  let faultCount = 0;
  for await (const line of lines) {
    count++;
    const copy = readPosition(line, format);
    const fault = await faultOf(copy, checkpoint, log);
    if (fault === null) seen[copy!.index >> 3]! |= 1 << (copy!.index & 7);
    else if (faultCount++ < MAX_FAULTS) faults.push({ line: count, fault, ...(copy && { index: copy.index }) });
  }
  const { entries, missing } = tally(seen, size);
  return { origin, size, lines: count, entries, missing, faultCount, faults };
}

async function faultOf(
  copy: CopiedEntry | null,
  { origin, size }: Checkpoint,
  log: LogEntries,
): Promise<CopyFault | null> {
  if (copy === null) return 'unreadable';
  if (copy.origin !== origin) return 'other-log';
  if (copy.index >= size) return 'not-in-log';
  const leaf = await log.leaf(copy.index);
  if (hex(leafHash(leaf)) !== copy.leafHash) return 'altered';
  const { id, type } = decodeLeaf(leaf);
  return id === copy.id && type === copy.type ? null : 'altered';
}

/** The log's own leaves, each proved to be under the checkpoint; the last bundle is kept, for lines that come in order. */
class LogEntries {
  readonly #reader: LogReader;
  readonly #size: number;
  readonly #tree: TreeCheck;
  #bundle: { readonly index: number; readonly entries: readonly Uint8Array[] } | undefined;

  constructor(reader: LogReader, checkpoint: Checkpoint) {
    this.#reader = reader;
    this.#size = checkpoint.size;
    this.#tree = new TreeCheck(reader, checkpoint);
  }

  async leaf(index: number): Promise<Uint8Array> {
    const leaf = (await this.#entries(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH]!;
    if (!(await this.#tree.holds(index, leafHash(leaf))))
      throw new AuditError('TILE_INVALID', "the log's files do not lead to its checkpoint", { index });
    return leaf;
  }

  async #entries(index: number): Promise<readonly Uint8Array[]> {
    if (this.#bundle?.index === index) return this.#bundle.entries;
    const size = this.#size;
    const width = index < fullTiles(size, 0) ? TILE_WIDTH : partialWidth(size, 0);
    const id: TileId = { level: 'entries', index, width };
    const data = await readTile((tile) => this.#reader.readTile(tile), id);
    const entries = data && decodeBundle(data, width);
    if (!entries) throw new AuditError('TILE_INVALID', 'a bundle is missing or malformed', { path: tilePath(id) });
    this.#bundle = { index, entries };
    return entries;
  }
}

function tally(seen: Uint8Array, size: number): Pick<CopyReport, 'entries' | 'missing'> {
  const missing: { from: number; to: number }[] = [];
  let entries = 0;
  for (let index = 0; index < size; index++) {
    if ((seen[index >> 3]! >> (index & 7)) & 1) entries++;
    else if (missing.at(-1)?.to === index) missing[missing.length - 1]!.to = index + 1;
    else missing.push({ from: index, to: index + 1 });
  }
  return { entries, missing };
}

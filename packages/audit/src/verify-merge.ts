import { canonicalJson, equal, rootFromInclusion } from '@wardseal/primitives';
import { decodeCheckpoint } from './checkpoint-evidence.js';
import { parseCheckpointText } from './checkpoint-text.js';
import { EMERGENCY_TYPE } from './emergency-type.js';
import { EntryReceipts } from './entry-receipt.js';
import { AuditError } from './errors.js';
import { eventOf } from './event-of.js';
import { type LogSource, readOpened } from './log-source.js';
import { decodeMergedFrom, type MergedFrom } from './merge-evidence.js';
import { parseNote } from './note.js';
import type { OpenedEntry } from './opened-entry.js';
import { type Checkpoint, verifyCheckpoint } from './verify-checkpoint.js';

/** What a merge is shown to have done. */
export interface VerifiedMerge {
  readonly journal: Checkpoint;
  readonly log: Checkpoint;
  /** For each entry of the journal, in its order, the index of the same event in the log. */
  readonly entries: readonly number[];
  /** Index of the `log.merge` entry that holds this journal checkpoint; null for an empty journal. */
  readonly mergedAt: number | null;
}

/**
 * Shows that every entry of an emergency journal is in the log, as the same event, and that the log says so. Both
 * checkpoints are checked against their policies, and every entry looked at against its checkpoint's root.
 *
 * @param sources - the log and the journal, each with its secrets: the evidence lies in the sealed actor compartments
 * @returns where each entry is
 * @throws AuditError `MERGE_INVALID` when an entry is missing (`index` in the journal), differs, stands twice, or no
 *   `log.merge` entry holds the journal's checkpoint; every code of `verifyCheckpoint`, `LOG_CORRUPT` when entries do
 *   not fit their checkpoint; and the codes of the readers
 * @example
 * const { entries } = await verifyMerge({ log, journal });
 */
export async function verifyMerge(sources: {
  readonly log: LogSource;
  readonly journal: LogSource;
}): Promise<VerifiedMerge> {
  const journal = await headOf(sources.journal);
  const log = await headOf(sources.log);
  const there = new Merges(journal);
  const types = [EMERGENCY_TYPE, 'log.merge'] as const;
  for await (const entry of rooted(sources.log, log, types)) there.take(entry);
  const entries: number[] = [];
  for await (const original of rooted(sources.journal, journal)) entries.push(there.find(original));
  return { journal, log, entries, mergedAt: there.mergedAt() };
}

async function headOf({ reader, policy }: LogSource): Promise<Checkpoint> {
  const stored = await reader.readCheckpoint();
  if (stored === null) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is missing', { path: 'checkpoint' });
  return verifyCheckpoint(stored, policy);
}

/** The entries of some types, opened, each held against the root. */
async function* rooted(
  source: LogSource,
  { origin, size, root }: Checkpoint,
  types?: readonly OpenedEntry['leaf']['type'][],
): AsyncGenerator<OpenedEntry> {
  const receipts = new EntryReceipts(source.reader, '', size);
  for await (const opened of readOpened(source, origin, size, types ? { types } : {})) {
    const { index, leafHash } = opened;
    const found = rootFromInclusion(index, size, leafHash, await receipts.path(index));
    if (found === null || !equal(found, root))
      throw new AuditError('LOG_CORRUPT', 'the entry is not the one under the checkpoint', { index });
    yield opened;
  }
}

/** What the log holds of one journal. */
class Merges {
  readonly #journal: Checkpoint;
  readonly #byIndex = new Map<number, { readonly entry: OpenedEntry; readonly from: MergedFrom }>();
  readonly #byId = new Map<string, OpenedEntry>();
  #mergedAt: number | null = null;

  constructor(journal: Checkpoint) {
    this.#journal = journal;
  }

  take(entry: OpenedEntry): void {
    const evidence = entry.actor?.evidence;
    if (entry.leaf.type === 'log.merge') {
      if (evidence && this.#isOurs(decodeCheckpoint(evidence)?.checkpoint)) this.#mergedAt ??= entry.index;
      return;
    }
    const from = decodeMergedFrom(evidence);
    if (from === null) this.#byId.set(entry.leaf.id, entry);
    if (from?.origin !== this.#journal.origin) return;
    if (this.#byIndex.has(from.index)) throw invalid('an entry of the journal stands in the log twice', from.index);
    this.#byIndex.set(from.index, { entry, from });
  }

  #isOurs(checkpoint: string | undefined): boolean {
    const note = checkpoint === undefined ? null : parseNote(checkpoint);
    const head = note && parseCheckpointText(note.text);
    const { origin, size, root } = this.#journal;
    return head !== null && head.origin === origin && head.size === size && equal(head.root, root);
  }

  /** The index of the same event in the log. */
  find(original: OpenedEntry): number {
    const merged = this.#byIndex.get(original.index);
    // An event that was in the log before the merge bears no evidence; its id says that it is the same.
    const entry = merged?.entry ?? this.#byId.get(original.leaf.id);
    if (entry === undefined) throw invalid('an entry of the journal is not in the log', original.index);
    if ((merged && !equal(merged.from.leafHash, original.leafHash)) || !sameEvent(original, entry))
      throw invalid('an entry of the journal stands in the log otherwise', original.index);
    return entry.index;
  }

  mergedAt(): number | null {
    if (this.#mergedAt === null && this.#journal.size > 0)
      throw new AuditError('MERGE_INVALID', "no `log.merge` entry holds the journal's checkpoint");
    return this.#mergedAt;
  }
}

function sameEvent(a: OpenedEntry, b: OpenedEntry): boolean {
  // Where a subject was erased in one of the two, the rest is compared.
  const subjects =
    a.subject === null || b.subject === null || canonicalJson({ ...a.subject }) === canonicalJson({ ...b.subject });
  const nonces = equal(a.actor?.nonce ?? NONE, b.actor?.nonce ?? NONE);
  return subjects && nonces && staffSide(a) === staffSide(b);
}

const NONE = new Uint8Array(0);

/** The event without its subject, its id and its evidence, as text. */
function staffSide(opened: OpenedEntry): string {
  const { subjectHandle: _, ...leaf } = opened.leaf;
  const { id: _id, evidence: _evidence, ...event } = eventOf({ ...opened, leaf, subject: null });
  return canonicalJson(event);
}

function invalid(message: string, index: number): AuditError {
  return new AuditError('MERGE_INVALID', message, { index });
}

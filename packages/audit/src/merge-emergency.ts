import { base64, equal, fromUtf8, rootFromInclusion } from '@wardseal/primitives';
import { auditLog } from './audit-log.js';
import { encodeCheckpoint } from './checkpoint-evidence.js';
import { type Clock, systemClock } from './clock.js';
import { EMERGENCY_TYPE } from './emergency-type.js';
import { EntryReceipts } from './entry-receipt.js';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import { eventOf } from './event-of.js';
import { fixedId } from './fixed-id.js';
import { idTime } from './leaf.js';
import type { AppendOptions, AppendResult, AuditLog } from './log.js';
import { type LogSource, readOpened } from './log-source.js';
import { encodeMergedFrom } from './merge-evidence.js';
import type { OpenedEntry } from './opened-entry.js';
import type { Checkpoint } from './verify-checkpoint.js';

/** What a merge needs. */
export interface MergeOptions {
  /** The log that takes the entries. */
  readonly log: AuditLog;
  /** The emergency journal, closed: its files, secrets and pinned key. */
  readonly journal: LogSource;
  /** Who merges; it stands in the `log.merge` entry. */
  readonly actor: AuditEvent['actor'];
  /** Default the computer's. */
  readonly clock?: Clock;
}

/** How a merge ended. */
export interface Merged {
  /** The journal's checkpoint, down to which everything is in the log now. */
  readonly journal: Checkpoint;
  /** Entries that this call added; the others were there. */
  readonly added: number;
  /** Index of the `log.merge` entry; null when the journal is empty. */
  readonly index: number | null;
}

/**
 * Brings an emergency journal into the log: audits the journal whole, appends each of its events with the evidence of
 * where it stood, and then one `log.merge` entry that holds the journal's checkpoint. It may be stopped anywhere and
 * called again: nothing is lost and nothing comes twice. A journal that grew may be merged again.
 *
 * An event that the log holds already, because an append that seemed to fail had happened, is not added again. An id
 * that the log gave to another event does not keep an entry out: it then gets an id of its own.
 *
 * @param options - log, journal, who merges
 * @returns the journal's checkpoint, what was added, and where the `log.merge` entry stands
 * @throws AuditError `MERGE_INVALID` when the journal is not good, not closed, or holds what no emergency journal takes
 *   (`index`), a secret of it is gone, or when it is the log itself; and every code of
 *   `AuditLog.append`, `auditLog` and the journal's reader
 * @example
 * await mergeEmergency({ log, journal: { reader, keys, policy: { logKey: emergencyKey } }, actor });
 */
export async function mergeEmergency({ log, journal, actor, clock = systemClock }: MergeOptions): Promise<Merged> {
  const stored = await journal.reader.readCheckpoint();
  // One checkpoint for the audit and for what follows, though somebody may open the journal meanwhile.
  const source: LogSource = { ...journal, reader: { ...journal.reader, readCheckpoint: async () => stored } };
  const head = await audited(source);
  if (head.origin === log.origin) throw new AuditError('MERGE_INVALID', 'a log cannot be merged into itself');
  const text = fromUtf8(stored!)!;
  const receipts = new EntryReceipts(source.reader, text, head.size);
  let added = 0;
  let last = 0;
  for await (const opened of readOpened(source, head.origin, head.size)) {
    const root = rootFromInclusion(opened.index, head.size, opened.leafHash, await receipts.path(opened.index));
    if (root === null || !equal(root, head.root)) throw invalid('the journal changed', opened.index);
    if (!(await appendMerged(log, head.origin, opened)).duplicate) added++;
    last = opened.leaf.recordedAt;
  }
  if (head.size === 0) return { journal: head, added, index: null };
  const id = fixedId(last, 'merge', head.origin, String(head.size), base64(head.root));
  const occurredAt = new Date(clock.now()).toISOString();
  const event: AuditEvent = {
    id,
    occurredAt,
    type: 'log.merge',
    outcome: 'success',
    actor,
    evidence: encodeCheckpoint(text),
  };
  return { journal: head, added, index: await appendOnce(log, event) };
}

/** The checkpoint of a journal that is good, whole and closed. */
async function audited({ reader, policy, keys }: LogSource): Promise<Checkpoint> {
  const { verdict, checkpoint, findings, unintegrated, checked } = await auditLog(reader, policy, {
    keys,
  });
  const cause = findings[0] && new AuditError(findings[0].code, findings[0].message, findings[0]);
  if (verdict !== 'good' || checkpoint === null)
    throw new AuditError('MERGE_INVALID', 'the journal is not a good log', { cause });
  if (!checked.journal) throw new AuditError('MERGE_INVALID', "the journal's side records are out of reach");
  if (unintegrated > 0) throw new AuditError('MERGE_INVALID', 'the journal was not closed: open and close it first');
  return checkpoint;
}

async function appendMerged(log: AuditLog, origin: string, opened: OpenedEntry): Promise<AppendResult> {
  const event = eventOf(opened);
  if (event.type !== EMERGENCY_TYPE || event.links || event.evidence)
    throw invalid('the journal holds what no emergency journal takes', opened.index);
  const nonce = opened.actor!.nonce;
  const options: AppendOptions = { source: 'merge', ...(nonce && { nonce }) };
  const merged = { ...event, evidence: encodeMergedFrom({ origin, ...opened }) };
  const append = (attempt: AuditEvent): Promise<AppendResult | null> =>
    log.append(attempt, options).catch((error: unknown) => {
      if (error instanceof AuditError && error.code === 'EVENT_CONFLICT') return null;
      throw error;
    });
  // The log may have the event as it first came, or may have given its id to another.
  const id = fixedId(idTime(event.id), 'merged entry', origin, String(opened.index), event.id);
  return (await append(merged)) ?? (await append(event)) ?? log.append({ ...merged, id }, options);
}

/** Appends an event whose id follows from what it is about: whoever came first has written it. */
async function appendOnce(log: AuditLog, event: AuditEvent): Promise<number> {
  try {
    return (await log.append(event, { source: 'merge', await: 'integrated' })).index;
  } catch (error) {
    const index = error instanceof AuditError && error.code === 'EVENT_CONFLICT' ? await log.indexOf(event.id) : null;
    if (index === null) throw error;
    return index;
  }
}

function invalid(message: string, index: number): AuditError {
  return new AuditError('MERGE_INVALID', message, { index });
}

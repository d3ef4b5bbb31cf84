import { equal } from '@wardseal/primitives';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-evidence.js';
import { parseCheckpointText } from './checkpoint-text.js';
import { type Clock, systemClock } from './clock.js';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import { fixedId } from './fixed-id.js';
import type { AppendResult, AuditLog } from './log.js';
import { parseNote } from './note.js';
import { type OpenLogOptions, openWith, type Started } from './open-log.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';

/** The log that another one follows. */
export interface Predecessor {
  /** Its last checkpoint, with the witnesses' cosignatures where it has witnesses. */
  readonly checkpoint: string;
  /** Its pinned key, and its witnesses. */
  readonly policy: VerifyPolicy;
}

/** What a succession needs. */
export interface SucceedOptions {
  /** The new log: as of `openLog`, under an origin that was never used. */
  readonly log: OpenLogOptions;
  readonly predecessor: Predecessor;
  /** Why: a new year, a store that was rolled back, a lost key. Text of at most 1,000 characters. */
  readonly reason: string;
  /** Who decided it; it stands in entry 0. */
  readonly actor: AuditEvent['actor'];
}

/**
 * Begins a new log where another ended: entry 0 is a `log.succeed` event whose evidence is the predecessor's last
 * checkpoint. For the turn of a year (`openYears` does it by itself), and after `LOG_ROLLED_BACK`: then give the last
 * checkpoint that a witness cosigned, which may cover entries that the store has lost; the chain shows that they were.
 * It may be tried again after a crash, and from several processes: one entry comes of it.
 *
 * @param options - the new log, the predecessor's last checkpoint, why and by whom
 * @returns the new log, open
 * @throws AuditError `SUCCESSION_INVALID` when the log holds entries but does not begin with such an entry, follows
 *   another log, a larger checkpoint of it or another root of its size, or is its own predecessor; every code of `verifyCheckpoint` about the
 *   predecessor, of `openLog` and of `AuditLog.append`
 * @example
 * const log = await succeed({ log: next, predecessor: { checkpoint, policy }, reason: 'new year', actor });
 */
export async function succeed({ log, predecessor, reason, actor }: SucceedOptions): Promise<AuditLog> {
  const head = await verifyCheckpoint(predecessor.checkpoint, predecessor.policy);
  if (head.origin === log.origin) throw new AuditError('SUCCESSION_INVALID', 'a log cannot follow itself');
  return openWith(log, async (started) => {
    await begin(started, async () => ({ checkpoint: predecessor.checkpoint, reason, actor }), log.clock);
    const named = await namedIn(started);
    // A smaller one of the same log is fine: the clock was set back after the turn, and the old log went on.
    const fork = named.size === head.size && !equal(named.root, head.root);
    if (named.origin !== head.origin || named.size > head.size || fork)
      throw new AuditError('SUCCESSION_INVALID', 'the log follows something else', { index: 0 });
  });
}

/** What entry 0 is to say. */
export interface Beginning {
  readonly checkpoint: string;
  readonly reason: string;
  readonly actor: AuditEvent['actor'];
}

/** Writes entry 0 of a log that holds nothing yet; `from` is asked only then. */
export async function begin({ log }: Started, from: () => Promise<Beginning>, clock: Clock | undefined): Promise<void> {
  if (log.size > 0) return;
  // One origin begins once: its id needs nothing else.
  const result = await appendSuccession(log, fixedId(0, 'succeed', log.origin), await from(), clock).catch(
    (error: unknown) => {
      // Another process was faster, with its own time in the entry.
      if (error instanceof AuditError && error.code === 'EVENT_CONFLICT') return null;
      throw error;
    },
  );
  if (result !== null && result.index !== 0)
    throw new AuditError('SUCCESSION_INVALID', 'an entry came before the one that begins the log', { index: 0 });
}

/** Appends a `log.succeed` entry: what the predecessor stood at. */
export function appendSuccession(
  log: AuditLog,
  id: string,
  { checkpoint, reason, actor }: Beginning,
  clock: Clock = systemClock,
): Promise<AppendResult> {
  const event: AuditEvent = {
    id,
    occurredAt: new Date(clock.now()).toISOString(),
    type: 'log.succeed',
    outcome: 'success',
    reason,
    actor,
    evidence: encodeCheckpoint(checkpoint),
  };
  return log.append(event, { source: 'merge', await: 'integrated' });
}

/** The checkpoint that entry 0 names. */
export async function namedIn({ store, opener }: Started): Promise<Pick<Checkpoint, 'origin' | 'size' | 'root'>> {
  for await (const stored of store.readEntries(0, 1)) {
    const { leaf, actor } = await opener.open(0, stored);
    const evidence = leaf.type === 'log.succeed' && actor?.evidence ? decodeCheckpoint(actor.evidence) : null;
    const note = evidence && parseNote(evidence.checkpoint);
    const head = note && parseCheckpointText(note.text);
    if (head !== null) return head;
  }
  throw new AuditError('SUCCESSION_INVALID', 'the log does not begin by following another', { index: 0 });
}

import { base64url, concat, readUint, uint } from '@wardseal/primitives';
import { AuditError } from '../../errors.js';
import type { AuditEvent } from '../../event.js';
import { fixedId } from '../../fixed-id.js';
import type { AuditLog } from '../../log.js';
import type { Flag } from './flagger.js';
import { MAX_EVIDENCE_ENTRIES } from './rule.js';

/** Kind of evidence of a `flag.raise` entry: the entries that the flag rests on. */
export const FLAG_ENTRIES = 'flag-entries';
// Bytes of an index: 2^48 entries.
const INDEX = 6;

/**
 * The `flag.raise` event of a flag: what a monitor logs, or the custodian for a rule that needs names. The same flag
 * always makes the same event id. It names nobody: its evidence is the indices of the entries (docs/spec/flags.md).
 *
 * @param flag - such as `flagger` gives; its reason must name nobody
 * @param actor - the monitor, kind `system`
 * @throws RangeError when the flag names no entry, more than 500, or in another order than rising
 * @example
 * await log.append(flagEvent(flag, monitor), { source: 'outbox' });
 */
export function flagEvent(flag: Omit<Flag, 'first'>, actor: AuditEvent['actor']): AuditEvent {
  const { id, origin, since, at, entries, reason } = flag;
  const rising = entries.every((index, i) => index > (entries[i - 1] ?? -1));
  if (entries.length === 0 || entries.length > MAX_EVIDENCE_ENTRIES || !rising)
    throw new RangeError(`a flag rests on 1 to ${MAX_EVIDENCE_ENTRIES} entries, in rising order`);
  return {
    id: fixedId(since, 'flag', origin, id),
    occurredAt: new Date(at).toISOString(),
    type: 'flag.raise',
    outcome: 'success',
    actor,
    object: { kind: 'flag', id },
    reason,
    evidence: { kind: FLAG_ENTRIES, data: base64url(concat(...entries.map((index) => uint(index, INDEX)))) },
  };
}

/** The indices in the evidence of a `flag.raise` entry; null when it is something else or malformed. */
export function flaggedEntries(
  evidence: { readonly kind: string; readonly data: Uint8Array } | undefined,
): readonly number[] | null {
  if (evidence?.kind !== FLAG_ENTRIES || evidence.data.length % INDEX !== 0) return null;
  const entries: number[] = [];
  for (let at = 0; at < evidence.data.length; at += INDEX) {
    const index = readUint(evidence.data, at, INDEX);
    if (index === null || index <= (entries.at(-1) ?? -1)) return null;
    entries.push(index);
  }
  return entries;
}

/** What `raiseFlags` did. */
export interface RaisedFlags {
  /** New in the log, with their indices there. */
  readonly added: readonly { readonly flag: Flag; readonly index: number }[];
  /** Were in the log already. */
  readonly known: readonly Flag[];
  /**
   * Their event id is taken by an entry that differs: as a rule the same flag, raised with other entries. Whoever could
   * write another event under that id before could hide a flag in this way, so look at what stands there.
   */
  readonly conflicts: readonly Flag[];
}

/**
 * Logs flags that were raised for the first time; one flag never stands in a log twice, whoever raises it and however
 * often. A flag about one log may be raised in another, as in next year's.
 *
 * @param log - takes the events
 * @param flags - such as `flagger` gives; those that are not `first` are passed over
 * @param actor - the monitor, kind `system`
 * @throws AuditError every code of `AuditLog.append` but `EVENT_CONFLICT` and `EVENT_STALE`
 * @throws RangeError as `flagEvent`
 * @example
 * const { added } = await raiseFlags(log, flags, { id: 'monitor', kind: 'system', org: 'RX1' });
 */
export async function raiseFlags(
  log: Pick<AuditLog, 'append'>,
  flags: readonly Flag[],
  actor: AuditEvent['actor'],
): Promise<RaisedFlags> {
  const added: { flag: Flag; index: number }[] = [];
  const known: Flag[] = [];
  const conflicts: Flag[] = [];
  for (const flag of flags) {
    if (!flag.first) continue;
    try {
      const { index, duplicate } = await log.append(flagEvent(flag, actor), { source: 'outbox' });
      if (duplicate) known.push(flag);
      else added.push({ flag, index });
    } catch (error) {
      if (!(error instanceof AuditError) || error.code !== 'EVENT_CONFLICT') throw error;
      conflicts.push(flag);
    }
  }
  return { added, known, conflicts };
}

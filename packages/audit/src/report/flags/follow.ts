import { equal } from '@wardseal/primitives';
import { verifiedEntries } from '../../check/verified-entries.js';
import { type Clock, systemClock } from '../../clock.js';
import { AuditError } from '../../errors.js';
import { type LogSource, readingKeys } from '../../log-source.js';
import { EntryOpener } from '../../opened-entry.js';
import { verifyCheckpoint } from '../../verify-checkpoint.js';
import { type Flag, flagger } from './flagger.js';
import type { FlagRule, Plain } from './rule.js';

/** What `followFlags` needs. */
export interface FollowOptions {
  readonly source: LogSource;
  /** Such as `flagRules(facts)` gives. */
  readonly rules: readonly FlagRule[];
  /** What the last call gave; absent: from the first entry on. */
  readonly saved?: Plain;
  /** IANA name of the zone in which days begin; default `Europe/London`. */
  readonly timeZone?: string;
  /** Says what is overdue; default the computer's. */
  readonly clock?: Clock;
}

/** What is new in a log. */
export interface FollowedFlags {
  /** Raised by the new entries, or by time that passed. */
  readonly flags: readonly Flag[];
  /** To be kept and given back; keep it after the flags were dealt with. */
  readonly saved: Plain;
  /** Entries that the rules have seen. */
  readonly size: number;
}

/**
 * Runs the rules over what is new in a log since the last call: what a monitor inside the trust does every minute. Each
 * entry is shown to be in the signed tree before it is judged. After a crash call again with the older `saved`: the same
 * flags come again, and `raiseFlags` logs none of them twice.
 *
 * @param options - log, rules, where the last call ended
 * @returns flags, and what to keep
 * @throws AuditError `LOG_ROLLED_BACK` when the log has become shorter; `FLAG_STATE_INVALID` as `flagger`;
 *   `CHECKPOINT_INVALID` and every code of `verifyCheckpoint`; `LOG_CORRUPT`, `TILE_INVALID`, `SIDE_RECORD_INVALID` when the log is
 *   damaged; `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT`; `STORE_FAILED`
 * @throws RangeError as `flagger`
 * @example
 * const { flags, saved } = await followFlags({ source, rules, saved: await load() });
 * await raiseFlags(log, flags, monitor);
 * await keep(saved);
 */
export async function followFlags(options: FollowOptions): Promise<FollowedFlags> {
  const { source, rules, saved, timeZone, clock = systemClock } = options;
  const { reader, keys, policy } = source;
  const stored = await reader.readCheckpoint();
  if (stored === null) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is missing', { path: 'checkpoint' });
  if (!reader.readEntries) throw new AuditError('LOG_CORRUPT', 'the side records are out of reach');
  const head = await verifyCheckpoint(stored, policy);
  const { origin, size } = head;
  const running = flagger(rules, {
    origin,
    ...(saved !== undefined && { saved }),
    ...(timeZone !== undefined && { timeZone }),
  });
  if (size < running.next) throw new AuditError('LOG_ROLLED_BACK', 'the log is shorter than what the rules have seen');
  const opener = new EntryOpener(readingKeys(keys, origin), origin);
  const withSides = reader.readEntries(running.next, size)[Symbol.asyncIterator]();
  const flags: Flag[] = [];
  for await (const bundle of verifiedEntries(reader, head, running.next))
    for (const { index, bytes } of bundle) {
      const next = await withSides.next();
      if (next.done || !equal(next.value.leaf, bytes))
        throw new AuditError('LOG_CORRUPT', 'an entry is not the one of the signed tree', { index });
      flags.push(...running.push(await opener.open(index, next.value)));
    }
  flags.push(...running.settle(clock.now()));
  return { flags, saved: running.save(), size };
}

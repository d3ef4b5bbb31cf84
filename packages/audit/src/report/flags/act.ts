import { hex } from '@wardseal/primitives';
import type { OpenedEntry } from '../../opened-entry.js';
import { failed } from '../access-types.js';
import { isSeen } from '../entry-kinds.js';
import type { WallClock } from '../time-zone.js';

/** An entry as rules read it. */
export interface Act {
  readonly entry: OpenedEntry;
  /** When it happened, ms: what the event says, unless that is later than the log's own clock. */
  readonly at: number;
  /** The day it happened, on the wall clock. */
  readonly day: string;
  /** Midnight UTC of the date that `day` names, ms: one number for one day, whatever the zone. */
  readonly dayTime: number;
  /** Handles of the leaf, hex: a state that is kept holds no name. */
  readonly person: string;
  readonly subject: string | undefined;
  readonly object: string | undefined;
  /** Whether a member of staff or an outsider was shown content. An intent counts; its outcome is not a second time. */
  readonly seen: boolean;
  /** The index of the intent whose outcome this is. */
  readonly outcomeOf: number | undefined;
}

/** Puts an entry into the form that rules read. */
export function actOf(entry: OpenedEntry, outcomeOf: number | undefined, clock: WallClock): Act {
  const { leaf, actor } = entry;
  const at = happenedAt(entry);
  const day = clock.date(at);
  const kind = actor?.actor.kind;
  return {
    entry,
    at,
    day,
    dayTime: Date.parse(day),
    person: hex(leaf.actorHandle),
    subject: leaf.subjectHandle && hex(leaf.subjectHandle),
    object: leaf.objectHandle && hex(leaf.objectHandle),
    seen: isSeen(leaf.type) && !failed(leaf) && outcomeOf === undefined && kind !== 'system' && kind !== 'patient',
    outcomeOf,
  };
}

/** When an entry's event happened, ms. A time after the log's own clock is not believed. */
export function happenedAt({ leaf, actor }: OpenedEntry): number {
  return Math.min(actor?.occurredAt ?? leaf.recordedAt, leaf.recordedAt);
}

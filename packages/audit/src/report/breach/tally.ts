import { hex } from '@wardseal/primitives';
import type { EventType } from '../../event-codes.js';
import type { OpenedEntry } from '../../opened-entry.js';
import { isSeen } from '../entry-kinds.js';
import { happenedAt } from '../flags/act.js';

/** What an item is called in events. */
export interface ItemName {
  readonly kind: string;
  readonly id: string;
}

/** An item's name as one text: its handles differ from log to log. */
export function keyOf({ kind, id }: ItemName): string {
  return `${kind}\0${id}`;
}

/** What happened to one person's data, or to one item whose patient is not known. */
export class Tally {
  /** Times that content was shown, and times that it was made available. */
  seen: number = 0;
  shared: number = 0;
  first: number = Number.POSITIVE_INFINITY;
  last: number = Number.NEGATIVE_INFINITY;
  readonly types: Map<EventType, number> = new Map();
  /** Items by handle, hex, and what is known of them. */
  readonly objects: Map<string, ItemName | null> = new Map();
  /** Indices, rising. */
  readonly entries: number[] = [];

  add(entry: OpenedEntry): void {
    const { leaf, actor, index } = entry;
    if (isSeen(leaf.type)) this.seen++;
    else this.shared++;
    const at = happenedAt(entry);
    this.first = Math.min(this.first, at);
    this.last = Math.max(this.last, at);
    this.types.set(leaf.type, (this.types.get(leaf.type) ?? 0) + 1);
    if (leaf.objectHandle) {
      const object = actor?.object;
      this.objects.set(hex(leaf.objectHandle), object ? { kind: object.kind, id: object.id } : null);
    }
    this.entries.push(index);
  }

  /** Takes over what another one counted. */
  merge(other: Tally): void {
    this.seen += other.seen;
    this.shared += other.shared;
    this.first = Math.min(this.first, other.first);
    this.last = Math.max(this.last, other.last);
    for (const [type, times] of other.types) this.types.set(type, (this.types.get(type) ?? 0) + times);
    for (const [handle, object] of other.objects) this.objects.set(handle, object);
    this.entries.push(...other.entries);
  }
}

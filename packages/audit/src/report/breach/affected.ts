import { hex } from '@wardseal/primitives';
import type { OpenedEntry } from '../../opened-entry.js';
import { failed } from '../access-types.js';
import { isSeen, isShared } from '../entry-kinds.js';
import { happenedAt } from '../flags/act.js';
import { type ItemName, Tally } from './tally.js';

/** A person whose data was touched, in one log. */
export interface AffectedSubject {
  /** The custodian's patient handle, base64url; null when the subject was erased. */
  handle: string | null;
  /** What only guardians can open, base64url; the newest one. */
  sealed: string | undefined;
  readonly tally: Tally;
}

/** What one person did. */
export interface Doer {
  /** Their last entry here. */
  readonly entry: OpenedEntry;
  readonly times: number;
  readonly first: number;
  readonly last: number;
}

/** Counts, entry by entry, whose data of one log was touched. It holds counts and places, not the entries. */
export class Affected {
  /** By the leaf's subject handle, hex. */
  readonly subjects: Map<string, AffectedSubject> = new Map();
  /** What carried no subject, by the leaf's object handle, hex; `''`: no object either. */
  readonly items: Map<string, Tally> = new Map();
  /** All objects touched, by handle, hex. */
  readonly objects: Map<string, ItemName | null> = new Map();
  /** Ids of those who did it. */
  readonly people: Set<string> = new Set();
  /** What each of them did, by leaf handle, hex. */
  readonly doers: Map<string, Doer> = new Map();
  /** When the first of these entries was recorded, ms. */
  recordedFrom: number = Number.POSITIVE_INFINITY;

  /** Adds an entry that belongs to the breach; false when nothing was disclosed by it. */
  add(entry: OpenedEntry): boolean {
    const { leaf, actor, subject } = entry;
    if (failed(leaf) || !(isSeen(leaf.type) || isShared(leaf.type))) return false;
    this.recordedFrom = Math.min(this.recordedFrom, leaf.recordedAt);
    if (actor) this.people.add(actor.actor.id);
    this.#did(entry);
    const tally = leaf.subjectHandle
      ? this.#subject(hex(leaf.subjectHandle), subject).tally
      : this.#item(leaf.objectHandle);
    tally.add(entry);
    if (leaf.objectHandle) this.objects.set(hex(leaf.objectHandle), tally.objects.get(hex(leaf.objectHandle)) ?? null);
    return true;
  }

  /** The items whose patient is not known, with their names. */
  get unowned(): ReadonlyMap<string, ItemName> {
    const named = [...this.items.keys()].map((item) => [item, this.objects.get(item)] as const);
    return new Map(named.filter((one): one is readonly [string, ItemName] => one[1] != null));
  }

  /** Says whose an item is, by its handle: `handled` is its last `item.handled` entry, of whatever log. */
  own(item: string, { leaf, subject }: OpenedEntry): void {
    const tally = this.items.get(item);
    if (tally === undefined || leaf.subjectHandle === undefined) return;
    this.#subject(hex(leaf.subjectHandle), subject).tally.merge(tally);
    this.items.delete(item);
  }

  #subject(leafHandle: string, opened: OpenedEntry['subject']): AffectedSubject {
    const found = this.subjects.get(leafHandle) ?? { handle: null, sealed: undefined, tally: new Tally() };
    this.subjects.set(leafHandle, found);
    found.handle = opened?.handle ?? found.handle;
    found.sealed = opened?.sealed ?? found.sealed;
    return found;
  }

  #did(entry: OpenedEntry): void {
    const key = hex(entry.leaf.actorHandle);
    const at = happenedAt(entry);
    const found = this.doers.get(key) ?? { entry, times: 0, first: at, last: at };
    this.doers.set(key, {
      entry,
      times: found.times + 1,
      first: Math.min(found.first, at),
      last: Math.max(found.last, at),
    });
  }

  #item(objectHandle: Uint8Array | undefined): Tally {
    const key = objectHandle === undefined ? '' : hex(objectHandle);
    const found = this.items.get(key) ?? new Tally();
    this.items.set(key, found);
    return found;
  }
}

import { hex } from '@wardseal/primitives';
import type { OpenedEntry } from '../../opened-entry.js';
import { failed } from '../access-types.js';
import { PERSON_CONTAINMENT } from '../entry-kinds.js';
import type { Affected } from './affected.js';

/**
 * Whether an act of containment has to do with a breach: it is about one of its objects or subjects, follows from one
 * of its entries, or puts out one of its people.
 */
export function contains(entry: OpenedEntry, affected: Affected, places: ReadonlySet<number>): boolean {
  const { leaf, actor } = entry;
  if (failed(leaf)) return false;
  if (leaf.objectHandle && affected.objects.has(hex(leaf.objectHandle))) return true;
  if (leaf.subjectHandle && affected.subjects.has(hex(leaf.subjectHandle))) return true;
  if (leaf.parent !== undefined && places.has(leaf.parent)) return true;
  const whom = actor?.object?.id;
  return PERSON_CONTAINMENT.includes(leaf.type) && whom !== undefined && affected.people.has(whom);
}

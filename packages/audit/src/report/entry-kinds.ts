import type { EventType } from '../event-codes.js';

// One place says which types mean what, so that a report and a flag never disagree about what was seen.

/** Somebody was shown content, or got it as a file. */
export const SEEN_TYPES: readonly EventType[] = [
  'image.view',
  'image.thumbnail',
  'image.download',
  'image.export',
  'image.print',
  'link.open',
];

/** Content was made available to somebody who may then have seen it outside this log. */
export const SHARED_TYPES: readonly EventType[] = [
  'image.share',
  'link.create',
  'send',
  'key.release',
  'breakglass.open',
];

/** What somebody does to stop or undo a disclosure. What expires by itself is none. */
export const CONTAINMENT_TYPES: readonly EventType[] = ['recall', 'link.revoke', 'suspend', 'erase', 'member.remove'];

/** The containment that is about a person: its object names somebody. */
export const PERSON_CONTAINMENT: readonly EventType[] = ['suspend', 'member.remove'];

export const isSeen = (type: EventType): boolean => SEEN_TYPES.includes(type);
export const isShared = (type: EventType): boolean => SHARED_TYPES.includes(type);

import type { Directory, DirectoryEntry, PersonalKeys } from '@wardseal/crypto';
import type { Pin } from '../../src/wire/user-handle.js';
import type { Stripped } from '../picture/strip.js';
import type { EnrolmentLink, Step } from './core.js';
import { CoreError } from './errors.js';
import type { Keeper } from './keeper.js';
import type { TrustAnchors } from './trust-anchors.js';

/** Keys that were just made and are not enrolled yet. */
export interface NewKeys {
  readonly link: EnrolmentLink;
  readonly keys: PersonalKeys;
  readonly request: Uint8Array<ArrayBuffer>;
}

/** What is kept of an item that was opened here: what advice on it is bound to, and whom it goes to. */
export interface Original {
  /** Root of the content, base64url. */
  readonly root: string;
  /** Thumbprints of the people who can open it. */
  readonly members: ReadonlySet<string>;
}

/** What this worker holds, and nobody else. It ends with the worker. */
export interface Session {
  readonly keeper: Keeper;
  pin: Pin | null;
  directory: { readonly signed: Directory; readonly anchors: TrustAnchors } | null;
  keys: PersonalKeys | null;
  enrolling: NewKeys | null;
  readonly pictures: Map<string, Stripped>;
  readonly opened: Map<string, Original>;
  /** Receipts of the viewings, until they are witnessed, with the key of the log that gave them. */
  readonly receipts: Map<string, { readonly receipt: string; readonly logKey: string | null }>;
}

/** One call to the worker: whether it is still wanted, and where it is. */
export interface Call {
  readonly signal: AbortSignal;
  step(step: Step): void;
}

export function newSession(keeper: Keeper): Session {
  const maps = { pictures: new Map(), opened: new Map(), receipts: new Map() };
  return { keeper, pin: null, directory: null, keys: null, enrolling: null, ...maps };
}

export function pinned({ pin }: Session): Pin {
  if (pin === null) throw new CoreError('PIN_NEEDED', 'nobody was pinned');
  return pin;
}

/** Seconds since 1970. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** The directory, if it still counts. Throws DIRECTORY_NEEDED or DIRECTORY_STALE. */
export function directoryOf({ directory }: Session): NonNullable<Session['directory']> {
  if (directory === null) throw new CoreError('DIRECTORY_NEEDED', 'no directory was loaded');
  if (seconds() >= directory.signed.validTo) throw new CoreError('DIRECTORY_STALE', 'the directory has ended');
  return directory;
}

/** The pinned person's entry as it stands now. Throws NOT_IN_DIRECTORY too. */
export function myEntry(session: Session): DirectoryEntry {
  const entry = directoryOf(session).signed.person(pinned(session).person, seconds());
  if (entry === null) throw new CoreError('NOT_IN_DIRECTORY', 'the directory does not hold this person now');
  return entry;
}

/** An item that was opened here. Throws ORIGINAL_NEEDED. */
export function originalOf({ opened }: Session, item: string): Original {
  const original = opened.get(item);
  if (original === undefined) throw new CoreError('ORIGINAL_NEEDED', 'the item was not opened here');
  return original;
}

/** The unlocked keys. Throws LOCKED. */
export function keysOf({ keys }: Session): PersonalKeys {
  if (keys === null) throw new CoreError('LOCKED', 'the keys are locked');
  return keys;
}

import type { DirectoryEntry } from '../keys/directory-entry.js';
import type { Manifest, RecipientRole } from '../manifest-claims.js';

/** Somebody who was let in or put out. */
export interface ChangedRecipient {
  readonly thumbprint: string;
  readonly role: RecipientRole;
  /** Whom the granter named with the key; absent for a bare recipient string and in removals and rotations. */
  readonly person?: string;
  readonly organisation?: string;
}

/** One change of who can open a file, after its signature was checked. */
export interface RecipientChange {
  readonly kind: 'add' | 'release' | 'remove' | 'rotate';
  /** Who made it, as `resolveSender` gave them. */
  readonly by: DirectoryEntry;
  /** When, in seconds since 1970, by their own word. */
  readonly at: number;
  /** The file's epoch after it. */
  readonly epoch: number;
  readonly reason: string;
  readonly logEntry?: string;
  /** Who was let in. In a rotation everybody on the new list: what the replaced header held cannot be seen any more. */
  readonly added: readonly ChangedRecipient[];
  /** Who was put out. Empty in a rotation. */
  readonly removed: readonly ChangedRecipient[];
  /** The manifest of the header that was changed; after a rotation the new one. */
  readonly manifest: Manifest;
}

/**
 * Says whether somebody may make a change: `true`, or the time at which the audit log has it, in seconds since 1970, by which
 * the granter is then judged. `false`, or no such function, refuses the file.
 */
export type AuthorizeGrant = (
  change: RecipientChange,
) => boolean | { readonly loggedAt: number } | Promise<boolean | { readonly loggedAt: number }>;

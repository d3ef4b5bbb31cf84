import { parseDetached } from '../detach.js';
import type { SignedRecipient } from '../manifest-claims.js';
import { type OpenOptions, openHeader, type ProvenFile } from '../open-header.js';
import { verifiedLeaves } from '../verify.js';
import type { ChangedRecipient, RecipientChange } from './authorize-grant.js';

/** Somebody whom a later change let in or put out, with that change. */
export interface LaterRecipient extends ChangedRecipient {
  readonly change: RecipientChange;
}

/** Who can open a file, and who could. */
export interface RecipientList {
  /** Whom the manifest names and nobody removed; after a rotation those of the new list. */
  readonly signed: readonly SignedRecipient[];
  /** Who was let in since and not removed. */
  readonly granted: readonly LaterRecipient[];
  /** Who was put out since the first header, or since the last rotation. They may have kept an earlier header. */
  readonly removed: readonly LaterRecipient[];
  readonly epoch: number;
  /** SHA-256 of the header, 32 bytes. */
  readonly headerDigest: Uint8Array<ArrayBuffer>;
  /** Everything else that the header proves: sender, manifest, changes. */
  readonly file: ProvenFile;
}

/**
 * Says who can open a file with this header, whom the sender signed, who was let in later and by whom, and who was put out.
 * Proves the header as `open` does; the payload is not needed.
 *
 * @throws SealError with every code of `open` that does not concern the payload; TypeError as `open`.
 *
 * @example
 * const { signed, granted, removed } = await listRecipients(header, { identities: [identity], resolveSender, authorizeGrant });
 */
export async function listRecipients(header: Uint8Array, options: OpenOptions): Promise<RecipientList> {
  if (!(header instanceof Uint8Array)) throw new TypeError('header must be a Uint8Array');
  const own = new Uint8Array(header);
  const parsed = parseDetached(own);
  const opened = await openHeader(parsed, own, { ...options, allowUnsigned: false });
  const file = opened.file as ProvenFile;
  try {
    await verifiedLeaves(parsed, opened.fileKey, file.manifest);
  } finally {
    opened.fileKey.fill(0);
  }
  const { manifest, recipients, changes, epoch, headerDigest } = file;
  const now = new Set(recipients.map(({ digest }) => digest));
  const later = changes.filter(({ kind }) => kind !== 'rotate');
  const standing = new Map<string, LaterRecipient>();
  const removed: LaterRecipient[] = [];
  for (const change of later) {
    for (const one of change.added) standing.set(one.thumbprint, { ...one, change });
    for (const one of change.removed) {
      standing.delete(one.thumbprint);
      removed.push({ ...one, change });
    }
  }
  return {
    signed: manifest.stz.filter(({ digest }) => now.has(digest)),
    granted: [...standing.values()],
    removed,
    epoch,
    headerDigest,
    file,
  };
}

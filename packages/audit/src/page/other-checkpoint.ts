import { consistent, equal, fromBase64 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { type VerifyPolicy, verifyCheckpoint } from '../verify-checkpoint.js';

/** Another checkpoint of the same log, kept from elsewhere, and the hashes that connect the two, one a line. */
export interface OtherCheckpoint {
  readonly checkpoint: string;
  readonly hashes: string;
}

// Two hashes a level of a tree of 2^53 entries.
const MAX_HASHES = 106;

/** Holds the proof's checkpoint against another. `code` says what is wrong, `words` what the comparison shows. */
export async function compareOther(
  own: string,
  { checkpoint, hashes }: OtherCheckpoint,
  policy: VerifyPolicy,
): Promise<{ readonly code: string | null; readonly words: string }> {
  const { witnesses: _, maxAge: __, ...signed } = policy;
  try {
    const [a, b] = [await verifyCheckpoint(own, signed), await verifyCheckpoint(checkpoint, signed)];
    if (a.size === b.size) {
      // Two roots for one size need no more to show that the log lied.
      if (!equal(a.root, b.root)) return { code: 'CONSISTENCY_INVALID', words: '' };
      return { code: null, words: `The other checkpoint shows the same log of ${a.size} entries.` };
    }
    const path = hashesOf(hashes);
    if (path.length === 0) return { code: 'HASHES_MISSING', words: '' };
    const [small, large, before, after] =
      a.size < b.size ? [a.size, b.size, a.root, b.root] : [b.size, a.size, b.root, a.root];
    if (!consistent(small, large, before, after, path)) return { code: 'HASHES_INVALID', words: '' };
    const words = `The log only grew from ${small} to ${large} entries: nothing of the first ${small} was changed or removed.`;
    return { code: null, words };
  } catch (error) {
    if (error instanceof AuditError) return { code: error.code, words: '' };
    throw error;
  }
}

/** The hashes, or none where they are malformed. */
function hashesOf(text: string): Uint8Array[] {
  const lines = text.split('\n').map((line) => line.trim());
  const hashes = lines.filter((line) => line !== '').map((line) => fromBase64(line));
  if (hashes.length > MAX_HASHES || hashes.some((hash) => hash?.length !== 32)) return [];
  return hashes as Uint8Array[];
}

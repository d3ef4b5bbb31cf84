import { consistencyPath, consistent, equal, treeRoot } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { formatEvidence } from './evidence.js';
import { HashReader } from './hash-reader.js';
import type { LogReader } from './store/store.js';
import type { VerifyPolicy } from './verify-checkpoint.js';
import { signedBy } from './verify-evidence.js';

/** How two checkpoints of one log stand to each other. */
export interface Comparison {
  /**
   * `same`: one size, one root. `consistent`: the newer extends the older. `split`: the log showed two histories, and
   * `evidence` proves it. `unknown`: the sizes differ, and the tiles at hand are missing or are not the newer tree's.
   */
  readonly verdict: 'same' | 'consistent' | 'split' | 'unknown';
  /** The bundle for `verifyEvidence`, when the verdict is `split`. */
  readonly evidence: string | null;
}

/**
 * Holds the checkpoint that one party was shown against another's: two people who got receipts, two monitors, a trust
 * and its neighbour. A log that shows each something else is caught here.
 *
 * @param mine - a signed checkpoint
 * @param theirs - another of the same log, from whoever else reads it
 * @param policy - the log's pinned keys; no quorum is demanded
 * @param reader - the tiles of the newer checkpoint's tree, needed when the sizes differ; whoever serves them is not
 *   trusted, the newer root vouches for them
 * @returns the verdict, and a bundle that proves a split view to anybody
 * @throws AuditError every code of `verifyCheckpoint` without witnesses; `STORE_FAILED` when the tiles cannot be read
 * @example
 * const { verdict, evidence } = await compareCheckpoints(mine, theirs, { logKey: vkey }, urlReader(url));
 */
export async function compareCheckpoints(
  mine: string,
  theirs: string,
  policy: VerifyPolicy,
  reader?: Pick<LogReader, 'readTile'>,
): Promise<Comparison> {
  const [a, b] = [await signedBy(mine, policy), await signedBy(theirs, policy)];
  if (a.size === b.size) {
    if (equal(a.root, b.root)) return { verdict: 'same', evidence: null };
    return split({ older: mine, newer: theirs, beginning: null });
  }
  const [older, newer, from, to] = a.size < b.size ? [mine, theirs, a, b] : [theirs, mine, b, a];
  const beginning = reader && (await beginningOf(reader, from.size, to.size));
  if (!beginning || !consistent(from.size, to.size, beginning.root, to.root, beginning.path))
    return { verdict: 'unknown', evidence: null };
  if (equal(beginning.root, from.root)) return { verdict: 'consistent', evidence: null };
  return split({ older, newer, beginning });
}

function split(view: Parameters<typeof formatEvidence>[0]): Comparison {
  return { verdict: 'split', evidence: formatEvidence(view) };
}

/** The root at `from` of the tree of `to` whose tiles these are, and the path that shows it; null when tiles are missing. */
async function beginningOf(
  reader: Pick<LogReader, 'readTile'>,
  from: number,
  to: number,
): Promise<{ root: Uint8Array; path: readonly Uint8Array[] } | null> {
  const node = new HashReader((tile) => reader.readTile(tile)).at(to);
  try {
    return { root: await treeRoot(from, node), path: await consistencyPath(from, to, node) };
  } catch (error) {
    if (error instanceof AuditError && error.code === 'TILE_INVALID') return null;
    throw error;
  }
}

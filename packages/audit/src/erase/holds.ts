import { fromBase64url } from '@wardseal/primitives';
import type { LogSource } from '../log-source.js';
import type { OpenedEntry } from '../opened-entry.js';
import { entriesOfSubject } from '../report/joined.js';
import { openSources, type ReportSource } from '../report/source.js';

/** A hold that nobody released. */
export interface Hold {
  /** Its name: the object id of the entry that placed it, or that entry's event id. */
  readonly id: string;
  readonly origin: string;
  /** The entry that placed it. */
  readonly index: number;
}

/**
 * The holds on a subject that stand. A `hold` entry places one, named by its object `{ kind: 'hold', id }` or else by its
 * own event id; a `hold` entry with the object `{ kind: 'hold-release', id }` and the outcome `success` releases it, in
 * the same log or in a later year's. What cannot be read holds.
 *
 * @param options - the logs in the order of their years, and the patient handle as base64url
 * @returns the holds, in the order in which they were placed
 * @throws AuditError as `subjectAccess`
 * @throws RangeError when the subject is not 32 bytes of base64url
 * @example
 * const holds = await holdsOn({ sources: { reader, keys, policy }, subject: handle });
 */
export async function holdsOn(options: {
  readonly sources: LogSource | readonly LogSource[];
  readonly subject: string;
}): Promise<readonly Hold[]> {
  const handle = fromBase64url(options.subject);
  if (handle?.length !== 32) throw new RangeError('subject must be 32 bytes as base64url');
  return standingHolds(await openSources(options.sources), handle);
}

/** As `holdsOn`, of logs that are open already. */
export async function standingHolds(sources: readonly ReportSource[], handle: Uint8Array): Promise<readonly Hold[]> {
  const standing = new Map<string, Placed>();
  for (const { source, entries } of await entriesOfSubject(sources, handle)) {
    const names = new Map<number, string>();
    for (const entry of entries) if (entry.leaf.type === 'hold') apply(entry, source.head.origin, standing, names);
  }
  return [...standing.values()].map(({ hold }) => hold);
}

interface Placed {
  readonly hold: Hold;
  readonly recordedAt: number;
}

function apply(
  { index, leaf, actor }: OpenedEntry,
  origin: string,
  standing: Map<string, Placed>,
  names: Map<number, string>,
): void {
  const { kind, id } = actor?.object ?? {};
  if (kind === 'hold-release') {
    const placed = standing.get(id!);
    // Logs may be given in another order than that of their years: a release ends nothing that was placed after it.
    const later = placed && placed.hold.origin !== origin && placed.recordedAt > leaf.recordedAt;
    if (leaf.outcome === 'success' && !later) standing.delete(id!);
    return;
  }
  const begun = leaf.parent === undefined ? undefined : names.get(leaf.parent);
  const name = begun ?? (kind === 'hold' && id !== undefined ? id : leaf.id);
  const placed = leaf.outcome === 'success' || leaf.outcome === 'intent';
  if (leaf.outcome === 'intent') names.set(index, name);
  const { recordedAt } = leaf;
  if (placed && !standing.has(name)) standing.set(name, { hold: { id: name, origin, index }, recordedAt });
  // An intent to hold whose outcome says that it came to nothing.
  const intent = begun === undefined ? undefined : standing.get(begun)?.hold;
  if (!placed && intent?.origin === origin && intent.index === leaf.parent) standing.delete(intent.id);
}

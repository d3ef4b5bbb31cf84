import { base64url } from '@wardseal/primitives';
import type { EventType } from '../event-codes.js';
import { objectHandle } from '../log-keys.js';
import type { LogSource } from '../log-source.js';
import { failed } from './access-types.js';
import type { Row } from './row.js';
import { openSources, showEverybody } from './source.js';

/** The acts by which a picture came before somebody's eyes, with a mark of that viewing in it. */
export const VIEWING_TYPES: readonly EventType[] = [
  'image.view',
  'image.thumbnail',
  'image.download',
  'image.export',
  'image.print',
  'link.open',
  'breakglass.open',
];

/** What `viewings` needs. */
export interface ViewingsOptions {
  readonly sources: LogSource | readonly LogSource[];
  readonly objects: readonly { readonly kind: string; readonly id: string }[];
  /** Recorded at or after, and before: milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
  /** Names for the caller's own readers. */
  readonly nameOf?: (actorId: string, org: string) => string | undefined;
}

/** An entry by which somebody came to see an object. */
export interface Viewing extends Row {
  /** Of the event, as the mark of the viewing has it. */
  readonly id: string;
  /** Digest of what was released, base64url; for a view, of the sealed file's header. */
  readonly contentHash?: string;
}

/**
 * Every viewing of some objects that was begun, those without an outcome and those that were refused in the end among them:
 * the candidates among whom the leak of a picture is looked for. Other reports show an act once, by its outcome; here each
 * entry stands by itself, because a mark names the entry that the viewer held a receipt of.
 *
 * @param options - logs, which objects, time range
 * @returns in the order of the logs and their entries, each with its proof
 * @throws AuditError as `subjectAccess`
 * @throws RangeError when no log or one log twice is given
 * @example
 * const candidates = (await viewings({ sources, objects: [{ kind: 'item', id: 'item-42' }] })).map(({ id }) => id);
 */
export async function viewings(options: ViewingsOptions): Promise<Viewing[]> {
  const { objects, from = 0, until = Number.POSITIVE_INFINITY } = options;
  const show = showEverybody(options.nameOf);
  const found: Viewing[] = [];
  for (const source of await openSources(options.sources)) {
    const secret = await source.keys.existingLog();
    if (secret === null) continue;
    const handles = objects.map((object) => objectHandle(secret, object));
    for await (const entry of source.entries([{ objects: handles, types: VIEWING_TYPES, from, until }])) {
      if (failed(entry.leaf)) continue;
      const hash = entry.actor?.object?.contentHash;
      found.push({
        ...(await source.row(entry, show, { opening: true })),
        id: entry.leaf.id,
        ...(hash && { contentHash: base64url(hash) }),
      });
    }
  }
  return found;
}

import type { OpenedEntry } from '../opened-entry.js';
import { type Facts, factsOf } from './facts.js';
import { checkOptions, type ExportOptions } from './options.js';
import { ownFields } from './own-fields.js';
import { instant, type JsonObject, tidy } from './text.js';

/** The version of the field reference that the fields were taken from. */
export const ECS_VERSION = '8.17.0';

/**
 * One entry in the Elastic Common Schema. `event.sequence` and `event.hash` are index and leaf hash, `event.provider`
 * the log's origin; what ECS has no field for stands under `wardseal`.
 *
 * @param entry - an opened entry; with `actor: null` nothing of the actor is told
 * @param options - origin and exporting system; `patientOf` is not asked
 * @returns a document, plain JSON
 * @throws TypeError, RangeError when an option is malformed
 * @see https://www.elastic.co/docs/reference/ecs
 * @example
 * const line = JSON.stringify(toEcs(entry, options));
 */
export function toEcs(entry: OpenedEntry, options: ExportOptions): JsonObject {
  const { patientOf: _, ...rest } = checkOptions(options);
  const facts = factsOf(entry, rest);
  const { mapping } = facts;
  const actor = facts.actor ?? undefined;
  const [category, type] = mapping.ecs;
  return tidy({
    '@timestamp': instant(facts.occurredAt ?? facts.recordedAt),
    ecs: { version: ECS_VERSION },
    message: mapping.text,
    event: {
      kind: category === 'intrusion_detection' ? 'alert' : 'event',
      category: [category],
      type: [type],
      action: facts.type,
      outcome: outcomeOf(facts),
      id: facts.id,
      sequence: facts.index,
      hash: facts.leafHash,
      provider: facts.origin,
      module: 'wardseal',
      dataset: 'wardseal.audit',
      created: instant(facts.recordedAt),
      severity: facts.severity,
      reason: facts.reason,
    },
    user: actor && { id: actor.id, name: actor.name, roles: actor.role === undefined ? [] : [actor.role] },
    organization: { id: facts.org },
    source: facts.ip && { ip: facts.ip, address: facts.ip },
    device: facts.device && { id: facts.device },
    service: { id: options.source.id, name: options.source.name ?? options.source.id, type: 'wardseal' },
    http: facts.request && { request: { id: facts.request } },
    related: {
      hash: [facts.leafHash, ...(facts.object?.hash ? [facts.object.hash] : [])],
      ip: facts.ip && [facts.ip],
      user: actor && [actor.id],
    },
    wardseal: ownFields(facts),
  });
}

function outcomeOf({ outcome }: Facts): 'success' | 'failure' | 'unknown' {
  if (outcome === 'intent') return 'unknown';
  return outcome === 'success' ? 'success' : 'failure';
}

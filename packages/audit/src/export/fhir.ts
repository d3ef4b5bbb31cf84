import type { OpenedEntry } from '../opened-entry.js';
import { factsOf } from './facts.js';
import { r4 } from './fhir-r4.js';
import { r5 } from './fhir-r5.js';
import { checkOptions, type ExportOptions } from './options.js';
import { type JsonObject, tidy } from './text.js';

/** FHIR 4.0.1 or 5.0.0. */
export type FhirVersion = 'R4' | 'R5';

/**
 * One entry as a FHIR AuditEvent. In R4 it claims the IHE BALP 1.1 profile that it keeps (`meta.profile`): read, query,
 * create, update, delete, each with or without a patient, a disclosure, an authorization decision. What a profile wants
 * and the log does not hold is marked as absent, never made up. Its place in the log stands in an extension and in
 * `meta.tag`.
 *
 * @param entry - an entry as `readOpened` or `EntryOpener` gives it; with `actor: null` nothing of the actor is told
 * @param version - `R4` or `R5`
 * @param options - origin, exporting system, and how to refer to patients and people
 * @returns a resource, plain JSON
 * @throws TypeError, RangeError when an option is malformed or `patientOf` gives something else than a reference
 * @see https://profiles.ihe.net/ITI/BALP
 * @example
 * const resource = toFhir(entry, 'R4', { origin, source: { id: 'wardseal.trust.example', url: 'https://…' } });
 */
export function toFhir(entry: OpenedEntry, version: FhirVersion, options: ExportOptions): JsonObject {
  const facts = factsOf(entry, checkOptions(options));
  if (version === 'R4') return r4(facts, options);
  if (version === 'R5') return r5(facts, options);
  throw new RangeError('version must be R4 or R5');
}

/**
 * A collection Bundle of AuditEvents, one an entry, for a report or a file. Each has the event's id as `urn:uuid:`.
 *
 * @param entries - in the order in which they shall stand
 * @param version - `R4` or `R5`
 * @param options - as for `toFhir`; a function when the entries are of several logs
 * @returns a resource, plain JSON
 * @throws as `toFhir`
 * @example
 * const bundle = toFhirBundle(entries, 'R4', options);
 */
export function toFhirBundle(
  entries: readonly OpenedEntry[],
  version: FhirVersion,
  options: ExportOptions | ((entry: OpenedEntry) => ExportOptions),
): JsonObject {
  return tidy({
    resourceType: 'Bundle',
    type: 'collection',
    entry: entries.map((entry) => ({
      fullUrl: `urn:uuid:${entry.leaf.id}`,
      resource: toFhir(entry, version, typeof options === 'function' ? options(entry) : options),
    })),
  });
}

import type { ActorKind } from '../event-codes.js';
import { safeText } from './text.js';

/** A patient as the custodian refers to one in FHIR. */
export interface PatientReference {
  /** `Patient/ID`, an absolute URL that ends so, or `urn:uuid:…`. */
  readonly reference: string;
  readonly display?: string;
}

/** The system that exports: its own name, as the readers of the copy know it. */
export interface ExportSource {
  /** Visible ASCII, at most 255 characters, as `wardseal.trust.example`: also the host name of a syslog line. */
  readonly id: string;
  readonly name?: string;
  /** Where the service is reached: an absolute URL. */
  readonly url: string;
  readonly site?: string;
}

/** What an export needs beside the entry. */
export interface ExportOptions {
  /** The log's origin. */
  readonly origin: string;
  readonly source: ExportSource;
  /**
   * Turns the patient handle into a reference, or null when that patient is not to be named. Only FHIR and ATNA, which
   * belong to the record, ever carry it; without it they carry the leaf's handle, which names nobody.
   */
  readonly patientOf?: (handle: string) => PatientReference | null;
  /** A person's name for the reader's eye; none when it is not to be told. */
  readonly nameOf?: (actor: { readonly id: string; readonly kind: ActorKind }, org: string) => string | null;
  /**
   * Private enterprise number in the name of the syslog structured data (RFC 5424 section 7.2.2). The default, 32473,
   * is the one that RFC 5612 keeps for examples: register your own, or agree with whoever reads the lines.
   */
  readonly enterpriseNumber?: number;
}

/** RFC 5612. */
export const EXAMPLE_ENTERPRISE = 32473;

const REFERENCE = /^(?:(?:https?:\/\/[^\s<>"]+\/)?Patient\/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f-]{36})$/;

/** Checks the options once. Throws TypeError or RangeError: they are the caller's own. */
export function checkOptions(options: ExportOptions): ExportOptions {
  const { origin, source, enterpriseNumber = EXAMPLE_ENTERPRISE } = options;
  for (const text of [origin, source?.id, source?.url])
    if (typeof text !== 'string') throw new TypeError('origin, source.id and source.url must be text');
  if (origin === '' || safeText(origin) !== origin) throw new TypeError('origin must be one line of text');
  if (!/^[\x21-\x7e]{1,255}$/.test(source.id)) throw new TypeError('source.id must be visible ASCII');
  for (const text of [source.name, source.site])
    if (text !== undefined && safeText(text) !== text) throw new TypeError('source holds a control character');
  if (!/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(source.url)) throw new TypeError('source.url must be an absolute URL');
  if (!Number.isInteger(enterpriseNumber) || enterpriseNumber < 1 || enterpriseNumber > 0xffffffff)
    throw new RangeError('enterpriseNumber must be a positive integer');
  return options;
}

/** The custodian's reference to a patient, checked; null without a resolver or when it gives none. */
export function patientReference(options: ExportOptions, handle: string): PatientReference | null {
  const found = options.patientOf?.(handle) ?? null;
  // The value is not repeated: it would be a patient's.
  if (found !== null && !REFERENCE.test(found.reference))
    throw new TypeError('patientOf must give a patient reference');
  return found;
}

import type { FhirVersion } from '../export/fhir.js';
import type { ExportSource, PatientReference } from '../export/options.js';

/** How a report is written. */
export interface RenderOptions {
  /** Who hands it out, as the reader knows it. */
  readonly organisation?: string;
  /** The case it belongs to. Name nobody in it: it is printed. */
  readonly reference?: string;
  /** The name of an organisation by its ODS code. */
  readonly orgName?: (code: string) => string | undefined;
  /** IANA name; default `Europe/London`. */
  readonly timeZone?: string;
  /** Put in each row's proof (default true). */
  readonly proofs?: boolean;
  /** Needed for `fhir`: the exporting system, and how to refer to the patient whose report it is. */
  readonly fhir?: {
    readonly source: ExportSource;
    /** Default `R4`. */
    readonly version?: FhirVersion;
    readonly patient?: PatientReference;
  };
}

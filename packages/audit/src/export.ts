export { toAtna } from './export/atna.js';
export { toCef } from './export/cef.js';
export { type CopyFault, type CopyReport, checkCopies, MAX_FAULTS } from './export/check-copies.js';
export type { Cursor, CursorStore } from './export/cursor.js';
export { ECS_VERSION, toEcs } from './export/ecs.js';
export {
  BATCH_BYTES,
  BATCH_ENTRIES,
  type ExportBatch,
  type Exporter,
  type ExporterOptions,
  exporter,
  POLL_EVERY,
} from './export/exporter.js';
export { type FhirVersion, toFhir, toFhirBundle } from './export/fhir.js';
export { EXPORT_FORMATS, type ExportFormat, exportLine } from './export/format.js';
export { OCSF_VERSION, toOcsf } from './export/ocsf.js';
export { EXAMPLE_ENTERPRISE, type ExportOptions, type ExportSource, type PatientReference } from './export/options.js';
export { toOtlp } from './export/otlp.js';
export { MAX_LINE, toSyslog } from './export/syslog.js';
export type { JsonObject, JsonValue } from './export/text.js';
export { type LogSource, readOpened } from './log-source.js';
export type { OpenedEntry } from './opened-entry.js';

export { type Comparison, compareRecords, type Difference } from '../record/compare-records.js';
export { evidenceRecord, type RecordOptions } from '../record/evidence-record.js';
export { readEvidenceRecord } from '../record/read-evidence-record.js';
export {
  type EvidenceRecord,
  MAX_RECORD,
  RECORD_FORMAT,
  type RecordHit,
  type RecordRegistration,
  type RecordStep,
  type RecordVideo,
  type Version,
  type WrittenRecord,
} from '../record/record.js';
export type { AnyTrace } from './any-trace.js';
export type { About } from './check-options.js';
export { type EvidencePictures, evidencePictures, type FramePair } from './evidence-pictures.js';
export { type EvidenceOptions, evidenceReport } from './evidence-report.js';

export { type EvidencePictures, evidencePictures } from './evidence-pictures.js';
export { type EvidenceOptions, evidenceReport } from './evidence-report.js';

export { ACCESS_TYPES } from './report/access-types.js';
export { type ExportEventOptions, exportEvent } from './report/export-event.js';
export {
  type Entitlement,
  type Exposed,
  type ExposureOf,
  type ExposureOptions,
  type ExposureReport,
  exposure,
} from './report/exposure.js';
export { type ReportFormat, render } from './report/render.js';
export { REPORT_FORMAT } from './report/render-json.js';
export type { RenderOptions } from './report/render-options.js';
export type { Report, ReportLog, ReportTable, Row, RowActor } from './report/row.js';
export {
  type Disclosure,
  type SubjectAccessOptions,
  type SubjectAccessReport,
  subjectAccess,
} from './report/subject-access.js';

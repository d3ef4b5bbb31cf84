export { ACCESS_TYPES } from './report/access-types.js';
export {
  type Entitlement,
  type Exposed,
  type ExposureOf,
  type ExposureOptions,
  type ExposureReport,
  exposure,
} from './report/exposure.js';
export type { Report, ReportLog, ReportTable, Row, RowActor } from './report/row.js';
export {
  type Disclosure,
  type SubjectAccessOptions,
  type SubjectAccessReport,
  subjectAccess,
} from './report/subject-access.js';

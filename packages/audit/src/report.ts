export { ACCESS_TYPES, REPORT_TYPES } from './report/access-types.js';
export type { Article33, BreachForm } from './report/breach/article-33.js';
export { type BreachClock, breachClock, NOTIFY_HOURS, STAGES } from './report/breach/clock.js';
export type { BreachQuestion } from './report/breach/question.js';
export type { BreachSubject } from './report/breach/subjects.js';
export {
  type BreachOptions,
  type BreachReport,
  breachPack,
  MAX_BREACH_ROWS,
} from './report/breach.js';
export {
  REVIEW_OUTCOMES,
  type ReviewEventOptions,
  type ReviewOutcome,
  reviewEvent,
} from './report/break-glass/review-event.js';
export {
  type BreakGlassOptions,
  type BreakGlassReport,
  breakGlassReport,
  REVIEW_WITHIN_HOURS,
  type ReviewedUse,
} from './report/break-glass.js';
export { type DescribedRow, describeRow } from './report/describe-row.js';
export { type ExportEventOptions, exportEvent } from './report/export-event.js';
export {
  type Entitlement,
  type Exposed,
  type ExposureOf,
  type ExposureOptions,
  type ExposureReport,
  exposure,
} from './report/exposure.js';
export type { Act } from './report/flags/act.js';
export { flagEvent, flaggedEntries, type RaisedFlags, raiseFlags } from './report/flags/flag-event.js';
export { flagId, RULE_SET } from './report/flags/flag-id.js';
export { type FlagFacts, type FlagParameters, flagRules } from './report/flags/flag-rules.js';
export { type Flag, type Flagger, type FlaggerOptions, flagger } from './report/flags/flagger.js';
export { type FollowedFlags, type FollowOptions, followFlags } from './report/flags/follow.js';
export type { RelationshipFact } from './report/flags/no-relationship.js';
export type { Shift } from './report/flags/out-of-hours.js';
export { type Finding, type FlagRule, MAX_EVIDENCE_ENTRIES, type Plain, type Watch } from './report/flags/rule.js';
export type { Geography } from './report/flags/two-places.js';
export {
  type FlagReport,
  type FlagReportOptions,
  flagReport,
  MAX_FLAG_ROWS,
  type ReportedFlag,
} from './report/flags.js';
export { type ReportFormat, render } from './report/render.js';
export { renderTable } from './report/render-csv.js';
export { REPORT_FORMAT } from './report/render-json.js';
export type { RenderOptions } from './report/render-options.js';
export type { Report, ReportLog, ReportTable, Row, RowActor } from './report/row.js';
export {
  type Disclosure,
  type SubjectAccessOptions,
  type SubjectAccessReport,
  subjectAccess,
} from './report/subject-access.js';
export { DEFAULT_TIME_ZONE, type WallClock, wallClock } from './report/time-zone.js';
export { VIEWING_TYPES, type Viewing, type ViewingsOptions, viewings } from './report/viewings.js';

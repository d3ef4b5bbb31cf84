export { RETENTION_CODES } from './codes.js';
export { type Acknowledged, AFTER_CLOSING_HOURS, type CopyClock, type CopyState, copyClock } from './copy-clock.js';
export type { Hold, RetentionInput, RetentionOverride } from './input.js';
export { type Retention, retention } from './retention.js';
export { type RetentionStatement, retentionInWords } from './retention-in-words.js';
export {
  FACTS,
  MAY_BE_NONE,
  type Mark,
  type Nation,
  type RetentionClock,
  type RetentionCode,
  type RetentionFact,
  type RetentionPeriod,
  type RetentionRule,
} from './rule.js';
export type { AppliedRule } from './rule-in-force.js';

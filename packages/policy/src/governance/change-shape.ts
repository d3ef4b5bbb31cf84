import {
  anything,
  boolean,
  list,
  matching,
  moment,
  object,
  oneOf,
  positive,
  record,
  type Shape,
  text,
} from '../check/shape.js';
import { digest } from './shapes.js';
import { MAX_CHANGES, MAX_LINES, MAX_SENTENCE } from './summarise-change.js';

const orNull =
  (shape: Shape): Shape =>
  (value, path) => {
    if (value !== null) shape(value, path);
  };

const outcome = oneOf('permitted', 'forbidden', 'not-permitted', 'missing-information', 'invalid-request');
const ids = list(matching(/^[A-Z]{1,8}-[0-9]{1,4}$/), 0, 1_000);
const textChange = object({ added: ids, removed: ids, changed: ids });

export const versionRef: Shape = object({ version: positive, digest });

/** The shape of a `ChangeSummary`. */
export const change: Shape = object({
  from: orNull(versionRef),
  verdict: oneOf('first', 'equal', 'different', 'not-decided'),
  changes: list(
    object({
      change: oneOf('newly-allowed', 'newly-refused', 'duties-changed'),
      action: text(1, 64),
      sentence: text(1, MAX_SENTENCE),
      witness: orNull(object({ request: record(anything, anything), now: orNull(moment) })),
      before: outcome,
      after: outcome,
    }),
    0,
    MAX_CHANGES,
  ),
  more: boolean,
  'reason?': text(1, MAX_SENTENCE),
  rules: textChange,
  invariants: textChange,
  lines: list(text(1, 2 * MAX_SENTENCE), 1, MAX_LINES),
});

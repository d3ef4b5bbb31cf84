import { invalid, list, matching, object, oneOf, record, type Shape, text } from '../check/shape.js';
import { PolicyError } from '../errors.js';
import { plain } from '../plain.js';
import { RETENTION_CODES } from './codes.js';
import { isDate } from './dates.js';
import { FACTS, MAY_BE_NONE, type Nation, type RetentionFact } from './rule.js';

/** Why nothing may be destroyed whatever the date; the values of the NHS pack's `resource.hold`. */
export type Hold = 'legal' | 'inquiry' | 'incident';

/** What a trust decided instead of a figure of the table, or where the table has none. */
export interface RetentionOverride {
  /** The rule's id, such as `en.mh`. */
  readonly rule: string;
  readonly period: 'permanent' | { readonly from: RetentionFact; readonly years: number };
  readonly reason: string;
  /** Who signed it, by id. Recorded, not verified here. */
  readonly signer: string;
  /** When, `YYYY-MM-DD`. */
  readonly on: string;
}

export interface RetentionInput {
  readonly nation: Nation;
  /** Second part of a rule's id: `adult`, `child`, `maternity` ... */
  readonly recordTypes: readonly string[];
  /** Calendar dates `YYYY-MM-DD`; `none` is an answer for some, leaving out is not knowing. */
  readonly facts: Readonly<Partial<Record<RetentionFact, string>>>;
  /** `none` must be said: whether somebody holds the record is a fact like any other. */
  readonly hold?: Hold | 'none';
  readonly overrides?: readonly RetentionOverride[];
}

/** Most overrides a tenant may have: several times the rows of a table. */
const MAX_OVERRIDES = 200;
/** Longest period a trust may set in years; what is meant for longer is `permanent`. */
const MAX_YEARS = 200;

const date: Shape = (value, path) => {
  if (!isDate(value)) invalid(path, 'expected a date `YYYY-MM-DD` from 1850 to 2500');
};
const fact = oneOf(...FACTS);
const recordType = matching(/^[a-z]{2,16}(\.[a-z]{2,16})?$/);
const ruleId = matching(/^(en|sc|wl|ni)\.[a-z]{2,16}(\.[a-z]{2,16})?$/);
const years: Shape = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > MAX_YEARS) invalid(path);
};
const period: Shape = (value, path) => {
  if (value !== 'permanent') object({ from: fact, years })(value, path);
};
const override = object({ rule: ruleId, period, reason: text(1, 2_000), signer: text(1, 255), on: date });

const shape = object({
  nation: oneOf(...Object.keys(RETENTION_CODES)),
  recordTypes: list(recordType, 1, 20),
  facts: record(fact, (value, path) => {
    const name = path.slice(path.lastIndexOf('/') + 1) as RetentionFact;
    if (value !== 'none' || !MAY_BE_NONE.includes(name)) date(value, path);
  }),
  'hold?': oneOf('none', 'legal', 'inquiry', 'incident'),
  'overrides?': list(override, 0, MAX_OVERRIDES),
});

const RULES = Object.values(RETENTION_CODES).flatMap(({ rules }) => rules);
const HOLDS: ReadonlySet<string> = new Set(RULES.filter(({ period }) => period === 'hold').map(({ id }) => id));
/** Of the form `en.adult`, `adult` is the kind of record. */
const typeOf = (id: string): string => id.slice(id.indexOf('.') + 1);

/** A checked copy of what was asked. */
export function checkInput(value: unknown): RetentionInput {
  const input = plain(value) as RetentionInput;
  shape(input, '');
  const { recordTypes, overrides = [], facts } = input;
  const seen = new Set<string>();
  for (const [i, { rule }] of overrides.entries()) {
    if (seen.has(rule)) throw new PolicyError('DUPLICATE_ID', `/overrides/${i}/rule`, 'two overrides of one rule');
    if (HOLDS.has(rule))
      throw new PolicyError('VALUE_INVALID', `/overrides/${i}/rule`, 'a hold is lifted, not overridden');
    seen.add(rule);
  }
  const known = new Set([...RULES.map(({ id }) => id), ...seen].map(typeOf));
  for (const [i, type] of recordTypes.entries())
    if (!known.has(type))
      throw new PolicyError('VALUE_INVALID', `/recordTypes/${i}`, 'no table has this kind of record');
  const { dateOfBirth, ...later } = facts;
  for (const name of ['dateOfDeath', 'endOfTreatment', 'lastContact'] as const) {
    const day = later[name] ?? 'none';
    if (dateOfBirth !== undefined && day !== 'none' && day < dateOfBirth)
      throw new PolicyError('VALUE_INVALID', `/facts/${name}`, 'lies before the birth');
  }
  return input;
}

import { RETENTION_CODES } from './codes.js';
import { lastOf } from './dates.js';
import { checkInput, type Hold, type RetentionInput } from './input.js';
import { isAdultToo, latest } from './latest.js';
import type { Nation, RetentionClock, RetentionFact } from './rule.js';
import { type AppliedRule, type RuleInForce, ruleInForce } from './rule-in-force.js';

/** How long a record is kept. Nothing here ever says that it may be destroyed: that is for whoever reviews it. */
export interface Retention {
  /** `YYYY-MM-DD`: kept on every day before this one; from this day on it may be reviewed. Null: kept, without a day. */
  readonly reviewOn: string | null;
  readonly action: 'review';
  readonly kept: 'until-review' | 'on-hold' | 'permanently' | 'no-rule' | 'facts-missing';
  readonly hold: Hold | 'none' | 'unknown';
  /** What must be known before there can be a day. */
  readonly missing: readonly (RetentionFact | 'hold' | 'recordTypes')[];
  /** Rules that were asked for and of which the nation's table has no figure. */
  readonly unruled: readonly string[];
  readonly rules: readonly AppliedRule[];
  readonly nation: Nation;
  readonly codeVersion: string;
  /** True only where the trust has signed every figure that took part. */
  readonly confirmed: boolean;
  readonly notice: 'to be confirmed by the trust' | 'confirmed by the trust';
}

/** A record that an inquiry wants is held even where nobody has said so of this one. */
function holdOf(stated: RetentionInput['hold'], periods: readonly RuleInForce['period'][]): Retention['hold'] {
  if (stated !== undefined && stated !== 'none') return stated;
  return periods.includes('hold') ? 'inquiry' : (stated ?? 'unknown');
}

/** Why it is kept, the strongest reason first. */
function keptBy(
  hold: Retention['hold'],
  periods: readonly RuleInForce['period'][],
  unruled: boolean,
  missing: boolean,
): Retention['kept'] {
  if (hold !== 'none' && hold !== 'unknown') return 'on-hold';
  if (periods.includes('permanent')) return 'permanently';
  if (unruled) return 'no-rule';
  return missing ? 'facts-missing' : 'until-review';
}

const isClocks = (period: RuleInForce['period']): period is readonly RetentionClock[] => typeof period !== 'string';

/**
 * How long a record is kept by a nation's code of practice. The latest day of all kinds of record wins and any hold beats
 * every day; a fact that is not known means no day, and says which. All days are calendar dates without a time zone; a
 * period ends on the same day so many years later, 29 February on 1 March in common years. A child last treated at 18 or
 * older has an adult's record as well. The figures are minima, none of them confirmed: the trust confirms each by an
 * override with a reason and a signer, which may also be permanent. Facts that lie ahead are taken as they stand.
 *
 * @throws PolicyError `DOCUMENT_INVALID`, `UNKNOWN_FIELD`, `VALUE_INVALID` (a kind of record no table has; a date before the
 * birth), `DUPLICATE_ID` (two overrides of one rule), `DOCUMENT_NOT_JSON`, `DOCUMENT_TOO_LARGE` or `TOO_DEEP`.
 * @example
 * ```ts
 * retention({
 *   nation: 'england', recordTypes: ['photo', 'child'], hold: 'none',
 *   facts: { dateOfBirth: '2009-05-04', endOfTreatment: '2026-11-22' },
 * }).reviewOn; // '2035-05-04': seventeen, so the 26th birthday
 * ```
 */
export function retention(input: RetentionInput): Retention {
  const asked = checkInput(input);
  const { facts } = asked;
  const { prefix, codeVersion, nation, rules } = RETENTION_CODES[asked.nation];
  const ids = new Set(asked.recordTypes.map((type) => `${prefix}.${type}`));
  // By the table, whatever the trust sets instead of it: who was treated as an adult has an adult's record.
  if (rules.some(({ id, period }) => ids.has(id) && isClocks(period) && isAdultToo(period, facts)))
    ids.add(`${prefix}.adult`);

  const cases: RuleInForce[] = [];
  const unruled: string[] = [];
  const missing = new Set<RetentionFact | 'hold' | 'recordTypes'>();
  for (const id of ids) {
    const one = ruleInForce(id, asked);
    if (one === null) unruled.push(id);
    else cases.push(one);
  }
  const applied = cases.map(({ period, ...rule }): AppliedRule => {
    const { on, missing: lacking } = isClocks(period) ? latest(period, facts) : { on: null, missing: [] };
    for (const fact of lacking) missing.add(fact);
    return { ...rule, reviewOn: on };
  });
  const periods = cases.map(({ period }) => period);
  // What is kept as long as its record needs to know which.
  if (unruled.length === 0 && periods.every((period) => period === 'as-the-record')) missing.add('recordTypes');

  const hold = holdOf(asked.hold, periods);
  if (hold === 'unknown') missing.add('hold');
  const kept = keptBy(hold, periods, unruled.length > 0, missing.size > 0);
  const confirmed = unruled.length === 0 && applied.every((rule) => rule.confirmed);
  return {
    reviewOn: kept === 'until-review' ? lastOf(applied.flatMap(({ reviewOn }) => reviewOn ?? [])) : null,
    action: 'review',
    kept,
    hold,
    missing: [...missing],
    unruled,
    rules: applied,
    nation,
    codeVersion,
    confirmed,
    notice: confirmed ? 'confirmed by the trust' : 'to be confirmed by the trust',
  };
}

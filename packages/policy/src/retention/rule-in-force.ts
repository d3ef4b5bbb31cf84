import { RETENTION_CODES } from './codes.js';
import type { RetentionInput, RetentionOverride } from './input.js';
import type { Mark, RetentionPeriod } from './rule.js';

/** One rule as it came to bear. */
export interface AppliedRule {
  readonly id: string;
  readonly title: string;
  /** By this rule alone; null where it gives no day. */
  readonly reviewOn: string | null;
  readonly source: string;
  readonly asOf: string;
  readonly mark: Mark | 'override';
  readonly confirmed: boolean;
  readonly override: RetentionOverride | 'none';
}

/** A rule with the period that counts here: the table's, or the trust's own. */
export interface RuleInForce extends Omit<AppliedRule, 'reviewOn'> {
  readonly period: RetentionPeriod | 'permanent';
}

/** The rule for a kind of record; null where neither table nor trust has one. */
export function ruleInForce(
  id: string,
  { nation, overrides = [] }: Pick<RetentionInput, 'nation' | 'overrides'>,
): RuleInForce | null {
  const rule = RETENTION_CODES[nation].rules.find((one) => one.id === id);
  const override = overrides.find((one) => one.rule === id);
  if (override !== undefined)
    return {
      id,
      title: rule?.title ?? 'Set by the trust',
      period: override.period === 'permanent' ? 'permanent' : [override.period],
      source: 'decision of the trust',
      asOf: override.on,
      mark: 'override',
      confirmed: true,
      override,
    };
  return rule === undefined || rule.period === 'local' ? null : { ...rule, override: 'none' };
}

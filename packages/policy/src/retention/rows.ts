import type { Mark, RetentionPeriod, RetentionRule } from './rule.js';

/** One row as its nation's file writes it. */
export type Row = readonly [type: string, title: string, period: RetentionPeriod, mark: Mark, source: string];

/** The day on which every figure of these tables was looked up. */
const AS_OF = '2026-11-22';

export function rows(prefix: string, table: readonly Row[]): readonly RetentionRule[] {
  return table.map(([type, title, period, mark, source]) =>
    Object.freeze({ id: `${prefix}.${type}`, title, period, mark, source, asOf: AS_OF, confirmed: false }),
  );
}

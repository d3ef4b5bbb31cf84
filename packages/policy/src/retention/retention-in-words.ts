import { RETENTION_CODES } from './codes.js';
import { checkInput, type RetentionInput } from './input.js';
import type { RetentionClock, RetentionFact } from './rule.js';
import { type RuleInForce, ruleInForce } from './rule-in-force.js';

/** One line of a register of processing: what is kept, for how long, and who says so. */
export interface RetentionStatement {
  readonly what: string;
  readonly period: string;
  readonly source: string;
}

const EVENTS: Readonly<Record<RetentionFact, string>> = {
  dateOfBirth: 'birth',
  dateOfDeath: 'death',
  lastContact: 'the last contact',
  endOfTreatment: 'the end of treatment',
  endOfMaternityCare: 'the end of maternity care',
  childDateOfBirth: 'the birth of the child',
  childEndOfTreatment: 'the end of the care of the child',
  diagnosedOn: 'diagnosis',
  deregisteredOn: 'deregistration',
  closedOn: 'closure',
  endOfTrial: 'the end of the trial',
  createdOn: 'creation',
  lastEntry: 'the last entry',
  endOfYear: 'the end of the year',
};

function clockInWords(clock: RetentionClock): string {
  if ('years' in clock) return `${clock.years} ${clock.years === 1 ? 'year' : 'years'} after ${EVENTS[clock.from]}`;
  if ('days' in clock) return `${clock.days} days after ${EVENTS[clock.from]}`;
  const whose = clock.from === 'dateOfBirth' ? 'the' : "the child's";
  return `to ${whose} ${clock.age}th birthday (${clock.age + 1}th if 17 or older at ${EVENTS[clock.lastTreated]})`;
}

function periodInWords({ period }: RuleInForce): string {
  if (period === 'permanent') return 'permanently';
  if (period === 'hold') return 'until the inquiry says otherwise';
  if (period === 'as-the-record' || period === 'local') return 'as long as the record it belongs to';
  return `${period.map(clockInWords).join(', or ')}${period.length > 1 ? ', whichever is later' : ''}; then review`;
}

/**
 * The rules of some kinds of record as lines for a register of processing or an assessment: the figures in force here, the
 * trust's own in place of the table's, each saying whether anybody has confirmed it.
 *
 * @throws PolicyError as `retention`.
 * @example
 * ```ts
 * retentionInWords({ nation: 'england', recordTypes: ['adult'] })[0].period; // '8 years after the last contact; then review'
 * ```
 */
export function retentionInWords(
  input: Pick<RetentionInput, 'nation' | 'recordTypes' | 'overrides'>,
): readonly RetentionStatement[] {
  const asked = checkInput({ ...input, facts: {} });
  const { prefix, codeVersion } = RETENTION_CODES[asked.nation];
  return asked.recordTypes.map((type) => {
    const rule = ruleInForce(`${prefix}.${type}`, asked);
    if (rule === null)
      return { what: type, period: 'no figure is known: kept', source: `${codeVersion}; to be set by the trust` };
    const { override, source } = rule;
    return {
      what: rule.title,
      period: periodInWords(rule),
      source:
        override === 'none'
          ? `${codeVersion}; ${source}; to be confirmed by the trust`
          : `${source} of ${override.on}, signed by ${override.signer}: ${override.reason}`,
    };
  });
}

/** Facts that periods run from, as calendar dates of the record. Some may be `none`: see `MAY_BE_NONE`. */
export const FACTS = [
  'dateOfBirth',
  'dateOfDeath',
  'lastContact',
  'endOfTreatment',
  'endOfMaternityCare',
  'childDateOfBirth',
  'childEndOfTreatment',
  'diagnosedOn',
  'deregisteredOn',
  'closedOn',
  'endOfTrial',
  'createdOn',
  'lastEntry',
  'endOfYear',
] as const;

export type RetentionFact = (typeof FACTS)[number];

/** Nobody died, no child was born, the child had no care of its own: said, not left out. */
export const MAY_BE_NONE: readonly RetentionFact[] = Object.freeze([
  'dateOfDeath',
  'childDateOfBirth',
  'childEndOfTreatment',
]);

/** A period that runs from a day; `age` is one year more where the person was 17 or older on the day `lastTreated` names. */
export type RetentionClock =
  | { readonly from: RetentionFact; readonly years: number }
  | { readonly from: RetentionFact; readonly days: number }
  | { readonly from: RetentionFact; readonly age: number; readonly lastTreated: RetentionFact };

/**
 * How long a record of one kind is kept: the latest of some clocks; as long as the record it belongs to; until an inquiry
 * says otherwise; as local policy says.
 */
export type RetentionPeriod = readonly RetentionClock[] | 'as-the-record' | 'hold' | 'local';

/** How well a figure is known: read in the governing document, read elsewhere, or believed. */
export type Mark = 'read' | 'read-second-hand' | 'believed';

export type Nation = 'england' | 'scotland' | 'wales' | 'northern-ireland';

/** One row of a nation's table. */
export interface RetentionRule {
  /** `<nation>.<record type>`, such as `en.adult`. */
  readonly id: string;
  readonly title: string;
  readonly period: RetentionPeriod;
  readonly mark: Mark;
  readonly source: string;
  /** The day the figure was looked up, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** No figure of this table is confirmed: that is for the trust. */
  readonly confirmed: false;
}

/** What a nation's table is, and which version of its code of practice it follows. */
export interface RetentionCode {
  readonly nation: Nation;
  /** First part of the ids of its rules. */
  readonly prefix: string;
  readonly codeVersion: string;
  readonly rules: readonly RetentionRule[];
}

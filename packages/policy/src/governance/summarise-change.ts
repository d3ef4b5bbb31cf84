import type { Change } from '../analyse/diff.js';
import type { Outcome } from '../document.js';
import type { Witness } from '../errors.js';
import type { VersionRef } from './register.js';

/** Requests that the two versions answer differently, all for one reason. */
export interface ToldChange {
  readonly change: Change;
  readonly action: string;
  /** Plain English, at most 1,000 characters. */
  readonly sentence: string;
  /** One such request and its moment, decided under both versions; null where it is too large to keep. */
  readonly witness: Witness | null;
  readonly before: Outcome;
  readonly after: Outcome;
}

/** Which of the parts that have an id came, went or read differently. */
export interface TextChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What a version does otherwise than the one in force before it, recorded when it came into force. */
export interface ChangeSummary {
  /** The one in force before; null when there was none. */
  readonly from: VersionRef | null;
  /**
   * `equal`: a proof that no request is answered differently. `first`: nothing was in force, so that everything was
   * refused. `not-decided`: `reason` says why, and nothing may be concluded from what is told.
   */
  readonly verdict: 'first' | 'equal' | 'different' | 'not-decided';
  readonly changes: readonly ToldChange[];
  /** True when there is more than is told. */
  readonly more: boolean;
  readonly reason?: string;
  readonly rules: TextChange;
  readonly invariants: TextChange;
  /** All of it in plain English, a line each. */
  readonly lines: readonly string[];
}

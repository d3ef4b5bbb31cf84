import type { Basis, Outcome } from './document.js';
import type { Remedy } from './remedies/remedy.js';

/** Where the present moment comes from; `Date.now` fits. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  now(): number;
}

/** What is asked. Facts lie where their attribute's name says: `subject.role` is `request.subject.role`. */
export interface Request {
  readonly subject: Readonly<Record<string, unknown>>;
  /** `name` is the action. */
  readonly action: { readonly name: string; readonly [fact: string]: unknown };
  readonly resource: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/** One test of one fact. `actual` is there only when the decision point was told to reveal it. */
export interface Finding {
  readonly attribute: string;
  readonly op: string;
  readonly expected: unknown;
  readonly actual?: unknown;
}

/** Why a rule took part. */
export interface Reason {
  readonly rule: string;
  readonly effect: 'permit' | 'forbid';
  readonly title: string;
  /** For a permit that did not apply: the tests that were not met. */
  readonly failed?: readonly Finding[];
  /** For a prohibition that applied, or may apply: the tests that made it so. */
  readonly matched?: readonly Finding[];
  /** Facts this rule needed and did not get. */
  readonly missing?: readonly string[];
}

/** A duty that comes with a permission, combined over all rules that state it. */
export interface Obligation {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, number | string | readonly string[]>>;
}

/** Something worth telling that changes nothing. */
export interface Advice {
  readonly code: 'rule-not-enforced' | 'policy-review-overdue';
  readonly rule?: string;
  readonly requires?: readonly string[];
}

/** The answer. Shaped as an AuthZEN 1.0 evaluation response. */
export interface Decision {
  readonly decision: boolean;
  readonly context: {
    readonly basis: Basis | 'none';
    readonly outcome: Outcome;
    readonly reasons: readonly Reason[];
    readonly obligations: readonly Obligation[];
    readonly advice: readonly Advice[];
    /** Facts whose absence (or wrong type) decided the matter. */
    readonly missing: readonly string[];
    /** Those of `missing` that were supplied, but outside their declared domain. */
    readonly illTyped: readonly string[];
    readonly policy: { readonly id: string; readonly version: number; readonly digest: string };
    /** Only when they were asked for, with `evaluateWithRemedies`. */
    readonly remedies?: readonly Remedy[];
    /** RFC 3339, UTC; null when the clock failed. */
    readonly evaluated_at: string | null;
  };
}

/** What kind of act a step is; `other` for a fact that this package has no words for. */
export type RemedyKind =
  | 'step-up'
  | 'sign-in-again'
  | 'unlock'
  | 'acknowledge'
  | 'device'
  | 'network'
  | 'place'
  | 'country'
  | 'lifetime'
  | 'views'
  | 'recipients'
  | 'other';

/** One thing the person can do. */
export interface RemedyStep {
  readonly attribute: string;
  readonly kind: RemedyKind;
  /**
   * The fact as it would then stand in the request. Of a list (recipients): `{ keep }`, the positions that stay, so that a
   * step never repeats what is known of a person.
   */
  readonly to: unknown;
  /** In the clinician's words, such as "Sign in again". */
  readonly text: string;
}

/** A way to be permitted that was tried: with all its steps taken, the same decision point permits. */
export interface Remedy {
  /** `break-glass` is for an emergency only, told and reviewed; it is never one of several equals. */
  readonly route: 'ordinary' | 'break-glass';
  readonly steps: readonly RemedyStep[];
  /** Of breaking the glass: what the person must then say themselves (purpose, reason). Never a value for it. */
  readonly declares: readonly string[];
  readonly text: string;
  readonly verified: true;
}

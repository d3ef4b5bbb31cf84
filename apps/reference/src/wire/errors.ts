/**
 * The stable codes of this app, over HTTP and over the custodian's socket. A page turns each into a sentence that says what
 * to do next; no message says anything about a patient.
 */
export const CODES = [
  // What was sent makes no sense, or not to us.
  'BAD_REQUEST',
  'TOO_LARGE',
  'UNSUPPORTED',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  // Who is asking.
  'SIGN_IN_REQUIRED',
  'SIGN_IN_REFUSED',
  'STEP_UP_REQUIRED',
  'CROSS_SITE',
  'SUSPENDED',
  'RATE_LIMITED',
  'ENROLMENT_REFUSED',
  'ENROLMENT_USED',
  'ENROLMENT_EXPIRED',
  'ACKNOWLEDGEMENT_REQUIRED',
  // What became of an item.
  'ITEM_CONFLICT',
  'ITEM_HELD',
  'ITEM_RECALLED',
  'ITEM_EXPIRED',
  'ITEM_CLOSED',
  'ITEM_GONE',
  'PAYLOAD_MISSING',
  'PAYLOAD_MISMATCH',
  // Whether it may be done.
  'POLICY_REFUSED',
  'RELEASE_NEEDED',
  'RELEASE_REFUSED',
  'ASSERTION_REFUSED',
  'RECEIPT_REFUSED',
  'LABELS_MISMATCH',
  'RECIPIENTS_MISMATCH',
  'REASON_REQUIRED',
  'REASON_REFUSED',
  'SELF_REVIEW',
  'REVIEWED_BEFORE',
  'LOG_OF_ANOTHER_YEAR',
  // What does not answer.
  'LOG_DOWN',
  'CUSTODIAN_DOWN',
  'RECORD_DOWN',
  'DATABASE_DOWN',
  'DISK_FULL',
  'INTERNAL',
] as const;

/** One of `CODES`. */
export type Code = (typeof CODES)[number];

/** The body of every answer that is a refusal. */
export interface ErrorBody {
  readonly error: {
    readonly code: Code;
    readonly message: string;
    /** Why the policy said no, one sentence each. */
    readonly lines?: readonly string[];
    /** What the person can do about it. */
    readonly next?: readonly string[];
  };
}

/** Something that came over a wire is not what it must be. `what` names the member, never its value. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: Code;
  readonly what: string;

  constructor(code: Code, what: string, options?: ErrorOptions) {
    super(`${what} is not as agreed`, options);
    this.code = code;
    this.what = what;
  }
}

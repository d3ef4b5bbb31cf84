import type { Request } from './decision.js';

/** Every code a PolicyError can carry. */
export type PolicyErrorCode =
  | 'ADVICE_MISSING'
  | 'ANALYSIS_TOO_LARGE'
  | 'APPROVALS_MISSING'
  | 'APPROVAL_INVALID'
  | 'APPROVER_REPEATED'
  | 'APPROVER_UNKNOWN'
  | 'ASSURANCE_LOW'
  | 'ASSURANCE_UNKNOWN'
  | 'AUDIENCE_MISMATCH'
  | 'BREAK_GLASS_UNSAFE'
  | 'CLAIM_INVALID'
  | 'CLAIM_MISSING'
  | 'CURSOR_INVALID'
  | 'DIGEST_MISMATCH'
  | 'DOCUMENT_INVALID'
  | 'DOCUMENT_NOT_JSON'
  | 'DOCUMENT_TOO_LARGE'
  | 'DUPLICATE_ID'
  | 'GROUPS_UNKNOWN'
  | 'GUARDIANS_INVALID'
  | 'INVARIANT_BROKEN'
  | 'ISSUER_UNKNOWN'
  | 'NOT_IN_FORCE'
  | 'NOT_YET_EFFECTIVE'
  | 'OPERATOR_MISMATCH'
  | 'PERSON_UNKNOWN'
  | 'REGISTER_INVALID'
  | 'RESIDUAL_INCREASED'
  | 'REVIEW_DATE_INVALID'
  | 'RISK_UNMITIGATED'
  | 'ROLE_NOT_SELECTED'
  | 'ROLE_UNKNOWN'
  | 'SELF_APPROVAL'
  | 'SUBJECT_MISMATCH'
  | 'TENANT_UNKNOWN'
  | 'TESTS_FAILED'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_TIME_INVALID'
  | 'TOO_DEEP'
  | 'TRANSITION_INVALID'
  | 'UNKNOWN_ACTION'
  | 'UNKNOWN_ATTRIBUTE'
  | 'UNKNOWN_FIELD'
  | 'UNKNOWN_OBLIGATION'
  | 'UNKNOWN_OPERATOR'
  | 'UNKNOWN_PARAMETER'
  | 'UNKNOWN_SOURCE'
  | 'UNSUPPORTED_FORMAT'
  | 'VALUE_INVALID'
  | 'VERSION_INVALID';

/** A request and the moment at which it is put. */
export interface Witness {
  readonly request: Request;
  /** RFC 3339, UTC; null for a clock that fails. */
  readonly now: string | null;
}

interface Breach {
  readonly invariant: string;
  readonly witness: Witness | undefined;
}

/** A document, a sign-in or a question that may not be used. `path` is a JSON pointer (RFC 6901) to the place at fault. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  readonly path: string;
  /** Of `INVARIANT_BROKEN`: the invariant's id. */
  readonly invariant: string | undefined;
  /** Of `INVARIANT_BROKEN`: a request that breaks it, with its moment, where one was found. */
  readonly witness: Witness | undefined;

  constructor(code: PolicyErrorCode, path: string, message: string, options?: ErrorOptions & Partial<Breach>) {
    super(`${message} at \`${path === '' ? '/' : path}\``, options);
    this.code = code;
    this.path = path;
    this.invariant = options?.invariant;
    this.witness = options?.witness;
  }
}

/** One more step of a JSON pointer, escaped as RFC 6901 section 3 asks. */
export function step(path: string, key: string | number): string {
  // Nearly every key is plain, and a path is made for every value of a document.
  return `${path}/${/[~/]/.test(String(key)) ? String(key).replaceAll('~', '~0').replaceAll('/', '~1') : key}`;
}

/** Every code a PolicyError can carry. */
export type PolicyErrorCode =
  | 'DOCUMENT_TOO_LARGE'
  | 'DOCUMENT_NOT_JSON'
  | 'DOCUMENT_INVALID'
  | 'UNSUPPORTED_FORMAT'
  | 'UNKNOWN_FIELD'
  | 'UNKNOWN_ATTRIBUTE'
  | 'UNKNOWN_OPERATOR'
  | 'UNKNOWN_ACTION'
  | 'UNKNOWN_OBLIGATION'
  | 'UNKNOWN_PARAMETER'
  | 'UNKNOWN_SOURCE'
  | 'OPERATOR_MISMATCH'
  | 'VALUE_INVALID'
  | 'DUPLICATE_ID'
  | 'TOO_DEEP'
  | 'BREAK_GLASS_UNSAFE'
  | 'CURSOR_INVALID';

/** A policy document that may not be used. `path` is a JSON pointer (RFC 6901) to the place at fault. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  readonly path: string;

  constructor(code: PolicyErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(`${message} at \`${path === '' ? '/' : path}\``, options);
    this.code = code;
    this.path = path;
  }
}

/** One more step of a JSON pointer, escaped as RFC 6901 section 3 asks. */
export function step(path: string, key: string | number): string {
  return `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

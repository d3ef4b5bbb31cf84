/** Every code with which a whole request, or one item of a batch, is refused. */
export type AuthzenErrorCode =
  | 'ACTION_INVALID'
  | 'BODY_INVALID'
  | 'BODY_TOO_LARGE'
  | 'CONTENT_TYPE_INVALID'
  | 'CONTEXT_INVALID'
  | 'EVALUATIONS_INVALID'
  | 'INTERNAL'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'OPTIONS_INVALID'
  | 'PAGE_INVALID'
  | 'REQUEST_ID_INVALID'
  | 'RESOURCE_INVALID'
  | 'SUBJECT_INVALID'
  | 'TOKEN_INVALID'
  | 'UNAUTHENTICATED';

/** Status and words by code: nothing of a request is ever said back. */
const REFUSALS: Readonly<Record<AuthzenErrorCode, readonly [status: number, message: string]>> = {
  ACTION_INVALID: [400, 'action must be an object with a name'],
  BODY_INVALID: [400, 'body must be one JSON object in UTF-8'],
  BODY_TOO_LARGE: [413, 'body is too large'],
  CONTENT_TYPE_INVALID: [400, 'content type must be application/json'],
  CONTEXT_INVALID: [400, 'context must be an object'],
  EVALUATIONS_INVALID: [400, 'evaluations must be a list of a bearable length'],
  INTERNAL: [500, 'the request could not be decided'],
  METHOD_NOT_ALLOWED: [405, 'no such method here'],
  NOT_FOUND: [404, 'nothing is here'],
  OPTIONS_INVALID: [400, 'options must be an object with a known semantic'],
  PAGE_INVALID: [400, 'page must be an object with a limit above zero and a token'],
  REQUEST_ID_INVALID: [400, 'request id must be short and printable'],
  RESOURCE_INVALID: [400, 'resource must be an object with type and id'],
  SUBJECT_INVALID: [400, 'subject must be an object with type and id'],
  TOKEN_INVALID: [400, 'page token is not of this search'],
  UNAUTHENTICATED: [401, 'the caller is not known'],
};

/** What is said of a refusal. */
export interface AuthzenError {
  readonly status: number;
  readonly code: AuthzenErrorCode;
  readonly message: string;
}

/** Thrown within the handler, told by it; never leaves it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: AuthzenError;

  constructor(code: AuthzenErrorCode, options?: ErrorOptions) {
    const [status, message] = REFUSALS[code];
    super(message, options);
    this.error = Object.freeze({ status, code, message });
  }
}

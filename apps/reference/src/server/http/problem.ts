import { AuditError } from '@wardseal/audit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Code, type ErrorBody, WireError } from '../../wire/errors.js';

/** What else a refusal may carry. Never anything about a patient. */
export interface ProblemDetail {
  /** Why the policy said no. */
  readonly lines?: readonly string[];
  /** What the person can do about it. */
  readonly next?: readonly string[];
  /** Seconds after which it is worth trying again: becomes `Retry-After`. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** An answer that is no: a stable code for programs and a sentence for people. Anything else thrown becomes 500 INTERNAL. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ContentfulStatusCode;
  readonly code: Code;
  readonly lines: readonly string[];
  readonly next: readonly string[];
  readonly retryAfter: number | null;

  constructor(status: ContentfulStatusCode, code: Code, message: string, detail: ProblemDetail = {}) {
    super(message, { cause: detail.cause });
    this.status = status;
    this.code = code;
    this.lines = detail.lines ?? [];
    this.next = detail.next ?? [];
    this.retryAfter = detail.retryAfter ?? null;
  }
}

/** The one answer for what is not there and for what the asker may not know of: both read the same. */
export const notFound = (): Problem =>
  new Problem(404, 'NOT_FOUND', 'There is nothing here', { next: ['Go back to the inbox'] });

/** Told only to somebody who proved who they are. */
export const suspended = (): Problem =>
  new Problem(403, 'SUSPENDED', 'You are suspended', { next: ['Ask your administrator'] });

/** The request makes no sense to us. `what` names the member, never its value. */
export const badRequest = (what: string, cause?: unknown): Problem =>
  new Problem(400, 'BAD_REQUEST', `${what} is not as agreed`, { cause, next: ['Load the page again'] });

/** Whatever was thrown, as an answer: what nobody planned for says nothing of what went wrong. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WireError && error.code === 'BAD_REQUEST') return badRequest(error.what, error);
  if (error instanceof WireError && error.code === 'TOO_LARGE') return tooLarge(error);
  if (error instanceof AuditError && error.code === 'EVENT_INVALID' && error.field === 'reason')
    return new Problem(400, 'REASON_REFUSED', 'The log does not take this reason', {
      cause: error,
      next: ['Say it in one line, without any number of a patient'],
    });
  return new Problem(500, 'INTERNAL', 'Something went wrong here', {
    cause: error,
    next: ['Try again', 'If it is urgent, phone'],
  });
}

export const tooLarge = (cause?: unknown): Problem =>
  new Problem(413, 'TOO_LARGE', 'This is more than can be sent at once', { cause, next: ['Choose a smaller picture'] });

/** The body of a refusal. */
export function errorBody({ code, message, lines, next }: Problem): ErrorBody {
  return { error: { code, message, ...(lines.length > 0 && { lines }), ...(next.length > 0 && { next }) } };
}

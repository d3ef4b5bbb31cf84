import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** What else a refusal may carry: why, and what to do next. Never anything about a patient. */
export interface ProblemDetail {
  readonly lines?: readonly string[];
  readonly next?: readonly string[];
  /** Seconds after which it is worth trying again: becomes `Retry-After`. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** An answer that is no: a stable code for programs and a sentence for people. Anything else thrown becomes 500 INTERNAL. */
export class Problem extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly lines: readonly string[];
  readonly next: readonly string[];
  readonly retryAfter: number | null;

  constructor(status: ContentfulStatusCode, code: string, message: string, detail: ProblemDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'Problem';
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

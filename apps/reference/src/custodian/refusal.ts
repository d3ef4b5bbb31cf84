import type { Code, ErrorBody } from '../wire/errors.js';

/** An answer that is no, as the web server gets it. Nothing about a patient is in it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: Code;
  readonly lines: readonly string[];
  readonly next: readonly string[];

  constructor(
    status: number,
    code: Code,
    message: string,
    detail: { readonly lines?: readonly string[]; readonly next?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: detail.cause });
    this.status = status;
    this.code = code;
    this.lines = detail.lines ?? [];
    this.next = detail.next ?? [];
  }

  body(): ErrorBody {
    const { code, message, lines, next } = this;
    return { error: { code, message, ...(lines.length > 0 && { lines }), ...(next.length > 0 && { next }) } };
  }
}

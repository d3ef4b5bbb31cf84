/** An error of this page's own: its code has a sentence in words.ts. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

import { createHash } from 'node:crypto';
import type { Ctx } from './env.js';

/** SHA-256, base64, of the one style sheet in a page that a package made whole. */
export function styleHash(page: string): string {
  const style = /<style>([^<]*)<\/style>/.exec(page)?.[1];
  if (style === undefined) throw new Error('the page has no style sheet');
  return createHash('sha256').update(style).digest('base64');
}

/** A page that a package made whole: its own style sheet is let in by its digest, and nothing else is loaded or run. */
export function wholePage(c: Ctx, text: string): Response | Promise<Response> {
  const rest = "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  c.header('content-security-policy', `default-src 'none'; style-src 'sha256-${styleHash(text)}'; ${rest}`);
  return c.html(text);
}

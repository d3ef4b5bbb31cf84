import { base64 } from './base64.js';
import { Html, html } from './html.js';
import { sha256 } from './sha256.js';
import { utf8 } from './text.js';

/** What makes up a page. */
export interface HtmlPage {
  readonly title: string;
  /** The whole style sheet. Written in the program: it is not escaped. */
  readonly style: string;
  /** What the first link, which leads to the element `main`, says. */
  readonly skip: string;
  readonly body: Html;
  /** Whether it shows pictures: `data:` addresses alone, nothing from a network. */
  readonly pictures?: boolean;
}

/**
 * A page that holds everything it shows: its own policy lets this style in, by its digest, and nothing else, no script and
 * no network.
 *
 * @returns a whole HTML document; same input, same text.
 * @example
 * ```ts
 * htmlPage({ title, style: STYLE, skip: 'Skip to the report', body: html`<main id="main"><h1>${title}</h1></main>` });
 * ```
 */
export function htmlPage({ title, style, skip, body, pictures = false }: HtmlPage): string {
  const digest = base64(sha256(utf8(style)));
  const images = pictures ? ' img-src data:;' : '';
  const policy = `default-src 'none'; style-src 'sha256-${digest}';${images} base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style></head>
<body><a class="skip" href="#main">${skip}</a>
${body}
</body></html>
`.text;
}

import { base64 } from '@wardseal/primitives/base64';
import { Html, html } from '@wardseal/primitives/html';
import { sha256 } from '@wardseal/primitives/sha256';
import { hex, utf8 } from '@wardseal/primitives/text';

/** Whose pages these are, as the person at the other end of a link knows it. */
export interface Organisation {
  /** Such as `Leeds Example Hospitals`. */
  readonly name: string;
  /** The number to ring when a link does not open, such as `0113 496 0000`. */
  readonly telephone?: string;
}

/** A script or style of a page. */
export interface Asset {
  /** Below `/o/`: named by the digest of its bytes, so that it may be kept for ever and never be another one. */
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** What the page demands of it (Subresource Integrity). */
  readonly integrity: string;
}

/** Makes an asset of a text that was built with the package. */
export function assetOf(text: string, kind: 'js' | 'css'): Asset {
  const body = utf8(text);
  const digest = sha256(body);
  return {
    path: `/o/${hex(digest.slice(0, 16))}.${kind}`,
    type: `text/${kind === 'js' ? 'javascript' : 'css'}; charset=utf-8`,
    body,
    integrity: `sha256-${base64(digest)}`,
  };
}

/** What makes up a page. */
export interface Chrome {
  readonly title: string;
  readonly organisation: Organisation;
  readonly style: Asset;
  /** Without one the page does nothing. */
  readonly script?: Asset;
  /** What the script is told, as `data-` attributes of the element `main`; never a secret. */
  readonly data?: Readonly<Record<string, string>>;
  /** Markup whose values are escaped already. */
  readonly main: string;
}

/** A whole page: the organisation's name above, what the page is for, and whom to ring below. */
export function chrome({ title, organisation, style, script, data = {}, main }: Chrome): string {
  const { name, telephone } = organisation;
  const attributes = Object.entries(data).map(([key, value]) => html` data-${new Html(key)}="${value}"`);
  const code = script
    ? html`
<script src="${script.path}" integrity="${script.integrity}" defer></script>`
    : null;
  const help = telephone
    ? html`<p>Trouble with this link? Telephone ${name} on <a class="telephone" href="tel:${telephone.replaceAll(/[^+\d]/g, '')}">${telephone}</a>.</p>`
    : html`<p>Trouble with this link? Ask whoever sent it to you, by telephone or in person.</p>`;
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${title} – ${name}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style.path}" integrity="${style.integrity}">${code}
</head>
<body>
<header><p class="brand">${name}</p></header>
<main id="main"${attributes}>
${new Html(main)}
</main>
<footer>${help}
<p>If somebody needs help at once, do not wait for this page: telephone them or the emergency services.</p></footer>
</body>
</html>
`.text;
}

import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Assets } from '../http/assets.js';
import type { Session } from '../http/session.js';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A page: what it is called, who is signed in, what it shows and which script of the build it runs. */
export interface Page {
  readonly assets: Assets;
  readonly title: string;
  readonly session: Session | null;
  readonly trustName?: string;
  readonly main?: Html;
  /** What the script finds on `<main id="app">`, which it fills itself. */
  readonly data?: Readonly<Record<string, string>>;
  /** Plain name of an entry of the build, such as `app.js`. */
  readonly script?: string;
}

// What each role has a use for. A hint: every page asks the policy itself.
const DESK = ['privacy-officer', 'caldicott-guardian', 'siro', 'guardian'];
const KEEPERS = ['administrator', ...DESK];

/** The frame of every page. Nothing in it is ever about a patient. */
export function layout({ assets, title, session, trustName, main, data, script }: Page): Html {
  const style = assets.address('main.css');
  const source = script === undefined ? null : assets.address(script);
  const id = data === undefined ? 'main' : 'app';
  const attributes = raw(
    Object.entries(data ?? {})
      .map(([name, value]) => ` data-${name}="${escapeAttribute(value)}"`)
      .join(''),
  );
  const links: readonly (readonly [string, string])[] = [
    ...(session === null ? [] : [['/', 'Pictures'] as const]),
    ...(session && DESK.includes(session.role) ? [['/ig', 'Information governance'] as const] : []),
    ...(session && KEEPERS.includes(session.role) ? [['/people', 'People'] as const] : []),
  ];
  return html`<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8">
    <title>${title} – Wardseal</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light">
    <link rel="icon" href="data:,">
    ${style && html`<link rel="stylesheet" href="${style}">`}
    ${source && script && assets.preload(script).map((one) => html`<link rel="modulepreload" href="${one}">`)}
    ${source && html`<script type="module" src="${source}"></script>`}
  </head>
  <body>
    <a class="nhsuk-skip-link" href="#${id}">Skip to main content</a>
    <header class="ward-bar">
      ${assets.notice !== null && html`<p class="ward-demo">${assets.notice}</p>`}
      <div class="nhsuk-width-container">
        <p class="ward-bar__name">Wardseal${trustName && html` · ${trustName}`}</p>
        ${
          links.length > 0 &&
          html`<nav aria-label="Pages">${links.map(([href, text]) => html`<a href="${href}">${text}</a>`)}</nav>`
        }
      </div>
    </header>
    <div class="nhsuk-width-container">
      <main class="nhsuk-main-wrapper" id="${id}" tabindex="-1"${attributes}>${main}${data && html`<noscript><p>This page needs JavaScript, because pictures are sealed and opened in it.</p></noscript>`}</main>
    </div>
    <footer class="ward-foot">
      <div class="nhsuk-width-container">${session && html`<a href="/policy">Policy in force</a> · `}<a href="/deployment">What is enforced here</a></div>
    </footer>
  </body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

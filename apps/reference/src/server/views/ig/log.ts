import { html } from 'hono/html';
import type { Html } from '../layout.js';

/** The log is checked by the reader's own browser, from the root that the reader's own passkey names. */
export function logCheck(organisation: string, origin: string): Html {
  return html`<h1 class="nhsuk-heading-l">Check the log</h1>
<p>Your browser reads every entry and works out itself whether anything was changed, taken out or put in. It does not believe this server: your passkey holds the fingerprint of your trust's root, the root vouches for the directory, and the directory names the key of the log and its witnesses.</p>
<noscript><p class="nhsuk-inset-text">This page needs JavaScript. Anybody can do the same on the command line: wardseal-audit verify.</p></noscript>
<div id="check" data-organisation="${organisation}" data-origin="${origin}" hidden>
<p><button class="nhsuk-button" id="start" type="button">Use my passkey and check the log</button> <button class="nhsuk-button nhsuk-button--secondary" id="stop" type="button" hidden>Stop</button></p>
<progress id="done" max="1" value="0" aria-label="Entries checked" hidden></progress><p id="status" class="ward-status" role="status"></p><div id="result"></div></div>`;
}

import { html } from '@wardseal/primitives/html';
import type { Organisation } from '../handler/chrome.js';
import { checking, ended, passcodePart } from '../handler/sections.js';

/**
 * What the opening page can show, one section at a time. It knows nothing of the link: whose page it is, is all that is in it.
 */
export function openingMain({ name }: Organisation): string {
  return html`<noscript><h1>This page needs JavaScript</h1><p>Nothing has been opened. Allow JavaScript for this page, or open the link in another browser.</p></noscript>

${checking(name)}

<section id="ready" aria-labelledby="ready-h" hidden>
  <h1 id="ready-h" tabindex="-1">You have been sent a secure link</h1>
  <dl>
    <dt>Sent by</dt><dd>${name}</dd>
    <dt>Can be opened until</dt><dd><time id="expires"></time></dd>
  </dl>
  <form id="open-form" novalidate>
    <p>Open it only if it was meant for you, and where nobody else can see the screen. Every opening is counted and recorded.</p>
    ${passcodePart('open-error')}
    <p class="problem" id="open-error" role="alert"></p>
    <button type="submit" id="open-button">Open</button>
    <p role="status" id="open-status"></p>
  </form>
</section>

<section id="opened" aria-labelledby="opened-h" hidden>
  <h1 id="opened-h" tabindex="-1">From ${name}</h1>
  <form id="show-form" novalidate>
    <p role="status" id="show-status"></p>
    <p class="problem" id="show-error" role="alert"></p>
    <button type="submit" id="show-again" hidden>Try again</button>
  </form>
  <div id="view"></div>
  <p><button type="button" class="second" id="close">Close</button></p>
</section>

${ended()}`.text;
}

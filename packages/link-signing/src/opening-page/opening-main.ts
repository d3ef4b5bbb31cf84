import { html } from '@wardseal/primitives/html';
import type { Organisation } from '../handler/chrome.js';

/**
 * What the opening page can show, one section at a time. It knows nothing of the link: whose page it is, is all that is in it.
 */
export function openingMain({ name }: Organisation): string {
  return html`<noscript><h1>This page needs JavaScript</h1><p>Nothing has been opened. Allow JavaScript for this page, or open the link in another browser.</p></noscript>

<section id="checking" aria-labelledby="checking-h" hidden>
  <h1 id="checking-h" tabindex="-1">Secure link from ${name}</h1>
  <form id="check-form" novalidate>
    <p role="status" id="check-status"></p>
    <p class="problem" id="check-error" role="alert"></p>
    <button type="submit" id="check-again" hidden>Try again</button>
  </form>
</section>

<section id="ready" aria-labelledby="ready-h" hidden>
  <h1 id="ready-h" tabindex="-1">You have been sent a secure link</h1>
  <dl>
    <dt>Sent by</dt><dd>${name}</dd>
    <dt>Can be opened until</dt><dd><time id="expires"></time></dd>
  </dl>
  <form id="open-form" novalidate>
    <p>Open it only if it was meant for you, and where nobody else can see the screen. Every opening is counted and recorded.</p>
    <div id="passcode-part" hidden>
      <label for="passcode">Passcode</label>
      <p class="hint" id="passcode-hint">It came another way, such as by telephone or text message. After a few wrong attempts the link locks for good.</p>
      <input id="passcode" type="text" autocomplete="one-time-code" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="80" aria-describedby="passcode-hint open-error">
    </div>
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

<section id="ended" aria-labelledby="ended-h" hidden>
  <h1 id="ended-h" tabindex="-1"></h1>
  <p id="ended-why"></p>
  <p id="ended-next"></p>
</section>`.text;
}

import { type Html, html } from '@wardseal/primitives/html';

/** What a page for people with a link shows while the link is looked at. */
export function checking(name: string): Html {
  return html`<section id="checking" aria-labelledby="checking-h" hidden>
  <h1 id="checking-h" tabindex="-1">Secure link from ${name}</h1>
  <form id="check-form" novalidate>
    <p role="status" id="check-status"></p>
    <p class="problem" id="check-error" role="alert"></p>
    <button type="submit" id="check-again" hidden>Try again</button>
  </form>
</section>`;
}

/** The field for a passcode; `error` is the id of the place where the form says what is wrong. */
export function passcodePart(error: string): Html {
  return html`<div id="passcode-part" hidden>
      <label for="passcode">Passcode</label>
      <p class="hint" id="passcode-hint">It came another way, such as by telephone or text message. After a few wrong attempts the link locks for good.</p>
      <input id="passcode" type="text" autocomplete="one-time-code" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="80" aria-describedby="passcode-hint ${error}">
    </div>`;
}

/** Where a page says that it is over, why, and what to do. */
export function ended(): Html {
  return html`<section id="ended" aria-labelledby="ended-h" hidden>
  <h1 id="ended-h" tabindex="-1"></h1>
  <p id="ended-why"></p>
  <p id="ended-next"></p>
</section>`;
}

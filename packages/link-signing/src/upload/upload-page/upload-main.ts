import { html } from '@wardseal/primitives/html';
import type { Organisation } from '../../handler/chrome.js';
import { checking, ended, passcodePart } from '../../handler/sections.js';

/** What the upload page can show, one section at a time. It knows nothing of the link, and nothing of the patient. */
export function uploadMain({ name }: Organisation, emergency: string): string {
  return html`<noscript><h1>This page needs JavaScript</h1><p>Nothing has been sent. Allow JavaScript for this page, or open the link in another browser.</p></noscript>

${checking(name)}

<section id="ready" aria-labelledby="ready-h" hidden>
  <h1 id="ready-h" tabindex="-1">You have been asked for a picture</h1>
  <p class="emergency"><strong>This is not an emergency service.</strong> ${emergency}</p>
  <dl>
    <dt>Asked for by</dt><dd>${name}</dd>
    <dt>What it is for</dt><dd id="why"></dd>
    <dt>Can be sent until</dt><dd><time id="expires"></time></dd>
  </dl>
  <p>Send a picture only if you expected to be asked for one. It is locked on this device before it leaves it: only the team that asked can open it.</p>
  <form id="begin-form" novalidate>
    <fieldset aria-describedby="begin-error">
      <legend>Before you take a picture: what will it show?</legend>
      <p class="hint">Intimate parts are breasts, genitals and the bottom.</p>
      <div class="check"><input type="radio" name="shows" id="usual" value="usual"><label for="usual">No intimate part of anybody</label></div>
      <div class="check"><input type="radio" name="shows" id="intimate" value="intimate"><label for="intimate">An intimate part of somebody aged 18 or over, who agrees to this picture</label></div>
      <div class="check"><input type="radio" name="shows" id="under18" value="intimate-under-18" aria-describedby="under18-hint"><label for="under18">An intimate part of somebody under 18</label></div>
      <p class="hint" id="under18-hint">Do not take intimate pictures of anybody under 18<span id="under18-but"></span>.</p>
    </fieldset>
    ${passcodePart('begin-error')}
    <p class="problem" id="begin-error" role="alert"></p>
    <button type="submit">Continue</button>
    <p role="status" id="begin-status"></p>
  </form>
</section>

<section id="taking" aria-labelledby="taking-h" hidden>
  <h1 id="taking-h" tabindex="-1">Take or choose the picture</h1>
  <ul>
    <li>Show only what you were asked to show, in good light.</li>
    <li>Keep faces, names and letters out of it unless you were asked for them.</li>
  </ul>
  <form id="send-form" novalidate>
    <label for="picture">Picture</label>
    <p class="hint" id="picture-hint">Where and when it was taken is removed before it is sent.</p>
    <input id="picture" type="file" accept="image/*" aria-describedby="picture-hint send-error">
    <img id="preview" alt="The picture you chose" hidden>
    <p class="problem" id="send-error" role="alert"></p>
    <button type="submit">Send</button>
    <button type="button" class="second" id="leave">Stop</button>
    <p role="status" id="send-status"></p>
  </form>
</section>

<section id="sent" aria-labelledby="sent-h" hidden>
  <h1 id="sent-h" tabindex="-1">Your picture has arrived</h1>
  <p>The service has it and has recorded it. <span id="sent-count"></span></p>
  <p>If nobody contacts you as agreed, or it gets worse, telephone. Do not wait because a picture was sent.</p>
  <p><button type="button" id="another" hidden>Send another picture</button>
  <button type="button" class="second" id="finish">Finish</button></p>
</section>

${ended()}`.text;
}

import { html } from 'hono/html';
import type { Purpose } from '../../wiring/ig-reading.js';
import type { Html } from '../layout.js';
import { field, textInput } from './parts.js';

/** The pictures stay in the browser: this page only has the places for them; client/ig/trace.ts does the work. */
export function traceForm(purpose: Purpose): Html {
  const file = (id: string, label: string, hint: string) =>
    field(
      id,
      label,
      hint,
      html`<input class="nhsuk-file-upload" type="file" id="${id}" accept="image/jpeg,image/png,image/webp" aria-describedby="${id}-hint">`,
    );
  const day = (id: string, label: string) =>
    field(id, label, null, html`<input class="nhsuk-input" type="date" id="${id}">`);
  const corner = (name: string, words: string) => (axis: 'x' | 'y') =>
    field(
      `${name}-${axis}`,
      `${words}, ${axis === 'x' ? 'from the left' : 'from the top'}`,
      null,
      html`<input class="nhsuk-input nhsuk-input--width-5" type="number" step="any" id="${name}-${axis}">`,
    );
  const corners = [
    ['top-left', 'Top left corner'],
    ['top-right', 'Top right corner'],
    ['bottom-right', 'Bottom right corner'],
    ['bottom-left', 'Bottom left corner'],
  ] as const;
  return html`<h1 class="nhsuk-heading-l">Where does a leaked picture come from?</h1>
<p>Both pictures stay in this browser: they are not sent to the server. The server gives the key of the picture's marks, and who viewed it, after it has written your request into the log.</p>
<noscript><p class="nhsuk-inset-text">This page needs JavaScript, because the pictures do not leave your browser. The command line does the same: wardseal-watermark trace.</p></noscript>
<form id="trace" data-purpose="${purpose}" hidden>
${file('suspect', 'The leaked copy', 'A photograph, screenshot or file, as it was found')}
${file('original', 'The original', 'Fetch it from the patient’s record')}
${textInput('item', 'Number of the item', 'Leave it empty if you do not know it, and say when it was sent')}
<details class="nhsuk-details" id="when"><summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">I do not know the number</span></summary>
<div class="nhsuk-details__text">${day('from', 'Sent on or after')}${day('until', 'Sent on or before')}</div></details>
${field('reason', 'Why do you look?', 'No name and no number of a patient', html`<textarea class="nhsuk-textarea" id="reason" rows="2" required maxlength="900" aria-describedby="reason-hint"></textarea>`)}
<fieldset class="nhsuk-fieldset" id="corners" hidden><legend class="nhsuk-fieldset__legend">Where do the corners of the original lie in the copy?</legend>
<p>In pixels; a corner may lie outside. Click the four corners in the picture, top left first and then clockwise, or write them below.</p>
<canvas class="ward-preview" id="copy" aria-label="The leaked copy: click the four corners"></canvas>
${corners.map(([name, words]) => (['x', 'y'] as const).map(corner(name, words)))}</fieldset>
<p><button class="nhsuk-button" id="start">Find the viewing</button> <button class="nhsuk-button nhsuk-button--secondary" id="stop" type="button" hidden>Stop</button></p></form>
<progress id="done" max="1" value="0" aria-label="How far the search is" hidden></progress><p id="status" class="ward-status" role="status"></p><div id="result"></div>`;
}

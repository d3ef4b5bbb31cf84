import { html } from 'hono/html';
import type { Problem } from '../../http/problem.js';
import { PURPOSES, type Purpose } from '../../wiring/ig-reading.js';
import type { Html } from '../layout.js';

/** A table with a caption; the first cell of a row is its heading. In a box of its own, so that it may scroll at 320 px. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
): Html {
  const row = ([first = '', ...rest]: readonly (string | Html)[]) => html`<tr class="nhsuk-table__row">
<th scope="row" class="nhsuk-table__header">${first}</th>${rest.map((cell) => html`<td class="nhsuk-table__cell">${cell}</td>`)}</tr>`;
  return html`<div class="ward-wide" role="region" aria-label="${caption}" tabindex="0"><table class="nhsuk-table">
<caption class="nhsuk-table__caption">${caption}</caption>
<thead class="nhsuk-table__head"><tr>${columns.map((name) => html`<th scope="col" class="nhsuk-table__header">${name}</th>`)}</tr></thead>
<tbody class="nhsuk-table__body">${rows.map(row)}</tbody></table></div>`;
}

/** A label and the one thing below it. */
export function field(id: string, label: string, hint: string | null, control: Html): Html {
  return html`<div class="nhsuk-form-group"><label class="nhsuk-label" for="${id}">${label}</label>
${hint === null ? '' : html`<div class="nhsuk-hint" id="${id}-hint">${hint}</div>`}${control}</div>`;
}

export function textInput(id: string, label: string, hint: string | null, value = ''): Html {
  const described = hint === null ? '' : html` aria-describedby="${id}-hint"`;
  const input = html`<input class="nhsuk-input" id="${id}" name="${id}" value="${value}" autocomplete="off" spellcheck="false"${described}>`;
  return field(id, label, hint, input);
}

export function select(id: string, label: string, options: readonly (readonly [string, string])[], chosen = ''): Html {
  const all = options.map(
    ([value, words]) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${words}</option>`,
  );
  return field(id, label, null, html`<select class="nhsuk-select" id="${id}" name="${id}">${all}</select>`);
}

export function button(words: string, kind: '' | 'secondary' = ''): Html {
  return html`<button class="nhsuk-button${kind && ` nhsuk-button--${kind}`}" data-module="nhsuk-button">${words}</button>`;
}

/** What went wrong with a form, above it, and what to do next. */
export function errorSummary(problem: Problem | null): Html {
  if (problem === null) return html``;
  return html`<div class="nhsuk-error-summary" role="alert" tabindex="-1"><h2 class="nhsuk-error-summary__title">${problem.message}</h2>
<ul class="nhsuk-list nhsuk-list--bullet">${problem.next.map((line) => html`<li>${line}</li>`)}</ul></div>`;
}

/** A moment as people here write it. */
export function moment(time: number | string | Date): string {
  return MOMENT.format(new Date(time));
}
const MOMENT = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** Carries the purpose on, in a form. */
export function keep(purpose: Purpose): Html {
  return html`<input type="hidden" name="purpose" value="${purpose}">`;
}

/** Asked before anything is read: every reading stands in the log with its purpose. */
export function purposeForm(path: string): Html {
  const radio = ([value, { words }]: [string, { words: string }]) => html`<div class="nhsuk-radios__item">
<input class="nhsuk-radios__input" type="radio" id="purpose-${value}" name="purpose" value="${value}" required>
<label class="nhsuk-label nhsuk-radios__label" for="purpose-${value}">${words}</label></div>`;
  return html`<h1 class="nhsuk-heading-l">Why are you reading the access log?</h1><p>Your reading is itself written into the log, with your name and this purpose.</p>
<form method="get" action="${path}"><div class="nhsuk-form-group"><fieldset class="nhsuk-fieldset">
<legend class="nhsuk-fieldset__legend">Purpose</legend><div class="nhsuk-radios">${Object.entries(PURPOSES).map(radio)}</div></fieldset></div>${button('Continue')}</form>`;
}

/** A room of the desk: the way to the others, why this one is open, and what is in it. */
export function room(here: string, purpose: Purpose, main: Html): Html {
  const link = ([path, words]: readonly [string, string]) =>
    path === here
      ? html`<li><a href="${path}?purpose=${purpose}" aria-current="page"><strong>${words}</strong></a></li>`
      : html`<li><a href="${path}?purpose=${purpose}">${words}</a></li>`;
  return html`<nav aria-label="Information governance"><ul class="nhsuk-list ward-rooms">${ROOMS.map(link)}</ul></nav>
${main}<p class="nhsuk-hint">You read the log for this purpose: ${PURPOSES[purpose].words}. <a href="${here}">Change it</a></p>`;
}
const ROOMS = [
  ['/ig', 'Desk'],
  ['/ig/opened', 'Who opened it'],
  ['/ig/break-glass', 'Break-glass review'],
  ['/ig/trace', 'Leaked picture'],
  ['/ig/log', 'Check the log'],
] as const;

import { html } from 'hono/html';
import type { Purpose } from '../../wiring/ig-reading.js';
import type { Html } from '../layout.js';
import { table } from './parts.js';

/** An alarm as this server keeps it: a kind, an item's id, times. */
export interface Alarm {
  readonly kind: string;
  readonly item: string;
  readonly at: string;
  readonly who: string;
}

export interface Desk {
  readonly purpose: Purpose;
  readonly alarms: readonly Alarm[];
  /** The log, when it is not well: in words. */
  readonly log: readonly string[];
  readonly reviews: { readonly waiting: number; readonly overdue: number };
  readonly policy: { readonly version: number; readonly reviewBy?: string };
  readonly now: number;
}

const KINDS: Readonly<Record<string, string>> = {
  'not-filed': 'Not filed in the record',
  'filing-fails': 'The record does not take it',
  'break-glass': 'The glass was broken',
  release: 'Released to somebody',
  held: 'Held on arrival: what was sent does not fit what was signed',
  'event-refused': 'The log refused an entry',
  recall: 'Recalled by its sender',
  send: 'Sent',
  suspended: 'Somebody was suspended',
  restored: 'A suspension was taken back',
};

const ABOUT_PEOPLE = ['suspended', 'restored'];

export function desk({ purpose, alarms, log, reviews, policy, now }: Desk): Html {
  const callout = (title: string, body: Html) =>
    html`<div class="nhsuk-warning-callout"><h2 class="nhsuk-warning-callout__label">${title}</h2>${body}</div>`;
  const rows = alarms.map(({ kind, item, at, who }) => [
    at,
    KINDS[kind] ?? kind,
    html`<a href="/ig/opened?purpose=${purpose}&amp;${ABOUT_PEOPLE.includes(kind) ? 'person' : 'item'}=${item}">${item}</a>`,
    who,
  ]);
  const overdue = policy.reviewBy !== undefined && Date.parse(policy.reviewBy) <= now;
  const line = (key: string, value: string | Html) =>
    html`<div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">${key}</dt><dd class="nhsuk-summary-list__value">${value}</dd></div>`;
  return html`<h1 class="nhsuk-heading-l">Information governance desk</h1>
${log.map((words) => callout('The log', html`<p>${words}</p>`))}
${reviews.overdue === 0 ? '' : callout('Reviews are overdue', html`<p><a href="/ig/break-glass?purpose=${purpose}">${String(reviews.overdue)} uses of break-glass</a> have waited for more than 24 hours.</p>`)}
<dl class="nhsuk-summary-list">${line('Break-glass to review', html`<a href="/ig/break-glass?purpose=${purpose}">${String(reviews.waiting + reviews.overdue)}</a>`)}
${line('Policy in force', html`<a href="/policy">Version ${String(policy.version)}</a>`)}${line('Policy review due', html`${policy.reviewBy?.slice(0, 10) ?? 'no date is set'}${overdue ? html` <strong class="nhsuk-tag nhsuk-tag--red">Overdue</strong>` : ''}`)}
${line('How this is run', html`<a href="/deployment">Deployment checks</a>`)}</dl>
<h2 class="nhsuk-heading-m">Alarms</h2>${rows.length === 0 ? html`<p>There is none.</p>` : table('Alarms, newest first', ['When', 'What', 'About', 'Who'], rows)}`;
}

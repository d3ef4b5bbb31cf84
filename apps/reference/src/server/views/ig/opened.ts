import { describeRow, type ExposureReport, type Row, VIEWING_TYPES } from '@wardseal/audit/report';
import { html } from 'hono/html';
import type { Problem } from '../../http/problem.js';
import type { Purpose } from '../../wiring/ig-reading.js';
import type { Html } from '../layout.js';
import { button, errorSummary, keep, select, table, textInput } from './parts.js';

export interface OpenedForm {
  readonly purpose: Purpose;
  readonly people: readonly (readonly [id: string, name: string])[];
  readonly item: string;
  readonly person: string;
  readonly problem: Problem | null;
  readonly report: Html | null;
}

/** The question: what was opened, or who opened. */
export function openedForm({ purpose, people, item, person, problem, report }: OpenedForm): Html {
  const form = (inner: Html) =>
    html`<form method="get" action="/ig/opened">${keep(purpose)}${inner}${button('Show', 'secondary')}</form>`;
  return html`<h1 class="nhsuk-heading-l">Who opened it</h1>${errorSummary(problem)}${form(textInput('item', 'Number of an item or a case', 'An item’s number stands on an alarm, a case’s number under its picture', item))}
${form(select('person', 'Or what one person did', [['', 'Choose somebody'], ...people], person))}${report}`;
}

/** Whether somebody saw it, as far as the log can tell: begun without a recorded outcome counts. */
function seen({ type, outcome }: Row): boolean {
  return VIEWING_TYPES.includes(type) && outcome !== 'serious' && outcome !== 'major';
}

/** The answer. `again` is the address of this report in other forms. */
export function openedReport(report: ExposureReport, again: string): Html {
  const opened = report.rows.filter(seen);
  const unknown = opened.filter(({ outcome }) => outcome === 'intent').length;
  const people = new Set(opened.map((row) => describeRow(row).who)).size;
  const unused = report.couldAndDidNot.length;
  const alone = report.log.some(({ unwitnessed }) => unwitnessed);
  const rows = report.rows.map((row) => {
    const { when, who, role, done, item, why } = describeRow(row);
    const marks = [...(row.breakGlass ? ['Emergency access'] : []), ...(row.marks ?? [])];
    return [
      when,
      `${who}${role && `, ${role}`}`,
      html`${done}${marks.map((mark) => html` <strong class="nhsuk-tag nhsuk-tag--red">${mark}</strong>`)}`,
      item,
      `${why}${row.reason === undefined ? '' : `: ${row.reason}`}`,
      String(row.index),
    ];
  });
  return html`<h2 class="nhsuk-heading-m">What the log says</h2>
<p>Opened ${String(opened.length)} ${opened.length === 1 ? 'time' : 'times'} by ${String(people)} ${people === 1 ? 'person' : 'people'}.
${unknown === 0 ? '' : `${unknown === 1 ? 'One of these has no recorded outcome, and counts' : `${unknown} of these have no recorded outcome, and count`} as opened.`}
${unused === 0 ? '' : `${unused} further ${unused === 1 ? 'permission was' : 'permissions were'} not used.`}</p>
${alone ? html`<p class="nhsuk-inset-text">Nobody outside the trust has confirmed these entries yet. Look again in a minute.</p>` : ''}
${rows.length === 0 ? html`<p>There is no entry.</p>` : table('Entries, in the order in which they were recorded', ['When', 'Who', 'What was done', 'Item', 'Why', 'Entry'], rows)}
<p><a href="${again}&amp;as=html">Print, with proofs</a> · <a href="${again}&amp;as=csv" download>Save as CSV</a></p>`;
}

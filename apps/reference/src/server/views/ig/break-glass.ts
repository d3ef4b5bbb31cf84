import { type BreakGlassReport, REVIEW_OUTCOMES, type ReviewedUse } from '@wardseal/audit/report';
import { html } from 'hono/html';
import type { Problem } from '../../http/problem.js';
import type { Purpose } from '../../wiring/ig-reading.js';
import type { Html } from '../layout.js';
import { button, errorSummary, field, keep, moment, select, table } from './parts.js';

const FOUND: Readonly<Record<(typeof REVIEW_OUTCOMES)[number], string>> = {
  justified: 'Justified',
  'not-justified': 'Not justified',
  referred: 'Needs a closer look: referred',
};
const HOUR = 3_600_000;

export interface Queue {
  readonly purpose: Purpose;
  readonly report: BreakGlassReport;
  readonly now: number;
  /** Why the review that was just sent was not taken. */
  readonly problem: Problem | null;
}

/** What was released in an emergency and what was then looked at are one matter: a person's waiting uses of one item. */
export function waitingTogether(report: BreakGlassReport): readonly (readonly ReviewedUse[])[] {
  const matters = new Map<string, ReviewedUse[]>();
  for (const use of report.uses.filter(({ review }) => review === undefined)) {
    const key = [use.origin, itemOf(report, use), ...use.people.map(({ id = '' }) => id)].join(' ');
    matters.set(key, [...(matters.get(key) ?? []), use]);
  }
  return [...matters.values()];
}

function itemOf({ rows }: BreakGlassReport, { index, origin }: ReviewedUse): string {
  const row = rows.find((one) => one.index === index && one.origin === origin);
  return row?.object?.id ?? 'not known any more';
}

export function breakGlass({ purpose, report, now, problem }: Queue): Html {
  const open = waitingTogether(report);
  const done = report.uses.filter(({ review }) => review !== undefined);
  const who = ({ people }: ReviewedUse) => people.map(({ id, name }) => name ?? id ?? 'not known any more').join(', ');
  const clock = ({ due, state }: ReviewedUse) => {
    const hours = Math.abs(Date.parse(due) - now) / HOUR;
    const long = hours < 1 ? 'less than an hour' : `${Math.floor(hours)} h`;
    return state === 'overdue' ? `Overdue by ${long}` : `${long} left`;
  };
  const waiting = (uses: readonly ReviewedUse[]) => {
    const use = uses[0] as ReviewedUse;
    const id = `${use.index}`;
    return html`<section class="nhsuk-card" aria-labelledby="use-${id}"><div class="nhsuk-card__content">
<h3 class="nhsuk-heading-s" id="use-${id}">${who(use)}, ${moment(use.recordedAt)} <strong class="nhsuk-tag${use.state === 'overdue' ? ' nhsuk-tag--red' : ''}">${clock(use)}</strong></h3>
<p>Item ${itemOf(report, use)}, ${uses.length === 1 ? `entry ${id}` : `entries ${uses.map(({ index }) => index).join(', ')}`}${use.emergency === undefined ? '' : ', taken over from the emergency journal'}. Reason given: ${use.reason ?? 'none'}</p>
<form method="post" action="/ig/break-glass">${keep(purpose)}<input type="hidden" name="origin" value="${use.origin}">${uses.map(({ index }) => html`<input type="hidden" name="index" value="${String(index)}">`)}
${select(`outcome-${id}`, 'What did you find?', [['', 'Choose'], ...REVIEW_OUTCOMES.map((one) => [one, FOUND[one]] as const)])}
${field(`reason-${id}`, 'Why?', 'No name and no number of a patient', html`<textarea class="nhsuk-textarea" id="reason-${id}" name="reason-${id}" rows="3" required maxlength="900" aria-describedby="reason-${id}-hint"></textarea>`)}
${button('Record the review')}</form></div></section>`;
  };
  const rows = done.map((use) => {
    const { review } = use;
    const by =
      review?.reviewer === undefined || 'withheld' in review.reviewer
        ? 'not known'
        : (review.reviewer.name ?? review.reviewer.id);
    return [
      moment(use.recordedAt),
      who(use),
      use.reason ?? '',
      `${review?.outcome ? FOUND[review.outcome] : 'Not said'}: ${review?.reason ?? ''}`,
      by,
    ];
  });
  return html`<h1 class="nhsuk-heading-l">Break-glass review</h1>${errorSummary(problem)}<p>Each use is reviewed by somebody else within 24 hours.</p>
<h2 class="nhsuk-heading-m">Waiting</h2>${open.length === 0 ? html`<p>Nothing waits.</p>` : open.map(waiting)}
<h2 class="nhsuk-heading-m">Reviewed</h2>${rows.length === 0 ? html`<p>None yet.</p>` : table('Reviewed uses', ['When', 'Who', 'Reason given', 'Found', 'Reviewed by'], rows)}`;
}

import { type Html, html, htmlPage } from '@wardseal/primitives';
import { instant } from '../engine/time.js';
import type { Assessment, DpoAdvice } from '../governance/assessment.js';
import { presentOf } from '../governance/moments.js';
import { riskScore, type Scale } from '../governance/risk.js';
import { table } from './evidence-html.js';
import { pageStyle } from './style.js';
import { days, moment } from './words.js';

const DECISIONS: Readonly<Record<'approve' | 'conditional' | 'reject', string>> = {
  approve: 'Approved',
  conditional: 'Approved on conditions',
  reject: 'Rejected: it may not carry clinical pictures',
};

/**
 * The assessment of an app as a page to read, print and sign: where data go, what could go wrong before and after what is
 * done about it, what the data protection officer said, and what was decided.
 *
 * @param assessment - checked by `checkAssessment`.
 * @param now - the moment of printing, milliseconds since 1970: it says whether the review is overdue.
 * @returns one HTML file that runs nothing and loads nothing; every text is escaped. Same input, same page.
 * @throws RangeError when `now` is no moment.
 * @example
 * ```ts
 * await writeFile('chat-app.html', renderAssessment(assessment, Date.now()));
 * ```
 */
export function renderAssessment(assessment: Assessment, now: number): string {
  const at = presentOf(now);
  const { channel, version, purpose, dataFlows, risks, dpoAdvice, conditions } = assessment;
  const text = (cell: string): Html => html`${cell}`;
  const flows = dataFlows.map(({ from, to, data, means, country }) =>
    [from, to, data.join(', '), means, country ?? 'the UK'].map(text),
  );
  const rows = risks.map(({ title, mitigations, residual, ...before }) => [
    text(title),
    text(level(before)),
    mitigations.length === 0 ? text('nothing') : html`<ul>${mitigations.map((each) => html`<li>${each}</li>`)}</ul>`,
    text(level(residual)),
  ]);
  const body = html`<header><h1>Risks of ${channel.title}</h1>
<p class="lead">Assessment ${assessment.id}, version ${version}.</p></header>
<main id="main"><section><h2>Decision</h2>${decision(assessment, at)}</section>
<section><h2>What it is for</h2><p>${purpose}</p><p>Owner: ${channel.owner}.</p></section>
<section><h2>Where data go</h2>${dataFlows.length === 0 ? html`<p>Nowhere.</p>` : table('Every way that data take', ['From', 'To', 'What', 'How', 'Where'], flows)}</section>
<section><h2>What could go wrong</h2>${risks.length === 0 ? html`<p class="bad"><strong>No risk was assessed.</strong></p>` : table('Likelihood and severity, each from 1 to 5, and their product', ['Risk', 'Before', 'What is done about it', 'After'], rows)}</section>
<section><h2>Conditions</h2>${conditions.length === 0 ? html`<p>None.</p>` : html`<ul>${conditions.map(({ title, dueBy }) => html`<li>${title}, ${dueBy === undefined ? 'at once' : `by ${moment(dueBy)}`}</li>`)}</ul>`}</section>
<section><h2>Advice of the data protection officer</h2>${advice(dpoAdvice)}</section></main>
<footer><p class="quiet">This file is complete in itself. It loads nothing from anywhere and runs no program.</p></footer>`;
  return htmlPage({ title: `Risks of ${channel.title}`, style: pageStyle(''), skip: 'Skip to the assessment', body });
}

function level(scale: Scale): string {
  return `${scale.likelihood} × ${scale.severity} = ${riskScore(scale)}`;
}

function decision(
  { decision: taken, approvedBy, at, reviewBy, assessedBy, assessedAt }: Assessment,
  now: number,
): Html {
  const assessed = html`<dt>Assessed by</dt><dd>${assessedBy}, ${moment(assessedAt)}</dd>`;
  if (taken === undefined)
    return html`<dl><dt>Decision</dt><dd><strong class="bad">None yet: the app counts as not assessed</strong></dd>${assessed}</dl>`;
  const due = instant(reviewBy);
  const review =
    due !== null && due <= now
      ? html`<strong class="bad">Overdue by ${days(due, now)}</strong>: it was due on ${moment(reviewBy)}`
      : html`${moment(reviewBy)}`;
  return html`<dl><dt>Decision</dt><dd><strong>${DECISIONS[taken]}</strong></dd><dt>Decided by</dt><dd>${approvedBy}, ${moment(at)}</dd>${assessed}<dt>Review by</dt><dd>${review}</dd></dl>`;
}

function advice(given: DpoAdvice | undefined): Html {
  if (given === undefined) return html`<p class="bad"><strong>Not asked yet.</strong></p>`;
  const { by, at, text, followed, reason } = given;
  return html`<p>${text}</p><p>${by}, ${moment(at)}. ${followed ? 'The advice is followed.' : html`<strong>The advice is not followed</strong>: ${reason ?? 'no reason is given'}.`}</p>`;
}

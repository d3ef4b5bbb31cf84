import { createHash } from 'node:crypto';
import { Html, html } from '@wardseal/primitives';
import type { ReportData } from './data.js';
import * as sections from './sections.js';
import { STYLE } from './style.js';
import { chance, count, moment } from './words.js';

/**
 * Writes the report of a demo run: one HTML file that holds everything it shows, runs no script and asks the network
 * for nothing. Same data, same bytes.
 *
 * @param data what the run did; every text in it is escaped
 * @returns a whole HTML document
 */
export function renderReport(data: ReportData): string {
  const parts = [
    sections.pictures(data),
    sections.trace(data),
    sections.people(data),
    sections.decision(data),
    sections.log(data),
    sections.link(data),
    sections.tamper(data),
    sections.steps(data),
    sections.limits(),
    sections.files(data),
  ];
  const digest = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  const links = parts.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`);
  const bodies = parts.map(
    ({ id, heading, body }) => html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${body}</section>
`,
  );
  const title = 'A clinical photograph, sent, seen, leaked and traced';
  return html`<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Wardseal: ${title.toLowerCase()}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style></head>
<body><a class="skip" href="#main">Skip to the report</a>
<header><p class="brand">Wardseal</p><h1>${title}</h1>
<p class="quiet">Report of a demonstration run on ${moment(data.ranAt)}, with ${data.ranWith.join(', ')}.</p></header>
<main id="main"><h2>In one minute</h2>${verdicts(data)}
<nav aria-label="Parts of this report"><ul>${links}</ul></nav>
${bodies}</main>
<footer><p class="quiet">This file is complete in itself: no script, no font and no picture is loaded from anywhere.</p></footer>
</body></html>
`.text;
}

/** The six answers that a reader in a hurry wants, each good or bad as it really went. */
function verdicts({ sealed, decision, trace, link, log, tamper }: ReportData): Html {
  const traced = trace?.verdict === 'match';
  const noticed = tamper.length > 0 && tamper.every((one) => one.noticed);
  const answers: readonly (readonly [good: boolean, headline: string, text: Html])[] = [
    [
      sealed.recipients.length > 0,
      'Only named people could open it',
      html`${sealed.recipients.join(', ')}. The server decides and records, and cannot look.`,
    ],
    [
      decision.permitted,
      `Policy: ${decision.headline.toLowerCase()}`,
      html`${decision.lines[0] ?? 'It gave no reason.'}`,
    ],
    [
      log.receiptChecks.length > 0,
      'The viewing was recorded first',
      html`Entry ${count(log.index + 1)} of a signed log. The viewer checked its receipt before opening.`,
    ],
    [
      traced,
      traced ? `The leak was traced to ${trace.person}’s viewing` : 'The leak was not traced',
      traced
        ? html`Chance of this by luck: less than ${trace.p < 1e-9 ? '1 in a billion' : chance(trace.p)}, all ${count(trace.candidates)} viewings taken together.`
        : html`No viewing stands out enough to name anybody.`,
    ],
    [
      link.second.code !== '',
      link.second.code === '' ? 'The link opened twice' : 'The link opened once',
      html`${link.second.result}`,
    ],
    [
      noticed,
      noticed ? 'Changing one byte was noticed' : 'A changed byte was not noticed',
      tamper[0] === undefined ? html`This run changed no byte.` : html`Changed: ${tamper[0].what}. ${tamper[0].result}`,
    ],
  ];
  const items = answers.map(
    ([good, headline, text]) => html`<li${good ? null : html` class="bad"`}><strong>${headline}</strong> ${text}</li>`,
  );
  return html`<ul class="verdicts">${items}</ul>`;
}

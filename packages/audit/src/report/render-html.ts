import { type Html, html, htmlPage } from '@wardseal/primitives';
import type { ActorKind } from '../event-codes.js';
import type { RenderOptions } from './render-options.js';
import type { Report, ReportTable, Row } from './row.js';
import { STYLE } from './style.js';
import { type WallClock, wallClock } from './time-zone.js';
import { titleOf } from './titles.js';
import { act, cell, itemOf, moment, why } from './words.js';

interface Page {
  readonly clock: WallClock;
  readonly org: (code: string) => string;
  readonly proofs: boolean;
}

/** A report as one page that holds everything it shows, runs no script and asks the network for nothing. */
export function renderHtml(report: Report, options: RenderOptions): string {
  const page: Page = {
    clock: wallClock(options.timeZone),
    org: (code) => options.orgName?.(code) ?? code,
    proofs: options.proofs ?? true,
  };
  const { title, lead } = titleOf(report.kind);
  const body = html`<header>${options.organisation === undefined ? null : html`<p class="quiet">${options.organisation}</p>`}<h1>${title}</h1><p>${lead}</p></header>
<main id="main">${unwitnessed(report)}${summary(report, page)}
${report.tablesFirst ? [tables(report, page), recorded(report, page)] : [recorded(report, page), tables(report, page)]}
<h2>What to know about this report</h2><ul>${report.notes.map((note) => html`<li>${note}</li>`)}</ul>
<h2>Where it comes from</h2>${provenance(report, options, page)}
${proofs(report, page)}</main>
<footer><p class="quiet">This file is complete in itself. It loads nothing from anywhere and runs no program.</p></footer>`;
  return htmlPage({ title, style: STYLE, skip: 'Skip to the report', body });
}

function unwitnessed({ log }: Report): Html | null {
  const alone = log.filter((one) => one.unwitnessed);
  if (alone.length === 0) return null;
  return html`<div class="notice"><p><strong>Unwitnessed.</strong> Nobody outside the organisation has confirmed ${alone.length === 1 ? 'the log' : 'these logs'} behind this report (${alone.map(({ origin }) => origin).join(', ')}). Whoever runs ${alone.length === 1 ? 'it' : 'them'} could have changed entries unseen.</p></div>`;
}

function summary({ summary: facts }: Report, { clock }: Page): Html | null {
  if (!facts || facts.length === 0) return null;
  return html`<h2>In short</h2><dl>${facts.map(({ label, value }) => html`<dt>${label}</dt><dd>${cell(value, clock)}</dd>`)}</dl>`;
}

function recorded(report: Report, page: Page): Html {
  return html`<h2>What the log recorded</h2>${entries(report, page)}
`;
}

function tables(report: Report, page: Page): Html {
  return html`${(report.tables ?? []).map((table) => further(table, page))}`;
}

function entries({ rows }: Report, page: Page): Html {
  if (rows.length === 0) return html`<p>No entry was found.</p>`;
  const count = rows.length === 1 ? '1 entry' : `${rows.length} entries`;
  const columns = ['When', 'Who', 'What was done', 'Item', 'Why'];
  return html`<table class="entries" role="table"><caption>${count}, in the order in which they were recorded.</caption>
<thead role="rowgroup"><tr role="row">${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row, i) => entry(row, i, columns, page))}</tbody></table>`;
}

function entry(row: Row, i: number, [, ...labels]: readonly string[], page: Page): Html {
  const item = html`${row.object ? itemOf(row.object) : ''}`;
  const cells = [who(row, page), done(row), item, reason(row)];
  const link = page.proofs && row.proof !== undefined ? html` <a class="screen" href="#proof-${i}">proof</a>` : null;
  return html`<tr role="row"><th role="rowheader" scope="row">${moment(row.recordedAt, page.clock)}<span class="line quiet">entry ${row.index}${link}</span></th>${cells.map((value, n) => html`<td role="cell" data-label="${labels[n]!}">${value}</td>`)}</tr>
`;
}

function who({ actor, org }: Row, page: Page): Html {
  const where = html`<span class="line quiet">${page.org(org)}</span>`;
  if (actor === undefined) return where;
  const role = actor.role ?? (actor.kind === undefined ? 'role not recorded' : KINDS[actor.kind]);
  if ('withheld' in actor)
    return html`<span class="line">${role}</span>${where}<span class="line quiet">Name withheld: ${actor.withheld}</span>`;
  return html`<span class="line">${actor.name ?? actor.id}</span><span class="line">${role}</span>${where}`;
}

const KINDS: Readonly<Record<ActorKind, string>> = {
  practitioner: 'member of staff',
  patient: 'patient',
  system: 'a computer system',
  outsider: 'somebody from outside',
};

function done(row: Row): Html {
  const emergency = row.breakGlass ? html` <span class="tag">Emergency access</span>` : null;
  return html`${act(row)}${emergency}${(row.marks ?? []).map((mark) => html`<span class="mark">${mark}</span>`)}`;
}

function reason(row: Row): Html {
  return html`${why(row)}${row.reason === undefined ? null : html`<span class="line">“${row.reason}”</span>`}`;
}

function further({ title, caption, columns, rows }: ReportTable, { clock }: Page): Html {
  if (rows.length === 0) return html`<h2>${title}</h2><p>None.</p>`;
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map(
      (text, n) => html`<td role="cell" data-label="${columns[n + 1] ?? ''}">${cell(text, clock)}</td>`,
    );
    return html`<tr role="row"><th role="rowheader" scope="row">${cell(first, clock)}</th>${cells}</tr>
`;
  });
  return html`<h2>${title}</h2><table role="table"><caption>${caption ?? (rows.length === 1 ? '1 line' : `${rows.length} lines`)}.</caption>
<thead role="rowgroup"><tr role="row">${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">${body}</tbody></table>`;
}

function provenance(report: Report, { reference }: RenderOptions, { clock }: Page): Html {
  const { completeness, log } = report;
  const searched =
    completeness.searched === 'replay'
      ? 'every entry of the log was read, and together they are what the log signed'
      : 'found by the index of the log’s store; each entry shown was checked, a missing one would not show';
  const logs = log.map(
    ({ origin, size, root, witnessedAt }) =>
      html`<span class="line">${origin}, ${size} entries, ${witnessedAt === undefined ? 'no outside witness' : `last confirmed by outside witnesses ${moment(witnessedAt, clock)}`}</span><span class="line quiet">signed root ${root}</span>`,
  );
  return html`<dl><dt>Made</dt><dd>${moment(report.madeAt, clock)}</dd>${reference === undefined ? null : html`<dt>Reference</dt><dd>${reference}</dd>`}<dt>Times</dt><dd>${clock.timeZone === 'Europe/London' ? 'UK time: GMT in winter, BST in summer' : clock.timeZone}</dd><dt>Log</dt><dd>${logs}</dd><dt>Search</dt><dd>${searched}</dd><dt>Entries searched</dt><dd>${completeness.entries}</dd><dt>Entries found</dt><dd>${completeness.matching}</dd></dl>`;
}

function proofs({ rows }: Report, page: Page): Html | null {
  if (!page.proofs || rows.every(({ proof }) => proof === undefined)) return null;
  const all = rows.map((row, i) =>
    row.proof === undefined
      ? html``
      : html`<h3 id="proof-${i}">Entry ${row.index} of ${row.origin}</h3><pre>${row.proof}</pre>
`,
  );
  return html`<h2>Proofs</h2><p>Each proof shows that an entry stands in the signed log. Save one as a file that ends in <code>.tlog-proof</code> and check it with Wardseal’s verifier page or any other C2SP verifier.</p><p class="paper">The proofs are in the electronic version of this report.</p><details class="screen"><summary>Proofs of all entries</summary>${all}</details>`;
}

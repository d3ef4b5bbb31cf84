import { type Html, html, htmlPage } from '@wardseal/primitives';
import { type Paper, pageOf } from '../governance/paper.js';
import { table } from './evidence-html.js';
import { pageStyle } from './style.js';
import { moment } from './words.js';

/**
 * An impact assessment or a record of processing as a page to read, print and sign. What nobody has answered yet comes
 * first, in red.
 *
 * @param paper - from `dpia` or `article30`.
 * @param organisation - whose it is.
 * @returns one HTML file that runs nothing and loads nothing; every text is escaped. Same input, same page.
 * @example
 * ```ts
 * await writeFile('dpia.html', renderPaper(dpia({ pack, now: Date.now() }), 'Demo Trust'));
 * ```
 */
export function renderPaper(paper: Paper, organisation?: string): string {
  const { policy, at, missing } = paper;
  const { title, sections } = pageOf({ ...paper, missing: [] });
  const open =
    missing.length === 0
      ? null
      : html`<div class="notice" role="note" aria-label="Not yet answered"><p><strong>Not finished: not yet answered</strong></p><ul>${missing.map(({ question }) => html`<li class="bad">${question}</li>`)}</ul></div>`;
  const body = html`<header>${organisation === undefined ? null : html`<p class="quiet">${organisation}</p>`}<h1>${title}</h1>
<p class="lead">Made on ${moment(at)} from version ${policy.version} of the policy ${policy.id}.</p></header>
<main id="main">${open}
${sections.map(
  ({
    heading,
    paragraphs,
    tables,
  }) => html`<section><h2>${heading}</h2>${paragraphs.map((text) => html`<p>${text}</p>`)}
${tables.map((each) =>
  table(
    each.title,
    each.columns,
    each.rows.map((row) => row.map((cell): Html => html`${cell}`)),
  ),
)}</section>
`,
)}</main>
<footer><p class="quiet">Policy digest: <code>${policy.digest}</code></p></footer>`;
  return htmlPage({ title, style: pageStyle(policy.digest), skip: 'Skip to the text', body });
}

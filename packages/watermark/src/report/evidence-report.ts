import { type Html, html, htmlPage } from '@wardseal/primitives';
import type { Hit } from '../score-candidates.js';
import type { AnyTrace } from './any-trace.js';
import { type About, checkOptions } from './check-options.js';
import type { EvidencePictures } from './evidence-pictures.js';
import { type Finding, findingOf } from './finding.js';
import { probability } from './page/numbers.js';
import { figures } from './page/pictures.js';
import { plot } from './page/plot.js';
import { provenance, registrationPart } from './page/provenance.js';
import { STYLE } from './page/style.js';
import { framesShown, timelinePart } from './page/timeline.js';
import { headline, howSure, medium, nextSteps, notProved, thing } from './page/words.js';

export interface EvidenceOptions extends About {
  /** From `evidencePictures`. Without them the report shows no picture, and says so. */
  readonly pictures?: EvidencePictures;
  /** The command that repeats the work. */
  readonly command?: string;
  /** Name and version of the program that made it. */
  readonly program?: string;
  /** Digest of the record that belongs to this page, from `evidenceRecord`. */
  readonly record?: string;
}

/**
 * What `trace` or `traceVideo` found, as one HTML page for the people who have to decide: the verdict in a sentence, how sure it is, what
 * it does not prove, what to do next, the pictures, the scores, and how to repeat it. It runs no script, loads nothing,
 * and prints on A4. Everything from outside is escaped. Same input, same bytes. The file is as confidential as the picture.
 *
 * @returns a whole HTML document with a content security policy of its own.
 * @throws {TypeError} something else than a report (a promise of one), an option that does not exist, no options, or a picture that is no `data:` address of a PNG, JPEG or WebP.
 * @throws {RangeError} a moment not in UTC, a hash that is not 64 hexadecimal digits, a text of more than 4096 characters,
 * more than 100 problems, an id, organisation or reference with an NHS or CHI number, or a corner that is no number.
 * @example
 * const page = evidenceReport(report, { madeAt: '2026-03-01T09:00:00Z', imageId: 'img-7f3a' });
 */
export function evidenceReport(report: AnyTrace, options: EvidenceOptions): string {
  if (!Array.isArray(report?.hits)) throw new TypeError('report must be what trace gives: await it');
  checkOptions(options);
  const finding = findingOf(report);
  const { organisation, reference, imageId, pictures, problems = [] } = options;
  const what = medium(report);
  const named = finding.outcome === 'match' || finding.outcome === 'several';
  const about = [organisation, reference, imageId === undefined ? undefined : `${what} ${imageId}`];
  const line = about.filter((part) => part !== undefined).join(' · ');
  const points = (items: readonly Html[]): Html => html`${items.map((item) => html`<li>${item}</li>`)}`;
  const body = html`<header><p class="secret">Confidential${pictures === undefined ? '' : HELD[what]}</p>
<h1>Where a leaked ${what} comes from</h1>${line === '' ? null : html`<p class="quiet">${line}</p>`}</header>
<main id="main"><section class="verdict${named ? ' named' : ''}"><p class="answer">${headline(report, finding)}</p>
${howSure(report, finding).map((words) => html`<p>${words}</p>`)}</section>
<h2>What this does not prove</h2><ul>${points(notProved(report, finding))}</ul>
<h2>What to do next</h2><ol>${points(nextSteps(report, finding))}</ol>
${timelinePart(report, problems)}
<h2>The pictures</h2>${pictures === undefined ? html`<p>Left out of this file on request. What was compared is named by its hash below.</p>` : html`${framesShown(report)}${figures(pictures)}`}
${scores(report)}
${registrationPart(report)}
${provenance(report, options)}</main>
<footer><p class="quiet">This file is complete in itself. It loads nothing from anywhere and runs no program.</p></footer>`;
  const title = TITLES[finding.outcome];
  return htmlPage({ title, style: STYLE, skip: 'Skip to the verdict', body, pictures: pictures !== undefined });
}

/** What the file is to whoever stores it. */
const HELD = {
  picture: ': this file holds a patient’s picture. Store, send and destroy it as such.',
  video: ': this file holds pictures of a patient. Store, send and destroy it as such.',
} as const;

/** Said without an id: a title goes into histories and lists of files. */
const TITLES: Readonly<Record<Finding['outcome'], string>> = {
  match: 'Evidence report: a viewing is named',
  several: 'Evidence report: several viewings are named',
  consistent: 'Evidence report: nobody is named',
  none: 'Evidence report: nobody is named',
  unregistered: 'Evidence report: no answer',
  unsound: 'Evidence report: no answer',
};

function scores(report: AnyTrace): Html | null {
  const { nullHistogram, hits } = report;
  if (nullHistogram === null) return null;
  const { one } = thing(report);
  const again = hits.some(({ round, verdict }) => round > 1 && verdict !== 'none')
    ? ' Round 2: scored again, after whoever had been named was taken out of the copy.'
    : '';
  return html`<h2>The scores</h2>${plot(report, nullHistogram)}
<table class="hits" role="table"><caption>The highest scores of the list, and all that are more than chance. “At most” is the chance that any of the whole list scores so high when all are innocent. Whom chance explains is not named here. Where few people opened the ${medium(report)}, a score without a name still tells whose it is: keep this page among the investigators.${again}</caption>
<thead role="rowgroup"><tr role="row">${[`${one[0]!.toUpperCase()}${one.slice(1)}`, 'Score', 'At most', 'Verdict'].map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">${hits.map((hit) => row(hit, one))}</tbody></table>`;
}

const VERDICTS: Readonly<Record<Hit['verdict'], string>> = {
  match: 'named',
  consistent: 'consistent, no evidence',
  none: 'no',
};

function row({ id, z, pCorrected, verdict, round }: Hit, one: string): Html {
  const said = round > 1 && verdict !== 'none' ? `${VERDICTS[verdict]}, in round ${round}` : VERDICTS[verdict];
  const who = verdict === 'none' ? html`<span class="quiet">another ${one}</span>` : id;
  return html`<tr role="row"${verdict === 'match' ? html` class="named"` : null}><th role="rowheader" scope="row">${who}</th><td role="cell" class="number" data-label="Score">${z.toFixed(2)}</td><td role="cell" class="number" data-label="At most">${probability(pCorrected)}</td><td role="cell" data-label="Verdict">${said}</td></tr>
`;
}

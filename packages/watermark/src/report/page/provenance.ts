import { type Html, html } from '@wardseal/primitives';
import { CONSISTENT_P, MATCH_P, MOST_ROUNDS } from '../../score-candidates.js';
import type { TraceReport } from '../../trace.js';
import { type AnyTrace, isVideo } from '../any-trace.js';
import type { EvidenceOptions } from '../evidence-report.js';
import { count, probability, several } from './numbers.js';
import { bestPair } from './timeline.js';
import { medium, methodWords } from './words.js';

/** How the copy was laid on the original, and what was tried. */
export function registrationPart(report: AnyTrace): Html {
  const { registration } = report;
  const title = html`<h2>Laying the copy on the original</h2>`;
  const steps = isVideo(report) ? null : triedSteps(report);
  if (registration.status === 'failed') return html`${title}<p>This failed.</p>${steps}`;
  const { mirrored, correlation, overlap, homography } = registration;
  const shown = `${Math.round(overlap * 100)} %`;
  const turned = mirrored ? ', mirrored' : '';
  const words =
    'steady' in registration
      ? html`The frames that agree best, ${bestPair(report)}, agree to ${correlation.toFixed(2)}; the copy shows ${shown} of the original’s frame${turned}. ${registration.steady ? 'All frames lie alike.' : 'Every frame lies a little differently, as when a screen was filmed from the hand.'}`
      : html`Found by ${methodWords(registration.method)}. The pictures agree to ${correlation.toFixed(2)}, the copy shows ${shown} of the original${turned}.`;
  return html`${title}<p>${words}</p>${steps}
<details class="screen"><summary>The map from original to copy</summary><pre>${[0, 3, 6].map(
    (at) => html`${homography
      .slice(at, at + 3)
      .map((value) => value.toPrecision(8))
      .join('  ')}
`,
  )}</pre></details>`;
}

function triedSteps({ registration: { tried } }: TraceReport): Html | null {
  if (tried.length === 0) return null;
  const steps = tried.map(
    ({ method, correlation }) =>
      html`<li>${methodWords(method)}: ${correlation === null ? 'gave no starting point' : html`pictures agree to ${correlation.toFixed(2)}`}</li>`,
  );
  return html`<p>Tried, in this order (1 is a perfect copy, strangers stay below 0.1):</p><ol>${steps}</ol>`;
}

/** Everything that somebody needs to repeat the work and hold it against this file. */
export function provenance(report: AnyTrace, { madeAt, fileHashes, command, program, record }: EvidenceOptions): Html {
  const { nullHistogram: controls, presence, inputHashes, candidates, geometries, rounds } = report;
  const samples = isVideo(report) ? 'frames' : 'pixels';
  const facts: readonly (readonly [string, Html | null])[] = [
    ['Made', html`${madeAt.slice(0, 10)} ${madeAt.slice(11, 19)} UTC`],
    ['Program', program === undefined ? null : html`${program}`],
    ['Method', html`${report.algorithm}, mark ${report.version}, layer “${report.layer}”`],
    [
      'On the list',
      html`${several(candidates, report.layer === 'view' ? 'viewing' : 'shared copy', report.layer === 'view' ? 'viewings' : 'shared copies')}, scored under ${several(geometries, 'geometry', 'geometries')}; every probability above is multiplied by both, and by the ${MOST_ROUNDS} rounds of scoring`,
    ],
    [
      'Rounds',
      rounds > 1
        ? html`${rounds}. The second takes out of the copy what is known after the first (what all copies share, and the codes of whoever is named) and scores the rest of the list again`
        : null,
    ],
    ['Limits', html`named below ${probability(MATCH_P)}, consistent below ${probability(CONSISTENT_P)}`],
    [
      'Controls',
      controls &&
        html`${count(controls.decoys)}: mean ${controls.mean.toFixed(3)} (0 expected), spread ${controls.deviation.toFixed(3)} (1 expected), highest ${controls.highest.toFixed(2)}; ${controls.sound ? 'as chance does' : html`<strong>not as chance does</strong>`}`,
    ],
    [
      'Any mark under this key',
      presence &&
        (isVideo(report)
          ? html`score ${presence.z.toFixed(1)}; by chance at most ${probability(presence.p)}`
          : html`score ${presence.z.toFixed(1)}; pictures without one stay below 6`),
    ],
    ['Copy, file', hash(fileHashes?.suspect)],
    ['Original, file', hash(fileHashes?.original)],
    [`Copy, ${samples}`, hash(inputHashes.suspect)],
    [`Original, ${samples}`, hash(inputHashes.original)],
    ['Record', hash(record)],
  ];
  const over = isVideo(report)
    ? '“Frames” is over the times and samples of the frames that were used, in order; it survives a renamed file, not a new compression.'
    : '“Pixels” is over width, height, channels and the samples as they were read; it survives a renamed file, not a new compression.';
  const beside =
    record === undefined
      ? null
      : html`<p><strong>A record belongs to this page</strong>: a file whose SHA-256 is the one below. It holds every parameter, version and result that somebody needs to repeat the work years from now, and <code>wardseal-watermark trace --against</code> says whether it still comes out the same.</p>`;
  return html`<h2>How to check this</h2>
<p>The same files, list and secret give the same scores on any machine${isVideo(report) ? ', where the frames are read alike' : ''}.${command === undefined ? null : ' Repeat it with'}</p>${command === undefined ? null : html`<pre>${command}</pre>`}${beside}
<dl>${facts.map(([name, value]) => (value === null ? html`` : html`<dt>${name}</dt><dd>${value}</dd>`))}</dl>
<p class="quiet">Hashes are SHA-256. ${over} The bound behind the probabilities holds for every picture and rests on the secrecy of the ${medium(report)}’s key.</p>`;
}

function hash(value: string | undefined): Html | null {
  return value === undefined ? null : html`<code>${value}</code>`;
}

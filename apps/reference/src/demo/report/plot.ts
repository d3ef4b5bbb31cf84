import { type Html, html } from '@wardseal/primitives';
import type { ReportTrace } from './data.js';
import { count } from './words.js';

const WIDTH = 560;
const HEIGHT = 300;
const EDGE = { left: 16, right: 16, top: 84, bottom: 62 };

/** Scores of made-up viewings as bars, and the score of the viewing that is named as a line far to their right. */
export function zPlot(trace: ReportTrace): Html {
  const { from, step, counts, decoys, highest } = trace.nullScores;
  const filled = counts.flatMap((n, i) => (n > 0 ? [from + i * step, from + (i + 1) * step] : []));
  const low = Math.floor(Math.min(-5, ...filled));
  const high = Math.ceil(Math.max(6, trace.z + 2, ...filled));
  const most = Math.max(1, ...counts);
  const baseline = HEIGHT - EDGE.bottom;
  const x = (z: number): number => round(EDGE.left + ((z - low) / (high - low)) * (WIDTH - EDGE.left - EDGE.right));
  const tall = (n: number): number => round((n / most) * (baseline - EDGE.top));

  const bars = counts.flatMap((n, i) => {
    if (n === 0) return [];
    const left = x(from + i * step);
    const width = round(Math.max(1, x(from + (i + 1) * step) - left - 0.5));
    // A single score must still be seen: the tail is what matters here.
    const height = Math.max(2, tall(n));
    return [html`<rect class="null" x="${left}" y="${round(baseline - height)}" width="${width}" height="${height}"/>`];
  });
  const gap = [1, 2, 5, 10, 20, 50].find((every) => (high - low) / every <= 10) ?? 100;
  const ticks: Html[] = [];
  for (let z = Math.ceil(low / gap) * gap; z <= high; z += gap) {
    ticks.push(
      html`<path class="axis" d="M${x(z)} ${baseline}v6"/><text class="tick" x="${x(z)}" y="${baseline + 24}" text-anchor="middle">${String(z).replace('-', '−')}</text>`,
    );
  }
  const at = x(trace.z);
  // The label stands on the side where there is room.
  const anchor = at > WIDTH / 2 ? 'end' : 'start';
  const beside = anchor === 'end' ? at + 8 : at - 8;
  const middle = x(0);
  const description = `Of ${count(decoys)} viewings that never were, none scores above ${highest.toFixed(1)}. The viewing that is named scores ${trace.z.toFixed(1)}.`;
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="plot-title plot-text">
<title id="plot-title">Score of the named viewing beside ${count(decoys)} made-up ones</title><desc id="plot-text">${description}</desc>
${bars}<path class="axis" d="M${EDGE.left} ${baseline}H${WIDTH - EDGE.right}"/>${ticks}
<text class="label" x="${Math.max(EDGE.left, middle - 60)}" y="${EDGE.top - 14}" text-anchor="start">${count(decoys)} made-up viewings</text>
<path class="named" d="M${at} ${baseline}V${EDGE.top - 40}"/><circle class="dot" cx="${at}" cy="${baseline}" r="6"/>
<text class="name" x="${beside}" y="${EDGE.top - 66}" text-anchor="${anchor}">${trace.person}</text>
<text class="label" x="${beside}" y="${EDGE.top - 46}" text-anchor="${anchor}">score ${trace.z.toFixed(1)}</text>
<text class="tick" x="${WIDTH / 2}" y="${HEIGHT - 10}" text-anchor="middle">score, in standard deviations</text></svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

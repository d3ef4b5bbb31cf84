import { type Html, html } from '@wardseal/primitives';
import { CONSISTENT_P, type Hit, MATCH_P, MOST_ROUNDS } from '../../score-candidates.js';
import type { NullHistogram } from '../../statistics.js';
import type { AnyTrace } from '../any-trace.js';
import { count, scoreAt } from './numbers.js';
import { thing } from './words.js';

const WIDTH = 440;
const HEIGHT = 270;
const LEFT = 10;
const RIGHT = 430;
const TOP = 62;
const BASE = 222;
/** Hits that are drawn with their id; the table has all. */
const LABELLED = 4;
/** Longest id beside a point, in characters. */
const LABEL = 20;

/** The scores of the list against those of viewings that never were. Shapes tell them apart, not colours alone. */
export function plot(report: AnyTrace, histogram: NullHistogram): Html {
  const tests = report.candidates * report.geometries * MOST_ROUNDS;
  const limits = { match: scoreAt(MATCH_P, tests), consistent: scoreAt(CONSISTENT_P, tests) };
  const best = report.hits[0]?.z ?? 0;
  const last = 5 * Math.ceil((Math.max(limits.match, best, histogram.highest) + 1.5) / 5);
  const x = (z: number): number => one(LEFT + ((z + 5) / (last + 5)) * (RIGHT - LEFT));
  const { many } = thing(report);
  const inWords = describe(report, histogram, limits.match);
  return html`<figure class="plot"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="plot-title plot-text" font-family="Arial,Helvetica,Liberation Sans,DejaVu Sans,sans-serif" font-size="12">
<title id="plot-title">Scores</title><desc id="plot-text">${inWords}</desc>
${bars(histogram, x)}
${limit(x(limits.match), `named from ${limits.match.toFixed(1)}`, { y: 14, end: x(limits.match) > WIDTH * 0.75, dashes: '' })}
${limit(x(limits.consistent), `consistent from ${limits.consistent.toFixed(1)}`, { y: 32, end: true, dashes: '2 4' })}
<line x1="${LEFT}" x2="${RIGHT}" y1="${BASE}" y2="${BASE}" stroke="#1d262d"/>
${ticks(last).map((z) => html`<line x1="${x(z)}" x2="${x(z)}" y1="${BASE}" y2="${BASE + 5}" stroke="#1d262d"/><text x="${x(z)}" y="${BASE + 18}" text-anchor="middle">${String(z).replace('-', '−')}</text>`)}
<text x="${(LEFT + RIGHT) / 2}" y="${BASE + 38}" text-anchor="middle">score: standard deviations above chance</text>
${[...report.hits].reverse().map((hit) => point(hit, report.hits.indexOf(hit), x))}
</svg><figcaption><strong>Grey hill</strong>: ${count(histogram.decoys)} control ${many} that never were, which show what chance does. <strong>Filled diamond</strong>: named. <strong>Hollow square</strong>: consistent. <strong>Small circle</strong>: the best of the others. ${inWords}</figcaption></figure>`;
}

/** The plot for who cannot see it. */
function describe({ hits }: AnyTrace, { highest, decoys }: NullHistogram, limit: number): string {
  const [first, second] = hits;
  const top = first === undefined ? '' : ` The best of the list reaches ${first.z.toFixed(1)}`;
  const next = second === undefined ? '' : `, the next ${second.z.toFixed(1)}`;
  return `The highest of ${count(decoys)} controls reaches ${highest.toFixed(1)}; from ${limit.toFixed(1)} on somebody is named.${top}${next}${top && '.'}`;
}

function bars({ counts, from, step }: NullHistogram, x: (z: number) => number): readonly Html[] {
  const most = Math.max(1, ...counts);
  return counts.flatMap((value, i) => {
    const z = from + i * step;
    if (value === 0 || z < -5) return [];
    // The last bin holds everything above it.
    const height = Math.max(1.5, one(((BASE - TOP) * 0.8 * value) / most));
    return [
      html`<rect x="${x(z)}" y="${one(BASE - height)}" width="${one(Math.max(0.5, x(z + step) - x(z)))}" height="${height}" fill="#9fb0bb"/>`,
    ];
  });
}

function limit(at: number, label: string, { y, end, dashes }: { y: number; end: boolean; dashes: string }): Html {
  const dashed = dashes === '' ? null : html` stroke-dasharray="${dashes}"`;
  return html`<line x1="${at}" x2="${at}" y1="${y - 10}" y2="${BASE}" stroke="#1d262d" stroke-width="1.5"${dashed}/><text x="${end ? at - 5 : at + 5}" y="${y}" font-size="11" text-anchor="${end ? 'end' : 'start'}">${label}</text>`;
}

function point({ id, z, verdict }: Hit, rank: number, x: (z: number) => number): Html {
  const at = Math.max(LEFT, x(z));
  if (verdict === 'none') return html`<circle cx="${at}" cy="${BASE - 4}" r="3" fill="#fff" stroke="#1d262d"/>`;
  const y = TOP + 16 + 26 * Math.min(rank, LABELLED);
  const shape =
    verdict === 'match'
      ? html`<path d="M${at} ${y - 8}l8 8l-8 8l-8 -8z" fill="#8a2b06" stroke="#1d262d"/>`
      : html`<rect x="${at - 6}" y="${y - 6}" width="12" height="12" fill="#fff" stroke="#1d262d" stroke-width="1.5"/>`;
  const short = [...id].length > LABEL ? `${[...id].slice(0, LABEL - 1).join('')}…` : id;
  const end = at > WIDTH / 2;
  const text = html`<text x="${end ? at - 13 : at + 13}" y="${y + 4}" text-anchor="${end ? 'end' : 'start'}" font-weight="700" stroke="#fff" stroke-width="4" paint-order="stroke">${short} · ${z.toFixed(1)}</text>`;
  return html`<line x1="${at}" x2="${at}" y1="${y}" y2="${BASE}" stroke="#8a2b06"/>${shape}${rank < LABELLED ? text : null}`;
}

function ticks(last: number): number[] {
  const step = last > 25 ? 10 : 5;
  const out: number[] = [];
  for (let z = last > 25 ? 0 : -5; z <= last; z += step) out.push(z);
  return out;
}

function one(value: number): number {
  return Math.round(value * 10) / 10;
}

// Two pictures of a run. On a light card of their own, so that they read the same on a light and on a dark page.
import { MATCH_P, MOST_ROUNDS } from '@wardseal/watermark';
import { SIZE_NAMES, SIZES, type SizeClass } from './goals.ts';
import type { AttackFigures, Share, Summary } from './summary.ts';

const LINE = 18;
const LABEL = 190;
const INK = '#1b1b1b';
const FAINT = '#6b6b6b';

/** Share of right answers by attack (lines) and size of the original (columns), informed and blind side by side. */
export function heatMap({ attacks }: Summary): string {
  const sizes = SIZES.filter((size) => attacks.some(({ informed, blind }) => informed[size] ?? blind[size]));
  const [cell, gap, top] = [64, 24, 58];
  const half = sizes.length * cell;
  const width = LABEL + 2 * half + gap + 16;
  const body: string[] = [];
  const columns: { name: string; left: number; of: (one: AttackFigures) => Partial<Record<SizeClass, Share>> }[] = [
    { name: 'informed (trace)', left: LABEL, of: ({ informed }) => informed },
    { name: 'blind (decode)', left: LABEL + half + gap, of: ({ blind }) => blind },
  ];
  for (const { name, left, of } of columns) {
    body.push(text(left + half / 2, 18, name, 'middle', INK, 12));
    sizes.forEach((size, column) => {
      const words = SIZE_NAMES[size].split(', ');
      words.forEach((word, k) => {
        body.push(text(left + (column + 0.5) * cell, 36 + 11 * k, word, 'middle', FAINT, 8));
      });
    });
    attacks.forEach((one, line) => {
      sizes.forEach((size, column) => {
        const share = of(one)[size];
        if (share === undefined) return;
        const part = share.right / share.of;
        const [x, y] = [left + column * cell, top + line * LINE];
        body.push(`<rect x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${LINE - 2}" fill="${shade(part)}"/>`);
        body.push(text(x + cell / 2, y + 13, `${share.right}/${share.of}`, 'middle', part > 0.6 ? '#fff' : INK, 10));
      });
    });
  }
  attacks.forEach(({ attack }, line) => {
    body.push(text(LABEL - 8, top + line * LINE + 13, attack, 'end', INK, 11));
  });
  return card(width, top + attacks.length * LINE + 12, body, 'Right answers by attack and size of the picture');
}

/** Scores of the guilty viewing by attack: lowest to highest, the median as a dot, and where a match begins. */
export function scorePlot({ attacks, run }: Summary): string {
  const scored = attacks.filter(({ z }) => z !== null);
  const [plot, top] = [420, 40];
  const most = 5 * Math.ceil(Math.max(10, ...scored.map(({ z }) => z![2])) / 5);
  const x = (z: number): number => LABEL + (Math.max(0, z) / most) * plot;
  const bottom = top + scored.length * LINE;
  const body: string[] = [];
  for (let z = 0; z <= most; z += 5) {
    body.push(`<line x1="${x(z)}" y1="${top - 6}" x2="${x(z)}" y2="${bottom}" stroke="#dcdcdc"/>`);
    body.push(text(x(z), top - 12, String(z), 'middle', FAINT, 10));
  }
  const match = matchScore(run.candidates);
  body.push(
    `<line x1="${x(match)}" y1="${top - 6}" x2="${x(match)}" y2="${bottom}" stroke="#b3400a" stroke-dasharray="4 3"/>`,
  );
  body.push(text(x(match), 14, `a match begins: ${match.toFixed(1)}`, 'middle', '#b3400a', 10));
  scored.forEach(({ attack, z }, line) => {
    const [low, middle, high] = z!;
    const y = top + line * LINE + LINE / 2;
    body.push(text(LABEL - 8, y + 4, attack, 'end', INK, 11));
    body.push(
      `<line x1="${x(low)}" y1="${y}" x2="${x(high)}" y2="${y}" stroke="#0b5394" stroke-width="3" opacity=".45"/>`,
    );
    body.push(`<line x1="${x(low)}" y1="${y - 4}" x2="${x(low)}" y2="${y + 4}" stroke="#0b5394" stroke-width="2"/>`);
    body.push(`<circle cx="${x(middle)}" cy="${y}" r="4" fill="#0b5394"/>`);
  });
  return card(LABEL + plot + 24, bottom + 12, body, 'Score z of the guilty viewing: lowest, median, highest');
}

/** The z whose bound, 3.179 times the Gaussian tail, is 1e-9 over the candidates. */
export function matchScore(candidates: number): number {
  let [low, high] = [2, 12];
  for (let i = 0; i < 40; i++) {
    const z = (low + high) / 2;
    // The tail by its continued fraction, good to 1e-6 from z = 2 on.
    let fraction = z;
    for (let k = 30; k >= 1; k--) fraction = z + k / fraction;
    const tail = Math.exp((-z * z) / 2) / (fraction * Math.sqrt(2 * Math.PI));
    if (3.179 * tail * candidates * MOST_ROUNDS > MATCH_P) low = z;
    else high = z;
  }
  return low;
}

/** From orange (none right) by pale to blue (all right): apart for the colour-blind as well. */
function shade(part: number): string {
  const [from, to, t] =
    part < 0.5 ? [[224, 123, 40], [240, 232, 214], part * 2] : [[240, 232, 214], [20, 92, 158], part * 2 - 1];
  const mix = (k: number): number =>
    Math.round((from as number[])[k]! + ((to as number[])[k]! - (from as number[])[k]!) * (t as number));
  return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
}

function text(x: number, y: number, words: string, anchor: string, fill: string, size: number): string {
  const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}" font-size="${size}">${safe}</text>`;
}

function card(width: number, height: number, body: readonly string[], title: string): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" role="img">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#fff" stroke="#cfcfcf"/>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}

// The published page: docs/watermark-null.md, its plot, and the figures behind both.
import { gaussianTail, pBound } from '../../src/statistics.ts';
import { BLOCK, FROM, gumbelOf, gumbelOfChance, STEP, type Tally, together } from './tally.ts';

/** One tile with its two kinds of innocent scores. */
export interface Row {
  readonly photo: string;
  readonly marked: boolean;
  readonly attack: string;
  /** Score of the viewing whose mark the tile holds; null when it holds none. */
  readonly guilty: number | null;
  readonly wrongKeys: Tally;
  readonly decoys: Tally;
}

const LEVELS = [3, 4, 5] as const;
const fixed = (value: number, digits = 2): string => value.toFixed(digits).replace('-', '−');
const whole = (value: number): string => (value < 10 ? fixed(value, 1) : Math.round(value).toLocaleString('en-GB'));

function line(row: Row): string {
  const cells = [row.wrongKeys, row.decoys].flatMap((one) => [
    fixed(one.mean, 4),
    fixed(one.deviation, 4),
    one.beyond.join(' / '),
    fixed(one.highest),
  ]);
  const from = `${row.photo}, ${row.marked ? 'marked' : 'unmarked'}, ${row.attack}`;
  return `| ${from} | ${row.guilty === null ? '–' : fixed(row.guilty, 1)} | ${cells.join(' | ')} |`;
}

function kind(name: string, one: Tally): string {
  const { location, scale } = gumbelOf(one.maxima);
  const cells = LEVELS.map((z, k) => {
    const [chance, bound] = [one.scores * gaussianTail(z), one.scores * pBound(z)];
    return `${one.beyond[k]} (${whole(chance)}; ${whole(bound)})`;
  });
  return `| ${name} | ${one.scores.toLocaleString('en-GB')} | ${cells.join(' | ')} | ${fixed(one.highest)} | ${fixed(location, 3)} | ${fixed(scale, 3)} |`;
}

/** The page. */
export function page(rows: readonly Row[]): string {
  const keys = together(rows.map((row) => row.wrongKeys));
  const decoys = together(rows.map((row) => row.decoys));
  const chance = gumbelOfChance(BLOCK);
  const each = rows[0]!.wrongKeys.scores.toLocaleString('en-GB');
  return `# What innocent codes score

Written by \`node bench/null.bench.ts\` in packages/watermark; the figures are in bench/results/null.json. What follows from
them stands in [assurance/watermark-false-accusation.md](assurance/watermark-false-accusation.md).

Photographs of the testkit (0.1 to 0.4 megapixels), unmarked and marked at 45 dB, attacked, were laid on their originals and
folded into tiles as \`trace\` does. On each of the ${rows.length} tiles were scored ${each} **wrong image keys** (another layout, another
code) and ${rows[0]!.decoys.scores.toLocaleString('en-GB')} **decoys** (another code under the right key). None of them made a mark: every score is innocent.

![How many innocent scores reach z, against the Gaussian tail and the bound](watermark-null.svg)

## All tiles together

In brackets: what a Gaussian gives, and what the bound allows. Location and scale: Gumbel law fitted to the highest of each
block of ${BLOCK.toLocaleString('en-GB')}; independent normal scores give ${fixed(chance.location, 3)} and ${fixed(chance.scale, 3)}.

| scores of | number | z ≥ 3 | z ≥ 4 | z ≥ 5 | highest | location | scale |
|---|---|---|---|---|---|---|---|
${kind('wrong image keys', keys)}
${kind('decoys', decoys)}

The same keys are scored on every tile, and tiles of one marked photograph resemble each other, so rows and totals are not
independent: a total may stray a little further than its own square root. A match asks for z of 6.3 (one candidate) to 8.2 (a million).

## Tile by tile

"z ≥ 3 / 4 / 5" of ${each}: a Gaussian gives ${LEVELS.map((z) => whole(rows[0]!.wrongKeys.scores * gaussianTail(z))).join(' / ')}.

| tile | guilty z | keys: mean | deviation | z ≥ 3 / 4 / 5 | highest | decoys: mean | deviation | z ≥ 3 / 4 / 5 | highest |
|---|---|---|---|---|---|---|---|---|---|
${rows.map(line).join('\n')}
`;
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 64;
const BOTTOM = 372;
const DECADES = 7;
const x = (z: number): number => LEFT + (z / 6) * (WIDTH - LEFT - 24);
const y = (part: number): number => 24 - (Math.log10(part) / DECADES) * (BOTTOM - 24);

const path = (points: readonly [number, number][], style: string): string =>
  `<path fill="none" ${style} d="M${points.map(([z, part]) => `${x(z).toFixed(1)} ${y(part).toFixed(1)}`).join('L')}"/>`;

function measured(one: Tally, style: string): string {
  let above = one.scores;
  const points: [number, number][] = [];
  one.counts.forEach((count, bin) => {
    const z = FROM + bin * STEP;
    if (z > -STEP / 2 && above > 0) points.push([z, above / one.scores]);
    above -= count;
  });
  return path(points, style);
}

/** The plot: the part of innocent scores that reach z, on a scale of powers of ten. */
export function plot(rows: readonly Row[]): string {
  const curve = (of: (z: number) => number, style: string): string => {
    const points = Array.from({ length: 121 }, (_, i) => [i / 20, of(i / 20)] as [number, number]);
    return path(
      points.filter(([, part]) => part >= 10 ** -DECADES && part <= 1),
      style,
    );
  };
  const lines = [
    ['bound: 3.179 × Gaussian tail', 'stroke="#8a3b12" stroke-width="2" stroke-dasharray="7 5"', 0],
    ['Gaussian tail', 'stroke="#444" stroke-width="2" stroke-dasharray="2 4"', 1],
    ['wrong image keys', 'stroke="#0b5cad" stroke-width="2.5"', 2],
    ['decoys', 'stroke="#2e7d32" stroke-width="1.5"', 3],
  ] as const;
  const drawn = [
    curve(pBound, lines[0][1]),
    curve(gaussianTail, lines[1][1]),
    measured(together(rows.map((row) => row.wrongKeys)), lines[2][1]),
    measured(together(rows.map((row) => row.decoys)), lines[3][1]),
  ];
  const ticksX = [0, 1, 2, 3, 4, 5, 6].map(
    (z) => `<path stroke="#ddd" d="M${x(z)} 24V${BOTTOM}"/><text x="${x(z)}" y="392" text-anchor="middle">${z}</text>`,
  );
  const ticksY = Array.from({ length: DECADES + 1 }, (_, k) => {
    const at = y(10 ** -k).toFixed(1);
    const label = k === 0 ? '1' : `10<tspan dy="-5" font-size="10">−${k}</tspan>`;
    return `<path stroke="#ddd" d="M${LEFT} ${at}H${WIDTH - 24}"/><text x="56" y="${Number(at) + 4}" text-anchor="end">${label}</text>`;
  });
  const legend = lines.map(
    ([name, style, k]) =>
      `<path fill="none" ${style} d="M410 ${48 + 20 * k}h36"/><text x="454" y="${52 + 20 * k}">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img"><title>Part of innocent scores that reach z</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${[...ticksX, ...ticksY, ...drawn, ...legend].join('\n')}
<text x="${x(3)}" y="412" text-anchor="middle">z</text>
</svg>
`;
}

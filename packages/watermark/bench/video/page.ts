// bench/results/video.json and docs/watermark-video.md, from what a run and the runs before it found.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ATTACKS, type Attack, type AttackName } from './attacks.ts';
import type { Case } from './case.ts';
import { CLIPS, REAL } from './clips.ts';
import type { Flicker, Looks } from './looks.ts';
import type { MarkSpeed, TraceSpeed } from './speed.ts';

/** Everything that was measured. A part that a run leaves out stays as it was. */
export interface Summary {
  readonly date: string;
  readonly machine: string;
  readonly seed: number;
  readonly seconds: number;
  readonly cases: readonly Case[];
  readonly looks: readonly Looks[];
  readonly flicker: readonly Flicker[];
  readonly marking: readonly MarkSpeed[];
  readonly tracing: TraceSpeed | null;
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SUMMARY = at('../results/video.json');
const PAGE = at('../../../../docs/watermark-video.md');

/** Rows that are no attack: what was marked, or not, in a way of its own. */
export const OTHER_ROWS: Readonly<Record<string, string>> = {
  share: 'CRF 32, scaled to 66 %, marked in the layer `share`',
  both: 'the same with both layers in it, `view` asked for',
  'average of 2': 'average of two viewings’ copies, CRF 32, scaled to 66 %',
  'average of 3': 'average of three viewings’ copies, CRF 32, scaled to 66 %',
  unmarked: 'not marked, CRF 32, scaled to 66 %',
  'another key': 'marked under another key, CRF 32, scaled to 66 %',
};

export function readSummary(): Summary | undefined {
  return existsSync(SUMMARY) ? (JSON.parse(readFileSync(SUMMARY, 'utf8')) as Summary) : undefined;
}

export function publish(summary: Summary): void {
  writeFileSync(SUMMARY, `${JSON.stringify(summary, null, 1)}\n`);
  writeFileSync(PAGE, page(summary));
}

interface Row {
  readonly name: string;
  readonly title: string;
  readonly goal: number | undefined;
  readonly cases: readonly Case[];
  readonly right: number;
}

function rowsOf(cases: readonly Case[]): Row[] {
  const names = [...Object.keys(ATTACKS), ...Object.keys(OTHER_ROWS)];
  return names.flatMap((name) => {
    const own = cases.filter((one) => one.row === name);
    if (own.length === 0) return [];
    const attack: Attack | undefined = ATTACKS[name as AttackName];
    const right = own.filter(({ outcome }) => outcome === 'right').length;
    const title = attack?.title ?? OTHER_ROWS[name]!;
    return [{ name, title, goal: attack?.goal, cases: own, right }];
  });
}

/** Rows whose goal was not reached. */
export const missed = (cases: readonly Case[]): Row[] =>
  rowsOf(cases).filter(({ goal, right, cases: own }) => goal !== undefined && right / own.length < goal);

/** Where the copy has no mark of this key, naming nobody is right. */
const innocent = (row: string): boolean => row === 'unmarked' || row === 'another key';

export function attackTable(cases: readonly Case[]): string {
  const lines = rowsOf(cases).map(({ name, title, goal, cases: own, right }) => {
    const scores = own.flatMap(({ z }) => (z === null ? [] : [z])).sort((a, b) => a - b);
    const score = scores.length === 0 ? '–' : `${scores[0]!.toFixed(1)} / ${scores[scores.length >> 1]!.toFixed(1)}`;
    const told = innocent(name) ? `nobody named in ${right} of ${own.length}` : `${right} of ${own.length}`;
    return `| ${title} | ${told} | ${goal === undefined ? '' : `${100 * goal} %`} | ${score} |`;
  });
  return [
    '| the copy | traced | goal | score of the right viewing, least / median |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** Which clips fell short, in the rows that have a goal and in all. */
export function clipTable(cases: readonly Case[]): string {
  const goals = rowsOf(cases).filter(({ goal }) => goal !== undefined);
  const share = (own: readonly Case[]): string =>
    own.length === 0 ? '–' : `${own.filter(({ outcome }) => outcome === 'right').length} of ${own.length}`;
  const clips = { ...CLIPS, ...REAL };
  const lines = Object.entries(clips).flatMap(([clip, title]) => {
    const own = cases.filter((one) => one.clip === clip && !innocent(one.row));
    if (own.length === 0) return [];
    const cells = goals.map(({ name }) => share(own.filter(({ row }) => row === name)));
    return [`| ${clip}: ${title} | ${[...cells, share(own)].join(' | ')} |`];
  });
  const heads = ['the clip', ...goals.map(({ name }) => name), 'all rows'];
  return [`| ${heads.join(' | ')} |`, `|${'---|'.repeat(heads.length)}`, ...lines].join('\n');
}

export function missTable(cases: readonly Case[]): string {
  const misses = cases.filter(({ outcome }) => outcome !== 'right');
  if (misses.length === 0) return 'None.';
  const lines = misses.map((one) => {
    const why = one.error ?? (one.registered ? `score ${one.z?.toFixed(1) ?? '–'}` : 'not registered');
    return `| ${one.clip} | ${one.row} | ${one.cut} | ${one.start.toFixed(2)} s | ${one.outcome} | ${why} |`;
  });
  return ['| clip | row | cut | start | outcome | why |', '|---|---|---|---|---|---|', ...lines].join('\n');
}

export function looksTable(looks: readonly Looks[]): string {
  const lines = looks.map((one) => {
    const quality = `${one.psnr.toFixed(2)} / ${one.worst.toFixed(2)} | ${one.ssim.toFixed(4)} / ${one.leastSsim.toFixed(4)}`;
    return `| ${one.clip} | ${quality} | ${one.change} | ${(100 * one.changing).toFixed(3)} % |`;
  });
  return [
    '| clip | PSNR in dB, all / worst frame | SSIM, mean / least | largest change of the mark | pixels whose mark changes by 2 levels or more |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function flickerLine(flicker: readonly Flicker[]): string {
  const most = Math.max(...flicker.map(({ change }) => change));
  const levels = [...new Set(flicker.map(({ level }) => level))].join(', ');
  const rates = [...new Set(flicker.map(({ rate }) => rate))].join(' and ');
  return `Flat grey of level ${levels}, ${rates} frames a second, full and limited range, two phases with their fades: no pixel changes by more than **${most}** from a frame to the next (goal: 1).`;
}

function speedTable(marking: readonly MarkSpeed[]): string {
  const lines = marking.map(({ width, height, channels, wall, cpu }) => {
    const kind = channels === 1 ? 'luma' : 'RGBA';
    return `| ${width} × ${height}, ${kind} | ${wall.toFixed(1)} ms / ${cpu.toFixed(1)} ms | ${(40 / wall).toFixed(2)} | ${(1000 / 30 / wall).toFixed(2)} |`;
  });
  return ['| frame | clock / processor | × real time at 25 | at 30 |', '|---|---|---|---|', ...lines].join('\n');
}

function page(summary: Summary): string {
  const { cases, looks, flicker, marking, tracing } = summary;
  const wrong = cases.filter(({ outcome }) => outcome === 'wrong').length;
  const nobody = cases.filter(({ row }) => innocent(row));
  const presences = nobody.flatMap(({ presence }) => (presence === null ? [] : [presence]));
  const short = missed(cases);
  return `${[
    '# What the mark of a video survives',
    'Written by `packages/watermark/bench/video.bench.ts`; how it is measured and why:',
    '[decision 0082](decisions/0082-how-video-is-measured.md).',
    '',
    `Clips of ${summary.seconds} seconds, 1280 × 720, 25 frames a second, marked by \`markVideoFile\` at its defaults (46 dB, H.264 of CRF`,
    '18), cut out for 5 seconds from a random moment unless a row says otherwise, attacked, and traced by `traceVideo` against the',
    'unmarked clip and 1,000 viewings. "Traced" means: the right viewing, or all of several, at a corrected p below 1e-9, and',
    `nobody else. Wrong names in ${cases.length} copies: **${wrong}**. Seed ${summary.seed}, ${summary.machine}, ${summary.date.slice(0, 10)}.`,
    '',
    attackTable(cases),
    '',
    short.length === 0
      ? 'Every goal that was asked about is reached.'
      : `**Not reached:** ${short.map(({ title }) => title).join('; ')}.`,
    ...(presences.length === 0
      ? []
      : [
          '',
          `Where nothing is marked under the key, presence had p of ${Math.min(...presences).toFixed(3)} or more in ${presences.length} copies.`,
        ]),
    '',
    clipTable(cases),
    '',
    '## Every miss',
    '',
    missTable(cases),
    '',
    'Repeat one with `node bench/video.bench.ts --clips CLIP --only ROW --case CUT` and the seed and seconds above.',
    ...(looks.length === 0 ? [] : ['', '## How it looks', '', looksTable(looks)]),
    ...(flicker.length === 0 ? [] : ['', flickerLine(flicker)]),
    ...(looks.length === 0
      ? []
      : [
          '',
          'Three seconds of each clip, a fade among them. The mark follows the picture’s texture, so where the picture moves the',
          'mark changes with it; on flat grey, where nothing hides it, it does not.',
        ]),
    ...(marking.length === 0
      ? []
      : ['', '## Time', '', 'Marking frames in Node on one core:', '', speedTable(marking)]),
    ...(tracing === null
      ? []
      : [
          '',
          `A copy of ${tracing.frames.suspect} frames traced against an original of ${tracing.frames.original}, ${tracing.candidates} candidates and 10,000 decoys, decoding`,
          `included: ${tracing.seconds.toFixed(0)} s (${tracing.cpu.toFixed(0)} s of one processor without ffmpeg’s), ${tracing.memory.toFixed(0)} MB at most.`,
        ]),
    '',
    '## Limits',
    '',
    '- Films of a screen are simulated. No real camera in front of a real screen, no real messenger, nobody who removes a mark on',
    '  purpose.',
    '- The clips are made up from photographs, and one real one where a folder holds it. A film of a screen is registered by',
    '  what is seen: without texture or movement there is nothing to hold on to.',
    '- A few cuts a row: a row of 20 of 20 says "above 86 %, most likely", one of 4 of 4 no more than "above 47 %".',
    '- The clip `smooth` shows skin out of focus with nothing on it: no edge and no pore. What cannot be seen cannot be laid',
    '  on the original.',
    '- A still out of a video holds one frame’s mark. It names a viewing where compression left that frame alone.',
    '- A copy of a copy at a low bit rate loses its mark before it loses its picture; the rows by CRF show where.',
  ].join('\n')}\n`;
}

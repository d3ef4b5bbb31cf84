// Figures as Markdown.
import type { Row, Share, Summary, Times } from './summary.ts';

const percent = (part: number): string => `${(100 * part).toFixed(part === 1 || part === 0 ? 0 : 1)} %`;
export const shareText = ({ right, of }: Share): string => (of === 0 ? '-' : percent(right / of));
const goalText = (goal: number | null): string =>
  goal === null ? 'as measured' : `≥ ${percent(goal)}`.replace('≥ 100', '100');

export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** True when the row reaches what is asked of it; a row without cases reaches nothing. */
export function reached({ goalInformed, goalBlind, informed, blind, cases }: Row): boolean {
  const enough = (goal: number | null, { right, of }: Share): boolean =>
    goal === null || of === 0 || right / of >= goal;
  return cases > 0 && enough(goalInformed, informed) && enough(goalBlind, blind);
}

export function goalTable({ rows }: Summary): string {
  return markdownTable(
    ['attack', 'goal informed', 'informed', 'goal blind', 'blind', 'cases', 'lowest z'],
    rows
      .filter(({ cases }) => cases > 0)
      .map((row) => [
        row.title,
        goalText(row.goalInformed),
        shareText(row.informed),
        goalText(row.goalBlind),
        shareText(row.blind),
        String(row.cases),
        row.informed.of === 0 ? '-' : row.lowestZ === null ? 'not scored' : row.lowestZ.toFixed(1),
      ]),
  );
}

export function qualityTable({ photographs }: Summary): string {
  return markdownTable(
    ['photograph', 'pixels', 'PSNR dB', 'SSIM'],
    photographs.map(({ photo, width, height, psnr, ssim }) => [
      photo,
      `${width} × ${height}`,
      psnr.toFixed(1),
      ssim.toFixed(4),
    ]),
  );
}

export function timesTable({ times }: Summary): string {
  const line = (name: string, value: Times | null): string[][] =>
    value === null ? [] : [[name, String(value.median), String(value.p95), String(value.most)]];
  return markdownTable(
    ['milliseconds', 'median', '95th percentile', 'most'],
    [
      ...line('embed, above 1600 px', times.embedFull),
      ...line('trace, above 1600 px', times.traceFull),
      ...line('trace, all', times.traceAll),
      ...line('decode, above 1600 px', times.decodeFull),
      ...line('decode, all', times.decodeAll),
    ],
  );
}

export function missTable({ misses }: Summary): string {
  return misses.length === 0
    ? 'None.'
    : markdownTable(
        ['photograph', 'attack', 'informed', 'blind'],
        misses.map(({ photo, attack, informed, blind }) => [photo, attack, informed, blind]),
      );
}

// What peers.bench.ts measures, and its tables.
import { markdownTable } from './table.ts';

export interface PeerFigures {
  readonly name: string;
  /** Processor seconds per megapixel, by picture: pixel work where the peer lets it be told apart. No `extract` of the last. */
  readonly embed: readonly number[];
  readonly extract: readonly number[];
  /** What the times hold. */
  readonly timed: string;
  readonly psnr: number;
  readonly ssim: number;
  /** Exact recoveries by attack. */
  readonly exact: Readonly<Record<string, readonly [right: number, of: number]>>;
}

export interface PeerRun {
  readonly date: string;
  readonly machine: string;
  readonly pictures: readonly string[];
  readonly notes: readonly string[];
  /** Ours first. */
  readonly figures: readonly PeerFigures[];
}

export function peerTables({ date, machine, pictures, notes, figures }: PeerRun): string {
  const [ours] = figures;
  const timesTable = (what: 'embed' | 'extract'): string =>
    markdownTable(
      [`${what}, s/MP`, ...pictures.slice(0, ours![what].length), 'timed'],
      figures.map((one) => {
        const cells = one[what].map((own, i) => {
          const ratio = own / ours![what][i]!;
          return one === ours ? own.toFixed(3) : `${own.toFixed(3)} (${ratio.toFixed(ratio < 10 ? 1 : 0)} ×)`;
        });
        return [one.name, ...cells, one.timed];
      }),
    );
  const attacks = Object.keys(ours!.exact);
  return [
    `One run; ${machine}, ${date.slice(0, 10)}. In brackets: how many times ours.`,
    '',
    timesTable('embed'),
    '',
    timesTable('extract'),
    '',
    markdownTable(
      ['mean quality', 'PSNR dB', 'SSIM'],
      figures.map((one) => [one.name, one.psnr.toFixed(1), one.ssim.toFixed(4)]),
    ),
    '',
    '64 bits read back without an error:',
    '',
    markdownTable(
      ['', ...attacks],
      figures.map((one) => [one.name, ...attacks.map((attack) => (one.exact[attack] ?? []).join(' of ') || '-')]),
    ),
    '',
    ...notes.map((note) => `- ${note}`),
  ].join('\n');
}

// What peers.bench.ts measures, and its tables.
import { markdownTable } from './table.ts';

export interface PeerFigures {
  readonly name: string;
  /** Seconds per megapixel, medians over the pictures: pixel work where the peer lets it be told apart. */
  readonly embed: number;
  readonly extract: number;
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
  const times = (own: number, first: number): string =>
    own === first ? own.toFixed(3) : `${own.toFixed(3)} (${(own / first).toFixed(own / first < 10 ? 1 : 0)} ×)`;
  const attacks = Object.keys(ours!.exact);
  return [
    `One run over ${pictures.join(', ')}; ${machine}, ${date.slice(0, 10)}. In brackets: how many times ours.`,
    '',
    markdownTable(
      ['', 'embed s/MP', 'extract s/MP', 'timed', 'PSNR dB', 'SSIM'],
      figures.map((one) => [
        one.name,
        times(one.embed, ours!.embed),
        times(one.extract, ours!.extract),
        one.timed,
        one.psnr.toFixed(1),
        one.ssim.toFixed(4),
      ]),
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

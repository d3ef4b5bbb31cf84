/** How stored frames become upright. */
export interface Turn {
  /** Clockwise, in degrees, after mirroring. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Whether left and right change places first. */
  readonly mirrored: boolean;
  /** Whether width and height change places. */
  readonly swapped: boolean;
  /** ffmpeg's filters for it. */
  readonly filters: readonly string[];
}

/** By the signs of the matrix' four numbers: where the stored x and y axes point. */
const TURNS: Readonly<Record<string, Turn>> = {
  '+00+': { rotation: 0, mirrored: false, swapped: false, filters: [] },
  '0+-0': { rotation: 90, mirrored: false, swapped: true, filters: ['transpose=clock'] },
  '-00-': { rotation: 180, mirrored: false, swapped: false, filters: ['hflip', 'vflip'] },
  '0-+0': { rotation: 270, mirrored: false, swapped: true, filters: ['transpose=cclock'] },
  '-00+': { rotation: 0, mirrored: true, swapped: false, filters: ['hflip'] },
  '0--0': { rotation: 90, mirrored: true, swapped: true, filters: ['transpose=clock_flip'] },
  '+00-': { rotation: 180, mirrored: true, swapped: false, filters: ['vflip'] },
  '0++0': { rotation: 270, mirrored: true, swapped: true, filters: ['transpose=cclock_flip'] },
};

/**
 * Reads the display matrix (ISO 14496-12, 8.3.2.3) that ffprobe prints. ffmpeg could turn frames by itself, but not in every
 * version by mirrored matrices too. Null for a turn that is not by quarters.
 */
export function turnOf(sideData: unknown): Turn | null {
  const [matrix] = (Array.isArray(sideData) ? sideData : [])
    .map((one: { readonly displaymatrix?: unknown } | null) => one?.displaymatrix)
    .filter((one) => typeof one === 'string');
  if (matrix === undefined) return TURNS['+00+']!;
  // Three lines of three numbers, each line with its offset before.
  const [[a, b], [c, d]] = matrix
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) =>
      line
        .slice(line.indexOf(':') + 1)
        .trim()
        .split(/\s+/)
        .map(Number),
    ) as number[][] as [number[], number[]];
  const largest = Math.max(...[a, b, c, d].map((one) => Math.abs(one ?? Number.NaN)));
  const signs = [a, b, c, d].map((one) => (Math.abs(one!) < largest / 1000 ? '0' : one! > 0 ? '+' : '-')).join('');
  return TURNS[signs] ?? null;
}

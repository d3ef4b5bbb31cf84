// From single cases to the figures that are published.
import { DEFAULT_DECODE_BUDGET_MS } from '@wardseal/watermark';
import { attackSuite } from '@wardseal/watermark/testing';
import type { Case, Marked, Result, Run } from './case.ts';
import { GOALS, SIZES, type SizeClass, sizeOf } from './goals.ts';

/** Share of right answers. */
export interface Share {
  readonly right: number;
  readonly of: number;
}

export interface Row {
  readonly title: string;
  readonly cases: number;
  readonly goalInformed: number | null;
  readonly goalBlind: number | null;
  readonly informed: Share;
  readonly blind: Share;
  /** Lowest score of a guilty viewing; null when one was not scored at all. */
  readonly lowestZ: number | null;
}

export interface AttackFigures {
  readonly attack: string;
  /** Right answers by the size of the original; left out where there is none. */
  readonly informed: Readonly<Partial<Record<SizeClass, Share>>>;
  readonly blind: Readonly<Partial<Record<SizeClass, Share>>>;
  /** Scores of the guilty viewing: lowest, median, highest. Not registered counts as 0. */
  readonly z: readonly [number, number, number] | null;
}

export interface Times {
  readonly median: number;
  readonly p95: number;
  readonly most: number;
}

export interface Miss {
  readonly photo: string;
  readonly attack: string;
  readonly informed: string;
  readonly blind: string;
}

export interface Summary {
  readonly run: Omit<Run, 'kind'>;
  readonly cases: number;
  readonly photographs: readonly Omit<Marked, 'kind'>[];
  readonly rows: readonly Row[];
  readonly attacks: readonly AttackFigures[];
  /** Milliseconds; of originals above 1600 px and of all. */
  readonly times: Readonly<Record<'embedFull' | 'traceFull' | 'traceAll' | 'decodeFull' | 'decodeAll', Times | null>>;
  /** Right blind answers that took longer than `decode` allows itself unless told otherwise. */
  readonly late: number;
  /** Names read or matched that were not the guilty one's: must be empty. */
  readonly wrong: readonly Miss[];
  readonly misses: readonly Miss[];
}

export function summarise(run: Run, results: readonly Result[]): Summary {
  // Workers answer in any order; what is published must not depend on it.
  const order = attackSuite({ jpeg: (pixels) => pixels }).map(({ name }) => name);
  const cases = results
    .filter((one): one is Case => one.kind === 'case')
    .sort((a, b) => a.photo.localeCompare(b.photo) || order.indexOf(a.attack) - order.indexOf(b.attack));
  const marked = results.filter((one): one is Marked => one.kind === 'marked');
  const photographs = [...new Map(marked.map((one) => [one.photo, one])).values()].sort((a, b) =>
    a.photo.localeCompare(b.photo),
  );
  const full = cases.filter((one) => sizeOf(one) === 'full');
  const traceMs = (list: readonly Case[]): Times | null => times(list.flatMap(({ informed }) => informed?.ms ?? []));
  const decodeMs = (list: readonly Case[]): Times | null => times(list.flatMap(({ blind }) => blind?.ms ?? []));
  const { kind: _, ...about } = run;
  return {
    run: about,
    cases: cases.length,
    photographs: photographs.map(({ kind: __, ...one }) => ({
      ...one,
      psnr: rounded(one.psnr, 2),
      ssim: rounded(one.ssim, 4),
    })),
    rows: GOALS.map(({ title, informed = null, blind = null, takes }) => {
      const own = cases.filter(takes);
      return {
        title,
        cases: own.length,
        goalInformed: informed,
        goalBlind: blind,
        informed: informedShare(own),
        blind: blindShare(own),
        lowestZ: lowest(own),
      };
    }),
    attacks: order.flatMap((attack) => {
      const own = cases.filter((one) => one.attack === attack);
      return own.length === 0 ? [] : [figures(attack, own)];
    }),
    times: {
      embedFull: times(photographs.filter((one) => sizeOf(one) === 'full').map(({ ms }) => ms)),
      traceFull: traceMs(full),
      traceAll: traceMs(cases),
      decodeFull: decodeMs(full),
      decodeAll: decodeMs(cases),
    },
    late: cases.filter(({ blind }) => blind?.outcome === 'right' && blind.ms > DEFAULT_DECODE_BUDGET_MS).length,
    wrong: cases.filter((one) => one.informed?.outcome === 'wrong' || one.blind?.outcome === 'wrong').map(miss),
    misses: cases.filter((one) => !isRight(one)).map(miss),
  };
}

const isRight = ({ informed, blind, error }: Case): boolean =>
  error === undefined && (informed?.outcome ?? 'right') === 'right' && (blind?.outcome ?? 'right') === 'right';

function informedShare(cases: readonly Case[]): Share {
  const asked = cases.filter(({ informed, error }) => informed !== undefined || error !== undefined);
  return { right: asked.filter(({ informed }) => informed?.outcome === 'right').length, of: asked.length };
}

function blindShare(cases: readonly Case[]): Share {
  const asked = cases.filter(({ blind, error }) => blind !== undefined || error !== undefined);
  return { right: asked.filter(({ blind }) => blind?.outcome === 'right').length, of: asked.length };
}

function lowest(cases: readonly Case[]): number | null {
  const scores = cases.flatMap(({ informed }) => (informed === undefined ? [] : [informed.z]));
  if (scores.length === 0 || scores.includes(null)) return null;
  return rounded(Math.min(...(scores as number[])), 1);
}

function figures(attack: string, cases: readonly Case[]): AttackFigures {
  const by = (share: (list: readonly Case[]) => Share): Partial<Record<SizeClass, Share>> =>
    Object.fromEntries(
      SIZES.map((size) => [size, share(cases.filter((one) => sizeOf(one) === size))] as const).filter(
        ([, { of }]) => of > 0,
      ),
    );
  const z = cases.flatMap(({ informed }) => (informed === undefined ? [] : [informed.z ?? 0])).sort((a, b) => a - b);
  const at = (part: number): number => rounded(z[Math.floor(part * (z.length - 1))]!, 1);
  return {
    attack,
    informed: by(informedShare),
    blind: by(blindShare),
    z: z.length === 0 ? null : [at(0), at(0.5), at(1)],
  };
}

function miss({ photo, attack, informed, blind, error }: Case): Miss {
  const z = informed?.z == null ? '' : `, z ${informed.z.toFixed(1)}`;
  return {
    photo,
    attack,
    informed: error ?? (informed === undefined ? 'not asked' : `${informed.outcome} (${informed.method}${z})`),
    blind: error ?? (blind === undefined ? 'not asked' : `${blind.outcome}${blind.exhausted ? '' : ' (out of time)'}`),
  };
}

function times(values: readonly number[]): Times | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => Math.round(sorted[Math.ceil(part * sorted.length) - 1]!);
  return { median: at(0.5), p95: at(0.95), most: at(1) };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

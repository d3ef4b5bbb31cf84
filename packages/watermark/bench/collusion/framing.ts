// What colluders do who want to hide behind somebody else: they know their own chips, copies and strengths.
import { type Chips, embed, type Pixels } from '@wardseal/watermark';

/** What the colluders hold. */
export interface Held {
  readonly original: Pixels;
  /** Chips and marked copy of each, in order. */
  readonly chips: readonly Chips[];
  readonly copies: readonly Pixels[];
}

export interface Framing {
  readonly name: string;
  readonly copies: number;
  readonly make: (held: Held) => Pixels;
}

export const FRAMINGS: readonly Framing[] = [
  { name: 'one copy used twice', copies: 2, make: ({ copies: [a, b] }) => bySample([a!, a!, b!], mean) },
  {
    name: 'five strengths, 42 to 50 dB, averaged',
    copies: 5,
    make: ({ original, chips }) =>
      bySample(
        chips.map((one, k) => embed(original, { chips: one, psnr: 42 + 2 * k }).pixels),
        mean,
      ),
  },
  { name: 'ten averaged', copies: 10, make: ({ copies }) => bySample(copies, mean) },
  {
    name: 'difference of two, four times',
    copies: 2,
    make: ({ copies }) => bySample(copies, ([a, b]) => a! + 4 * (a! - b!)),
  },
  {
    name: 'whatever of two others lies away from one’s own',
    copies: 3,
    make: ({ copies }) => bySample(copies, ([a, b, c]) => (2 * a! >= b! + c! ? Math.min(b!, c!) : Math.max(b!, c!))),
  },
  {
    name: 'one’s own chips turned, laid over both',
    copies: 2,
    make: ({ chips, copies }) => {
      const turned = forged(chips[0]!, ([own]) => -own!, chips);
      return embed(bySample(copies, mean), { chips: turned, psnr: 45 }).pixels;
    },
  },
  {
    name: 'product of three people’s chips, laid over',
    copies: 3,
    make: ({ chips, copies }) => {
      const product = forged(chips[0]!, ([a, b, c]) => a! * b! * c!, chips);
      return embed(bySample(copies, mean), { chips: product, psnr: 42 }).pixels;
    },
  },
];

const mean = (samples: readonly number[]): number => samples.reduce((sum, one) => sum + one, 0) / samples.length;

function bySample(pictures: readonly Pixels[], rule: (samples: number[]) => number): Pixels {
  const [{ data, width, height }] = pictures as [Pixels];
  const out = new Uint8ClampedArray(data.length);
  const samples = new Array<number>(pictures.length).fill(0);
  for (let i = 0; i < out.length; i++) {
    for (let k = 0; k < samples.length; k++) samples[k] = pictures[k]!.data[i]!;
    out[i] = rule(samples);
  }
  return { data: out, width, height };
}

/** Chips made of several people's, chip by chip: what is above zero becomes +1. */
function forged(like: Chips, rule: (chips: number[]) => number, from: readonly Chips[]): Chips {
  const tiles = from.map(({ tile }) => Buffer.from(tile, 'base64url'));
  const out = Buffer.alloc(tiles[0]!.length);
  for (let i = 0; i < 8 * out.length; i++) {
    const chips = tiles.map((tile) => ((tile[i >> 3]! >> (7 - (i & 7))) & 1 ? -1 : 1));
    if (!(rule(chips) > 0)) out[i >> 3]! |= 0x80 >> (i & 7);
  }
  return { ...like, tile: out.toString('base64url') };
}

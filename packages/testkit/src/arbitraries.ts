import fc from 'fast-check';
import { seededRandom } from './random.js';

/** Sizes at which block, tag, chunk and limb boundaries lie, one below and one above. */
export const INTERESTING_SIZES: readonly number[] = [
  0, 1, 2, 15, 16, 17, 31, 32, 33, 55, 56, 63, 64, 65, 127, 128, 255, 256, 257, 511, 512, 513, 4095, 4096, 4097, 65_535,
  65_536, 65_537, 131_071, 131_072, 131_073,
];

/** Bytes: short ones that shrink well, and every interesting size up to `maxLength` (131,073 unless given). */
export function bytes({ maxLength = 131_073 }: { maxLength?: number } = {}): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const sizes = INTERESTING_SIZES.filter((size) => size <= maxLength);
  // Large content comes from a seed: drawing each byte on its own would take most of the run.
  const sized = fc
    .tuple(fc.constantFrom(...sizes), fc.nat())
    .map(([size, seed]): Uint8Array<ArrayBuffer> => seededRandom(seed)(size));
  const short = fc.uint8Array({ maxLength: Math.min(maxLength, 80) }).map((drawn) => new Uint8Array(drawn));
  return fc.oneof({ weight: 3, arbitrary: short }, { weight: 2, arbitrary: sized });
}

/** The same bytes with exactly one byte changed. Throws RangeError when there is none to change. */
export function mutateByte(original: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  if (original.length === 0) throw new RangeError('no byte to change');
  return fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
    const changed = new Uint8Array(original);
    changed[at]! ^= mask;
    return changed;
  });
}

/** One copy for every byte, that byte changed by `mask` (all bits unless given). */
export function* everyByteFlip(original: Uint8Array, mask = 0xff): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < original.length; at++) {
    const changed = new Uint8Array(original);
    changed[at]! ^= mask;
    yield changed;
  }
}

/** One copy for every bit, that bit changed: eight times as many as `everyByteFlip`. */
export function* everyBitFlip(original: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let bit = 0; bit < original.length * 8; bit++) {
    const changed = new Uint8Array(original);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    yield changed;
  }
}

/** One change to a text, and where. */
export interface TextMutation {
  kind: 'substitute' | 'delete' | 'insert' | 'swap' | 'homoglyph' | 'blank' | 'padding' | 'case';
  /** Index in UTF-16 units. */
  at: number;
  text: string;
}

// Look-alikes of what formats are made of: Cyrillic, Greek, full-width, and typographic twins.
// biome-ignore format: a table reads better than forty lines
const HOMOGLYPHS: Readonly<Record<string, string>> = {
  a: 'а', c: 'с', e: 'е', o: 'ο', p: 'р', x: 'х', y: 'у', A: 'Α', B: 'В', E: 'Е', H: 'Η', I: 'Ι', K: 'Κ', M: 'М',
  N: 'Ν', O: 'О', P: 'Ρ', T: 'Т', X: 'Χ', '0': '０', '1': '１', '2': '２', '3': '３', '-': '‐', '+': '＋', '/': '⁄',
  '=': '＝', '.': '․', ':': '：', _: '＿', '"': '“', '>': '＞',
};
const BLANKS = [' ', '\t', '\n', '\r', '\0', '\u00a0', '\u200b', '\ufeff'];
const SUBSTITUTES = ['A', 'B', 'a', 'b', 'Q', 'w', '0', '1', '8', '9', '+', '/', '-', '_', '%', '.', 'é', '\ud800'];

/** Every change of one character, each different from the original text. */
export function* everyTextMutation(original: string): Generator<TextMutation> {
  for (let at = 0; at <= original.length; at++) {
    const before = original.slice(0, at);
    const here = original.charAt(at);
    const after = original.slice(at + 1);
    const put = (kind: TextMutation['kind'], middle: string): TextMutation => ({ kind, at, text: before + middle });
    for (const blank of BLANKS) yield put('blank', blank + here + after);
    for (const char of ['A', '0', '=', '/']) yield put(char === '=' ? 'padding' : 'insert', char + here + after);
    if (here === '') continue;
    yield put('delete', after);
    for (const char of SUBSTITUTES) if (char !== here) yield put('substitute', char + after);
    const next = original.charAt(at + 1);
    if (next !== '' && next !== here) yield put('swap', next + here + after.slice(1));
    const twin = HOMOGLYPHS[here];
    if (twin !== undefined) yield put('homoglyph', twin + after);
    const other = here === here.toUpperCase() ? here.toLowerCase() : here.toUpperCase();
    if (other !== here) yield put('case', other + after);
  }
  for (const tail of ['==', '===', '\r\n', '\n\n'])
    yield { kind: tail.startsWith('=') ? 'padding' : 'blank', at: original.length, text: original + tail };
}

/** One of `everyTextMutation`, at random. */
export function mutateText(original: string): fc.Arbitrary<TextMutation> {
  return fc.constantFrom(...everyTextMutation(original));
}

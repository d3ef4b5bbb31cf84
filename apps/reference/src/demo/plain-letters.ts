/**
 * Letters drawn as paths, for machines without a font.
 *
 * sharp draws SVG text with the fonts of the machine. A bare server or container has none, and every letter of the
 * overlay becomes the same empty box: a marked picture that names nobody. Capitals 5 x 7 squares large are plain, but
 * they can be read. A browser always has fonts and needs none of this.
 */

/** Seven rows a letter, each row five squares as one base-32 digit, the leftmost square the highest bit. */
const LETTERS: Readonly<Record<string, string>> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhe',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  ' ': '0000000',
  '.': '00000cc',
  ',': '0000c48',
  ':': '0cc0cc0',
  '·': '00cc000',
  '-': '000e000',
  _: '000000v',
  '+': '044v440',
  "'": '4480000',
  '(': '2488842',
  ')': '8422248',
  '/': '01248g0',
  '&': 'cik8lid',
  '@': 'eh1dlle',
  '?': 'eh12404',
};

/** Letters that do not come apart into a plain one and an accent. */
const PLAIN: Readonly<Record<string, string>> = {
  Ł: 'L',
  Ø: 'O',
  Đ: 'D',
  Ð: 'D',
  Þ: 'TH',
  Æ: 'AE',
  Œ: 'OE',
  '’': "'",
  '–': '-',
};

/** Height of the capitals in parts of the font size, as in most fonts, so that a line sits where it was meant to. */
const SQUARE = 0.1;
/** Squares from one letter to the next. */
const ADVANCE = 6;

/** One path for a line of text: capitals without accents, and `?` for a sign that has no drawing. */
function linePath(text: string, at: number, y: number, fontSize: number, anchor: 'start' | 'end'): string {
  const capitals = text
    .normalize('NFD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .toUpperCase();
  const letters = Array.from(capitals).flatMap((letter) => Array.from(PLAIN[letter] ?? letter));
  const side = fontSize * SQUARE;
  const x = anchor === 'end' ? at - letters.length * ADVANCE * side : at;
  const number = (value: number): string => String(Math.round(value * 100) / 100);
  let path = '';
  for (const [i, letter] of letters.entries()) {
    const rows = LETTERS[letter] ?? LETTERS['?']!;
    for (let row = 0; row < 7; row++) {
      // Squares side by side become one bar, which draws without a seam.
      const squares = Number.parseInt(rows[row]!, 32).toString(2).padStart(5, '0');
      for (const bar of squares.matchAll(/1+/g)) {
        const left = x + (i * ADVANCE + bar.index) * side;
        const width = bar[0].length * side;
        path += `M${number(left)} ${number(y - (7 - row) * side)}h${number(width)}v${number(side)}h${number(-width)}z`;
      }
    }
  }
  return path;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/**
 * Replaces every `<text>` of an overlay drawing by a path.
 *
 * @param svg a drawing of `renderOverlay`: text elements hold text only, and give x, y and, themselves or through the
 *   group around them, their font size
 */
export function textToPaths(svg: string): string {
  const inherited = /<g [^>]*font-size="([\d.]+)"/.exec(svg)?.[1] ?? '16';
  return svg.replaceAll(/<text ([^>]*)>([^<]*)<\/text>/g, (_, attributes: string, escaped: string) => {
    const found = new Map(Array.from(attributes.matchAll(/([\w-]+)="([^"]*)"/g), (m) => [m[1]!, m[2]!]));
    const text = escaped.replaceAll(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
    const [x, y] = [Number(found.get('x') ?? 0), Number(found.get('y') ?? 0)];
    const fontSize = Number(found.get('font-size') ?? inherited);
    const anchor = found.get('text-anchor') === 'end' ? 'end' : 'start';
    for (const name of ['x', 'y', 'font-family', 'font-size', 'font-weight', 'text-anchor']) found.delete(name);
    const kept = Array.from(found, ([name, value]) => ` ${name}="${value}"`).join('');
    return `<path d="${linePath(text, x, y, fontSize, anchor)}"${kept}/>`;
  });
}

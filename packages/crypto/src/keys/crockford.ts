// Crockford's base32 (crockford.com/base32.html): no I, L, O or U, so that what people write down reads one way only.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUP = 4;

// What word processors and phones put in the place of a blank or a hyphen.
const SEPARATORS = /[\s\-\u2010-\u2015\u2212]/g;

/** Bytes as 5-bit symbols, most significant bit first. Their number of bits must be a multiple of 5. */
export function toSymbols(data: Uint8Array): number[] {
  const symbols: number[] = [];
  let held = 0;
  let bits = 0;
  for (const byte of data) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) symbols.push((held >> (bits - 5)) & 31);
  }
  return symbols;
}

/** What `toSymbols` made, as bytes. */
export function fromSymbols(symbols: readonly number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((symbols.length * 5) >> 3);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const symbol of symbols) {
    held = ((held << 5) | symbol) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >> bits) & 255;
    }
  }
  return out;
}

/** Symbols in upper case, in groups of four with hyphens between them. */
export function writeSymbols(symbols: readonly number[]): string {
  const text = symbols.map((symbol) => ALPHABET[symbol]!).join('');
  return text.match(new RegExp(`.{1,${GROUP}}`, 'g'))!.join('-');
}

/**
 * Symbols as people type them: either case, blanks and dashes anywhere, O for 0, I or L for 1. Null when another character
 * is among them. The letters are ASCII only: no other letter may turn into one of them by changing its case.
 */
export function readSymbols(text: string): number[] | null {
  const typed = text.replace(SEPARATORS, '');
  if (!/^[0-9A-Za-z]*$/.test(typed)) return null;
  const symbols = [...typed.toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')].map((one) => ALPHABET.indexOf(one));
  return symbols.includes(-1) ? null : symbols;
}

// NHS and CHI numbers are ten digits of which the last checks the first nine by weights 10 to 2, modulo 11
// (NHS Data Dictionary, "NHS NUMBER"; the Scottish CHI number uses the same rule).

// What takes no room on the page: soft hyphens, joiners, variation selectors, combining signs.
const UNSEEN = /[\p{Cf}\p{Mn}\p{Default_Ignorable_Code_Point}]/gu;
// Lengths of groups that are a date and an hour, which are ten digits as well: 2026-03-01 09, 01.03.2026 09.
const DATES: readonly string[] = ['4,2,2,2', '2,2,4,2'];
const DIGITS = /\p{Nd}/u;
const SEPARATOR = /^[\s\u00a0\u2000-\u200f\u202f\u2060\ufeff.,_\-\u2010-\u2015\u2212]{0,3}$/u;

function checks(ten: string): boolean {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (10 - i) * Number(ten[i]);
  const digit = 11 - (sum % 11);
  return digit !== 10 && (digit === 11 ? 0 : digit) === Number(ten[9]);
}

/** Any script's decimal digit as 0 to 9: each block of Nd is ten in a row, and NFKC does not fold them all. */
function asciiDigit(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 58) return character;
  let zero = code;
  // Some blocks follow each other without a gap.
  while (DIGITS.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}

/**
 * Whether free text holds what looks like an NHS or CHI number: ten digits with a right check digit, alone or in
 * groups parted by blanks, dots or dashes, in any script's digits.
 * With `identifier`, digits that touch other letters do not count unless the letters are `nhs` or `chi`: a
 * hexadecimal or alphanumeric identifier would else be refused by chance.
 */
export function looksLikePatientNumber(text: string, identifier = false): boolean {
  const source = text.normalize('NFKC').replaceAll(UNSEEN, '');
  const groups = [...source.matchAll(/\p{Nd}+/gu)].map((match) => ({
    digits: [...match[0]].map(asciiDigit).join(''),
    start: match.index,
    end: match.index + match[0].length,
  }));
  for (let first = 0; first < groups.length; first++) {
    let digits = '';
    for (let last = first; last < groups.length && digits.length < 10; last++) {
      const group = groups[last]!;
      if (last > first && !SEPARATOR.test(source.slice(groups[last - 1]!.end, group.start))) break;
      digits += group.digits;
      if (digits.length !== 10 || !checks(digits)) continue;
      const lengths = groups.slice(first, last + 1).map(({ digits: { length } }) => length);
      if (DATES.includes(lengths.join())) continue;
      if (!identifier) return true;
      const before = source.slice(0, groups[first]!.start);
      const touches = /\p{L}$/u.test(before) || /^\p{L}/u.test(source.slice(group.end));
      if (!touches || /(?:nhs|chi)$/iu.test(before)) return true;
    }
  }
  return false;
}

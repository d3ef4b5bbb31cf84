// NHS and CHI numbers are ten digits of which the last checks the first nine by weights 10 to 2, modulo 11
// (NHS Data Dictionary, "NHS NUMBER"; the Scottish CHI number uses the same rule).

// What takes no room on the page: soft hyphens, joiners, variation selectors, combining signs.
const UNSEEN = /[\p{Cf}\p{Mn}\p{Default_Ignorable_Code_Point}]/gu;
// Lengths of groups that are a date and an hour, which are ten digits as well: 2026-03-01 09, 01.03.2026 09.
const DATES: readonly string[] = ['4,2,2,2', '2,2,4,2'];
const DIGITS = /\p{Nd}/u;
const SEPARATOR = /^[\s\u00a0\u2000-\u200f\u202f\u2060\ufeff.,/_\-\u2010-\u2015\u2212]{0,3}$/u;

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

/** How a text is read: prose, an identifier, or a text that must hold no such digits wherever they lie. */
export type NumberReading = 'text' | 'identifier' | 'anywhere';

interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/** Whether a run of groups is ten digits that check, and no date with its hour. */
function isNumber(groups: readonly Group[]): boolean {
  const lengths = groups.map(({ digits: { length } }) => length).join();
  return checks(groups.map(({ digits }) => digits).join('')) && !DATES.includes(lengths);
}

/**
 * Whether a text holds what looks like an NHS, CHI or H&C number: ten digits with a right check digit, alone or in groups
 * parted by blanks, dots, dashes or slashes, in any script's digits.
 *
 * As `text` the ten digits stand alone and are not a date with its hour. As `identifier`, digits that touch letters do
 * not count unless the letters are `nhs` or `chi`: a hexadecimal or alphanumeric identifier would else be refused by
 * chance. `anywhere` also looks inside longer runs of digits.
 *
 * @example
 * holdsPatientNumber('seen today, 999 000 0018'); // true
 */
export function holdsPatientNumber(text: string, reading: NumberReading = 'text'): boolean {
  const source = text.normalize('NFKC').replaceAll(UNSEEN, '');
  const groups: Group[] = [...source.matchAll(/\p{Nd}+/gu)].map((match) => ({
    digits: [...match[0]].map(asciiDigit).join(''),
    start: match.index,
    end: match.index + match[0].length,
  }));
  const joined = (index: number): boolean => SEPARATOR.test(source.slice(groups[index - 1]!.end, groups[index]!.start));
  for (let first = 0; first < groups.length; first++) {
    let digits = '';
    // Anywhere: ten digits may begin with the last digit of this group.
    const enough = reading === 'anywhere' ? groups[first]!.digits.length + 9 : 10;
    for (let last = first; last < groups.length && digits.length < enough; last++) {
      if (last > first && !joined(last)) break;
      digits += groups[last]!.digits;
      if (reading === 'anywhere') {
        for (let at = 0; at + 10 <= digits.length; at++) if (checks(digits.slice(at, at + 10))) return true;
        continue;
      }
      if (digits.length !== 10 || !isNumber(groups.slice(first, last + 1))) continue;
      if (reading === 'text') return true;
      const before = source.slice(0, groups[first]!.start);
      const touches = /\p{L}$/u.test(before) || /^\p{L}/u.test(source.slice(groups[last]!.end));
      if (!touches || /(?:nhs|chi)$/iu.test(before)) return true;
    }
  }
  return false;
}

/** The schemes of patient numbers this app can check. `unverified` is a number, or none, that nothing was checked about. */
export type CheckedScheme = 'nhs' | 'chi';

/** A number that passed, as ten digits, or why it did not. */
export type PatientNumber =
  | { readonly scheme: CheckedScheme; readonly number: string }
  | { readonly reason: PatientNumberReason };

/**
 * `NOT_TEN_DIGITS`; `REPEATED_DIGITS`; `CHECK_DIGIT`: mistyped; `OUT_OF_RANGE`: checks, but no such NHS or CHI number is
 * issued; `AMBIGUOUS`: it could be either, so the person must say which it is.
 */
export type PatientNumberReason = 'NOT_TEN_DIGITS' | 'REPEATED_DIGITS' | 'CHECK_DIGIT' | 'OUT_OF_RANGE' | 'AMBIGUOUS';

// First nine digits that are issued in England, Wales and the Isle of Man, and those kept for tests.
const NHS_RANGES: readonly (readonly [number, number])[] = [
  [300_000_000, 319_999_999],
  [400_000_000, 499_999_999],
  [600_000_000, 799_999_999],
  [999_000_000, 999_999_999],
];

function checks(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (10 - i) * Number(digits[i]);
  // 11 stands for 0; 10 is never issued and equals no digit.
  return (11 - (sum % 11)) % 11 === Number(digits[9]);
}

/** Whether DDMMYY is a day of some century: 29 February of the year 00 was one in 2000. */
function startsWithDate(digits: string): boolean {
  const [dd, mm, yy] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2))) as [number, number, number];
  return [1900, 2000].some((century) => {
    const date = new Date(Date.UTC(century + yy, mm - 1, dd));
    return date.getUTCMonth() === mm - 1 && date.getUTCDate() === dd;
  });
}

/**
 * Checks an NHS or CHI number as a person typed it: ten digits with spaces or dashes between.
 *
 * The check digit (weights 10 to 2, modulo 11), repeated digits (all ten such numbers would pass), the ranges in issue and
 * a CHI number's date of birth are looked at. It finds a slip of the finger, not a wrong patient: a second identifier does.
 *
 * @param text what was typed
 * @param scheme what the person says it is; needed for the few numbers that could be either
 * @example
 * checkPatientNumber('999 000 0018'); // { scheme: 'nhs', number: '9990000018' }
 */
export function checkPatientNumber(text: string, scheme?: CheckedScheme): PatientNumber {
  const number = text.trim().replaceAll(/(?<=\d)[ \u00a0\u2009-]{1,3}(?=\d)/gu, '');
  if (!/^[0-9]{10}$/.test(number)) return { reason: 'NOT_TEN_DIGITS' };
  if (/^(\d)\1{9}$/.test(number)) return { reason: 'REPEATED_DIGITS' };
  if (!checks(number)) return { reason: 'CHECK_DIGIT' };
  const body = Number(number.slice(0, 9));
  const could = [
    ...(NHS_RANGES.some(([from, to]) => body >= from && body <= to) ? (['nhs'] as const) : []),
    ...(startsWithDate(number) ? (['chi'] as const) : []),
  ].filter((one) => scheme === undefined || one === scheme);
  const [only] = could;
  if (only === undefined) return { reason: 'OUT_OF_RANGE' };
  return could.length > 1 ? { reason: 'AMBIGUOUS' } : { scheme: only, number };
}

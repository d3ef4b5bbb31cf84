import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsPatientNumber } from '../src/index.js';

/** A number of the range that is never issued, or null where the check digit would be 10. */
function testNumber(serial: number): string | null {
  const nine = `999${String(serial).padStart(6, '0')}`;
  const sum = [...nine].reduce((total, digit, i) => total + (10 - i) * Number(digit), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? null : `${nine}${check}`;
}
const numbers = fc
  .integer({ min: 0, max: 999_999 })
  .map(testNumber)
  .filter((number) => number !== null);
const separators = fc.array(fc.constantFrom('', ' ', '-', '--', '.', ' - ', '/', '\u00a0', '\u2013'), {
  minLength: 9,
  maxLength: 9,
});

describe('holdsPatientNumber', () => {
  test('finds a number however it is parted, in text and anywhere', () => {
    fc.assert(
      fc.property(numbers, separators, fc.constantFrom('', 'seen ', '('), (number, between, before) => {
        const written = [...number].map((digit, i) => digit + (between[i] ?? '')).join('');
        expect(holdsPatientNumber(before + written)).toBe(true);
        expect(holdsPatientNumber(before + written, 'anywhere')).toBe(true);
      }),
    );
  });

  test('anywhere looks inside longer runs, however they are grouped; text does not', () => {
    fc.assert(
      fc.property(numbers, fc.nat({ max: 9 }), fc.nat({ max: 10 }), (number, digit, cut) => {
        const longer = `${digit}${number}${digit}`;
        const grouped = `${longer.slice(0, cut)} ${longer.slice(cut)}`;
        expect(holdsPatientNumber(longer, 'anywhere')).toBe(true);
        expect(holdsPatientNumber(grouped, 'anywhere')).toBe(true);
        expect(holdsPatientNumber(longer)).toBe(false);
      }),
    );
  });

  test('a wrong check digit is no number', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 9 }), (number, more) => {
        const wrong = number.slice(0, 9) + String((Number(number[9]) + more) % 10);
        for (const reading of ['text', 'identifier', 'anywhere'] as const)
          expect(holdsPatientNumber(wrong, reading)).toBe(false);
      }),
    );
  });

  test('an identifier may hold such digits by chance, unless they stand alone or say what they are', () => {
    const number = testNumber(1) ?? testNumber(2)!;
    expect(holdsPatientNumber(`a${number}f`, 'identifier')).toBe(false);
    for (const text of [number, `nhs${number}`, `item/${number}`, `CHI ${number}`])
      expect(holdsPatientNumber(text, 'identifier')).toBe(true);
  });

  test('random UUIDs and digests pass as identifiers', () => {
    const hexDigits = (length: number) =>
      fc
        .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
        .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.uuid(), hexDigits(64), (id, digest) => {
        expect(holdsPatientNumber(`item-${id}`, 'identifier')).toBe(false);
        // Sixty-four digits without one letter do not happen by chance.
        fc.pre(/[a-f]/.test(digest));
        expect(holdsPatientNumber(digest, 'identifier')).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

import { expect, test } from 'vitest';
import { coseKeyOf } from '../../client/app/cose-key.js';
import { SITES } from '../../client/app/sites.js';
import { ago, isOld, parseDay } from '../../client/app/times.js';

const now = new Date('2026-11-22T10:00:00.000Z');

test.each([
  ['2026-11-22T09:59:30.000Z', 'just now', false],
  ['2026-11-22T09:59:00.000Z', '1 minute ago', false],
  ['2026-11-22T06:00:00.000Z', '4 hours ago', false],
  ['2026-11-21T10:00:00.000Z', '1 day ago', true],
  ['2026-10-22T10:00:00.000Z', '31 days ago', true],
])('%s is %s', (iso, words, old) => {
  expect(ago(iso, now)).toBe(words);
  expect(isOld(iso, now)).toBe(old);
});

test.each([
  ['27/3/1985', '1985-03-27'],
  ['27.03.1985', '1985-03-27'],
  ['1985-03-27', '1985-03-27'],
  ['29/2/2024', '2024-02-29'],
  ['29/2/2023', null],
  ['31/4/2020', null],
  ['3/27/1985', null],
  ['27/3/85', null],
  ['', null],
])('the day %s is read as %s', (text, day) => expect(parseDay(text)).toBe(day));

test('every body site has one name, one meaning and a SNOMED id whose check digit fits', () => {
  const D =
    '01234_56789 12340_67895 23401_78956 34012_89567 40123_95678 59876_04321 65987_10432 76598_21043 87659_32104 98765_43210'
      .replaceAll('_', '')
      .split(' ')
      .map((row) => [...row].map(Number));
  const P = '01234_56789 15762_83094 58037_96142 89160_43527 94531_26870 42865_73901 27938_06415 70469_13258'
    .replaceAll('_', '')
    .split(' ')
    .map((row) => [...row].map(Number));
  const fits = (id: string): boolean =>
    [...id].reverse().reduce((sum, digit, at) => D[sum]![P[at % 8]![Number(digit)]!]!, 0) === 0;
  for (const { snomed } of SITES) expect(fits(snomed), snomed).toBe(true);
  for (const key of ['name', 'meaning', 'snomed'] as const) {
    expect(new Set(SITES.map((site) => site[key])).size).toBe(SITES.length);
  }
});

test('the COSE key is cut out of authenticator data, also before extensions, and half of it is none', () => {
  const key = Uint8Array.of(
    0xa5,
    1,
    2,
    3,
    0x26,
    0x20,
    1,
    0x21,
    0x58,
    32,
    ...new Uint8Array(32).fill(7),
    0x22,
    0x58,
    32,
    ...new Uint8Array(32).fill(9),
  );
  const extensions = Uint8Array.of(0xa1, 0x6b, ...new TextEncoder().encode('hmac-secret'), 0xf5);
  const head = [...new Uint8Array(53), 0, 4, 1, 2, 3, 4];
  expect(coseKeyOf(Uint8Array.of(...head, ...key, ...extensions))).toEqual(key);
  expect(coseKeyOf(Uint8Array.of(...head, ...key))).toEqual(key);
  expect(coseKeyOf(Uint8Array.of(...head, ...key.slice(0, 50)))).toBeNull();
  expect(coseKeyOf(new Uint8Array(10))).toBeNull();
});

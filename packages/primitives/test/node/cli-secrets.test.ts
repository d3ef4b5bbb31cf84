import { describe, expect, it } from 'vitest';
import { looksSecret, visible } from '../../src/cli/index.js';

const HANDLE = `AN${'x-Y_9'.repeat(14)}abcd`;
const SECRET = 'S'.repeat(43);

describe('what looks like a secret on a command line', () => {
  it.each([
    ['a signing key', 'WARDSEAL-SIGNING-KEY-1ABC', 'WARDSEAL-SIGNING-KEY-...'],
    ['an identity in another case', 'age-secret-key-1abc', 'age-secret-key-...'],
    ['a link', `https://img.trust.example/o#${HANDLE}.${SECRET}`, 'https://img.trust.example/o#...'],
    ['a link in quotes', `'https://img.trust.example/u#${HANDLE}'`, "'https://img.trust.example/u#...'"],
    ['a handle', HANDLE, '...'],
    ['a handle with its secret', `${HANDLE}.${SECRET}`, '...'],
    ['a handle in a path', `links/${HANDLE}: there is no such file`, 'links/...: there is no such file'],
    ['a SMART Health Link', 'shlink:/eyJ1cmwiOiJ4In0', 'shlink:/...'],
  ])('%s', (_, word, shown) => {
    expect(looksSecret(word)).toBe(true);
    expect(visible(word)).toBe(shown);
  });

  it.each([
    'links/keys.json',
    'https://audit.trust.example/2026/#log',
    'a9'.repeat(32),
    'A'.repeat(43),
    `x${HANDLE}`, // one character longer: no handle
    `${HANDLE}x`,
    HANDLE.replace(/^A/, 'Q'), // another first byte
  ])('not %s', (word) => {
    expect(looksSecret(word)).toBe(false);
    expect(visible(word)).toBe(word);
  });
});

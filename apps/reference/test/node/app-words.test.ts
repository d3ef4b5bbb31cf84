import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import WORDS from '../../client/app/words.en.json' with { type: 'json' };
import { wordsOf } from '../../client/app/words.js';
import { CODES } from '../../src/wire/errors.js';

const source = (path: string): string => readFileSync(new URL(`../../client/${path}`, import.meta.url), 'utf8');
/** Codes as a TypeScript union lists them. */
const union = (text: string): string[] => [...text.matchAll(/^\s*\| '([A-Z_]+)'/gm)].map(([, code]) => code!);

const core = union(source('core/errors.ts'));
const pictures = union(source('picture/picture-error.ts'));
const own = ['app/camera.ts', 'app/passkey.ts', 'app/enrol.ts', 'app/sign-in.ts', 'app/capture.ts', 'app/http.ts']
  .flatMap((path) => [...source(path).matchAll(/'((?:CAMERA|PASSKEY|LINK|VIDEO)_[A-Z_]+|OFFLINE)'/g)])
  .map(([, code]) => code!);

test('every code of the server, the core, the stripper and the pages has a sentence and a way on', () => {
  expect(core.length).toBeGreaterThan(50);
  expect(own.length).toBeGreaterThan(10);
  const missing = [...CODES, ...core, ...pictures, ...own].filter((code) => !Object.hasOwn(WORDS, code));
  expect(missing).toEqual([]);
});

test('a sentence stands for no code that nobody gives', () => {
  const given = new Set<string>([...CODES, ...core, ...pictures, ...own]);
  expect(Object.keys(WORDS).filter((code) => !given.has(code))).toEqual([]);
});

test('no two refusals of a forged, stale, swapped or foreign thing are said alike', () => {
  const told = core.filter((code) =>
    /^(DIRECTORY|RECEIPT|LABELS|ITEM|PICTURE_SWAPPED|SIGNATURE|RECIPIENTS|HEADER|SENDER)_/.test(code),
  );
  const sentences = told.map((code) => wordsOf({ code }).said);
  expect(new Set(sentences).size).toBe(sentences.length);
});

test('every sentence is one, and says what to do; none has a place for a patient', () => {
  for (const [said, next] of Object.values(WORDS)) {
    expect(said).toMatch(/^[A-Z].*\.$/);
    expect(next).toMatch(/^[A-Z].*\.$/);
    expect(`${said} ${next}`).not.toMatch(/\$|\{/);
  }
});

test('the policy’s own lines and remedies are said; an error that nobody knows is ours', () => {
  const refused = { code: 'POLICY_REFUSED', lines: ['You are not on duty'], next: ['Ask for release'] };
  expect(wordsOf(refused)).toEqual({
    said: 'The policy does not allow this. You are not on duty.',
    next: 'Ask for release.',
  });
  expect(wordsOf(new TypeError('x')).said).toBe('Something went wrong on this page.');
});

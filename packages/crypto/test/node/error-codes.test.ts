import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && path !== 'errors.ts')
  .map((path) => [path, read(join('src', path))] as const);

const codes = [
  ...read('src/errors.ts')
    .split('export interface')[0]!
    .matchAll(/'([A-Z_]+)'/g),
].map(([, code]) => code!);

it('every error code stands once in the README, and nothing else does', () => {
  const table = read('README.md')
    .split('\n')
    .filter((line) => /^\| `[A-Z]+_?[A-Z_]*`/.test(line));
  const listed = table.flatMap((line) => [...line.split('|')[1]!.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code!));
  expect(listed.toSorted()).toEqual(codes.toSorted());
});

it('every error code is thrown somewhere', () => {
  for (const code of codes) {
    const found = sources.filter(([, text]) => text.includes(`'${code}'`)).map(([path]) => path);
    expect([code, found.length > 0]).toEqual([code, true]);
  }
});

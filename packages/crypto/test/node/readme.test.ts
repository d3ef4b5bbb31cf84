import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as main from '../../src/index.js';
import * as keystore from '../../src/keystore/index.js';
import * as node from '../../src/node.js';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const names = [...new Set([main, keystore, node].flatMap(Object.keys))].toSorted();
const without = (text: string) => names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));

it('everything public stands in an example, which scripts/check-readme runs', () => {
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join('\n');
  expect(without(examples)).toEqual([]);
});

it('everything public stands in the table of functions, or in that of errors', () => {
  const [api, errors] = ['## API', '## Errors'].map((title) => readme.split(`\n${title}\n`)[1]!.split('\n## ')[0]!);
  expect(without(api! + errors!)).toEqual([]);
});

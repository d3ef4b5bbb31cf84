import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPolicy } from '../../src/index.js';
import vectors from '../../vectors/documents.json' with { type: 'json' };
import { changed } from '../support/change.js';

const FILE = new URL('../support/messages.json', import.meta.url);

test('every refusal says in words what is wrong and where', () => {
  const messages = Object.fromEntries(
    vectors.mustFail.map(({ name, at, value }) => {
      try {
        loadPolicy(changed(vectors.document, at, value));
      } catch (error) {
        return [name, (error as Error).message];
      }
      throw new Error(`${name} was accepted`);
    }),
  );
  const text = `${JSON.stringify(messages, null, 2)}\n`;
  if (process.env['WARDSEAL_WRITE_VECTORS'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Shell, shell } from '../support/cli.js';

let box: Shell;

beforeAll(async () => {
  box = await shell();
});
afterAll(() => box.close());

// With a nested repetition in the pattern, 40 characters took minutes and 1,000,000 for ever.
it.each([
  ['a text that never ends', `{"format": "policy/0", "title": "${'x'.repeat(900_000)}`],
  ['escapes that never end', `{"format": "policy/0", "title": "${'\\n'.repeat(400_000)}`],
  ['a name that never ends', `{"${'x'.repeat(900_000)}`],
  ['a control character late in a text', `{"title": "${'x'.repeat(900_000)}\u0001"}`],
])('%s is refused', async (_, text) => {
  const { code, out } = await box.run(['check', await box.write('slip.json', text)]);
  expect(code).toBe(1);
  expect(out).toMatch(/^REFUSED {5}DOCUMENT_NOT_JSON: slip\.json, line 1: /);
});

import { expect, test } from 'vitest';
import { compareWithCedar, withEverySource } from '../support/cedar-nhs.js';
import { document } from '../support/nhs.js';

test('the NHS pack decides the same in Cedar, each fact of each example hidden, and put out of its domain in two ways', () => {
  const { asked, permitted } = compareWithCedar(withEverySource(document), (changes) => changes);
  expect(asked).toBeGreaterThan(3_000);
  expect(permitted).toBeGreaterThan(600);
});

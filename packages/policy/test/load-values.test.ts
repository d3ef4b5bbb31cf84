import { expect, test } from 'vitest';
import { loadPolicy, type PolicyError } from '../src/index.js';
import { permit, sample } from './support/sample.js';

const base = sample(permit('P-01', { 'subject.role': 'nurse' }));
const role = base.attributes['subject.role']!;

/** What the loader says of a role that has so many values. */
function refusal(count: number): PolicyError | null {
  const values = ['nurse', ...(role.values ?? [])];
  while (values.length < count) values.push(`v${values.length}`);
  try {
    loadPolicy({ ...base, attributes: { ...base.attributes, 'subject.role': { ...role, values } } });
    return null;
  } catch (error) {
    return error as PolicyError;
  }
}

// Each value is tried with each rule when an action is first asked about: a document within every other limit, with 60,000
// values, took ten seconds and a gigabyte.
test('a fact has at most 1,000 values', () => {
  expect(refusal(1_000)).toBe(null);
  expect(refusal(1_001)).toMatchObject({ code: 'DOCUMENT_INVALID', path: '/attributes/subject.role/values' });
});

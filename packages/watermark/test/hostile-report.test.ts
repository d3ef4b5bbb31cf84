import { describe, expect, test } from 'vitest';
import { evidenceReport } from '../src/report/index.js';
import { CASES } from './report-cases.js';

const madeAt = '2026-03-01T09:00:00Z';

describe('an evidence report against misuse', () => {
  test.each([
    ['organisation', 'Ward of 999 000 0018'],
    ['reference', 'case 9990000018'],
    ['imageId', 'img-999-000-0018'],
  ])('refuses a patient’s number as %s, and does not repeat it', (name, text) => {
    const make = (): string => evidenceReport(CASES['match']!, { madeAt, [name]: text });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(/^(?!.*999).*number that could be a patient’s$/);
  });

  test('an identifier whose digits touch letters is no patient’s number', () => {
    expect(evidenceReport(CASES['match']!, { madeAt, imageId: 'f9990000018a' })).toContain('f9990000018a');
  });

  test('says that copy and original were exchanged', () => {
    const none = CASES['none']!;
    const words = 'is in the picture that was given as the original';
    const page = evidenceReport({ ...none, presence: { z: -19, p: 1 } }, { madeAt });
    expect(page).toContain(words);
    expect(page).toContain('the other way round');
    expect(page).not.toContain('was found either');
    for (const [name, report] of Object.entries(CASES))
      expect(evidenceReport(report, { madeAt }), name).not.toContain(words);
  });
});

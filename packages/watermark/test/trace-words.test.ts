import { expect, test } from 'vitest';
import { traceWords } from '../src/cli/trace-words.js';
import type { AnyTrace } from '../src/report/any-trace.js';
import { findingOf } from '../src/report/finding.js';
import { CASES, MATCH, VIDEO } from './report-cases.js';

const markLine = (report: AnyTrace): string | undefined =>
  traceWords(report, findingOf(report)).find((line) => line.startsWith('mark '));

test('what is said of the mark fits the verdict', () => {
  const weak = { z: 4.2, p: 8e-5 };
  expect(markLine(MATCH)).toContain('a mark under this key is there');
  expect(markLine({ ...VIDEO, presence: weak })).toBe(
    'mark        too weak to show by itself: it shows by the code of a viewing (score 4.2)',
  );
  expect(markLine({ ...CASES['video-none']!, presence: weak } as AnyTrace)).toBe(
    'mark        no mark under this key shows by itself (score 4.2)',
  );
});

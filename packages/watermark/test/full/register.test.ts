import { test } from 'vitest';
import { namesItsViewing, type SmoothCase } from '../support/registration.js';

// Smooth skin on which one way after the other fails; the daily tests have the quick ones.
const CASES: readonly SmoothCase[] = [
  ['jpeg-30', 1, 2, 300, ['whole']],
  ['photo-10', 0, 6, 300, ['whole', 'features']],
  ['crop-50-1600-jpeg-70', 1, 4, 600, ['features', 'phase']],
];

test.each(CASES.map((one) => ({ name: one[0], one })))(
  '$name names its viewing, and says how it was laid on the original',
  ({ one }) => namesItsViewing(one),
);

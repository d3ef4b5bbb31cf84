import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anySequence, everybody, runSequence } from '../grants-model.js';

it('ten thousand sequences of changes against the model', async () => {
  const people = await everybody();
  expect(people).toHaveLength(12);
  await fc.assert(
    fc.asyncProperty(anySequence, (sequence) => runSequence(people, sequence)),
    { numRuns: 10_000 },
  );
});

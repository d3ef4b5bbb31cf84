import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anySequence, everybody, runSequence } from './grants-model.js';
import { IN_BROWSER } from './world.js';

it('whatever happens in whatever order, each header opens for exactly those whom the model permits', async () => {
  const people = await everybody();
  expect(people).toHaveLength(12);
  await fc.assert(
    fc.asyncProperty(anySequence, (sequence) => runSequence(people, sequence)),
    { numRuns: IN_BROWSER ? 100 : 300 },
  );
});

import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPdp, loadPolicy } from '../../src/index.js';
import { NOW, partialFacts, policy, request } from '../support/random.js';

const FILE = new URL('../../vectors/decisions.json', import.meta.url);

/** Twelve policies with eight requests each, from a fixed seed. */
function decisions(): unknown {
  const groups = fc.sample(fc.tuple(policy, fc.array(partialFacts, { minLength: 8, maxLength: 8 })), {
    numRuns: 30,
    seed: 26,
  });
  return {
    description: 'Each request under its document at the moment `now` gives exactly this decision.',
    now: new Date(NOW).toISOString(),
    groups: groups.map(([document, facts]) => {
      const pdp = createPdp(loadPolicy(document), { clock: { now: () => NOW } });
      const cases = facts.map((each, i) => {
        // Only what JSON carries: NaN and the like become null, which is outside every domain all the same.
        const asked = JSON.parse(JSON.stringify(request(each, i % 3 === 0 ? 'send' : 'view')));
        return { request: asked, decision: pdp.evaluate(asked) };
      });
      return { document, cases };
    }),
  };
}

test('the published decisions are what the package decides', () => {
  const ours = `${JSON.stringify(decisions())}\n`;
  if (process.env['WARDSEAL_WRITE_VECTORS'] === '1') writeFileSync(FILE, ours);
  expect(readFileSync(FILE, 'utf8')).toBe(ours);
});

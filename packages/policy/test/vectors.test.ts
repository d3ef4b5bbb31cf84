import { expect, test } from 'vitest';
import { createPdp, loadPolicy, type Outcome, type Request } from '../src/index.js';
import vectors from '../vectors/decisions.json' with { type: 'json' };

test('every published decision comes out as published, and each outcome is among them', () => {
  const clock = { now: () => Date.parse(vectors.now) };
  const seen = new Set<string>();
  for (const { document, cases } of vectors.groups) {
    const pdp = createPdp(loadPolicy(document), { clock });
    for (const { request, decision } of cases) {
      expect(pdp.evaluate(request as unknown as Request)).toEqual(decision);
      seen.add(decision.context.outcome);
    }
  }
  const outcomes: Outcome[] = ['forbidden', 'missing-information', 'not-permitted', 'permitted'];
  expect([...seen].sort()).toEqual(outcomes);
});

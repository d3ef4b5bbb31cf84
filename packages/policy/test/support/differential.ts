import fc from 'fast-check';
import { createPdp, loadPolicy } from '../../src/index.js';
import { cedar } from './cedar.js';
import { completeFacts, type Facts, NOW, policy, request } from './random.js';

export interface Difference {
  readonly policies: number;
  readonly requests: number;
  readonly permitted: number;
  /** Complete requests on which the two disagree. */
  readonly complete: number;
  /** Requests with facts missing on which the two disagree. */
  readonly partial: number;
}

/** Half of each policy's requests know every fact, half have each fact hidden with one chance in six. */
export function differential(policies: number, requests: number, seed: number): Difference {
  const counts = { policies: 0, requests: 0, permitted: 0, complete: 0, partial: 0 };
  const facts: fc.Arbitrary<Facts> = fc
    .tuple(completeFacts, fc.infiniteStream(fc.nat(5)))
    .map(([all, dice]) => Object.fromEntries(Object.entries(all).filter(() => dice.next().value !== 0)));
  fc.assert(
    fc.property(
      policy,
      fc.array(completeFacts, { minLength: requests / 2, maxLength: requests / 2 }),
      fc.array(facts, { minLength: requests / 2, maxLength: requests / 2 }),
      (document, complete, partial) => {
        const pdp = createPdp(loadPolicy(document), { clock: { now: () => NOW } });
        const oracle = cedar(document);
        const compare = (kind: 'complete' | 'partial') => (each: Facts, i: number) => {
          const action = i % 3 === 0 ? 'send' : 'view';
          const { decision } = pdp.evaluate(request(each, action));
          counts.requests += 1;
          if (decision) counts.permitted += 1;
          if (decision !== oracle(each, action)) counts[kind] += 1;
        };
        complete.forEach(compare('complete'));
        partial.forEach(compare('partial'));
        counts.policies += 1;
      },
    ),
    { numRuns: policies, seed },
  );
  return counts;
}

import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPdp, decideAll, evaluateMany, loadPolicy, partial, remedies } from '../../src/index.js';
import { completeFacts, NOW, partialFacts, policy, request } from '../support/random.js';

const FILE = new URL('../../vectors/questions.json', import.meta.url);

/** Twelve pairs of policies with four requests each, from a fixed seed. */
function questions(): unknown {
  const facts = fc.array(fc.oneof({ arbitrary: completeFacts, weight: 3 }, { arbitrary: partialFacts, weight: 1 }), {
    minLength: 4,
    maxLength: 4,
  });
  const clock = { now: () => NOW };
  const groups = fc.sample(fc.tuple(policy, policy, facts), { numRuns: 12, seed: 5 });
  return {
    description:
      'At the moment `now`: what can be done about each request that is refused; what is left of the policy when only `subject`, `action` and `context` are known; how the batch ends; what two organisations decide together.',
    now: new Date(NOW).toISOString(),
    groups: groups.map(([document, another, each], i) => {
      // Two random policies seldom agree: every second group asks the same one twice.
      const other = i % 2 === 0 ? document : another;
      const pack = loadPolicy(document);
      const pdp = createPdp(pack, { clock });
      const theirs = createPdp(loadPolicy(other), { clock });
      // Only what JSON carries: NaN and the like become null, which is outside every domain all the same.
      const requests = each.map((one) => JSON.parse(JSON.stringify(request(one, 'view'))));
      const ended = (semantics: 'deny_on_first_deny' | 'permit_on_first_permit'): boolean[] =>
        evaluateMany(pdp, { evaluations: requests, semantics }).map(({ decision }) => decision);
      return {
        document,
        other,
        cases: requests.map((one) => {
          const { resource: _unknown, ...known } = one;
          const { decided, condition, attributes, lines } = partial(pack, known, { clock });
          const parties = [
            { organisation: 'A', pdp },
            { organisation: 'B', pdp: theirs },
          ];
          return {
            request: one,
            remedies: remedies(pdp, pack, one),
            residual: { decision: decided?.decision ?? null, condition, attributes, lines },
            together: decideAll(parties, one),
          };
        }),
        batch: {
          deny_on_first_deny: ended('deny_on_first_deny'),
          permit_on_first_permit: ended('permit_on_first_permit'),
        },
      };
    }),
  };
}

test('the published answers are what the package answers', () => {
  const ours = `${JSON.stringify(questions())}\n`;
  if (process.env['WARDSEAL_WRITE_VECTORS'] === '1') writeFileSync(FILE, ours);
  expect(readFileSync(FILE, 'utf8')).toBe(ours);
});

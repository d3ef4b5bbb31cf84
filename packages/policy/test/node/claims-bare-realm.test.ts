import { bareRealm } from '@wardseal/testkit/node';
import { expect, test } from 'vitest';
import claims from '../../vectors/claims.json' with { type: 'json' };
import retention from '../../vectors/retention.json' with { type: 'json' };

const built = (name: string): URL => new URL(`../../dist/${name}/index.js`, import.meta.url);

test('claims give their facts where there is the language and nothing else', async () => {
  const { cis2, entra, now } = claims;
  const input = { cis2, entra, now: Date.parse(now) } as const;
  const answer = await bareRealm<typeof import('../../src/claims/index.js')>(
    built('claims'),
    async (api, given: typeof input) => {
      const clock = { now: () => given.now };
      const people = given as never as {
        cis2: { tokens: never; options: object };
        entra: { tokens: never; options: object };
      };
      const first = api.fromCis2(people.cis2.tokens, { ...people.cis2.options, clock } as never);
      const second = await api.fromEntra(people.entra.tokens, { ...people.entra.options, clock } as never);
      return [first.subject, second.subject];
    },
    { input },
  );
  expect(answer).toEqual([cis2.subject, entra.subject]);
});

test('so does retention', async () => {
  const input = retention.cases.map(({ input: each }) => each);
  const days = await bareRealm<typeof import('../../src/retention/index.js')>(
    built('retention'),
    (api, given: typeof input) => given.map((each) => api.retention(each as never).reviewOn),
    { input },
  );
  expect(days).toEqual(retention.cases.map(({ expect: { reviewOn } }) => reviewOn));
});

import { vectorSet } from '@wardseal/testkit/node';
import { expect, test } from 'vitest';
import { createAuthzen } from '../../src/authzen/index.js';
import { IDENTIFIER, todoOptions } from '../support/authzen.js';

interface Vectors {
  readonly evaluation: readonly { readonly request: unknown; readonly expected: boolean }[];
  readonly evaluations: readonly { readonly request: unknown; readonly expected: readonly { decision: boolean }[] }[];
}

// The decisions that participants of the AuthZEN interoperability events answer.
const set = vectorSet('authzen/interop/authzen-todo-backend/test/decisions-authorization-api-1_0-02.json', 43);

test.skipIf(!set.available)(set.title, async () => {
  const { handle } = createAuthzen(todoOptions());
  const ask = async (path: string, request: unknown): Promise<unknown> => {
    const response = await handle(
      new Request(`${IDENTIFIER}/access/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      }),
    );
    expect(response.status).toBe(200);
    return response.json();
  };
  const { evaluation, evaluations } = set.json() as Vectors;
  expect(evaluation.length + evaluations.length).toBe(set.cases);
  for (const { request, expected } of evaluation)
    expect({ request, ...((await ask('evaluation', request)) as object) }).toMatchObject({
      request,
      decision: expected,
    });
  for (const { request, expected } of evaluations)
    expect(await ask('evaluations', request)).toMatchObject({ evaluations: expected });
});

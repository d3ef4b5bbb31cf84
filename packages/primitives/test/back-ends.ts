import { afterAll, beforeAll, describe } from 'vitest';
import { type Backend, forceBackend } from '../src/index.js';

const inNode = (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

/** Every back end there is where the test runs. */
export const BACKENDS: readonly Backend[] = inNode ? ['node', 'webcrypto', 'noble'] : ['webcrypto', 'noble'];

/** Runs the tests within once on each back end. */
export function onEachBackend(tests: (name: Backend) => void): void {
  describe.each(BACKENDS)('on %s', (name) => {
    beforeAll(() => forceBackend(name));
    afterAll(() => forceBackend());
    tests(name);
  });
}

/** What a step gives on each back end, which must be one and the same. */
export async function onAll<T>(step: () => T | Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  try {
    for (const name of BACKENDS) {
      forceBackend(name);
      answers.push(await step());
    }
  } finally {
    forceBackend();
  }
  return answers;
}

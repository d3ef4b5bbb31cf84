// The built doors for browsers under a strict Content-Security-Policy with Trusted Types, in Chromium.
import { expect, test } from 'vitest';
import { skin } from '../pictures.js';
import { withStrictPage } from '../support/strict-page.js';

const script = new URL('../support/worker-page.js', import.meta.url);
const picture = skin(400, 300);
const sent = JSON.stringify({ ...picture, data: [...picture.data] });

test('worker and canvas run under a policy without eval, blob or inline script', async () => {
  const { answer, faults } = await withStrictPage(script, async (page, seen) => ({
    answer: await page.evaluate(`run(${sent})`),
    faults: seen,
  }));
  expect(answer).toEqual({ same: true, named: ['view-2'], taller: true });
  expect(faults).toEqual([]);
});

test('a worker that the policy forbids is an error of the call', async () => {
  const code = await withStrictPage(script, (page) => page.evaluate(`runForbidden(${sent})`));
  expect(code).toBe('WORKER_FAILED');
});

import { expect, it } from 'vitest';
import { limits, open } from '../../src/index.js';
import { build, fuzz, ours, pool, strictness, theyOpen } from '../differential.js';

it('100,000 changed files are taken or refused as typage does, but where we are stricter on purpose', async () => {
  await fuzz(await pool(), 100_000);
});

it('a work factor above our limit is the one other difference: typage computes up to 20', async () => {
  const all = await pool();
  const base = all.bases.findIndex(({ name }) => /passphrase/.test(name));
  const one = { base, steps: [], inside: true, chunks: null, armor: null };
  const file = await build(all, one, (text) => text.replace(/ 2\n/, ` ${limits.MAX_SCRYPT_LOG_N + 1}\n`));
  // It is computed and the key does not fit; ours is refused before.
  await expect(theyOpen(file, all.opening)).rejects.toThrow('no identity matched');
  expect(await ours(() => open(file, all.opening))).toEqual({ code: 'LIMIT' });
  expect(strictness(file, 'LIMIT')).toBe('more than the limits allow');
}, 600_000);

import { expect, it } from 'vitest';
import { bothWays, SIZES, sizes, table } from '../interop.js';

it('1,000 sizes both ways, with typage (classic and post-quantum) and with Debian’s age', async () => {
  const t = await table();
  try {
    const all = sizes(1000);
    expect(all).toHaveLength(1000);
    expect(all).toEqual(expect.arrayContaining([...SIZES]));
    for (const [index, size] of all.entries()) await bothWays(t, size, index);
  } finally {
    t.close();
  }
});

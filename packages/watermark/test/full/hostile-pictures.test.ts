import { expect, test } from 'vitest';
import type { Pixels } from '../../src/index.js';
import { skin, viewings } from '../pictures.js';
import { built } from '../support/built.js';
import { hostile } from '../support/hostile-pictures.js';

const { decode, deriveImageKey, embed, prepareChips, trace } = built;
const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const original = skin(256, 192, 2);

async function accused(suspect: Pixels, of: Pixels): Promise<string[]> {
  const { hits } = await trace(suspect, of, { key, candidates: viewings(1000), decoys: 1000 });
  return hits.filter(({ verdict }) => verdict !== 'none').map(({ id }) => id);
}

test.each(hostile.map(([name, suspect]) => ({ name, suspect })))(
  '$name: no id, and nobody innocent, whichever way it is looked at',
  async ({ suspect }) => {
    const lead = decode(suspect, { keys: [key], budgetMs: 600_000 });
    expect([lead.found, lead.exhausted]).toEqual([false, true]);
    expect(await accused(suspect, original)).toEqual([]);
    expect(await accused(suspect, suspect)).toEqual([]);
    const { pixels } = embed(suspect, { chips: prepareChips(key, 'view-7') });
    expect((await accused(pixels, suspect)).filter((id) => id !== 'view-7')).toEqual([]);
  },
);

import { photos } from '@wardseal/testkit/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { FRAMINGS } from '../../bench/collusion/framing.js';
import type { Layer, Pixels, TraceReport } from '../../src/index.js';
import { collusionSuite } from '../../src/testing/index.js';
import { jpeg, load } from '../node/photos.js';
import { viewings } from '../pictures.js';
import { built } from '../support/built.js';

const { deriveImageKey, embed, prepareChips, trace } = built;

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const people = Array.from({ length: 10 }, (_, i) => `guilty-${i}`);
const everybody = [...viewings(100_000 - people.length), ...people];
let original: Pixels;
const copies: Record<Layer, Pixels[]> = { view: [], share: [] };

beforeAll(async () => {
  original = await load(photos.histology.path);
  for (const layer of ['view', 'share'] as const) {
    copies[layer] = people.map((id) => embed(original, { chips: prepareChips(key, id, { layer }), layer }).pixels);
  }
});

/** Names of the report, and that nobody beyond the first `count` people is among them. */
async function named(suspect: Pixels, count: number, layer: Layer = 'view'): Promise<string[]> {
  const report: TraceReport = await trace(suspect, original, { key, candidates: everybody, layer });
  expect(report.registration.status).toBe('registered');
  expect(report.nullHistogram!.sound).toBe(true);
  const said = report.hits.filter(({ verdict }) => verdict !== 'none');
  expect(people.slice(0, count)).toEqual(expect.arrayContaining(said.map(({ id }) => id)));
  return said.flatMap(({ id, verdict }) => (verdict === 'match' ? [id] : []));
}

const sent = collusionSuite({ seed: 71, jpeg }).filter(({ name }) => name.endsWith('jpeg-70'));

describe('copies put together and sent, among 100,000 candidates', () => {
  test.each(sent.filter(({ name }) => /^average-[23]/.test(name)))('$name: every colluder', async (one) => {
    expect(await named(await one.apply(copies.view.slice(0, one.copies)), one.copies)).toHaveLength(one.copies);
  });

  const others = sent.filter(({ name }) => !/^average-[23]|negative/.test(name));
  test.each(others)('$name: at least one colluder, and nobody else', async (one) => {
    expect(await named(await one.apply(copies.view.slice(0, one.copies)), one.copies)).not.toEqual([]);
  });

  test.each(sent.filter(({ name }) => name.includes('negative')))('$name: nobody else', async (one) => {
    await named(await one.apply(copies.view.slice(0, one.copies)), one.copies);
  });

  test.each(sent.filter(({ name }) => /^(average|median)-3/.test(name)))('$name of the share layer', async (one) => {
    expect(await named(await one.apply(copies.share.slice(0, 3)), 3, 'share')).toHaveLength(3);
  });
});

describe('colluders who want somebody else to be named, among 100,000 candidates', () => {
  test.each(FRAMINGS)('$name: nobody else is even consistent', async ({ copies: count, make }) => {
    const chips = people.slice(0, count).map((id) => prepareChips(key, id));
    await named(make({ original, chips, copies: copies.view.slice(0, count) }), count);
  });
});

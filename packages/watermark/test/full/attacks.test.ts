import { photos } from '@wardseal/testkit/node';
import { describe, expect, test } from 'vitest';
import { decode, deriveImageKey, embed, prepareChips, trace } from '../../src/index.js';
import { attackSuite } from '../../src/testing/index.js';
import { jpeg, load } from '../node/photos.js';
import { skin, viewings } from '../pictures.js';

const imageKey = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const chips = prepareChips(imageKey, 'view-437');

describe.each([...Object.keys(photos), 'skin'])('%s at 45 dB', (name) => {
  test.each(attackSuite({ seed: 23, jpeg }))('$name', async ({ apply }) => {
    const photo = photos[name as keyof typeof photos];
    const original = photo === undefined ? skin(1024, 768, 8, 3) : await load(photo.path);
    const leaked = await apply(embed(original, { chips }).pixels);
    const report = await trace(leaked, original, { key: imageKey, candidates: viewings(1000) });
    const [hit] = report.hits;
    const lead = decode(leaked, { keys: [imageKey] });
    console.log(
      `${name}: ${report.registration.status}, z ${hit?.z.toFixed(1)}, next ${report.hits[1]?.z.toFixed(1)}, ${report.ms} ms; blind ${lead.found}, ${lead.ms} ms`,
    );
    expect(report.hits.filter((one) => one.verdict !== 'none').map((one) => one.id)).toEqual(['view-437']);
  });
});

// Writes mark-v0.json from the built package. Once a version is released its file must never change: an old mark stays
// detectable for ever, and the test holds today's code to the old file.
import { writeFileSync } from 'node:fs';
import { deriveImageKey, embed, prepareChips } from '@wardseal/watermark';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const tenantSecret = Uint8Array.from({ length: 32 }, (_, i) => i);
const imageKey = deriveImageKey(tenantSecret, 'img-0001');
const chips = ['view', 'share'].flatMap((layer) =>
  ['view-0001', 'view-0002', 'vue-é-🩺'].map((viewingId) => ({
    viewingId,
    layer,
    chips: prepareChips(imageKey, viewingId, { layer }),
  })),
);

// The picture is a formula, so that any language can make it: grey, whole numbers only.
const [width, height] = [160, 128];
const original = Uint8Array.from({ length: width * height }, (_, i) => {
  const x = i % width;
  const y = Math.floor(i / width);
  return 60 + ((x * 3 + y * 2) % 97) + ((x * x + 7 * y * y + 13 * x * y) % 23);
});
const { pixels } = embed({ data: original, width, height }, { chips: chips[0].chips });

const good = chips[0].chips;
const refused = [
  { why: 'another version', chips: { ...good, version: 'wardseal.org/mark/v1' } },
  { why: 'an unknown layer', chips: { ...good, layer: 'both' } },
  { why: 'a missing tile', chips: { version: good.version, layer: good.layer } },
  { why: 'an unknown field', chips: { ...good, key: 'x' } },
  { why: 'a tile one character short', chips: { ...good, tile: good.tile.slice(1) } },
  { why: 'a tile one byte long', chips: { ...good, tile: `${good.tile}AA` } },
  { why: 'padding', chips: { ...good, tile: `${good.tile}=` } },
  { why: 'the alphabet with plus and slash', chips: { ...good, tile: `+/${good.tile.slice(2)}` } },
  { why: 'bits beyond the last byte', chips: { ...good, tile: `${good.tile.slice(0, -1)}B` } },
];

const file = {
  about: 'wardseal.org/mark/v0, see docs/spec/mark.md',
  tenantSecret: hex(tenantSecret),
  imageId: 'img-0001',
  imageKey: hex(imageKey),
  chips,
  picture: {
    width,
    height,
    formula: '60 + (3x + 2y) mod 97 + (x^2 + 7y^2 + 13xy) mod 23, grey',
    viewingId: 'view-0001',
    marked: Buffer.from(pixels.data).toString('base64'),
  },
  refused: refused.map((one) => ({ ...one, code: 'CHIPS_INVALID' })),
};
writeFileSync(new URL('mark-v0.json', import.meta.url), `${JSON.stringify(file, null, 1)}\n`);

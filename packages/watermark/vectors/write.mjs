// Completes mark-v0.json from the built package. Chips are written anew each time; a marked picture that is already in the
// file is never written again, because an old mark stays detectable for ever, and the test holds today's code to it.
import { readFileSync, writeFileSync } from 'node:fs';
import { deriveImageKey, embed, prepareChips } from '@wardseal/watermark';

const place = new URL('mark-v0.json', import.meta.url);
const old = JSON.parse(readFileSync(place, 'utf8'));

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

// Each picture is a formula, so that any language can make it: grey, whole numbers only.
const drawn = (width, height) => {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const y = Math.floor(i / width);
    return 60 + ((x * 3 + y * 2) % 97) + ((x * x + 7 * y * y + 13 * x * y) % 23);
  });
  return { data, width, height };
};

/** A picture with these marks laid on it one after the other. */
function marked(width, height, marks) {
  const picture = marks.reduce(
    (pixels, { layer, viewingId }) =>
      embed(pixels, { chips: prepareChips(imageKey, viewingId, { layer }), layer }).pixels,
    drawn(width, height),
  );
  return { width, height, marks, marked: Buffer.from(picture.data).toString('base64') };
}

const view = { layer: 'view', viewingId: 'view-0001' };
const share = { layer: 'share', viewingId: 'view-0002' };
// 192 pixels hold a tile and half of its neighbours, so that the signs of the 'share' layer are in it.
const pictures = old.pictures ?? [marked(160, 128, [view]), marked(192, 192, [share]), marked(192, 192, [share, view])];

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
  formula: '60 + (3x + 2y) mod 97 + (x^2 + 7y^2 + 13xy) mod 23, grey',
  pictures,
  refused: refused.map((one) => ({ ...one, code: 'CHIPS_INVALID' })),
};
writeFileSync(place, `${JSON.stringify(file, null, 1)}\n`);

// Seconds per megapixel of embed, against what runs beside it here: sharp's composite of a visible overlay (no invisible
// mark) and a plain pass that writes one bit into every sample (a mark that no JPEG leaves alive). Lower bounds, not
// rivals: those are in peers.bench.ts.
import { compare, photos } from '@wardseal/testkit/node';
import { deriveImageKey, embed, prepareChips, renderOverlay } from '@wardseal/watermark';
import sharp from 'sharp';

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const chips = prepareChips(key, 'view-1');

async function photograph(width: number, height: number) {
  const { data } = await sharp(photos.flower.path)
    .resize(width, height, { fit: 'fill' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width, height };
}

function lowestBit(data: Uint8Array): Uint8Array {
  const out = data.slice();
  for (let i = 0; i < out.length; i++) if ((i & 3) !== 3) out[i] = (out[i]! & 0xfe) | ((i >> 2) & 1);
  return out;
}

const large = await photograph(4000, 3000);
const overlay = Buffer.from(
  renderOverlay({
    mode: 'tile',
    who: 'Dr Ada Example',
    role: 'Registrar',
    organisation: 'Example Trust',
    at: '2026-03-01T09:00:00Z',
    code: 'K7QX-9MPD',
    size: { width: 4000, height: 3000 },
  }),
);
const raw = { width: 4000, height: 3000, channels: 4 as const };
await compare(
  'embed a mark, 12 megapixels',
  {
    'wardseal embed': () => embed(large, { chips }),
    'sharp composite of a visible overlay': () =>
      sharp(large.data, { raw })
        .composite([{ input: overlay }])
        .raw()
        .toBuffer(),
    'a bit in every sample': () => lowestBit(large.data),
  },
  {
    unit: 'megapixel',
    perCall: 12,
    rounds: 5,
    out: 'embed',
    notes: 'Stand-ins: a visible overlay, and a mark that no JPEG leaves alive.',
  },
);

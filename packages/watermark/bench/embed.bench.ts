// Seconds per megapixel of embed, against what runs beside it. The npm package `blind-watermark` is a peer when
// PEERS_DIR names a folder in which it is installed: it brings 69 packages, among them the abandoned `request`, and is
// therefore no devDependency. Without it, the stand-ins are sharp's composite of a visible overlay (no invisible mark)
// and a plain pass that writes one bit into every sample (a mark that no JPEG leaves alive): lower bounds, not rivals.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const peers = process.env['PEERS_DIR'];
if (peers !== undefined) {
  const peer = createRequire(join(peers, 'package.json'))('blind-watermark/lib/node') as {
    addWm: (options: object) => Promise<unknown>;
  };
  const folder = mkdtempSync(join(tmpdir(), 'peer-'));
  const small = await photograph(768, 512);
  const path = join(folder, 'in.png');
  await sharp(small.data, { raw: { width: 768, height: 512, channels: 4 } })
    .png()
    .toFile(path);
  await compare(
    'embed a mark in a PNG file, 0.39 megapixels',
    {
      'wardseal embed, PNG in and out by sharp': async () => {
        const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
        const { pixels } = embed({ data, width: info.width, height: info.height }, { chips });
        await sharp(pixels.data, { raw: { width: info.width, height: info.height, channels: 4 } })
          .png()
          .toFile(join(folder, 'ours.png'));
      },
      'npm blind-watermark': () =>
        peer.addWm({ originImg: path, wm: 'view-0001', wmType: 'string', name: 'theirs', outputPath: folder }),
    },
    { unit: 'megapixel', perCall: 0.393216, rounds: 3, out: 'embed-peer', notes: 'Both read and write a PNG file.' },
  );
  rmSync(folder, { recursive: true });
}

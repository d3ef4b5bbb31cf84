// The photographs of a run: those of a folder, and made-up ones of what no folder may hold (nobody's skin, wound or eye).
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syntheticSkin } from '@wardseal/testkit';
import { photos } from '@wardseal/testkit/node';
import type { Pixels } from '@wardseal/watermark';
import sharp from 'sharp';
import { codec } from './codec.ts';
import { darkFundus, smoothSkin } from './made-up.ts';

/** What the camera that never was compressed with. */
const CAMERA_QUALITY = 92;

/** A picture by name, and how to come by its pixels: RGB, upright, sRGB. */
export interface Photograph {
  readonly name: string;
  readonly load: () => Promise<Pixels>;
}

const asPhotograph = (picture: Pixels): Promise<Pixels> => Promise.resolve(codec(picture, CAMERA_QUALITY));

/** Every picture of the folder (default: the testkit's photographs) and the made-up ones of this seed, by name. */
export function photographs(folder: string | undefined, seed: number): Photograph[] {
  const from = folder ?? dirname(photos.fundus.path);
  const files = readdirSync(from)
    .filter((file) => /\.(jpe?g|png)$/i.test(file))
    .sort();
  return [
    ...files.map((file) => ({ name: basename(file).replace(/\.\w+$/, ''), load: () => read(join(from, file)) })),
    { name: 'made-smooth-skin-0.8mp', load: () => asPhotograph(smoothSkin(1024, 768, seed)) },
    { name: 'made-smooth-skin-5mp', load: () => asPhotograph(smoothSkin(2560, 1920, seed + 1)) },
    { name: 'made-wound-0.3mp', load: () => asPhotograph(rgb(syntheticSkin(seed))) },
    { name: 'made-wound-3mp', load: () => asPhotograph(rgb(syntheticSkin(seed + 1, { width: 2048, height: 1536 }))) },
    { name: 'made-dark-fundus-1mp', load: () => asPhotograph(darkFundus(1024, seed)) },
  ];
}

async function read(path: string): Promise<Pixels> {
  // A photograph that breaks off is read as far as it goes.
  const { data, info } = await sharp(path, { failOn: 'none' })
    .rotate()
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

function rgb({ data, width, height }: Pixels): Pixels {
  return { data: data.filter((_, i) => (i & 3) !== 3), width, height };
}

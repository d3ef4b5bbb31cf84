// Folded tiles of real photographs: unmarked and marked, whole and attacked, half a megapixel at most.
import { photos } from '@wardseal/testkit/node';
import sharp from 'sharp';
import { deriveImageKey } from '../../src/derive-image-key.ts';
import { embed } from '../../src/embed.ts';
import { foldVotes } from '../../src/fold.ts';
import { canonicalLuma } from '../../src/grid.ts';
import type { Pixels } from '../../src/image.ts';
import { prepareChips } from '../../src/prepare-chips.ts';
import { judgeOf } from '../../src/register/judge.ts';
import { register } from '../../src/register/register.ts';
import { coarseLuma } from '../../src/suspect.ts';
import { attackSuite } from '../../src/testing/index.ts';
import { codec } from '../robustness/codec.ts';

/** One folded tile and where it comes from. */
export interface Folded {
  readonly photo: string;
  readonly marked: boolean;
  readonly attack: string;
  readonly key: Uint8Array;
  /** 4096 votes, row by row. */
  readonly votes: Float64Array;
}

/** The viewing that made the marks. */
export const GUILTY = 'the-guilty-one';

const LONG_SIDE = 720;
const UNMARKED = ['jpeg-70', 'photo-5'];
const MARKED = ['jpeg-50', 'crop-25', 'photo-10'];

async function load(path: string): Promise<Pixels> {
  const { data, info } = await sharp(path)
    .rotate()
    .resize(LONG_SIDE, LONG_SIDE, { fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

/** What `trace` would score codes on; null when the suspect cannot be laid on the original. */
function fold(suspect: Pixels, original: Pixels, key: Uint8Array): Float64Array | null {
  const luma = canonicalLuma(original, 3);
  const coarse = coarseLuma(suspect, 3);
  const judge = judgeOf(luma, { pixels: suspect, channels: 3, coarse }, key, 'view', () => {});
  const { found } = register(luma, coarse, judge, () => {});
  return found === null ? null : foldVotes(found.evidence.votes, 'view');
}

/** Every photograph of the testkit, unmarked and marked, after a few attacks; those that were laid on their original. */
export async function foldedTiles(only?: string): Promise<Folded[]> {
  const attacks = new Map(attackSuite({ seed: 67, jpeg: codec }).map((attack) => [attack.name, attack]));
  const out: Folded[] = [];
  for (const [photo, { path }] of Object.entries(photos)) {
    if (only !== undefined && photo !== only) continue;
    const original = await load(path);
    const key = deriveImageKey(new Uint8Array(32).fill(67), `null-${photo}`);
    const { pixels } = embed(original, { chips: prepareChips(key, GUILTY) });
    for (const [marked, picture, names] of [
      [false, original, UNMARKED],
      [true, pixels, MARKED],
    ] as const) {
      for (const attack of names) {
        const votes = fold(await attacks.get(attack)!.apply(picture), original, key);
        if (votes !== null) out.push({ photo, marked, attack, key, votes });
      }
    }
  }
  return out;
}

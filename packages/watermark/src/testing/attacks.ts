import type { Pixels } from '../image.js';
import { scribble } from './covering.js';
import { crop, flip, halfTurn, inside, quarterTurn, resize, rotate } from './geometry.js';
import { noise } from './noise.js';
import { rasterOf, type Step } from './raster.js';
import { screenPhoto } from './screen-photo.js';
import { appScreen, browserPage, phoneScreen } from './screenshot.js';
import { median, smooth } from './smooth.js';
import { brightness, contrast, gamma, greyscale } from './tone.js';

/** Encodes as JPEG 4:2:0 at a quality of 1 to 100 and decodes again. Injected: this package holds no codec. */
export type JpegRoundTrip = (pixels: Pixels, quality: number) => Pixels | Promise<Pixels>;

/** What an attack mostly does. 'messenger' scales and compresses; 'cover' writes over the picture. */
export type AttackGroup =
  | 'compression'
  | 'messenger'
  | 'crop'
  | 'geometry'
  | 'light'
  | 'noise'
  | 'cover'
  | 'screenshot'
  | 'photo';

/** Something that happens to a copy on its way. Same picture, same seed: same result. */
export interface NamedAttack {
  readonly name: string;
  readonly group: AttackGroup;
  /** True for those that start from a camera's picture, with a long side above {@link FULL_SIZE}. */
  readonly fullSize: boolean;
  readonly apply: (pixels: Pixels) => Promise<Pixels>;
}

export interface AttackOptions {
  /** Seed for offsets, corners and noise; each attack draws its own from it. Default 1. */
  readonly seed?: number;
  /** Without it the attacks that hold a JPEG are left out. */
  readonly jpeg?: JpegRoundTrip;
}

/** Long side in pixels, above which a picture counts as full size: messengers shrink to it. */
export const FULL_SIZE = 1600;

/** Makes the steps of one attack, given its seed and how to compress. */
type Recipe = (seed: number, jpeg: (quality: number) => Step) => Step[];

const messenger = (jpeg: (quality: number) => Step, quality = 70): Step[] => [inside(FULL_SIZE), jpeg(quality)];
// A screen shows a camera's picture at about this size, so that one attack serves pictures of every size.
const photo =
  (tilt: number): Recipe =>
  (seed, jpeg) => [inside(FULL_SIZE), screenPhoto({ tilt, moire: 4, blur: 1, noise: 3 }, seed), jpeg(75)];

const ANY_SIZE: readonly (readonly [string, AttackGroup, Recipe])[] = [
  ['none', 'compression', () => []],
  ['jpeg-90', 'compression', (_, jpeg) => [jpeg(90)]],
  ['jpeg-70', 'compression', (_, jpeg) => [jpeg(70)]],
  ['jpeg-50', 'compression', (_, jpeg) => [jpeg(50)]],
  ['jpeg-30', 'compression', (_, jpeg) => [jpeg(30)]],
  ['resize-0.5', 'geometry', () => [resize(0.5)]],
  ['wa-0.4', 'messenger', (_, jpeg) => [resize(0.4), jpeg(70)]],
  ['wa-0.62', 'messenger', (_, jpeg) => [resize(0.62), jpeg(70)]],
  ['wa-twice', 'messenger', (_, jpeg) => [resize(0.62), jpeg(70), jpeg(60)]],
  ['crop-10', 'crop', (seed) => [crop(0.1, seed)]],
  ['crop-25', 'crop', (seed) => [crop(0.25, seed)]],
  ['crop-50', 'crop', (seed) => [crop(0.5, seed)]],
  ['crop-75', 'crop', (seed) => [crop(0.75, seed)]],
  ['crop-25-wa-0.62', 'crop', (seed, jpeg) => [crop(0.25, seed), resize(0.62), jpeg(70)]],
  ['rotate-1', 'geometry', () => [rotate(1)]],
  ['rotate-2', 'geometry', () => [rotate(2)]],
  ['rotate-5', 'geometry', () => [rotate(5)]],
  ['rotate-90', 'geometry', () => [quarterTurn]],
  ['rotate-180', 'geometry', () => [halfTurn]],
  ['flip', 'geometry', () => [flip]],
  ['brightness-1.2', 'light', () => [brightness(1.2)]],
  ['brightness-0.8', 'light', () => [brightness(0.8)]],
  ['contrast-1.2', 'light', () => [contrast(1.2)]],
  ['contrast-0.8', 'light', () => [contrast(0.8)]],
  ['gamma-0.7', 'light', () => [gamma(0.7)]],
  ['gamma-1.5', 'light', () => [gamma(1.5)]],
  ['greyscale', 'light', () => [greyscale]],
  ['noise-5', 'noise', (seed) => [noise(5, seed)]],
  ['noise-15', 'noise', (seed) => [noise(15, seed)]],
  ['blur-1', 'noise', () => [smooth(1)]],
  ['blur-2', 'noise', () => [smooth(2)]],
  ['median-3', 'noise', () => [median(3)]],
  ['median-5', 'noise', () => [median(5)]],
  ['overlay', 'cover', (seed) => [scribble(seed)]],
  // What is shown enlarged on a finer screen.
  ['resize-1.25', 'screenshot', () => [resize(1.25)]],
  ['app-screenshot-0.6', 'screenshot', () => [resize(0.6), appScreen]],
  ['photo-5', 'photo', photo(0.05)],
  ['photo-10', 'photo', photo(0.1)],
  [
    'photo-10-hard',
    'photo',
    (seed, jpeg) => [inside(FULL_SIZE), screenPhoto({ tilt: 0.1, moire: 8, blur: 1.6, noise: 6 }, seed), jpeg(60)],
  ],
];

const CAMERA_SIZE: typeof ANY_SIZE = [
  ['1600-jpeg-70', 'messenger', (_, jpeg) => messenger(jpeg)],
  ['1600-jpeg-50', 'messenger', (_, jpeg) => messenger(jpeg, 50)],
  ['sent-twice', 'messenger', (_, jpeg) => [...messenger(jpeg), inside(1280), jpeg(60)]],
  ['crop-25-1600-jpeg-70', 'crop', (seed, jpeg) => [crop(0.25, seed), ...messenger(jpeg)]],
  ['crop-50-1600-jpeg-70', 'crop', (seed, jpeg) => [crop(0.5, seed), ...messenger(jpeg)]],
  ['crop-75-1600-jpeg-70', 'crop', (seed, jpeg) => [crop(0.75, seed), ...messenger(jpeg)]],
  ['rotate-2-1600-jpeg-70', 'geometry', (_, jpeg) => [rotate(2), ...messenger(jpeg)]],
  ['phone-screenshot', 'screenshot', (_, jpeg) => [...messenger(jpeg), phoneScreen]],
  ['browser-screenshot', 'screenshot', (seed) => [browserPage(seed)]],
  ['overlay-1600-jpeg-70', 'cover', (seed, jpeg) => [scribble(seed), ...messenger(jpeg)]],
];

/**
 * What a leaked copy usually goes through: compression, messengers, cropping, turning, mirroring, changes of light,
 * noise, blur, writing over it, screenshots and photographs of a screen, alone and together. For repeating the benchmark
 * on one's own photographs; a different `seed` draws other offsets, corners and noise.
 *
 * @example
 * const attacks = attackSuite({ seed: 7 });
 * const leaked = await attacks[0].apply(marked);
 */
export function attackSuite(options: AttackOptions = {}): NamedAttack[] {
  const { seed = 1, jpeg } = options;
  const all = [
    ...ANY_SIZE.map((entry) => ({ entry, fullSize: false })),
    ...CAMERA_SIZE.map((entry) => ({ entry, fullSize: true })),
  ];
  return all.flatMap(({ entry: [name, group, recipe], fullSize }) => {
    let needsCodec = false;
    const steps = recipe(ownSeed(seed, name), (quality) => {
      needsCodec = true;
      return async (raster) => rasterOf(await jpeg!(raster, quality));
    });
    if (needsCodec && jpeg === undefined) return [];
    const apply = async (pixels: Pixels): Promise<Pixels> => {
      let raster = rasterOf(pixels);
      for (const step of steps) raster = await step(raster);
      return { data: raster.data, width: raster.width, height: raster.height };
    };
    return [{ name, group, fullSize, apply }];
  });
}

/** FNV-1a over the name, from the seed, so that no two attacks share their offsets. */
export function ownSeed(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

// The rows of the goal table: what is asked of which attacks on which pictures.
import { FULL_SIZE } from '@wardseal/watermark/testing';
import type { Case } from './case.ts';

/** Sizes of originals. 'tiny' lies below what the goals speak of and is reported only. */
export type SizeClass = 'tiny' | 'small' | 'medium' | 'full';
export const SIZES: readonly SizeClass[] = ['tiny', 'small', 'medium', 'full'];
export const SIZE_NAMES: Readonly<Record<SizeClass, string>> = {
  tiny: 'below 0.2 MP',
  small: '0.2 to 0.8 MP',
  medium: `from 0.8 MP, up to ${FULL_SIZE} px`,
  full: `above ${FULL_SIZE} px`,
};

export function sizeOf({ width, height }: { readonly width: number; readonly height: number }): SizeClass {
  if (width * height < 200_000) return 'tiny';
  // A picture of 1024 by 768 counts as 0.8 megapixels, as its makers say.
  if (width * height < 780_000) return 'small';
  return Math.max(width, height) > FULL_SIZE ? 'full' : 'medium';
}

export interface Goal {
  readonly title: string;
  /** Share that must be right, 0 to 1; undefined: reported as measured. */
  readonly informed?: number;
  readonly blind?: number;
  readonly takes: (one: Case) => boolean;
}

const large = (one: Case): boolean => ['medium', 'full'].includes(sizeOf(one));
const among =
  (...names: string[]) =>
  (one: Case): boolean =>
    large(one) && names.includes(one.attack);
/** Width at which the picture is shown in a screenshot, in pixels; 0 for other attacks. */
const shown = ({ attack, width }: Case): number =>
  ({
    'phone-screenshot': 1080,
    'browser-screenshot': 720,
    'resize-1.25': 1.25 * width,
    'app-screenshot-0.6': 0.6 * width,
  })[attack] ?? 0;

const TURNS = ['rotate-1', 'rotate-2', 'rotate-5', 'rotate-90', 'rotate-180', 'flip', 'rotate-2-1600-jpeg-70'];
const LIGHT = [
  'brightness-1.2',
  'brightness-0.8',
  'contrast-1.2',
  'contrast-0.8',
  'gamma-0.7',
  'gamma-1.5',
  'greyscale',
];
const NOISE = ['noise-5', 'noise-15', 'blur-1', 'blur-2', 'median-3', 'median-5'];

/** From 0.8 megapixels on, then the small ones. A case may count in one row only. */
export const GOALS: readonly Goal[] = [
  { title: '1600 px, JPEG 70', informed: 1, blind: 1, takes: among('1600-jpeg-70') },
  { title: '1600 px, JPEG 50; sent twice', informed: 0.99, blind: 0.99, takes: among('1600-jpeg-50', 'sent-twice') },
  { title: 'crop 25 %, then 1600 px, JPEG 70', informed: 1, blind: 0.99, takes: among('crop-25-1600-jpeg-70') },
  { title: 'crop 50 %, then 1600 px, JPEG 70', informed: 1, blind: 0.98, takes: among('crop-50-1600-jpeg-70') },
  { title: 'crop 75 %, then 1600 px, JPEG 70', informed: 0.98, blind: 0.9, takes: among('crop-75-1600-jpeg-70') },
  { title: 'turns to 5°, 90°, 180°, mirror', informed: 1, blind: 1, takes: among(...TURNS) },
  { title: 'brightness, contrast, gamma, grey', informed: 1, blind: 1, takes: among(...LIGHT) },
  { title: 'noise, blur, median', informed: 1, blind: 1, takes: among(...NOISE) },
  { title: 'text and a bar over it', informed: 1, blind: 1, takes: among('overlay', 'overlay-1600-jpeg-70') },
  { title: 'screenshots, 720 px wide or more', informed: 1, blind: 1, takes: (one) => large(one) && shown(one) >= 720 },
  { title: 'photographed screen, 5 %', informed: 0.99, blind: 0.6, takes: among('photo-5') },
  { title: 'photographed screen, 10 %', informed: 0.98, takes: among('photo-10') },
  { title: 'photographed screen, 10 %, hard', informed: 0.9, takes: among('photo-10-hard') },
  { title: 'as marked; JPEG 90 to 30', takes: among('none', 'jpeg-90', 'jpeg-70', 'jpeg-50', 'jpeg-30') },
  { title: 'scaled by 0.4 to 0.62, JPEG 70; halved', takes: among('resize-0.5', 'wa-0.4', 'wa-0.62', 'wa-twice') },
  {
    title: 'crops of 10 to 75 %, as they are or scaled by 0.62',
    takes: among('crop-10', 'crop-25', 'crop-50', 'crop-75', 'crop-25-wa-0.62'),
  },
  { title: 'screenshots, less than 720 px wide', takes: (one) => large(one) && shown(one) > 0 && shown(one) < 720 },
  { title: 'small pictures, 0.2 to 0.8 MP: the whole suite', informed: 0.95, takes: (one) => sizeOf(one) === 'small' },
  { title: 'pictures below 0.2 MP: the whole suite', takes: (one) => sizeOf(one) === 'tiny' },
];

export type { MarkedPixels, Pixels } from '../image.js';
export type { Overlay } from '../overlay.js';
export { paint } from './paint.js';
export { type PictureSource, pixelsOf } from './pixels-of.js';

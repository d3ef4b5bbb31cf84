export type { MarkedPixels, Pixels } from '../image.js';
export type { Overlay } from '../overlay.js';
export type { Format } from './formats.js';
export { type MarkedFile, type MarkFileOptions, markFile } from './mark-file.js';
export { readPicture } from './read-picture.js';
export { DEFAULT_QUALITY, MIN_QUALITY, type OutputOptions, writePicture } from './write-picture.js';

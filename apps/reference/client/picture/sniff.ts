import { PictureError } from './picture-error.js';

export type PictureType = 'image/jpeg' | 'image/png';

const HEIC =
  'This is a HEIC picture, which many hospital systems cannot show. On an iPhone choose Settings, Camera, Formats, Most Compatible, and take it again.';

/** First bytes of what people pick by mistake, so that the refusal can say what the file is. */
const OTHERS: readonly { at: number; magic: string; name: string; advice?: string }[] = [
  { at: 4, magic: 'ftyphei', name: 'HEIC', advice: HEIC },
  { at: 4, magic: 'ftyphev', name: 'HEIC', advice: HEIC },
  { at: 4, magic: 'ftypmif1', name: 'HEIC', advice: HEIC },
  { at: 4, magic: 'ftypavif', name: 'AVIF' },
  { at: 4, magic: 'ftyp', name: 'video', advice: 'This is a video. Send it as a video, not as a picture.' },
  { at: 0, magic: 'GIF8', name: 'GIF' },
  { at: 8, magic: 'WEBP', name: 'WebP' },
  { at: 0, magic: 'II*\0', name: 'TIFF or camera RAW' },
  { at: 0, magic: 'MM\0*', name: 'TIFF or camera RAW' },
  { at: 0, magic: 'BM', name: 'BMP' },
  { at: 0, magic: '%PDF', name: 'PDF', advice: 'This is a PDF, not a picture. Link to the record instead.' },
  { at: 0, magic: 'PK\x03\x04', name: 'ZIP or office document' },
  { at: 0, magic: '<', name: 'SVG, HTML or XML' },
];

/**
 * Tells what a file is by its content, never by its name.
 *
 * @throws PictureError `PICTURE_EMPTY`, or `PICTURE_UNSUPPORTED` for all but JPEG and PNG.
 */
export function sniff(bytes: Uint8Array): PictureType {
  if (bytes.length === 0) throw new PictureError('PICTURE_EMPTY', 'file is empty');
  if (startsWith(bytes, 0, '\xff\xd8\xff')) return 'image/jpeg';
  if (startsWith(bytes, 0, '\x89PNG\r\n\x1a\n')) return 'image/png';
  const other = OTHERS.find(({ at, magic }) => startsWith(bytes, at, magic));
  const options = other?.advice === undefined ? {} : { advice: other.advice };
  throw new PictureError('PICTURE_UNSUPPORTED', `file is ${other?.name ?? 'of no known picture type'}`, options);
}

/** Whether the bytes at `at` are the Latin-1 text `magic`. */
export function startsWith(bytes: Uint8Array, at: number, magic: string): boolean {
  if (at + magic.length > bytes.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}

/** What can be written. */
export type Format = 'jpeg' | 'png' | 'webp' | 'avif';
/** What can be read, as far as sharp's build on this machine has the decoder: HEIC is in none of its ready-made ones. */
export type Source = Format | 'heic' | 'tiff' | 'gif';

/** Longest side that a format can hold, in pixels. */
export const SIDES: Readonly<Record<Format, number>> = { jpeg: 65_535, png: 65_535, webp: 16_383, avif: 16_384 };

const ascii = (file: Uint8Array, from: number, text: string): boolean =>
  [...text].every((sign, i) => file[from + i] === sign.codePointAt(0));

/**
 * The format a file begins as, or null. Only these ever reach a decoder: no SVG or PDF, which name other files, and
 * none of the rare ones, which are less tried against hostile input.
 */
export function sniff(file: Uint8Array): Source | null {
  if (ascii(file, 0, '\xff\xd8\xff')) return 'jpeg';
  if (ascii(file, 0, '\x89PNG\r\n\x1a\n')) return 'png';
  if (ascii(file, 0, 'RIFF') && ascii(file, 8, 'WEBP')) return 'webp';
  if (ascii(file, 0, 'GIF8')) return 'gif';
  if (ascii(file, 0, 'II*\0') || ascii(file, 0, 'MM\0*')) return 'tiff';
  // The first box is short. Four letters in place of its length could open an SVG: `<!--ftypavif--><svg ...`.
  if (!ascii(file, 0, '\0\0') || !ascii(file, 4, 'ftyp')) return null;
  if (ascii(file, 8, 'avif')) return 'avif';
  return ['heic', 'heix', 'heim', 'heis', 'mif1'].some((brand) => ascii(file, 8, brand)) ? 'heic' : null;
}

/** Whether a PNG states an animation, of which decoders show the first frame alone: `acTL` stands before the samples. */
export function isAnimatedPng(file: Uint8Array): boolean {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = 8; at + 8 <= file.length && !ascii(file, at + 4, 'IDAT'); at += 12 + view.getUint32(at)) {
    if (ascii(file, at + 4, 'acTL')) return true;
  }
  return false;
}

/**
 * The format a marked copy is written in unless told otherwise: that of its source where the mark lives in it, else PNG,
 * but JPEG for a HEIC photograph. A picture with transparency never becomes a JPEG, which has none.
 */
export function formatFor(source: Source, transparent: boolean): Format {
  if (source === 'tiff' || source === 'gif') return 'png';
  const format = source === 'heic' ? 'jpeg' : source;
  return format === 'jpeg' && transparent ? 'png' : format;
}

import type { Jpeg } from './jpeg.js';

/** A marker segment with its length (T.81 B.1.1.4). */
export function segment(marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  return join([Uint8Array.of(0xff, marker, length >> 8, length & 255), body]);
}

/** Bytes one after the other, as one copy. */
export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

/** JFIF 1.01, square pixels, no thumbnail: says "YCbCr" or "grey" and nothing else. */
const JFIF = Uint8Array.of(...ascii('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0);

/** The Adobe segment with all but its colour transform at zero. */
const adobe = (transform: number): Uint8Array => Uint8Array.of(...ascii('Adobe'), 0, 100, 0, 0, 0, 0, transform);

/** Writes the clean file: SOI, one segment that names the colours, the picture, EOI. */
export function writeJpeg(jpeg: Jpeg): Uint8Array<ArrayBuffer> {
  const header = jpeg.colour === 'rgb' ? segment(0xee, adobe(0)) : segment(0xe0, JFIF);
  return join([Uint8Array.of(0xff, 0xd8), header, ...jpeg.picture, Uint8Array.of(0xff, 0xd9)]);
}

/**
 * Writes the file a codec may decode: the picture with its colour profile and colour naming, and no other metadata,
 * so that no codec ever parses what a stranger wrote into EXIF or XMP, and none turns the picture by itself.
 */
export function writeForCodec(jpeg: Jpeg, icc: Uint8Array | null): Uint8Array<ArrayBuffer> {
  const header: Uint8Array[] = [Uint8Array.of(0xff, 0xd8)];
  if (jpeg.naming.jfif) header.push(segment(0xe0, JFIF));
  if (jpeg.naming.adobe !== null) header.push(segment(0xee, adobe(jpeg.naming.adobe)));
  const size = 65_519;
  const count = Math.ceil((icc?.length ?? 0) / size);
  for (let i = 0; i < count; i++) {
    const part = icc!.subarray(i * size, (i + 1) * size);
    header.push(segment(0xe2, join([Uint8Array.of(...ascii('ICC_PROFILE\0'), i + 1, count), part])));
  }
  return join([...header, ...jpeg.picture, Uint8Array.of(0xff, 0xd9)]);
}

/**
 * Writes pictures full of metadata, so that a test can see whether any of it is left. Every planted block holds
 * `MARK`, and a number of its own.
 */
import type { Orientation } from '../../client/picture/exif-orientation.js';

export const MARK = 'PLANTED-';

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const be16 = (n: number): number[] => [(n >> 8) & 255, n & 255];
const be32 = (n: number): number[] => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];

export function concat(...parts: (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const segment = (marker: number, body: readonly number[]): number[] => [
  0xff,
  marker,
  ...be16(body.length + 2),
  ...body,
];

/** EXIF as cameras write it: IFD0 with orientation and pointers, Exif IFD with a maker note, GPS, IFD1 thumbnail. */
export function exifBlock(
  orientation: Orientation,
  options: { little?: boolean; interop?: 'R98' | 'R03'; bare?: boolean } = {},
): number[] {
  const little = options.little ?? false;
  const u16 = (n: number): number[] => (little ? be16(n).reverse() : be16(n));
  const u32 = (n: number): number[] => (little ? be32(n).reverse() : be32(n));
  const entry = (tag: number, type: number, count: number, value: number[]): number[] => {
    const padded = [...value, 0, 0, 0, 0].slice(0, 4);
    return [...u16(tag), ...u16(type), ...u32(count), ...padded];
  };
  const directory = (entries: number[][], next: number): number[] => [
    ...u16(entries.length),
    ...entries.flat(),
    ...u32(next),
  ];
  const note = ascii(`${MARK}maker-note 51.5007N`);
  // Every part has a fixed size, so its place is known before it is written.
  const main = 8;
  const exif = main + 2 + 4 * 12 + 4;
  const gps = exif + 2 + 2 * 12 + 4;
  const interop = gps + 2 + 2 * 12 + 4;
  const thumbnail = interop + 2 + 12 + 4;
  const data = thumbnail + 2 + 12 + 4;
  if (options.bare === true) {
    return [
      ...ascii(little ? 'II' : 'MM'),
      ...u16(42),
      ...u32(8),
      ...directory([entry(0x0112, 3, 1, u16(orientation))], 0),
    ];
  }
  return [
    ...ascii(little ? 'II' : 'MM'),
    ...u16(42),
    ...u32(main),
    ...directory(
      [
        entry(0x0110, 2, note.length, u32(data)),
        entry(0x0112, 3, 1, u16(orientation)),
        entry(0x8769, 4, 1, u32(exif)),
        entry(0x8825, 4, 1, u32(gps)),
      ],
      thumbnail,
    ),
    ...directory([entry(0x927c, 7, note.length, u32(data)), entry(0xa005, 4, 1, u32(interop))], 0),
    ...directory([entry(0x0001, 2, 2, ascii('N\0')), entry(0x0002, 5, 3, u32(data))], 0),
    ...directory([entry(0x0001, 2, 4, ascii(`${options.interop ?? 'R98'}\0`))], 0),
    ...directory([entry(0x0201, 4, 1, u32(data))], 0),
    ...note,
  ];
}

/** A three-primary ICC profile with a plain gamma, its description planted. */
export function matrixProfile(
  columns: readonly (readonly number[])[],
  gamma: number | 'srgb' | 'srgb as Chromium writes it' | 'table',
): number[] {
  const fixed = (values: readonly number[]): number[] => values.flatMap((value) => be32(Math.round(value * 65536)));
  const description = [...ascii('desc'), 0, 0, 0, 0, ...be32(28), ...ascii(`${MARK}icc-description`.padEnd(28, '.'))];
  const foot = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];
  const curves = {
    srgb: [...ascii('para'), 0, 0, 0, 0, 0, 3, 0, 0, ...fixed(foot)],
    'srgb as Chromium writes it': [...ascii('para'), 0, 0, 0, 0, 0, 4, 0, 0, ...fixed([...foot, 0, 0])],
    table: [
      ...ascii('curv'),
      0,
      0,
      0,
      0,
      ...be32(256),
      ...Array.from({ length: 256 }, (_, i) => be16(Math.round((i / 255) ** 2.2 * 65535))).flat(),
    ],
  };
  const plain = (value: number): number[] => [
    ...ascii('curv'),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    ...be16(Math.round(value * 256)),
    0,
    0,
  ];
  const curve = typeof gamma === 'number' ? plain(gamma) : curves[gamma];
  const xyz = (values: readonly number[]): number[] => [...ascii('XYZ '), 0, 0, 0, 0, ...fixed(values)];
  const bodies: [string, number[]][] = [
    ['desc', description],
    ['wtpt', xyz([0.9642, 1, 0.8249])],
    ['rXYZ', xyz(columns[0]!)],
    ['gXYZ', xyz(columns[1]!)],
    ['bXYZ', xyz(columns[2]!)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  let at = 132 + bodies.length * 12;
  const index: number[] = [];
  for (const [name, body] of bodies) {
    index.push(...ascii(name), ...be32(at), ...be32(body.length));
    at += body.length;
  }
  const header = new Array<number>(128).fill(0);
  header.splice(0, 4, ...be32(at));
  header.splice(8, 4, 2, 0x40, 0, 0);
  header.splice(12, 12, ...ascii('mntrRGB XYZ '));
  header.splice(36, 4, ...ascii('acsp'));
  header.splice(68, 12, ...fixed([0.9642, 1, 0.8249]));
  return [...header, ...be32(bodies.length), ...index, ...bodies.flatMap(([, body]) => body)];
}

/** Primaries adapted to D50, as columns. */
export const SRGB_PRIMARIES = [
  [0.4361, 0.2225, 0.0139],
  [0.3851, 0.7169, 0.0971],
  [0.1431, 0.0606, 0.7141],
] as const;
export const P3_PRIMARIES = [
  [0.5151, 0.2412, -0.0011],
  [0.292, 0.6922, 0.0419],
  [0.1571, 0.0666, 0.7841],
] as const;

export const iccSegments = (profile: readonly number[], size = 60_000): number[] => {
  const count = Math.ceil(profile.length / size);
  return Array.from({ length: count }, (_, i) =>
    segment(0xe2, [...ascii('ICC_PROFILE\0'), i + 1, count, ...profile.slice(i * size, (i + 1) * size)]),
  ).flat();
};

/** Every kind of segment that carries metadata or a stowaway, by the name `strip` gives it. */
export const SEGMENTS: Readonly<Record<string, readonly number[]>> = {
  exif: segment(0xe1, [...ascii('Exif\0\0'), ...exifBlock(1)]),
  xmp: segment(0xe1, ascii(`http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${MARK}xmp</x:xmpmeta>`)),
  'extended xmp': segment(0xe1, ascii(`http://ns.adobe.com/xmp/extension/\0${MARK}extended-xmp`)),
  iptc: segment(0xed, ascii(`Photoshop 3.0\x008BIM${MARK}iptc`)),
  'srgb icc': iccSegments(matrixProfile(SRGB_PRIMARIES, 'srgb')),
  'multi-picture': segment(0xe2, ascii(`MPF\0${MARK}mpf`)),
  flashpix: segment(0xe2, ascii(`FPXR\0${MARK}flashpix`)),
  'content credentials': segment(0xeb, ascii(`JP${MARK}jumbf`)),
  comment: segment(0xfe, ascii(`${MARK}<script>alert(1)</script><?php ?>`)),
  'jfif thumbnail': segment(0xe0, ascii(`JFXX\0\x10${MARK}thumbnail`)),
  'samsung e4': segment(0xe4, ascii(`${MARK}e4`)),
  'ducky ec': segment(0xec, ascii(`Ducky${MARK}`)),
  'unknown e9': segment(0xe9, ascii(`${MARK}e9 PK\x03\x04`)),
  'odd adobe': segment(0xee, ascii(`NotAdobe${MARK}`)),
};

/** The segments of a JPEG up to its first scan, without SOI, and the rest. */
export function splitJpeg(jpeg: Uint8Array): { head: Uint8Array[]; rest: Uint8Array } {
  const head: Uint8Array[] = [];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + ((jpeg[at + 2]! << 8) | jpeg[at + 3]!);
    head.push(jpeg.subarray(at, end));
    at = end;
  }
  return { head, rest: jpeg.subarray(at) };
}

/** Puts whole segments right after SOI. */
export const withSegments = (jpeg: Uint8Array, ...segments: (readonly number[])[]): Uint8Array<ArrayBuffer> =>
  concat(jpeg.subarray(0, 2), ...segments, jpeg.subarray(2));

export const chunk = (type: string, body: readonly number[] | Uint8Array): number[] => {
  const named = [...ascii(type), ...body];
  let crc = 0xffffffff;
  for (const byte of named) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return [...be32(body.length), ...named, ...be32((crc ^ 0xffffffff) >>> 0)];
};

export interface PngChunk {
  type: string;
  body: Uint8Array;
}

export function splitPng(png: Uint8Array): PngChunk[] {
  const view = new DataView(png.buffer, png.byteOffset);
  const chunks: PngChunk[] = [];
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    chunks.push({
      type: String.fromCharCode(...png.subarray(at + 4, at + 8)),
      body: png.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

export const joinPng = (chunks: readonly PngChunk[]): Uint8Array<ArrayBuffer> =>
  concat([0x89, ...ascii('PNG\r\n\x1a\n')], ...chunks.map(({ type, body }) => chunk(type, body)));

/** Puts chunks after IHDR. */
export const withChunks = (png: Uint8Array, ...extra: PngChunk[]): Uint8Array<ArrayBuffer> => {
  const [header, ...rest] = splitPng(png);
  return joinPng([header!, ...extra, ...rest]);
};

/** Whether the Latin-1 text occurs anywhere in the bytes. */
export function holds(bytes: Uint8Array, text: string): boolean {
  const want = ascii(text);
  for (let at = bytes.indexOf(want[0]!); at !== -1; at = bytes.indexOf(want[0]!, at + 1)) {
    if (want.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

export { ascii };

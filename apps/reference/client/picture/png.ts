import { type ExifFacts, type Orientation, readExif } from './exif-orientation.js';
import { isSrgbProfile } from './icc.js';
import { checkInflates, deflated, inflated } from './inflate.js';
import { checkSize, MAX_BYTES, MAX_SEGMENTS } from './limits.js';
import { PictureError } from './picture-error.js';

/** A PNG taken apart: what it looks like, what it carried, and the chunks that make its pixels. */
export interface Png {
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Says it is sRGB, or says nothing, which viewers show as sRGB. */
  readonly srgb: boolean;
  readonly icc: Uint8Array | null;
  /** Kinds of metadata met, sorted; never a value. */
  readonly carried: readonly string[];
  /** IHDR, then gAMA and cHRM where they alone say the colours, PLTE, tRNS, IDAT. */
  readonly picture: readonly Chunk[];
}

interface Chunk {
  readonly type: string;
  readonly body: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Samples a pixel and the bit depths allowed, by colour type (PNG 11.2.1). */
const COLOUR_TYPES: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/** First column and row, and steps, of each Adam7 pass (PNG 8.1). */
const ADAM7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Largest decompressed colour profile; a profile is rarely above 1 MB. */
const MAX_PROFILE = 4 * 1024 * 1024;

const malformed = (what: string, cause?: unknown): PictureError =>
  new PictureError('PICTURE_MALFORMED', what, { cause });

/** What the dropped chunks are called in the list of what was removed. */
const KINDS: Readonly<Record<string, string>> = {
  eXIf: 'exif',
  iCCP: 'icc',
  tEXt: 'text',
  zTXt: 'text',
  iTXt: 'text',
  tIME: 'time',
  caBX: 'content-credentials',
  acTL: 'animation',
  fcTL: 'animation',
  fdAT: 'animation',
};

/** Chunks that say only how to show the very same pixels; dropping them removes nothing about a person. */
const PLAIN = new Set(['sRGB', 'gAMA', 'cHRM', 'cICP', 'sBIT', 'bKGD', 'pHYs', 'hIST']);

/**
 * Takes a PNG (W3C PNG third edition) apart by an allow-list of chunks; every checksum is checked, and the pixel
 * data is inflated (and thrown away) to see that it is whole and that nothing follows it.
 *
 * @throws PictureError `PICTURE_TRUNCATED`, `PICTURE_MALFORMED`, `PICTURE_TOO_LARGE`
 */
export async function parsePng(bytes: Uint8Array): Promise<Png> {
  const carried = new Set<string>();
  const { chunks, end } = readChunks(bytes);
  if (end < bytes.length) carried.add('data-after-end');
  const find = (type: string): Uint8Array | null => chunks.find((chunk) => chunk.type === type)?.body ?? null;
  const data = chunks.filter(({ type }) => type === 'IDAT');
  const palette = find('PLTE');
  const alpha = find('tRNS');
  const header = readHeader(chunks[0]!, palette, alpha);
  if (data.length === 0) throw new PictureError('PICTURE_TRUNCATED', 'no pixel data');
  for (const { type } of chunks) {
    const critical = (type.charCodeAt(0) & 0x20) === 0;
    if (critical && !['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type)) throw malformed('unknown critical chunk');
    if (!critical && type !== 'tRNS' && !PLAIN.has(type)) carried.add(KINDS[type] ?? 'application-data');
  }

  const exif = find('eXIf');
  const facts: ExifFacts | null = exif === null ? null : readExif(exif);
  for (const kind of facts?.kinds ?? []) carried.add(kind);
  const cicp = find('cICP');
  // Newer viewers follow cICP and older ones do not, so a colour space other than sRGB would depend on the viewer.
  if (cicp !== null && !SRGB_CICP.every((value, i) => cicp[i] === value)) {
    throw new PictureError('PICTURE_UNSUPPORTED', 'PNG in a video colour space');
  }
  const icc = await readProfile(find('iCCP'));
  const srgb = icc === null ? find('sRGB') !== null || nearSrgb(find('gAMA'), find('cHRM')) : isSrgbProfile(icc);

  await checkInflates(
    data.map(({ body }) => body),
    header.rawBytes,
    filterCheck(header.passes),
  );
  const picture: Chunk[] = [chunks[0]!];
  for (const type of ['gAMA', 'cHRM']) {
    const body = find(type);
    if (!srgb && icc === null && body !== null) picture.push({ type, body });
  }
  if (palette !== null && header.colourType === 3) picture.push({ type: 'PLTE', body: palette });
  if (alpha !== null) picture.push({ type: 'tRNS', body: alpha });
  picture.push(...data);
  return {
    width: header.width,
    height: header.height,
    orientation: facts?.orientation ?? 1,
    srgb,
    icc,
    carried: [...carried].sort(),
    picture,
  };
}

function readChunks(bytes: Uint8Array): { chunks: Chunk[]; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const truncated = (): PictureError => new PictureError('PICTURE_TRUNCATED', 'file ends before the picture does');
  const chunks: Chunk[] = [];
  const once = new Set<string>();
  let at = 8;
  for (;;) {
    if (at + 12 > bytes.length) throw truncated();
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type) || length > MAX_BYTES) throw malformed('bad chunk');
    if (at + 12 + length > bytes.length) throw truncated();
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw malformed('chunk checksum does not match');
    }
    if (chunks.length === 0 && type !== 'IHDR') throw malformed('first chunk is not the header');
    const last = chunks.at(-1)?.type;
    if (type === 'IDAT' ? once.has('IDAT') && last !== 'IDAT' : once.has(type) && isSingle(type)) {
      throw malformed(`chunk out of order`);
    }
    if ((type === 'PLTE' || type === 'tRNS') && once.has('IDAT')) throw malformed('chunk out of order');
    if (type === 'PLTE' && once.has('tRNS')) throw malformed('chunk out of order');
    if (chunks.length > MAX_SEGMENTS) throw malformed('too many chunks');
    once.add(type);
    chunks.push({ type, body: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
    if (type === 'IEND') return { chunks, end: at };
  }
}

const isSingle = (type: string): boolean =>
  ['IHDR', 'PLTE', 'tRNS', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP', 'eXIf'].includes(type);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
  /** Bytes of filtered pixel rows after decompression. */
  readonly rawBytes: number;
  /** How many rows each pass has, and bytes of one, its filter's included. */
  readonly passes: readonly Pass[];
}

interface Pass {
  readonly rows: number;
  readonly rowBytes: number;
}

/** Looks at the byte before each row: no viewer shows a picture with a filter above 4 (PNG 9.2). */
function filterCheck(passes: readonly Pass[]): (piece: Uint8Array) => void {
  let pass = 0;
  let row = 0;
  let next = 0;
  let seen = 0;
  return (piece) => {
    while (pass < passes.length && next < seen + piece.length) {
      if (piece[next - seen]! > 4) throw malformed('pixel row with an unknown filter');
      const { rows, rowBytes } = passes[pass]!;
      next += rowBytes;
      if (++row < rows) continue;
      row = 0;
      pass++;
    }
    seen += piece.length;
  };
}

function readHeader({ body }: Chunk, palette: Uint8Array | null, alpha: Uint8Array | null): Header {
  if (body.length !== 13) throw malformed('bad header');
  const view = new DataView(body.buffer, body.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = body.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const kind = COLOUR_TYPES[colourType];
  if (kind === undefined || !kind.depths.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw malformed('bad header');
  }
  checkSize(width, height);
  const colours = (palette?.length ?? 0) / 3;
  if (colourType === 3 && !(colours >= 1 && colours <= 2 ** depth)) throw malformed('bad palette');
  if (!Number.isInteger(colours)) throw malformed('bad palette');
  if (alpha !== null) {
    const fits = { 0: alpha.length === 2, 2: alpha.length === 6, 3: alpha.length <= colours }[colourType] ?? false;
    if (!fits) throw malformed('bad transparency');
  }
  const passes = interlace === 1 ? ADAM7 : ([[0, 0, 1, 1]] as const);
  const rowsOf: Pass[] = [];
  for (const [left, top, right, down] of passes) {
    const columns = Math.ceil((width - left) / right);
    const rows = Math.ceil((height - top) / down);
    if (columns > 0 && rows > 0) rowsOf.push({ rows, rowBytes: 1 + Math.ceil((columns * depth * kind.samples) / 8) });
  }
  const rawBytes = rowsOf.reduce((sum, { rows, rowBytes }) => sum + rows * rowBytes, 0);
  return { width, height, colourType, rawBytes, passes: rowsOf };
}

/** iCCP: a name of up to 79 characters, 0, method 0, then the profile in zlib form (PNG 11.3.2.3). */
async function readProfile(body: Uint8Array | null): Promise<Uint8Array | null> {
  if (body === null) return null;
  const nameEnd = body.indexOf(0);
  if (nameEnd < 1 || nameEnd > 79 || body[nameEnd + 1] !== 0) throw malformed('colour profile is damaged');
  return inflated(body.subarray(nameEnd + 2), MAX_PROFILE);
}

/** H.273: primaries 1 (BT.709), transfer 13 (sRGB), matrix 0 (RGB), full range. */
const SRGB_CICP = [1, 13, 0, 1];

/** sRGB as gAMA and cHRM would say it (PNG 11.3.2.1 and 11.3.2.2), in hundred-thousandths. */
const SRGB_GAMMA = [45_455];
const SRGB_PRIMARIES = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];

function nearSrgb(gamma: Uint8Array | null, primaries: Uint8Array | null): boolean {
  const near = (body: Uint8Array, want: readonly number[], tolerance: number): boolean => {
    if (body.length !== want.length * 4) return false;
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    return want.every((value, i) => Math.abs(view.getUint32(i * 4) - value) <= tolerance);
  };
  return (
    (gamma === null || near(gamma, SRGB_GAMMA, 500)) && (primaries === null || near(primaries, SRGB_PRIMARIES, 100))
  );
}

/** Writes the clean file: IHDR, PLTE, tRNS, IDAT, IEND. */
export function writePng(png: Png): Uint8Array<ArrayBuffer> {
  return write(png.picture.filter(({ type }) => type !== 'gAMA' && type !== 'cHRM'));
}

/** Writes the file a codec may decode: the picture and what says its colours, and no other metadata. */
export async function writePngForCodec(png: Png): Promise<Uint8Array<ArrayBuffer>> {
  if (png.icc === null) return write(png.picture);
  const packed = await deflated(png.icc);
  const body = new Uint8Array(5 + packed.length);
  body.set([0x69, 0x63, 0x63, 0, 0]);
  body.set(packed, 5);
  return write([png.picture[0]!, { type: 'iCCP', body }, ...png.picture.slice(1)]);
}

function write(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const all = [...chunks, { type: 'IEND', body: new Uint8Array(0) }];
  const out = new Uint8Array(8 + all.reduce((sum, { body }) => sum + 12 + body.length, 0));
  const view = new DataView(out.buffer);
  out.set(SIGNATURE);
  let at = 8;
  for (const { type, body } of all) {
    view.setUint32(at, body.length);
    for (let i = 0; i < 4; i++) out[at + 4 + i] = type.charCodeAt(i);
    out.set(body, at + 8);
    view.setUint32(at + 8 + body.length, crc32(out.subarray(at + 4, at + 8 + body.length)));
    at += 12 + body.length;
  }
  return out;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** PNG annex D. */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CRC_TABLE[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

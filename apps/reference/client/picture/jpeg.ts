import { type ExifFacts, type Orientation, readExif } from './exif-orientation.js';
import { advance, colourOf, type Frame, type JpegColour, readFrame } from './jpeg-frame.js';
import { type Huffman, huffman, type Scan, walkScan } from './jpeg-scan.js';
import { join, segment } from './jpeg-write.js';
import { MAX_SCANS, MAX_SEGMENTS } from './limits.js';
import { PictureError } from './picture-error.js';
import { startsWith } from './sniff.js';

/** A JPEG taken apart: what it looks like, what it carried, and the segments that make its pixels. */
export interface Jpeg {
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly colour: JpegColour;
  /** EXIF names Adobe RGB although there is no profile. */
  readonly adobeRgb: boolean;
  readonly icc: Uint8Array | null;
  /** Kinds of metadata met, sorted; never a value. */
  readonly carried: readonly string[];
  /** DQT, SOF, DHT, DRI, SOS and scan data in order: all that is kept. */
  readonly picture: readonly Uint8Array[];
  /** How the original names its colours, kept only for a codec that must decode an `unclear` or `cmyk` picture. */
  readonly naming: { readonly jfif: boolean; readonly adobe: number | null };
}

const malformed = (what: string): PictureError => new PictureError('PICTURE_MALFORMED', what);
const truncated = (): PictureError => new PictureError('PICTURE_TRUNCATED', 'file ends before the picture does');
const unsupported = (what: string): PictureError => new PictureError('PICTURE_UNSUPPORTED', what);

/**
 * Takes a JPEG (ITU-T T.81) apart by an allow-list of segments, walking its entropy-coded data to the last block.
 *
 * @param bytes a file that begins with SOI
 * @throws PictureError `PICTURE_TRUNCATED`, `PICTURE_MALFORMED`, `PICTURE_UNSUPPORTED` (lossless, arithmetic,
 *   hierarchical, 12-bit), `PICTURE_TOO_LARGE`
 */
export function parseJpeg(bytes: Uint8Array): Jpeg {
  return new Parser(bytes).parse();
}

class Parser {
  readonly #bytes: Uint8Array;
  readonly #carried = new Set<string>();
  readonly #picture: Uint8Array[] = [];
  readonly #quantisers = new Map<number, Uint8Array>();
  readonly #tables = new Map<number, { readonly body: Uint8Array; table?: Huffman }>();
  readonly #written = new Map<string, Uint8Array>();
  readonly #iccParts: (Uint8Array | undefined)[] = [];
  #iccCount = 0;
  #exif: ExifFacts | null = null;
  #jfif = false;
  #adobe: number | null = null;
  #frame: Frame | null = null;
  #restart = 0;
  #writtenRestart = 0;
  #scans = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  parse(): Jpeg {
    let at = 2;
    for (let count = 0; ; count++) {
      if (count > MAX_SEGMENTS) throw malformed('too many segments');
      if (at + 2 > this.#bytes.length) throw truncated();
      if (this.#bytes[at] !== 0xff) throw malformed('a segment does not begin with a marker');
      const marker = this.#bytes[at + 1]!;
      if (marker === 0xff) {
        at++;
        count--;
        continue;
      }
      if (marker === 0xd9) {
        if (at + 2 < this.#bytes.length) this.#carried.add('data-after-end');
        return this.#finish();
      }
      if (at + 4 > this.#bytes.length) throw truncated();
      const length = this.#u16(at + 2);
      if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8) || length < 2) throw malformed('marker out of place');
      if (at + 2 + length > this.#bytes.length) throw truncated();
      const body = this.#bytes.subarray(at + 4, at + 2 + length);
      at += 2 + length;
      if (marker === 0xda) at = this.#scan(body, at);
      else this.#segment(marker, body);
    }
  }

  #u16(at: number): number {
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  #segment(marker: number, body: Uint8Array): void {
    if (marker >= 0xe0 && marker <= 0xef) this.#application(marker, body);
    else if (marker === 0xfe) this.#carried.add('comment');
    else if (marker === 0xdb) this.#defineQuantisers(body);
    else if (marker === 0xc4) this.#defineHuffman(body);
    else if (marker === 0xdd) this.#defineRestart(body);
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) this.#defineFrame(marker, body);
    else throw unsupported('JPEG of a kind that viewers do not show');
  }

  #application(marker: number, body: Uint8Array): void {
    if (marker === 0xe0 && startsWith(body, 0, 'JFIF\0')) {
      this.#jfif = true;
      if (body.length > 14) this.#carried.add('thumbnail');
    } else if (marker === 0xe1 && startsWith(body, 0, 'Exif\0')) {
      this.#readExif(body.subarray(6));
    } else if (marker === 0xe2 && startsWith(body, 0, 'ICC_PROFILE\0')) {
      this.#readIcc(body);
    } else if (marker === 0xee && startsWith(body, 0, 'Adobe') && body.length >= 12) {
      this.#adobe = body[11]!;
    } else {
      this.#carried.add(kindOf(marker, body));
    }
  }

  #readExif(tiff: Uint8Array): void {
    const facts = readExif(tiff);
    for (const kind of facts.kinds) this.#carried.add(kind);
    // Viewers differ on which of two blocks they follow: which way is up must not depend on the viewer.
    if (this.#exif !== null && this.#exif.orientation !== facts.orientation) {
      throw malformed('two EXIF blocks give different orientations');
    }
    this.#exif ??= facts;
  }

  /** ICC.1:2022 annex B.4: a profile comes in numbered parts. */
  #readIcc(body: Uint8Array): void {
    this.#carried.add('icc');
    const number = body[12] ?? 0;
    const count = body[13] ?? 0;
    const fits = number >= 1 && number <= count && (this.#iccCount === 0 || this.#iccCount === count);
    if (!fits || this.#iccParts[number - 1] !== undefined) throw malformed('colour profile is damaged');
    this.#iccCount = count;
    this.#iccParts[number - 1] = body.subarray(14);
  }

  #defineQuantisers(body: Uint8Array): void {
    for (let at = 0; at < body.length; ) {
      const size = (body[at]! >> 4 === 0 ? 64 : 128) + 1;
      if (body[at]! >> 4 > 1 || (body[at]! & 15) > 3 || at + size > body.length) throw malformed('bad quantiser');
      this.#quantisers.set(body[at]! & 15, body.subarray(at, at + size));
      at += size;
    }
  }

  #defineHuffman(body: Uint8Array): void {
    for (let at = 0; at < body.length; ) {
      const total = body.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
      const end = at + 17 + total;
      if ((body[at]! & 0xef) > 3 || total > 256 || end > body.length) throw malformed('bad Huffman table');
      // Built when a scan uses it: a file of empty tables would ask for 128 kB of memory with every 17 bytes.
      this.#tables.set(body[at]!, { body: body.subarray(at, end) });
      at = end;
    }
  }

  #defineRestart(body: Uint8Array): void {
    if (body.length !== 2) throw malformed('bad restart interval');
    this.#restart = (body[0]! << 8) | body[1]!;
  }

  #defineFrame(marker: number, body: Uint8Array): void {
    if (this.#frame !== null) throw malformed('two frames');
    this.#frame = readFrame(marker, body);
    this.#picture.push(segment(marker, body));
  }

  /** Checks a scan header, writes the tables it needs, walks its data and keeps exactly that; returns where it ends. */
  #scan(body: Uint8Array, at: number): number {
    const frame = this.#frame;
    const count = body[0] ?? 0;
    if (frame === null || ++this.#scans > MAX_SCANS || body.length !== 4 + count * 2)
      throw malformed('bad scan header');
    if (count < 1 || count > frame.components.length) throw malformed('bad scan header');
    const [first, last, bits] = body.subarray(1 + count * 2) as unknown as [number, number, number];
    const [high, low] = [bits >> 4, bits & 15];
    const wholeBlocks = first === 0 && last === 63 && bits === 0;
    const oneBand = first === 0 ? last === 0 : last >= first && last < 64 && count === 1;
    if (frame.progressive ? !(oneBand && low < 14 && (high === 0 || high === low + 1)) : !wholeBlocks) {
      throw malformed('bad scan header');
    }
    const components = Array.from({ length: count }, (_, i) => {
      const component = frame.components.find(({ id }) => id === body[1 + i * 2]);
      if (component === undefined) throw malformed('scan of an unknown colour');
      const selector = body[2 + i * 2]!;
      const dc = first === 0 && high === 0 ? this.#useTable(selector >> 4) : NONE;
      const ac = last > 0 ? this.#useTable(0x10 | (selector & 15)) : NONE;
      // The first scan of a colour fixes its quantiser; one that comes later would only carry data along.
      if (component.seen[0] === 255) this.#useQuantiser(component.quantiser);
      advance(component, first, last, high, low);
      return { component, dc, ac };
    });
    const perUnit = components.reduce((sum, { component: { h, v } }) => sum + h * v, 0);
    if (count > 1 && perUnit > 10) throw malformed('scan of too many blocks a unit');
    const scan: Scan = { components, first, last, high, low };
    const end = walkScan(this.#bytes, at, scan, frame, this.#restart);
    this.#useRestart();
    this.#picture.push(segment(0xda, body), this.#bytes.subarray(at, end));
    return this.#nextMarker(end);
  }

  /** Tables are written just before the scan that uses them, so that an unused one cannot carry data along. */
  #useTable(id: number): Huffman {
    const entry = this.#tables.get(id);
    if (entry === undefined) throw malformed('scan without its Huffman table');
    const table = entry.table ?? huffman(entry.body.subarray(1, 17), entry.body.subarray(17));
    if (table === null) throw malformed('bad Huffman table');
    entry.table = table;
    this.#writeOnce(0xc4, id, entry.body);
    return table;
  }

  #useQuantiser(id: number): void {
    const body = this.#quantisers.get(id);
    if (body === undefined) throw malformed('colour without its quantiser');
    this.#writeOnce(0xdb, id, body);
  }

  #useRestart(): void {
    if (this.#restart === this.#writtenRestart) return;
    this.#writtenRestart = this.#restart;
    this.#picture.push(segment(0xdd, Uint8Array.of(this.#restart >> 8, this.#restart & 255)));
  }

  #writeOnce(marker: number, id: number, body: Uint8Array): void {
    const key = `${marker} ${id}`;
    if (this.#written.get(key) === body) return;
    this.#written.set(key, body);
    this.#picture.push(segment(marker, body));
  }

  /** Whatever lies between the last block and the next marker is no part of the picture. */
  #nextMarker(from: number): number {
    for (let at = from; at + 1 < this.#bytes.length; at++) {
      const next = this.#bytes[at + 1]!;
      if (this.#bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) {
        if (at !== from) this.#carried.add('hidden-data');
        return at;
      }
    }
    throw truncated();
  }

  #finish(): Jpeg {
    const frame = this.#frame;
    if (frame === null || this.#scans === 0) throw truncated();
    for (const { seen } of frame.components) {
      if (seen.some((low) => low !== 0)) throw truncated();
    }
    for (let i = 0; i < this.#iccCount; i++) {
      if (this.#iccParts[i] === undefined) throw malformed('colour profile is damaged');
    }
    return {
      width: frame.width,
      height: frame.height,
      orientation: this.#exif?.orientation ?? 1,
      colour: colourOf(frame, this.#jfif, this.#adobe),
      adobeRgb: this.#exif?.adobeRgb ?? false,
      icc: this.#iccCount === 0 ? null : join(this.#iccParts as Uint8Array[]),
      carried: [...this.#carried].sort(),
      picture: this.#picture,
      naming: { jfif: this.#jfif, adobe: this.#adobe },
    };
  }
}

const NONE: Huffman = new Uint16Array(0);

/** Names what an application segment is, for the list of what was removed. */
function kindOf(marker: number, body: Uint8Array): string {
  if (marker === 0xe0) return startsWith(body, 0, 'JFXX') ? 'thumbnail' : 'application-data';
  if (marker === 0xe1) return startsWith(body, 0, 'http://ns.adobe.com/') ? 'xmp' : 'application-data';
  if (marker === 0xe2) return startsWith(body, 0, 'MPF\0') ? 'multi-picture' : 'application-data';
  if (marker === 0xeb) return startsWith(body, 0, 'JP') ? 'content-credentials' : 'application-data';
  if (marker === 0xed) return 'iptc';
  return 'application-data';
}

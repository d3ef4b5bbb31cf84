import { concat, hex } from '@wardseal/primitives';
import type { ByteSource } from './byte-source.js';

// NUT open container format, draft 20080704. What ffmpeg writes for one stream of raw video is read; everything else is an
// error, for the writer is a program that we started.

const FILE_ID = 'nut/multimedia container\0';
/** The letter that every start code begins with, and no frame. */
const N = 0x4e;
const MAIN = '4e4d7a561f5f04ad';
const STREAM = '4e5311405bf2f9db';
const SYNCPOINT = '4e4be4adeeca4569';

/** Largest packet that is no frame, in bytes: headers have some hundred. */
const MAX_HEADER = 1_048_576;
const CHECKSUM_FROM = 4096;

const FLAG = {
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideData: 256,
  headerIndex: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const;

/** How a frame's first byte is to be read. */
interface FrameCode {
  readonly flags: number;
  readonly ptsDelta: number;
  readonly multiplier: number;
  readonly size: number;
  readonly reserved: number;
}

/** A packet as it came, and of a frame its samples and its time. */
export interface Packet {
  readonly head: Uint8Array;
  readonly frame: {
    readonly samples: Uint8Array<ArrayBuffer>;
    readonly time: number;
    readonly width: number;
    readonly height: number;
  } | null;
}

/** What the writer wrote is not what is expected: it ends in the middle, a frame has another size, or the rest. */
export class NutError extends Error {
  override readonly name = 'NutError';
  readonly kind: 'ends' | 'size' | 'content';

  constructor(message: string, kind: NutError['kind'] = 'content') {
    super(message);
    this.kind = kind;
  }
}

/** The packets of a NUT file with one stream of raw video. `frameBytes` says how large a frame of a size must be. */
export async function* nutPackets(
  source: ByteSource,
  frameBytes: (width: number, height: number) => number,
): AsyncGenerator<Packet, void, undefined> {
  let codes: readonly FrameCode[] | undefined;
  let timeBase: readonly [number, number] | undefined;
  let stream: { width: number; height: number; shift: number } | undefined;
  let lastPts = 0;

  if (await source.atEnd()) return;
  const id = await source.bytes(FILE_ID.length);
  if (String.fromCodePoint(...id) !== FILE_ID)
    throw new NutError('not a NUT file', id.length < FILE_ID.length ? 'ends' : 'content');
  yield { head: id, frame: null };

  while (!(await source.atEnd())) {
    const reader = new Recorder(source);
    const first = await reader.byte();
    if (first === N) {
      await reader.take(7);
      const code = hex(reader.recorded());
      const length = await reader.value();
      if (length > MAX_HEADER) throw new NutError('a header is too long');
      if (length > CHECKSUM_FROM) await reader.take(4);
      const body = new Body(await reader.take(length));
      if (code === MAIN) ({ codes, timeBase } = mainHeader(body));
      else if (code === STREAM) stream = streamHeader(body);
      else if (code === SYNCPOINT) lastPts = body.value();
      yield { head: reader.recorded(), frame: null };
      continue;
    }
    const frameCode = codes?.[first];
    if (frameCode === undefined || timeBase === undefined || stream === undefined) throw new NutError('no header');
    const { size, pts } = await frameHead(reader, frameCode, lastPts, stream.shift);
    const { width, height } = stream;
    if (size !== frameBytes(width, height)) throw new NutError('a frame has another size', 'size');
    lastPts = pts;
    const samples = await source.bytes(size);
    if (samples.length < size) throw new NutError('the stream ends in a frame', 'ends');
    yield { head: reader.recorded(), frame: { samples, time: (pts * timeBase[0]) / timeBase[1], width, height } };
  }
}

async function frameHead(
  reader: Recorder,
  code: FrameCode,
  lastPts: number,
  shift: number,
): Promise<{ size: number; pts: number }> {
  let { flags, reserved, size } = code;
  let pts = lastPts + code.ptsDelta;
  if (flags & FLAG.invalid) throw new NutError('a frame code is not valid');
  if (flags & FLAG.coded) flags ^= await reader.value();
  if (flags & (FLAG.streamId | FLAG.sideData | FLAG.headerIndex)) throw new NutError('more than one stream');
  if (flags & FLAG.codedPts) pts = fullPts(await reader.value(), lastPts, shift);
  if (flags & FLAG.sizeMsb) size += code.multiplier * (await reader.value());
  if (flags & FLAG.matchTime) await reader.value();
  if (flags & FLAG.reserved) reserved = await reader.value();
  for (let i = 0; i < reserved; i++) await reader.value();
  if (flags & FLAG.checksum) await reader.take(4);
  return { size, pts };
}

/** A time of which only the low bits may be written: the one nearest to the last. */
function fullPts(coded: number, last: number, shift: number): number {
  const span = 2 ** shift;
  if (coded >= span) return coded - span;
  const least = last - Math.floor((span - 1) / 2);
  return least + ((((coded - least) % span) + span) % span);
}

function mainHeader(body: Body): { codes: FrameCode[]; timeBase: readonly [number, number] } {
  const version = body.value();
  if (version > 3) body.value();
  const [streams, , timeBases] = [body.value(), body.value(), body.value()];
  if (streams !== 1 || timeBases !== 1) throw new NutError('more than one stream');
  const timeBase = [body.value(), body.value()] as const;
  if (timeBase[0] === 0 || timeBase[1] === 0) throw new NutError('no time base');
  return { codes: frameCodes(body), timeBase };
}

/** The table of 256 frame codes: runs of codes that share all but the low part of the size. */
function frameCodes(body: Body): FrameCode[] {
  const codes: FrameCode[] = [];
  let [ptsDelta, multiplier] = [0, 1];
  while (codes.length < 256) {
    const flags = body.value();
    const fields = body.value();
    if (fields > 0) ptsDelta = body.signed();
    if (fields > 1) multiplier = body.value();
    if (fields > 2) body.value(); // the stream
    const size = fields > 3 ? body.value() : 0;
    const reserved = fields > 4 ? body.value() : 0;
    const count = fields > 5 ? body.value() : multiplier - size;
    for (let i = 6; i < fields; i++) body.value();
    if (count < 0) throw new NutError('the table of frame codes is not valid');
    for (let i = 0; i < count && codes.length < 256; i++) {
      if (codes.length === N) codes.push({ flags: FLAG.invalid, ptsDelta, multiplier, size, reserved });
      if (codes.length < 256) codes.push({ flags, ptsDelta, multiplier, size: size + i, reserved });
    }
  }
  return codes;
}

function streamHeader(body: Body): { width: number; height: number; shift: number } {
  body.value(); // the stream's number
  if (body.value() !== 0) throw new NutError('not a video');
  body.skip(body.value()); // which samples: as asked for
  body.value(); // the time base
  const shift = body.value();
  for (let i = 0; i < 3; i++) body.value(); // greatest distance of times, delay, flags
  body.skip(body.value());
  const [width, height] = [body.value(), body.value()];
  if (shift > 32 || width < 1 || height < 1) throw new NutError('the header of the stream is not valid');
  return { width, height, shift };
}

/** Seven bits a byte, most significant first; the top bit says that more follow. */
function appended(value: number, byte: number): number {
  const next = value * 128 + (byte & 127);
  if (!Number.isSafeInteger(next)) throw new NutError('a number is too large');
  return next;
}

/** Reads from the source and remembers what it read. */
class Recorder {
  readonly #source: ByteSource;
  readonly #parts: Uint8Array[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.#source.bytes(count);
    if (bytes.length < count) throw new NutError('the stream ends in a packet', 'ends');
    this.#parts.push(bytes);
    return bytes;
  }

  async byte(): Promise<number> {
    return (await this.take(1))[0]!;
  }

  async value(): Promise<number> {
    for (let value = 0; ; ) {
      const byte = await this.byte();
      value = appended(value, byte);
      if (byte < 128) return value;
    }
  }

  recorded(): Uint8Array {
    return concat(...this.#parts);
  }
}

/** The content of a packet. */
class Body {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(): number {
    for (let value = 0; ; ) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new NutError('a packet is too short');
      value = appended(value, byte);
      if (byte < 128) return value;
    }
  }

  /** 0, 1, -1, 2, -2, ... */
  signed(): number {
    const value = this.value() + 1;
    return value % 2 === 0 ? value / 2 : -(value - 1) / 2;
  }

  skip(count: number): void {
    this.#at += count;
  }
}

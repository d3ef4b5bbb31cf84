import { base64raw, concat, equal, fromBase64raw, hkdfSha256, hmacSha256, sha256, utf8 } from '@wardseal/primitives';
import { SealError } from './errors.js';
import { MAX_HEADER_BYTES, MAX_STANZA_LINE_BYTES, MAX_STANZAS } from './limits.js';
import { AGE_VERSION_LINE, INFO, NO_BYTES } from './names.js';

/** One section of a header, with the exact bytes it stands in. */
export interface Stanza {
  readonly type: string;
  /** What follows the type on the first line. */
  readonly args: readonly string[];
  readonly body: Uint8Array<ArrayBuffer>;
  readonly raw: Uint8Array;
}

/** A header taken apart; `length` bytes of the file belong to it. */
export interface Header {
  readonly stanzas: readonly Stanza[];
  readonly mac: Uint8Array<ArrayBuffer>;
  /** The bytes under the MAC: everything up to and including `---`. */
  readonly macInput: Uint8Array;
  readonly length: number;
}

const NEWLINE = 10;
const BODY_COLUMNS = 64;
const MAC_LINE = /^--- ([A-Za-z0-9+/]{43})$/;
const ARGUMENT = /^[\x21-\x7e]+$/;

function invalid(what: string): SealError {
  return new SealError('HEADER_INVALID', `header is not a valid age v1 header: ${what}`, { what });
}

function latin1(data: Uint8Array): string {
  // At most MAX_STANZA_LINE_BYTES arguments, far below any engine's limit. Not spread: that goes through an iterator, byte by byte.
  return String.fromCharCode.apply(null, data as unknown as number[]);
}

class LineReader {
  readonly #data: Uint8Array;
  readonly #cut: boolean;
  at = 0;

  constructor(file: Uint8Array) {
    this.#data = file.subarray(0, MAX_HEADER_BYTES);
    this.#cut = file.length > MAX_HEADER_BYTES;
  }

  next(maximum: number, what: string): string {
    const end = this.#data.indexOf(NEWLINE, this.at);
    const length = (end < 0 ? this.#data.length : end) - this.at;
    if (length > maximum) throw invalid(`${what} too long`);
    if (end < 0 && this.#cut)
      throw new SealError('LIMIT', 'header is too long', { what: 'MAX_HEADER_BYTES', limit: MAX_HEADER_BYTES });
    if (end < 0) throw invalid(`${what} cut short`);
    const line = latin1(this.#data.subarray(this.at, end));
    this.at = end + 1;
    return line;
  }
}

function readBody(lines: LineReader): Uint8Array<ArrayBuffer> {
  const parts: string[] = [];
  for (;;) {
    const line = lines.next(BODY_COLUMNS, 'body line');
    parts.push(line);
    if (line.length < BODY_COLUMNS) break;
  }
  // Full lines hold a whole number of base64 groups, so joining them changes no group.
  const body = fromBase64raw(parts.join(''));
  if (body === null) throw invalid('stanza body');
  return body;
}

/**
 * Reads the header at the start of a file. Throws HEADER_INVALID, or LIMIT beyond MAX_HEADER_BYTES or MAX_STANZAS.
 * Nothing is allocated beyond the header itself.
 */
export function parseHeader(file: Uint8Array): Header {
  const version = utf8(`${AGE_VERSION_LINE}\n`);
  if (!equal(file.subarray(0, version.length), version)) throw invalid('version line');
  const lines = new LineReader(file);
  lines.at = version.length;
  const stanzas: Stanza[] = [];
  for (;;) {
    const start = lines.at;
    const line = lines.next(MAX_STANZA_LINE_BYTES, 'stanza line');
    const macText = MAC_LINE.exec(line)?.[1];
    if (macText !== undefined) {
      const mac = fromBase64raw(macText);
      if (mac === null) throw invalid('MAC line');
      if (stanzas.length === 0) throw invalid('no stanza');
      return { stanzas, mac, macInput: file.subarray(0, start + 3), length: lines.at };
    }
    const [arrow, type, ...args] = line.split(' ');
    if (arrow !== '->' || type === undefined || ![type, ...args].every((arg) => ARGUMENT.test(arg)))
      throw invalid('stanza line');
    if (stanzas.length === MAX_STANZAS)
      throw new SealError('LIMIT', 'header has too many stanzas', { what: 'MAX_STANZAS', limit: MAX_STANZAS });
    const body = readBody(lines);
    stanzas.push({ type, args, body, raw: file.subarray(start, lines.at) });
  }
}

/** A stanza in the form a header carries it. */
export function encodeStanza(type: string, args: readonly string[], body: Uint8Array): Stanza {
  const text = base64raw(body);
  const lines = [`-> ${[type, ...args].join(' ')}`];
  for (let at = 0; at < text.length; at += BODY_COLUMNS) lines.push(text.slice(at, at + BODY_COLUMNS));
  if (text.length % BODY_COLUMNS === 0) lines.push(''); // the last line of a body is always shorter than 64
  return { type, args, body: new Uint8Array(body), raw: utf8(`${lines.join('\n')}\n`) };
}

/** Bytes of the stanza that `encodeStanza` makes of a body so long. */
export function stanzaLength(type: string, args: readonly string[], bodyBytes: number): number {
  const text = Math.ceil((bodyBytes * 4) / 3); // base64 without padding
  return ['->', type, ...args].join(' ').length + 1 + text + Math.floor(text / BODY_COLUMNS) + 1;
}

/** The header's MAC: HMAC-SHA-256 under a key derived from the file key. */
export function headerMac(fileKey: Uint8Array, macInput: Uint8Array): Uint8Array<ArrayBuffer> {
  return hmacSha256(hkdfSha256(fileKey, NO_BYTES, INFO.header, 32), macInput);
}

/** A whole header from its stanzas. */
export function encodeHeader(fileKey: Uint8Array, stanzas: readonly Stanza[]): Uint8Array<ArrayBuffer> {
  const macInput = concat(utf8(`${AGE_VERSION_LINE}\n`), ...stanzas.map((stanza) => stanza.raw), utf8('---'));
  return concat(macInput, utf8(` ${base64raw(headerMac(fileKey, macInput))}\n`));
}

/** Throws MAC_INVALID when the header is not the one its writer made with this file key. */
export function verifyMac(fileKey: Uint8Array, header: Header): void {
  if (!equal(headerMac(fileKey, header.macInput), header.mac))
    throw new SealError('MAC_INVALID', 'header was changed after it was written');
}

/** What the signed manifest lists a stanza by. */
export function stanzaDigest(stanza: Stanza): Uint8Array<ArrayBuffer> {
  return sha256(stanza.raw);
}

import { base64, fromBase64, fromUtf8 } from '@wardseal/primitives';
import { SealError } from './errors.js';

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
const COLUMNS = 64;
const BLANKS = ' \t\r\n';

// By hand: a pattern anchored at the end tries every blank inside the text again, in quadratic time.
function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && BLANKS.includes(text.charAt(from))) from++;
  while (to > from && BLANKS.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/**
 * An age file as ASCII armor (strict PEM, 64 columns, LF), for carrying it where only text goes.
 *
 * @example
 * const text = encodeArmor(sealed.bytes);
 */
export function encodeArmor(file: Uint8Array): string {
  const text = base64(file);
  const lines = [BEGIN];
  for (let at = 0; at < text.length; at += COLUMNS) lines.push(text.slice(at, at + COLUMNS));
  lines.push(END);
  return `${lines.join('\n')}\n`;
}

/**
 * The age file inside ASCII armor. White space around the armor is ignored and lines may end in LF or CRLF; everything else
 * is strict, so that one file has one armor (age v1 specification, "ASCII armor").
 *
 * @throws SealError ARMOR_INVALID.
 *
 * @example
 * const opened = await open(decodeArmor(text), options);
 */
export function decodeArmor(armor: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const text = typeof armor === 'string' ? armor : fromUtf8(armor);
  const lines = trimmed(text ?? '').split(/\r?\n/);
  const begin = lines.shift();
  const end = lines.pop();
  const shaped = lines.every((line, i) =>
    i === lines.length - 1 ? line.length > 0 && line.length <= COLUMNS : line.length === COLUMNS,
  );
  const file = begin === BEGIN && end === END && shaped ? fromBase64(lines.join('')) : null;
  if (file === null) throw new SealError('ARMOR_INVALID', 'text is not a valid armored age file');
  return file;
}

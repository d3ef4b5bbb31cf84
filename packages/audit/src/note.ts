import { base64, concat, equal, fromBase64, fromUtf8 } from '@wardseal/primitives';
import { type NoteKey, validKeyName } from './note-key.js';

type Bytes = Uint8Array<ArrayBuffer>;

// C2SP signed-note v1.0.0.

/** Bytes of the largest note: 16 post-quantum signatures of 5 kB each, as the specification wants accepted, and room. */
export const MAX_NOTE = 131_072;
/** Signature lines of a note: twice the 16 that must be accepted. */
export const MAX_SIGNATURES = 32;

/** One signature of a note, by whomever. */
export interface NoteSignature {
  readonly name: string;
  readonly id: Bytes;
  readonly signature: Bytes;
}

/** A note in parts. */
export interface Note {
  readonly text: string;
  /** Every signature, those of unknown keys and kinds too; none is checked yet. */
  readonly signatures: readonly NoteSignature[];
}

/** One signature line, with its newline. */
export function formatSignature({ name, id, signature }: NoteSignature): string {
  return `\u2014 ${name} ${base64(concat(id, signature))}\n`;
}

/** A note as text. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** Takes a note apart without trusting it; null when it is no note. */
export function parseNote(note: string): Note | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these
  if (note.length > MAX_NOTE || /[\u0000-\u0009\u000b-\u001f\p{Cs}]/u.test(note)) return null;
  const cut = note.lastIndexOf('\n\n');
  const signatures = cut < 0 ? null : parseSignatures(note.slice(cut + 2));
  return signatures && { text: note.slice(0, cut + 1), signatures };
}

/** Reads one or more signature lines; null when they are not exactly that. */
export function parseSignatures(text: string): NoteSignature[] | null {
  if (!text.endsWith('\n')) return null;
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const match = /^\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    const body = match && fromBase64(match[2]!);
    if (!match || !validKeyName(match[1]!) || !body || body.length < 5) return null;
    const signature = { name: match[1]!, id: body.slice(0, 4), signature: body.slice(4) };
    // The same signer twice would give one note two spellings.
    if (signatures.some((other) => sameKey(other, signature))) return null;
    signatures.push(signature);
  }
  return signatures;
}

/** Whether both name the same key: its name and its id (signed-note, "Signatures"). */
export function sameKey(a: Pick<NoteKey, 'name' | 'id'>, b: Pick<NoteKey, 'name' | 'id'>): boolean {
  return a.name === b.name && equal(a.id, b.id);
}

/** UTF-8 bytes or text as text, or null when the bytes are not UTF-8. */
export function asText(input: string | Uint8Array, max: number): string | null {
  if (typeof input === 'string') return input.length <= max ? input : null;
  return input.length <= max ? fromUtf8(input) : null;
}

import { base64, fromBase64, fromUtf8, hex, sha256, utf8 } from '@wardseal/primitives';
import { parseAnyCheckpointText, parseDecimal, type TreeHead } from '../checkpoint-text.js';
import { MAX_NOTE, type Note, parseNote } from '../note.js';

type Bytes = Uint8Array<ArrayBuffer>;

// C2SP tlog-witness v1.0.0.

/** Consistency proof lines that a request may have. */
export const MAX_PROOF_LINES = 63;
/** Bytes of the largest request: the old size, the longest proof, and the largest note. */
export const MAX_REQUEST: number = 32 + MAX_PROOF_LINES * 45 + 1 + MAX_NOTE;
/** The type of a body that holds a tree size. */
export const SIZE_TYPE = 'text/x.tlog.size';

/** What `add-checkpoint` is asked. */
export interface AddCheckpoint {
  /** Size of the checkpoint that the witness signed last; 0 when unknown. */
  readonly oldSize: number;
  /** RFC 6962 consistency path from there. */
  readonly proof: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
}

/** A request in parts; no signature and no proof is checked yet. */
export interface ParsedRequest extends AddCheckpoint {
  readonly note: Note;
  readonly head: TreeHead;
}

export function formatRequest({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${base64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** Reads a request's body strictly; null when it is malformed. */
export function parseRequest(body: Uint8Array): ParsedRequest | null {
  const text = body.length <= MAX_REQUEST ? fromUtf8(body) : null;
  const cut = text?.indexOf('\n\n') ?? -1;
  if (text === null || cut < 0) return null;
  const [old, ...lines] = text.slice(0, cut).split('\n');
  const oldSize = old!.startsWith('old ') ? parseDecimal(old!.slice(4)) : null;
  const proof = lines.map((line) => fromBase64(line));
  const checkpoint = text.slice(cut + 2);
  const note = parseNote(checkpoint);
  const head = note && parseAnyCheckpointText(note.text);
  if (oldSize === null || lines.length > MAX_PROOF_LINES || !note || !head) return null;
  if (!proof.every((hash): hash is Bytes => hash?.length === 32)) return null;
  return { oldSize, proof, checkpoint, note, head };
}

/** The size in the body of a 409 answer, or null. */
export function parseSize(body: Uint8Array): number | null {
  const text = fromUtf8(body);
  return text?.endsWith('\n') ? parseDecimal(text.slice(0, -1)) : null;
}

/** Where a witness serves a log's checkpoint, below its monitoring prefix. */
export function monitorPath(origin: string): string {
  return `${hex(sha256(utf8(origin)))}/checkpoint`;
}

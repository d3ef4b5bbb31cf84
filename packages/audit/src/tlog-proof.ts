import { base64, concat, fromBase64, readUint, uint } from '@wardseal/primitives';
import { parseDecimal } from './checkpoint-text.js';
import { AuditError } from './errors.js';
import { MAX_LEAF } from './leaf.js';
import { asText, MAX_NOTE } from './note.js';
import type { Opening } from './side-record.js';
import { MAX_SIDE } from './sides.js';
import type { InclusionProof } from './verify-inclusion.js';

type Bytes = Uint8Array<ArrayBuffer>;

// C2SP tlog-proof (July 2026): the entry travels in `extra`, which nobody may trust; the verifier recomputes it.

/** What every proof starts with. */
export const PROOF_FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const VERSION = 0;
const BLINDING = 32;
/** Hashes of a path in a tree of up to 2^53 leaves. */
export const MAX_PATH = 53;
/** Bytes of the largest proof: the largest note, the longest path, the largest leaf and opening in base64. */
export const MAX_PROOF: number = MAX_NOTE + 100 + MAX_PATH * 45 + Math.ceil((MAX_LEAF + MAX_SIDE + 64) / 3) * 4;

/** What a `.tlog-proof` of this package holds; nothing of it is checked yet. */
export interface ProofParts extends InclusionProof {
  readonly leaf: Bytes;
  readonly opening: Opening | null;
}

/** Writes a proof: text that ends in a newline. */
export function formatProof({ index, hashes, checkpoint, leaf, opening }: ProofParts): string {
  const opened = opening ? concat(opening.r, opening.side) : new Uint8Array(0);
  const extra = concat(Uint8Array.of(VERSION), uint(leaf.length, 2), leaf, uint(opened.length, 2), opened);
  const path = hashes.map((hash) => `${base64(hash)}\n`).join('');
  return `${PROOF_FIRST_LINE}\nextra ${base64(extra)}\nindex ${index}\n${path}\n${checkpoint}`;
}

/** Reads a proof strictly. Throws AuditError `RECEIPT_INVALID` when it is not in the one form of `formatProof`. */
export function parseProof(proof: string | Uint8Array): ProofParts {
  const text = asText(proof, MAX_PROOF);
  const cut = text?.indexOf('\n\n') ?? -1;
  if (text === null || cut < 0) throw invalid();
  const [first, extraLine, indexLine, ...path] = text.slice(0, cut).split('\n');
  if (first !== PROOF_FIRST_LINE || path.length > MAX_PATH) throw invalid();
  const index = indexLine?.startsWith('index ') ? parseDecimal(indexLine.slice(6)) : null;
  const extra = extraLine?.startsWith('extra ') ? fromBase64(extraLine.slice(6)) : null;
  if (index === null || extra === null) throw invalid();
  const hashes = path.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length !== 32) throw invalid();
    return hash;
  });
  return { index, hashes, checkpoint: text.slice(cut + 2), ...parseExtra(extra) };
}

function parseExtra(extra: Bytes): { leaf: Bytes; opening: Opening | null } {
  const leafLength = readUint(extra, 1, 2);
  if (extra[0] !== VERSION || leafLength === null || leafLength > MAX_LEAF) throw invalid();
  const openedLength = readUint(extra, 3 + leafLength, 2);
  const at = 5 + leafLength;
  if (openedLength === null || at + openedLength !== extra.length) throw invalid();
  if (openedLength !== 0 && (openedLength < BLINDING || openedLength > BLINDING + MAX_SIDE)) throw invalid();
  const leaf = extra.slice(3, 3 + leafLength);
  if (openedLength === 0) return { leaf, opening: null };
  return { leaf, opening: { r: extra.slice(at, at + BLINDING), side: extra.slice(at + BLINDING) } };
}

function invalid(): AuditError {
  return new AuditError('RECEIPT_INVALID', 'the receipt is malformed');
}

import { base64, fromBase64 } from '@wardseal/primitives';
import { asText, MAX_NOTE } from './note.js';
import { MAX_PROOF_LINES } from './witness/wire.js';

type Bytes = Uint8Array<ArrayBuffer>;

// docs/spec/split-view.md

export const EVIDENCE_FORMAT = 'wardseal.org/split-view@v0';
/** Characters of the largest bundle: two of the largest notes, whose newlines take two each, and the longest path. */
export const MAX_EVIDENCE_BUNDLE: number = 4 * MAX_NOTE + (MAX_PROOF_LINES + 1) * 48 + 200;

/** Two checkpoints that one log cannot have signed honestly. */
export interface SplitView {
  /** The smaller signed checkpoint; of two of one size, either. */
  readonly older: string;
  readonly newer: string;
  /**
   * For two sizes: the root that the newer tree has at the older size, and the consistency path that shows it.
   * Null for two checkpoints of one size, which need no more.
   */
  readonly beginning: { readonly root: Uint8Array; readonly path: readonly Uint8Array[] } | null;
}

/** Writes a bundle: one line of JSON. */
export function formatEvidence({ older, newer, beginning }: SplitView): string {
  const shown = beginning && { root: base64(beginning.root), path: beginning.path.map((hash) => base64(hash)) };
  return `${JSON.stringify({ format: EVIDENCE_FORMAT, older, newer, beginning: shown })}\n`;
}

/** Reads a bundle strictly; null when it is not in the one form of `formatEvidence`. Nothing of it is checked yet. */
export function parseEvidence(bundle: string | Uint8Array): SplitView | null {
  const text = asText(bundle, MAX_EVIDENCE_BUNDLE);
  const parts = text === null ? null : partsOf(text);
  // One bundle, one text: no other order, space, escape or field.
  return parts && formatEvidence(parts) === text ? parts : null;
}

function partsOf(text: string): SplitView | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { older, newer, beginning } = (value ?? {}) as Record<string, unknown>;
  if (typeof older !== 'string' || typeof newer !== 'string') return null;
  if (beginning === null) return { older, newer, beginning };
  const { root, path } = (beginning ?? {}) as Record<string, unknown>;
  if (!Array.isArray(path) || path.length > MAX_PROOF_LINES) return null;
  const hashes = [root, ...path].map((hash) => (typeof hash === 'string' ? fromBase64(hash) : null));
  if (!hashes.every((hash): hash is Bytes => hash?.length === 32)) return null;
  return { older, newer, beginning: { root: hashes[0]!, path: hashes.slice(1) } };
}

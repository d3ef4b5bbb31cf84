import { base64, base64url, fromBase64, fromUtf8, utf8 } from '@wardseal/primitives';
import { parseDecimal } from './checkpoint-text.js';
import type { AuditEvent } from './event.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Kind of evidence of an entry that came from an emergency journal. */
export const EMERGENCY_ENTRY = 'emergency-entry';

/** Where a merged entry stood first. */
export interface MergedFrom {
  /** The emergency journal's. */
  readonly origin: string;
  readonly index: number;
  /** RFC 6962 hash of its leaf there, 32 bytes. */
  readonly leafHash: Bytes;
}

/** Says where a merged entry stood first (docs/spec/evidence.md). */
export function encodeMergedFrom({ origin, index, leafHash }: MergedFrom): NonNullable<AuditEvent['evidence']> {
  return { kind: EMERGENCY_ENTRY, data: base64url(utf8(`${origin}\n${index}\n${base64(leafHash)}\n`)) };
}

/** Reads what `encodeMergedFrom` wrote, strictly; null when it is something else. */
export function decodeMergedFrom(
  evidence: { readonly kind: string; readonly data: Bytes } | undefined,
): MergedFrom | null {
  if (evidence?.kind !== EMERGENCY_ENTRY) return null;
  const lines = fromUtf8(evidence.data)?.split('\n') ?? [];
  const index = parseDecimal(lines[1] ?? '');
  const leafHash = fromBase64(lines[2] ?? '');
  if (lines.length !== 4 || lines[0] === '' || lines[3] !== '' || index === null || leafHash?.length !== 32)
    return null;
  return { origin: lines[0]!, index, leafHash };
}

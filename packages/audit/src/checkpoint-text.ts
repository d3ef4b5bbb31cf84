import { base64, fromBase64 } from '@wardseal/primitives';

type Bytes = Uint8Array<ArrayBuffer>;

// C2SP tlog-checkpoint v1.0.0.

/** What a checkpoint says. */
export interface TreeHead {
  readonly origin: string;
  /** Entries in the log. */
  readonly size: number;
  /** Root of the RFC 6962 tree over them, 32 bytes. */
  readonly root: Bytes;
}

/** The text that a log signs, without extension lines. */
export function formatCheckpoint({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** A decimal without leading zeros up to 2^53 - 1, or null. */
export function parseDecimal(text: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Reads the text of a checkpoint; null when it is not exactly origin, size and root. */
export function parseCheckpointText(text: string): TreeHead | null {
  return text.split('\n').length === 4 ? parseAnyCheckpointText(text) : null;
}

/** As `parseCheckpointText`, but other people's logs may add extension lines, which a witness signs and ignores. */
export function parseAnyCheckpointText(text: string): TreeHead | null {
  const lines = text.split('\n');
  if (lines.length < 4 || lines.pop() !== '' || lines.includes('')) return null;
  const size = parseDecimal(lines[1]!);
  const root = fromBase64(lines[2]!);
  return size === null || root?.length !== 32 ? null : { origin: lines[0]!, size, root };
}

import { fromUtf8 } from '@wardseal/primitives';

/**
 * Whether bytes can be an opaque identifier: a UUID (16 bytes with the RFC 9562 variant) or a digest (32 bytes).
 * Text in disguise is refused: a name of 16 letters has no UUID variant, and a digest is well-formed UTF-8 once in 10^9.
 */
export function isOpaque(id: Uint8Array): boolean {
  if (id.length === 16) return (id[8]! & 0xc0) === 0x80 && fromUtf8(id) === null;
  return isDigest(id);
}

/** Whether bytes can be a SHA-256 digest and not 32 bytes of text. */
export function isDigest(id: Uint8Array): boolean {
  return id.length === 32 && fromUtf8(id) === null;
}

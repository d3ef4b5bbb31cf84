import { base64url, canonicalJson, createSha256, utf8 } from '@wardseal/primitives';

/**
 * A JSON value by its digest: `sha256-` and the base64url of SHA-256 over its canonical form. The hash is the one in plain
 * JavaScript: for the one document that a process loads, Node takes longer to load its own.
 */
export function digestOf(value: unknown): string {
  return `sha256-${base64url(
    createSha256()
      .update(utf8(canonicalJson(value)))
      .digest(),
  )}`;
}

// By file: what comes by way of the whole index shares a chunk with all that any entry of this package takes from there.
import { base64url } from '@wardseal/primitives/base64';
import { canonicalJson } from '@wardseal/primitives/canonical-json';
import { createSha256 } from '@wardseal/primitives/js/sha256';
import { utf8 } from '@wardseal/primitives/text';

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

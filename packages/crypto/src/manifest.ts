import { base64url, hkdfSha256, sha256 } from '@wardseal/primitives';
import { MAX_MANIFEST_BYTES } from './limits.js';
import { isManifest } from './manifest-claims.js';
import { INFO, NO_BYTES, STATEMENT } from './names.js';
import type { StatementKind } from './statement.js';

/** The sender's statement about one file. */
export const MANIFEST: StatementKind = {
  typ: STATEMENT.manifest,
  check: isManifest,
  most: MAX_MANIFEST_BYTES,
  limit: 'MAX_MANIFEST_BYTES',
  broken: 'MANIFEST_INVALID',
  title: 'manifest',
};

/** SHA-256 over a value that only the file key gives: binds a manifest to its file key without telling anything of it. */
export function commitmentOf(fileKey: Uint8Array): string {
  return base64url(sha256(hkdfSha256(fileKey, NO_BYTES, INFO.commitment, 32)));
}

import { base64url, hkdfSha256, sha256 } from '@wardseal/primitives';
import { checkLimit } from './errors.js';
import { MAX_MANIFEST_BYTES, MAX_ROTATED_MANIFEST_BYTES } from './limits.js';
import { isManifest, type Manifest } from './manifest-claims.js';
import { INFO, NO_BYTES } from './names.js';
import { readStatement, type Statement, type StatementKind } from './statement.js';

/** The sender's statement about one file. */
export const MANIFEST: StatementKind = {
  typ: 'wardseal-manifest-v0',
  check: isManifest,
  most: MAX_MANIFEST_BYTES,
  limit: 'MAX_MANIFEST_BYTES',
  broken: 'MANIFEST_INVALID',
  title: 'manifest',
};

/** The same about a rotated file, which carries the first statement whole. */
export const ROTATED_MANIFEST: StatementKind = {
  ...MANIFEST,
  most: MAX_ROTATED_MANIFEST_BYTES,
  limit: 'MAX_ROTATED_MANIFEST_BYTES',
};

/** Reads a manifest of either kind. Throws MANIFEST_INVALID, or LIMIT above what its kind may have. */
export function readManifest(jws: string | Uint8Array): Statement<Manifest> {
  const manifest = readStatement<Manifest>(ROTATED_MANIFEST, jws);
  if (manifest.claims.origin === undefined)
    checkLimit(jws.length, MANIFEST.most, MANIFEST.limit, 'manifest is too long');
  return manifest;
}

/** SHA-256 over a value that only the file key gives: binds a manifest to its file key without telling anything of it. */
export function commitmentOf(fileKey: Uint8Array): string {
  return base64url(sha256(hkdfSha256(fileKey, NO_BYTES, INFO.commitment, 32)));
}

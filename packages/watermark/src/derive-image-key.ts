import { concat, hkdfSha256, utf8 } from '@wardseal/primitives';
import { WatermarkError } from './errors.js';
import { idBytes } from './ids.js';
import { MAX_SECRET_BYTES, MIN_SECRET_BYTES } from './limits.js';
import { MARK_VERSION } from './version.js';

const NO_SALT = new Uint8Array(0);

/**
 * The key of one image: HKDF-SHA-256 (RFC 5869) of the tenant's watermark secret, so that averaging many pictures never
 * reveals one pattern. Whoever holds it can make anybody's mark: it stays where the secret lives.
 *
 * @param tenantSecret 32 to 1024 bytes, random.
 * @param imageId opaque id of the picture, 1 to 512 bytes of text; never a patient datum.
 * @returns 32 bytes.
 * @throws {WatermarkError} KEY_INVALID: the secret is not 32 to 1024 bytes; ID_INVALID: the id is empty, too long, holds
 * control characters or is not well-formed text.
 * @example
 * const imageKey = deriveImageKey(tenantSecret, 'img-7f3a');
 */
export function deriveImageKey(tenantSecret: Uint8Array, imageId: string): Uint8Array<ArrayBuffer> {
  if (
    !(tenantSecret instanceof Uint8Array) ||
    tenantSecret.length < MIN_SECRET_BYTES ||
    tenantSecret.length > MAX_SECRET_BYTES
  ) {
    throw new WatermarkError(
      'KEY_INVALID',
      `a tenant secret is ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes in a Uint8Array`,
      {
        field: 'tenantSecret',
        limit: MIN_SECRET_BYTES,
      },
    );
  }
  const info = concat(utf8(`${MARK_VERSION}/image-key`), Uint8Array.of(0), idBytes(imageId, 'imageId'));
  return hkdfSha256(tenantSecret, NO_SALT, info, 32);
}

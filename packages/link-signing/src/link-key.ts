import { concat, hkdfSha256, utf8 } from '@wardseal/primitives';

const INFO = utf8('wardseal.org/link-key v0');

/**
 * The 32-byte key of a file's `wardseal.org/link` stanza. Neither the link nor the server has it alone:
 * HKDF-SHA-256 (RFC 5869) over the link's secret and the server's share, salted with the grant's `cti`.
 *
 * @param parts `secret` from the link's fragment, `share` from `prepare` or a redeem's answer, `cti`; 32 bytes each
 * @throws RangeError when a part is not 32 bytes
 * @example const key = linkKey({ secret, share, cti });
 */
export function linkKey(parts: { secret: Uint8Array; share: Uint8Array; cti: Uint8Array }): Uint8Array<ArrayBuffer> {
  for (const name of ['secret', 'share', 'cti'] as const)
    if (!(parts[name] instanceof Uint8Array) || parts[name].length !== 32)
      throw new RangeError(`${name} must be 32 bytes`);
  return hkdfSha256(concat(parts.secret, parts.share), parts.cti, INFO, 32);
}

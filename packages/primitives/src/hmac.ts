import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { pick } from './backend.js';
import type { Bytes } from './bytes.js';
import { nodeCrypto } from './platform.js';

type Mac = (key: Uint8Array, data: Uint8Array) => Bytes;

const mac = pick<Mac>({
  node: nodeCrypto && ((key, data) => new Uint8Array(nodeCrypto!.createHmac('sha256', key).update(data).digest())),
  noble: (key, data) => nobleHmac(nobleSha256, key, data) as Bytes,
});

/** HMAC-SHA-256 (RFC 2104) with a key of any length: 32 bytes. Compare them with `equal`, never with ===. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Bytes {
  return mac()(key, data);
}

import { pick } from './backend.js';
import type { Bytes } from './bytes.js';
import { hmac } from './js/sha256.js';
import { nodeCrypto } from './platform.js';

type Mac = (key: Uint8Array, data: Uint8Array) => Bytes;

const mac = pick<Mac>({
  node: nodeCrypto && ((key, data) => new Uint8Array(nodeCrypto!.createHmac('sha256', key).update(data).digest())),
  noble: hmac,
});

/** HMAC-SHA-256 (RFC 2104) with a key of any length: 32 bytes. Compare them with `equal`, never with ===. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Bytes {
  return mac()(key, data);
}

import { aeadOpen, aeadSeal, concat, hkdfSha256, randomBytes, utf8 } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';

type Bytes = Uint8Array<ArrayBuffer>;

const VERSION = 0;
const KEY = 32;
const SALT = 16;
const HEAD = 1 + SALT;
const TAG = 16;
// Each value has its own key, so the nonce need not differ.
const NONCE = new Uint8Array(12);
const LABEL = 'wardseal.org/audit/v0 wrapped secret';

/**
 * Seals what a key store holds under one wrapping key that is kept elsewhere, as in a hardware module or the service's
 * own secrets: whoever gets hold of the key store's disk or backups then has no secret. Names stay as they are; a value
 * that was moved to another name does not open.
 *
 * @param keys - the store underneath; it gets values of 65 bytes (docs/spec/wrapped-key.md)
 * @param wrappingKey - 32 bytes; without it every secret is lost, and with them every side record
 * @param options - randomness, default the platform's
 * @returns a key store of 32-byte secrets
 * @throws RangeError when the wrapping key or a secret is not 32 bytes
 * @throws AuditError `KEY_STORE_CORRUPT` from `get` when a value was not sealed under this wrapping key and name, or was
 *   changed; what the store underneath throws
 * @example
 * const keys = wrapKeys(postgresKeyStore(pool), wrappingKey);
 */
export function wrapKeys(
  keys: KeyStore,
  wrappingKey: Uint8Array,
  { random = randomBytes }: { readonly random?: (length: number) => Uint8Array } = {},
): KeyStore {
  if (wrappingKey.length !== KEY) throw new RangeError('wrappingKey must be 32 bytes');
  const wrapping = new Uint8Array(wrappingKey);
  const keyOf = (salt: Uint8Array): Bytes => hkdfSha256(wrapping, salt, utf8(LABEL), KEY);
  return {
    async get(name) {
      const wrapped = await keys.get(name);
      if (wrapped === null) return null;
      const known = wrapped.length === HEAD + KEY + TAG && wrapped[0] === VERSION;
      const secret =
        known && (await aeadOpen(keyOf(wrapped.subarray(1, HEAD)), NONCE, wrapped.subarray(HEAD), utf8(name)));
      if (!secret) throw new AuditError('KEY_STORE_CORRUPT', 'a stored secret does not open with the wrapping key');
      return secret;
    },
    async put(name, secret) {
      if (secret.length !== KEY) throw new RangeError('secret must be 32 bytes');
      const head = concat(Uint8Array.of(VERSION), random(SALT));
      return keys.put(name, concat(head, await aeadSeal(keyOf(head.subarray(1)), NONCE, secret, utf8(name))));
    },
    delete: (name) => keys.delete(name),
  };
}

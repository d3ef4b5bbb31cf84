/**
 * Holds the log's 32-byte secrets: one for the log, one for each organisation, one for each subject. A log is one
 * year long, so each secret is one year's. Destroying a subject's secret is what erases the subject.
 */
export interface KeyStore {
  /** The secret of that name, or null. Names are `[0-9A-Za-z-]`, at most 100 characters, and name nobody. */
  get(name: string): Promise<Uint8Array | null>;
  /** Stores a new secret, 1 to 128 bytes; resolves only when it is durable. False, and nothing changed, when the name is taken. */
  put(name: string, secret: Uint8Array): Promise<boolean>;
  /** Destroys a secret; resolves only when that is durable. One that is gone already is no error. */
  delete(name: string): Promise<void>;
}

/**
 * A key store that forgets everything with the process: for tests and try-outs.
 *
 * @example
 * const log = await openLog({ origin, store, keys: memoryKeyStore(), signer });
 */
export function memoryKeyStore(): KeyStore {
  const secrets = new Map<string, Uint8Array>();
  return {
    get: async (name) => secrets.get(name)?.slice() ?? null,
    async put(name, secret) {
      if (secrets.has(name)) return false;
      secrets.set(name, secret.slice());
      return true;
    },
    async delete(name) {
      secrets.delete(name);
    },
  };
}

import promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { concat, equal, sha256 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { KeyStore } from '../key-store.js';
import { type FileSystem, failedWith, makeDirectory, readWhole, syncDirectory, writeNew } from './file-system.js';

// 32 bytes and the first 8 of their SHA-256, so that a rotten key is told from a wrong one.
const KEY = 32;
const CHECK = 8;

/**
 * Keeps a log's secrets in a folder (0700), one file (0600) each. Put it on another volume than the log, with short
 * backups: a destroyed secret is only gone when its last backup is.
 *
 * @param folder - made when it is missing
 * @param options - the file system, for tests
 * @throws AuditError `KEY_STORE_CORRUPT` from `get` when a file is damaged
 * @example
 * const keys = fileKeyStore('/srv/audit-keys');
 */
export function fileKeyStore(folder: string, { fs = promises }: { readonly fs?: FileSystem } = {}): KeyStore {
  const root = resolve(folder);
  let made: Promise<void> | undefined;
  let names = 0;
  const path = (name: string): string => {
    if (!/^[0-9A-Za-z-]{1,100}$/.test(name)) throw new RangeError('name must be letters, digits and dashes');
    return join(root, name);
  };
  return {
    async get(name) {
      const data = await readWhole(fs, path(name), KEY + CHECK);
      if (data === null) return null;
      const secret = data.slice(0, KEY);
      if (data.length !== KEY + CHECK || !equal(sha256(secret).subarray(0, CHECK), data.subarray(KEY)))
        throw new AuditError('KEY_STORE_CORRUPT', 'a stored secret is damaged');
      return secret;
    },
    async put(name, secret) {
      const target = path(name);
      if (secret.length !== KEY) throw new RangeError('secret must be 32 bytes');
      made ??= makeDirectory(fs, root, 0o700).catch((error: unknown) => {
        // The next call tries again: a full disk may have room by then.
        made = undefined;
        throw error;
      });
      await made;
      if ((await readWhole(fs, target, 0)) !== null) return false;
      const fresh = `${target}.new-${process.pid}-${names++}`;
      await fs.unlink(fresh).catch((error: unknown) => {
        if (!failedWith(error, 'ENOENT')) throw error;
      });
      await writeNew(fs, fresh, concat(secret, sha256(secret).subarray(0, CHECK)), 0o600);
      await fs.rename(fresh, target);
      await syncDirectory(fs, root);
      return true;
    },
    async delete(name) {
      const gone = (error: unknown): void => {
        if (!failedWith(error, 'ENOENT')) throw error;
      };
      await fs.unlink(path(name)).catch(gone);
      // Also where it was gone already: whoever removed it may have died before this.
      await syncDirectory(fs, root).catch(gone);
    },
  };
}

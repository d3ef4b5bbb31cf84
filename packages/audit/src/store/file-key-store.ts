import promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { concat, equal, sha256 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { KeyStore } from '../key-store.js';
import { type FileSystem, failedWith, makeDirectory, readWhole, syncDirectory, writeNew } from './file-system.js';

/** Bytes of the longest secret: one of 32, wrapped, and room. */
const MAX_SECRET = 128;
// A secret is followed by the first 8 bytes of its SHA-256, so that a rotten one is told from a wrong one.
const CHECK = 8;
// Temporary names of this process.
let names = 0;

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
  const path = (name: string): string => {
    if (!/^[0-9A-Za-z-]{1,100}$/.test(name)) throw new RangeError('name must be letters, digits and dashes');
    return join(root, name);
  };
  return {
    async get(name) {
      const data = await readWhole(fs, path(name), MAX_SECRET + CHECK);
      if (data === null) return null;
      const secret = data.slice(0, -CHECK);
      if (data.length > MAX_SECRET + CHECK || !equal(sha256(secret).subarray(0, CHECK), data.slice(-CHECK)))
        throw new AuditError('KEY_STORE_CORRUPT', 'a stored secret is damaged');
      return secret;
    },
    async put(name, secret) {
      const target = path(name);
      if (secret.length < 1 || secret.length > MAX_SECRET) throw new RangeError('secret must be 1 to 128 bytes');
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
      const won = await moveNew(fs, fresh, target);
      // Also for who lost: the winner may not have come so far, and its secret is about to be used.
      await syncDirectory(fs, root);
      return won;
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

/** Gives a file its name unless the name is taken: another process may have been faster. */
async function moveNew(fs: FileSystem, from: string, to: string): Promise<boolean> {
  if (!fs.link) {
    await fs.rename(from, to);
    return true;
  }
  const won = await fs.link(from, to).then(
    () => true,
    (error: unknown) => {
      if (!failedWith(error, 'EEXIST')) throw error;
      return false;
    },
  );
  await fs.unlink(from);
  return won;
}

import promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { concat, equal, sha256 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { KeyStore } from '../key-store.js';
import {
  type FileSystem,
  failedWith,
  makeDirectory,
  readWhole,
  syncDirectory,
  writeAll,
  writeNew,
} from './file-system.js';

/** Bytes of the longest secret: one of 32, wrapped, and room. */
const MAX_SECRET = 128;
// A secret is followed by the first 8 bytes of its SHA-256, so that a rotten one is told from a wrong one.
const CHECK = 8;
// Temporary names of this process.
let names = 0;

/**
 * Keeps a log's secrets in a folder (0700), one file (0600) each. Put it on another volume than the log, encrypted and
 * with short backups: a destroyed secret is overwritten and removed, but it is only gone when its last backup is, and on
 * flash or a copy-on-write file system when the old block was used again.
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
      if (data === null || isWiped(data)) return null;
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
      const taken = await readWhole(fs, target, MAX_SECRET + CHECK);
      if (taken !== null && !isWiped(taken)) return false;
      const fresh = `${target}.new-${process.pid}-${names++}`;
      await fs.unlink(fresh).catch(ifMissing(undefined));
      await writeNew(fs, fresh, concat(secret, sha256(secret).subarray(0, CHECK)), 0o600);
      if (taken !== null) await clearWiped(fs, target, `${fresh}-wiped`);
      const won = await moveNew(fs, fresh, target);
      // Also for who lost: the winner may not have come so far, and its secret is about to be used.
      await syncDirectory(fs, root);
      return won;
    },
    async delete(name) {
      const target = path(name);
      const names = await fs.readdir(root).catch(ifMissing([]));
      // A crash in `put` may have left the secret under the name that it had before.
      const copies = names.filter((one) => one.startsWith(`${name}.new-`)).map((one) => join(root, one));
      for (const file of [target, ...copies]) await wipe(fs, file);
      // Also where it was gone already: whoever removed it may have died before this.
      await syncDirectory(fs, root).catch(ifMissing(undefined));
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

/**
 * Writes zeros over a secret before its name goes: a disk that writes in place keeps nothing of it then. One that does
 * not (flash, copy on write, a snapshot) does, until it uses the block again.
 */
async function wipe(fs: FileSystem, path: string): Promise<void> {
  const file = await fs.open(path, 'r+').catch(ifMissing(null));
  if (file === null) return;
  try {
    await writeAll(file, new Uint8Array((await file.stat()).size), 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await fs.unlink(path).catch(ifMissing(undefined));
}

/** What a crash leaves of a secret that was being destroyed. No secret looks so: its check would be another. */
function isWiped(data: Uint8Array): boolean {
  return data.every((byte) => byte === 0);
}

/** Takes away a name that a crash in `delete` left behind, unless another process has just used it again. */
async function clearWiped(fs: FileSystem, target: string, aside: string): Promise<void> {
  await fs.rename(target, aside).catch(ifMissing(undefined));
  const moved = await readWhole(fs, aside, MAX_SECRET + CHECK);
  if (moved !== null && !isWiped(moved)) await moveNew(fs, aside, target);
  else await fs.unlink(aside).catch(ifMissing(undefined));
}

function ifMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (failedWith(error, 'ENOENT')) return instead;
    throw error;
  };
}

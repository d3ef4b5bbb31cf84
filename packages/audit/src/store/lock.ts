import promises from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { equal, hex, randomBytes, sha256, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { failedWith, readWhole, writeNew } from './file-system.js';

/** Takes the lock of a folder for this process and returns what gives it back. */
export type TakeLock = (folder: string) => Promise<() => Promise<void>>;

// Bytes of the longest lock file, with room.
const MAX_HOLDER = 120;
// Processes that died one after the other while each took the lock of the one before.
const MAX_DEAD = 3;

// [Note: two locks] An exclusive transaction of node:sqlite falls with its process, whatever kills it, and holds
// between containers that share a disk; but Node 20 has no node:sqlite. So every writer takes the lock file, and where
// node:sqlite exists its lock first: an old and a new Node then still exclude each other.

// [Note: other containers] A process number means nothing outside its PID namespace, so a lock file also names that, and
// the boot of the machine. A holder in another namespace of the same boot cannot be seen: it counts as alive, and after
// it died without giving the lock back somebody has to remove the file. With node:sqlite that never happens. A holder of
// another boot is dead: a folder is never shared between machines.

/** The lock that `fileStore` takes unless told otherwise. */
export function processLock(): TakeLock {
  return async (folder) => {
    const database = await sqliteLock(join(folder, 'lock.sqlite'));
    try {
      const releaseFile = await fileLock(join(folder, 'lock'), database !== null);
      return async () => {
        try {
          await releaseFile();
        } finally {
          // Also when the folder is away: whoever finds it back opens it at once.
          database?.close();
        }
      };
    } catch (error) {
      database?.close();
      throw error;
    }
  };
}

function locked(cause?: unknown): AuditError {
  return new AuditError('LOG_LOCKED', 'another process has the log open', cause === undefined ? {} : { cause });
}

async function sqliteLock(path: string): Promise<DatabaseSync | null> {
  const sqlite = await import('node:sqlite').catch(() => null);
  if (sqlite === null) return null;
  const database = new sqlite.DatabaseSync(path);
  try {
    // Rollback journal in memory: the file holds nothing, the transaction is the lock.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;');
    return database;
  } catch (cause) {
    database.close();
    throw locked(cause);
  }
}

/**
 * Who holds a lock file: the process, when it started, whether it also holds the sqlite lock, a random token, the boot
 * of the machine and the PID namespace.
 */
async function self(sqlite: boolean, token: string): Promise<string> {
  const { boot, namespace } = await whereabouts();
  return `${process.pid} ${await startOf(process.pid)} ${sqlite ? 'sqlite' : 'file'} ${token} ${boot} ${namespace}\n`;
}

/** The first 8 digits of the boot's id and the number of our PID namespace; `-` where the system does not tell. */
async function whereabouts(): Promise<{ boot: string; namespace: string }> {
  const boot = await promises.readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '');
  const namespace = await promises.readlink('/proc/self/ns/pid').catch(() => '');
  return { boot: /^[0-9a-f]{8}/.exec(boot)?.[0] ?? '-', namespace: /\d{1,12}/.exec(namespace)?.[0] ?? '-' };
}

/** When a process started (field 22 of /proc/PID/stat), so that a number used again is no alibi; `-` if unknown. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await promises.readFile(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}

const HOLDER =
  /^(?<pid>\d{1,10}) (?<start>\d{1,20}|-) (?<kind>sqlite|file)(?: [0-9a-f]{16}(?: (?<boot>[0-9a-f]{8}|-) (?<namespace>\d{1,12}|-))?)?\n$/;

async function alive(holder: string, haveSqlite: boolean): Promise<boolean> {
  const { pid, start, kind, boot = '-', namespace = '-' } = HOLDER.exec(holder)?.groups ?? {};
  // Not a lock of ours, or torn by a power cut.
  if (pid === undefined) return false;
  // We hold the sqlite lock, so a holder of it is gone.
  if (haveSqlite && kind === 'sqlite') return false;
  const here = await whereabouts();
  if (boot !== '-' && here.boot !== '-' && boot !== here.boot) return false;
  if (namespace !== '-' && here.namespace !== '-' && namespace !== here.namespace) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return failedWith(error, 'EPERM');
  }
  return start === '-' || start === (await startOf(Number(pid)));
}

/**
 * Takes a lock file and returns what gives it back. Every lock file is a hard link to one written before, so that none
 * is ever found half-written.
 */
export async function fileLock(path: string, haveSqlite: boolean): Promise<() => Promise<void>> {
  const token = hex(randomBytes(8));
  const mine = `${path}.${token}`;
  await writeNew(promises, mine, utf8(await self(haveSqlite, token)), 0o600);
  try {
    await take(path, mine, haveSqlite, 0);
  } finally {
    await remove(mine);
  }
  return () => promises.unlink(path);
}

// [Note: dead holders] Between reading that a holder is dead and replacing its file, another process may have replaced
// it and hold the lock. So whoever wants to replace a file first takes a lock named after what it holds, in the same
// way, and then looks again: no two files ever hold the same, so what is still there is the dead one's.
async function take(path: string, mine: string, haveSqlite: boolean, depth: number): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await placed(mine, path)) return;
    const holder = await readWhole(promises, path, MAX_HOLDER);
    if (holder === null) continue;
    const text = Buffer.from(holder).toString('latin1');
    if (depth === MAX_DEAD || (await alive(text, haveSqlite))) throw locked();
    const claim = `${path}.after-${hex(sha256(holder).subarray(0, 8))}`;
    await take(claim, mine, haveSqlite, depth + 1);
    try {
      const now = await readWhole(promises, path, MAX_HOLDER);
      if (now === null || !equal(now, holder)) continue;
      const second = `${mine}-${depth}`;
      await promises.link(mine, second);
      await promises.rename(second, path);
      return;
    } finally {
      await remove(claim);
    }
  }
  throw locked();
}

async function placed(mine: string, path: string): Promise<boolean> {
  try {
    await promises.link(mine, path);
    return true;
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  await promises.unlink(path).catch((error: unknown) => {
    if (!failedWith(error, 'ENOENT')) throw error;
  });
}

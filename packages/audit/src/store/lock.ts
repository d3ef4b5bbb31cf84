import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AuditError } from '../errors.js';
import { type FileSystem, failedWith, readWhole, writeNew } from './file-system.js';

/** Takes the lock of a folder for this process and returns what gives it back. */
export type TakeLock = (folder: string) => Promise<() => Promise<void>>;

// [Note: two locks] An exclusive transaction of node:sqlite falls with its process, whatever kills it, and holds
// between containers that share a disk; but Node 20 has no node:sqlite. So every writer takes the lock file, and where
// node:sqlite exists its lock first: an old and a new Node then still exclude each other.

/** The lock that `fileStore` takes unless told otherwise. */
export function processLock(fs: FileSystem): TakeLock {
  return async (folder) => {
    const database = await sqliteLock(join(folder, 'lock.sqlite'));
    try {
      const releaseFile = await fileLock(fs, join(folder, 'lock'), database !== null);
      return async () => {
        await releaseFile();
        database?.close();
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

/** Who holds a lock file: the process, when it started, and whether it also holds the sqlite lock. */
async function self(sqlite: boolean): Promise<string> {
  return `${process.pid} ${await startOf(process.pid)} ${sqlite ? 'sqlite' : 'file'}\n`;
}

/** When a process started (field 22 of /proc/PID/stat), so that a number used again is no alibi; `-` if unknown. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}

async function alive(holder: string, haveSqlite: boolean): Promise<boolean> {
  const match = /^(\d{1,10}) (\d{1,20}|-) (sqlite|file)\n$/.exec(holder);
  // Torn at its making: whoever made it died before it held anything.
  if (!match) return false;
  // We hold the sqlite lock, so a holder of it is gone.
  if (haveSqlite && match[3] === 'sqlite') return false;
  const pid = Number(match[1]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return failedWith(error, 'EPERM');
  }
  return match[2] === '-' || match[2] === (await startOf(pid));
}

async function fileLock(fs: FileSystem, path: string, haveSqlite: boolean): Promise<() => Promise<void>> {
  const text = new Uint8Array(Buffer.from(await self(haveSqlite)));
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeNew(fs, path, text, 0o600);
      return () => fs.unlink(path);
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
    const holder = await readWhole(fs, path, 100);
    if (holder === null) continue;
    if (await alive(Buffer.from(holder).toString('latin1'), haveSqlite)) throw locked();
    // Move the dead one's file aside first: of two that find it dead, one rename fails.
    const aside = `${path}.dead-${process.pid}`;
    await fs.rename(path, aside).catch((error: unknown) => {
      if (!failedWith(error, 'ENOENT')) throw error;
    });
    await fs.unlink(aside).catch((error: unknown) => {
      if (!failedWith(error, 'ENOENT')) throw error;
    });
  }
  throw locked();
}

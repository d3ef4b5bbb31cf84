import { readFile } from 'node:fs/promises';

/** A user of this machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * As whom the server runs: undefined for the user we are, `nobody` when we are root, because PostgreSQL refuses root and
 * any user without a line in the password file.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === 'nobody') return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('root needs a user `nobody` to run PostgreSQL as');
}

import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

// An orderly end writes what is in memory; after this long, ms, it ends at once and recovers at the next start.
const PATIENCE = 10_000;
const PAUSE = 20;

/**
 * Ends a server that still runs on a cluster because whoever started it was killed. The lock file's first line is its
 * process; that number may be another's by now, of after the machine was started anew: then the file is a leftover, too.
 */
export async function endLeftover(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  if (!(await runsOn(data, pid))) return rm(lock, { force: true });
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!send(pid, signal)) return;
    for (const until = Date.now() + PATIENCE; Date.now() < until; await setTimeout(PAUSE)) {
      if (!(await runsOn(data, pid))) return;
    }
  }
}

/** Whether that process names this cluster in its command. */
const runsOn = async (data: string, pid: number): Promise<boolean> => (await commandOf(pid)).includes(data);

/** The words a process was started with. Linux says it in a file, others by `ps`. */
async function commandOf(pid: number): Promise<string[]> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (line !== undefined) return line.split('\0');
  const asked = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return asked.stdout.trim().split(' ');
}

/** Whether there was such a process. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startPostgres, wallBefore } from '../../src/node.js';
import { ask } from '../../src/postgres/ask.js';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The processes that look after a server's temporary folder. */
async function keepersOf(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes('keeper') && words.includes(folder)) found.push(Number(pid));
  }
  return found;
}

/** A folder that the server's user may go through. */
async function kept(): Promise<string> {
  const home = await mkdtemp('/tmp/wardseal-kept-');
  await chmod(home, 0o755);
  return home;
}

describe('a PostgreSQL of our own', () => {
  test('answers, is killed, comes back, and leaves nothing', async () => {
    const server = await startPostgres();
    const folder = join(server.host, '..');
    try {
      expect(await server.createDatabase()).not.toBe(await server.createDatabase());
      const pid = Number((await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
      expect(process.kill(pid, 0)).toBe(true);
      await server.crash();
      expect(() => process.kill(pid, 0)).toThrow();
      await expect(server.createDatabase()).rejects.toThrow();
      await server.restart();
      expect(await server.createDatabase()).toBe('test_4');
    } finally {
      await server.stop();
    }
    expect(await exists(folder)).toBe(false);
    await server.stop();
  });

  test('says why it does not start', async () => {
    await expect(startPostgres({ settings: { no_such_setting: 'on' } })).rejects.toThrow('no_such_setting');
  });

  test('keeps what it holds in a folder of ours, through an end, a crash of the owner and a crash of everything', async () => {
    const home = await kept();
    const folder = join(home, 'pg');
    const pidOf = async (): Promise<number> =>
      Number((await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
    try {
      const first = await startPostgres({ folder });
      await first.ensureDatabase('kept');
      await first.ensureDatabase('kept');
      await first.stop();
      await expect(access(join(first.host, '..'))).rejects.toThrow();

      // A server that nobody looks after any more: its owner was killed, and the owner's keeper with it.
      const owner = fork(new URL('./postgres-owner.js', import.meta.url), [folder], { env: {} });
      const [socket] = await once(owner, 'message');
      const left = await pidOf();
      for (const pid of [...(await keepersOf(socket as string)), owner.pid!]) process.kill(pid, 'SIGKILL');
      expect(process.kill(left, 0)).toBe(true);
      const second = await startPostgres({ folder });
      expect(await pidOf()).not.toBe(left);
      await expect(ask(second, 'postgres', 'CREATE DATABASE kept')).rejects.toThrow('already exists');
      await second.ensureDatabase('fresh');

      process.kill(await pidOf(), 'SIGKILL');
      expect(await second.died).toEqual(expect.any(String));
      await second.stop();
      const third = await startPostgres({ folder });
      await expect(ask(third, 'postgres', 'CREATE DATABASE fresh')).rejects.toThrow('already exists');
      await third.stop();
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  test('the lock file of a process that is somebody else now harms neither', async () => {
    const home = await kept();
    const folder = join(home, 'pg');
    try {
      await (await startPostgres({ folder })).stop();
      await writeFile(join(folder, 'data/postmaster.pid'), `${process.pid}\n${join(folder, 'data')}\n`);
      const { uid, gid } = await stat(folder);
      await chown(join(folder, 'data/postmaster.pid'), uid, gid);
      const server = await startPostgres({ folder });
      await server.stop();
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  test('says which folder the server of root could not go through', async () => {
    const home = await mkdtemp('/tmp/wardseal-kept-');
    const folder = join(home, 'pg');
    expect(await wallBefore(folder)).toBe(home);
    await chmod(home, 0o755);
    expect(await wallBefore(folder)).toBe(undefined);
    await rm(home, { recursive: true });
  });

  test('goes with a process that is killed', async () => {
    const owner = fork(new URL('./postgres-owner.js', import.meta.url), { env: {} });
    const [folder] = await once(owner, 'message');
    expect(await exists(folder)).toBe(true);
    owner.kill('SIGKILL');
    for (let i = 0; i < 200 && (await exists(folder)); i++) await setTimeout(50);
    expect(await exists(folder)).toBe(false);
  });
});

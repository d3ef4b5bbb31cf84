import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startPostgres } from '../../src/node.js';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

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

  test('goes with a process that is killed', async () => {
    const owner = fork(new URL('./postgres-owner.js', import.meta.url), { env: {} });
    const [folder] = await once(owner, 'message');
    expect(await exists(folder)).toBe(true);
    owner.kill('SIGKILL');
    for (let i = 0; i < 200 && (await exists(folder)); i++) await setTimeout(50);
    expect(await exists(folder)).toBe(false);
  });
});

import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as promises from 'node:fs/promises';
import { cp, readdir, readFile, rename, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileKeyStore, fileStore, folderReader } from '../../src/file-store.js';
import { auditLog, verifyCheckpoint } from '../../src/index.js';
import { codeOf, demoSigner, eventMaker, UNWITNESSED } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';

const { vkey } = await demoSigner();
const make = eventMaker('file store');

async function filled(folder: string, count: number): Promise<void> {
  const log = await openIn(folder);
  await Promise.all(Array.from({ length: count }, () => log.append(make())));
  await log.close();
}

describe('the file store', () => {
  it.each([0, 1, 255, 256, 257, 600])('keeps a log of %i entries over a restart', (size) =>
    inFolder(async (folder) => {
      await filled(folder, size);
      const log = await openIn(folder);
      expect(log.size).toBe(size);
      expect((await log.append(make(), { await: 'integrated' })).index).toBe(size);
      await log.close();
      const report = await auditLog(
        await folderReader(join(folder, 'log')),
        { logKey: vkey },
        { keys: fileKeyStore(join(folder, 'secrets')) },
      );
      expect(report).toMatchObject({ verdict: 'good', findings: [], strangers: [] });
      expect(report.checked).toMatchObject({ entries: size + 1, journal: true, sidesOpened: 2 * (size + 1) });
    }),
  );

  it('keeps secrets again once their folder can be made', () =>
    inFolder(async (folder) => {
      const obstacle = join(folder, 'obstacle');
      await writeFile(obstacle, '');
      const keys = fileKeyStore(join(obstacle, 'secrets'));
      await expect(keys.put('log', new Uint8Array(32))).rejects.toThrow();
      await rm(obstacle);
      await keys.put('log', new Uint8Array(32));
      expect(await keys.get('log')).toEqual(new Uint8Array(32));
    }));

  it('hides what is sealed from other users of the machine', () =>
    inFolder(async (folder) => {
      await filled(folder, 1);
      const mode = async (path: string) => (await stat(join(folder, path))).mode & 0o777;
      expect(await mode('log/private')).toBe(0o700);
      expect(await mode('log/private/journal')).toBe(0o600);
      expect(await mode('secrets')).toBe(0o700);
      for (const name of await readdir(join(folder, 'secrets'))) {
        expect(await mode(`secrets/${name}`)).toBe(0o600);
        expect(name).toMatch(/^[0-9a-f]{16}-(?:log|actor-RX1|(?:subject|handle)-[0-9a-f]{32})$/);
      }
    }));

  it('removes partial tiles once the full one is there', () =>
    inFolder(async (folder) => {
      const log = await openIn(folder);
      for (const count of [1, 100, 154]) {
        await Promise.all(Array.from({ length: count }, () => log.append(make())));
        await log.integrate();
      }
      expect((await readdir(join(folder, 'log/tile/entries'))).sort()).toEqual(['000.p']);
      await log.append(make(), { await: 'integrated' });
      expect((await readdir(join(folder, 'log/tile/entries'))).sort()).toEqual(['000']);
      expect((await readdir(join(folder, 'log/tile/0'))).sort()).toEqual(['000']);
      await log.close();
    }));

  it('opens and checks when a crash parts a full tile from its checkpoint', () =>
    inFolder(async (folder) => {
      await filled(folder, 250);
      const rename = async (from: string, to: string) => {
        if (to.endsWith('/checkpoint')) throw new Error('the process dies here');
        await promises.rename(from, to);
      };
      const dying = await openIn(folder, { fs: { ...promises, rename } });
      await Promise.all(Array.from({ length: 20 }, () => dying.append(make())));
      expect(await codeOf(dying.integrate())).toBe('STORE_FAILED');
      await dying.close();
      const verdict = async () => (await auditLog(await folderReader(join(folder, 'log')), { logKey: vkey })).verdict;
      // The checkpoint in place still names the partial tiles, so they stay for who reads without a fallback.
      expect(await readdir(join(folder, 'log/tile/entries/000.p'))).toEqual(['250']);
      expect(await verdict()).toBe('good');
      for (const path of ['entries', '0']) await rm(join(folder, `log/tile/${path}/000.p`), { recursive: true });
      expect(await verdict()).toBe('good');
      const log = await openIn(folder);
      expect(log.size).toBe(270);
      await log.close();
      expect(await verdict()).toBe('good');
    }));

  it('syncs at most 4 times for 64 callers, and before it answers', () =>
    inFolder(async (folder) => {
      let syncs = 0;
      let answeredBeforeSync = 0;
      const fs = {
        ...promises,
        async open(path: string, flags: string, mode?: number) {
          const handle = await promises.open(path, flags, mode);
          const datasync = handle.datasync.bind(handle);
          handle.datasync = async () => {
            await datasync();
            syncs++;
          };
          return handle;
        },
      };
      const log = await openIn(folder, { fs });
      await log.append(make());
      syncs = 0;
      await Promise.all(
        Array.from({ length: 64 }, async () => {
          await log.append(make());
          if (syncs === 0) answeredBeforeSync++;
        }),
      );
      expect(syncs).toBeGreaterThan(0);
      expect(syncs).toBeLessThanOrEqual(4);
      expect(answeredBeforeSync).toBe(0);
      await log.close();
    }));

  it('cuts off a torn tail before it writes', () =>
    inFolder(async (folder) => {
      await filled(folder, 3);
      const journal = join(folder, 'log/private/journal');
      const whole = await readFile(journal);
      await cp(join(folder, 'log'), join(folder, 'before'), { recursive: true });
      for (const torn of [1, 17, 33, 400]) {
        await writeFile(journal, Buffer.concat([whole, Buffer.from('WSB0\0\0\x01\0'.repeat(torn)).subarray(0, torn)]));
        const log = await openIn(folder);
        expect(log.size).toBe(3);
        await log.append(make());
        await log.close();
        const now = await readFile(journal);
        expect(now.subarray(0, whole.length)).toEqual(whole);
        expect(now.length - whole.length).toBe(now.readUInt32BE(whole.length + 4) + 34);
        await rm(join(folder, 'log'), { recursive: true });
        await cp(join(folder, 'before'), join(folder, 'log'), { recursive: true });
      }
    }));

  it('is not kept busy by a tail of forged batches', () =>
    inFolder(async (folder) => {
      await filled(folder, 1);
      const head = Buffer.alloc(34);
      head.write('WSB0');
      head.writeUInt32BE(2_000_000, 4);
      head.writeUInt32BE(1, 12);
      head.writeUInt16BE(256, 16);
      const path = join(folder, 'log/private/journal');
      await writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(4_000_000, head)]));
      let read = 0;
      const open = async (file: string, flags: string, mode?: number) => {
        const handle = await promises.open(file, flags, mode);
        const original = handle.read.bind(handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>;
        Object.assign(handle, {
          read: async (...args: unknown[]) => {
            const result = await original(...args);
            read += result.bytesRead;
            return result;
          },
        });
        return handle;
      };
      const log = await openIn(folder, { fs: { ...promises, open } });
      expect(log.size).toBe(1);
      await log.close();
      // Reading every batch that is announced would take 100 GB.
      expect(read).toBeLessThan(200_000_000);
    }));

  it('keeps every byte of a last batch that rotted after a checkpoint covered it', () =>
    inFolder(async (folder) => {
      await filled(folder, 20);
      const journal = join(folder, 'log/private/journal');
      const rotten = await readFile(journal);
      rotten[rotten.length - 10]! ^= 1;
      await writeFile(journal, rotten);
      expect(await codeOf(openIn(folder))).toBe('LOG_ROLLED_BACK');
      expect(await readFile(journal)).toEqual(rotten);
    }));

  it('refuses damage in the middle of the journal', () =>
    inFolder(async (folder) => {
      const log = await openIn(folder);
      for (let i = 0; i < 3; i++) await log.append(make());
      await log.close();
      const journal = join(folder, 'log/private/journal');
      const whole = await readFile(journal);
      const damaged = Buffer.from(whole);
      damaged[whole.indexOf('WSB0') + 60]! ^= 1;
      await writeFile(journal, damaged);
      expect(await codeOf(openIn(folder))).toBe('LOG_CORRUPT');
      // The failed start gave the lock back.
      await writeFile(journal, whole);
      await (await openIn(folder)).close();
    }));

  it('refuses to start on an old backup of its journal', () =>
    inFolder(async (folder) => {
      const journal = join(folder, 'log/private/journal');
      await filled(folder, 2);
      const { size } = await stat(journal);
      await filled(folder, 1);
      await truncate(journal, size);
      expect(await codeOf(openIn(folder))).toBe('LOG_ROLLED_BACK');
      await unlink(journal);
      expect(await codeOf(openIn(folder))).toBe('LOG_ROLLED_BACK');
    }));

  it('integrates on start what was durable only', () =>
    inFolder(async (folder) => {
      const log = await openIn(folder);
      await log.append(make(), { await: 'integrated' });
      const checkpoint = await readFile(join(folder, 'log/checkpoint'));
      await log.append(make());
      await log.close();
      await writeFile(join(folder, 'log/checkpoint'), checkpoint);
      const again = await openIn(folder);
      expect((await verifyCheckpoint(again.checkpoint(), { logKey: vkey })).size).toBe(2);
      await again.close();
    }));

  it.each<[string, string, string]>([
    ['the checkpoint', 'checkpoint', 'LOG_CORRUPT'],
    ['the last bundle', 'tile/entries/000.p/3', 'LOG_CORRUPT'],
    ['the last tile', 'tile/0/000.p/3', 'LOG_CORRUPT'],
  ])('refuses to start without %s', (_, path, code) =>
    inFolder(async (folder) => {
      await filled(folder, 3);
      await unlink(join(folder, 'log', path));
      expect(await codeOf(openIn(folder))).toBe(code);
    }),
  );

  it('refuses another log and another signer', () =>
    inFolder(async (folder) => {
      await filled(folder, 1);
      expect(await codeOf(fileStore(join(folder, 'log')).open('elsewhere.example/2026', vkey))).toBe('ORIGIN_MISMATCH');
      const { signer } = await demoSigner('somebody else');
      const { openLog } = await import('../../src/index.js');
      const opened = openLog({
        origin: 'audit.demo-trust.example/2026',
        store: fileStore(join(folder, 'log')),
        keys: fileKeyStore(join(folder, 'secrets')),
        signer,
        unwitnessed: UNWITNESSED,
      });
      expect(await codeOf(opened)).toBe('CHECKPOINT_UNSIGNED');
      expect(await readFile(join(folder, 'log/log.vkey'), 'utf8')).toBe(`${vkey}\n`);
      await unlink(join(folder, 'log/log.vkey'));
      await (await openIn(folder)).close();
      expect(await readFile(join(folder, 'log/log.vkey'), 'utf8')).toBe(`${vkey}\n`);
    }));

  it('says LOG_LOCKED to a second opener in the same process and in another', () =>
    inFolder(async (folder) => {
      const log = await openIn(folder);
      expect(await codeOf(openIn(folder))).toBe('LOG_LOCKED');
      const child = fork(new URL('./appender.js', import.meta.url), ['0', folder], { serialization: 'json' });
      const [message] = await once(child, 'message');
      expect(message).toEqual({ error: 'LOG_LOCKED' });
      await log.close();
      await (await openIn(folder)).close();
    }));

  it('takes over the lock file of a dead process, and no lock of a living one', () =>
    inFolder(async (folder) => {
      await filled(folder, 1);
      const lock = join(folder, 'log/private/lock');
      // No process can have this number: Linux stops at 2^22.
      await writeFile(lock, '9999999 123 file\n');
      await (await openIn(folder)).close();
      await writeFile(lock, 'torn');
      await (await openIn(folder)).close();
      const start = (await readFile('/proc/self/stat', 'latin1')).split(') ')[1]!.split(' ')[19];
      await writeFile(lock, `${process.pid} ${start} file\n`);
      expect(await codeOf(openIn(folder))).toBe('LOG_LOCKED');
      // The same number, started at another time: a number used again.
      await writeFile(lock, `${process.pid} 1 file\n`);
      await (await openIn(folder)).close();
    }));

  it('opens no log without the secrets that it was written with', () =>
    inFolder(async (folder) => {
      await filled(folder, 1);
      await rename(join(folder, 'secrets'), join(folder, 'elsewhere'));
      expect(await codeOf(openIn(folder))).toBe('SECRET_MISSING');
      await rename(join(folder, 'elsewhere'), join(folder, 'secrets'));
      const log = await openIn(folder);
      expect(log.size).toBe(1);
      await log.close();
    }));

  it('tells a damaged secret', () =>
    inFolder(async (folder) => {
      await filled(folder, 1);
      const secrets = join(folder, 'secrets');
      const name = (await readdir(secrets)).find((file) => file.endsWith('-log'))!;
      const secret = await readFile(join(secrets, name));
      secret[3]! ^= 1;
      await writeFile(join(secrets, name), secret);
      expect(await codeOf(openIn(folder))).toBe('KEY_STORE_CORRUPT');
    }));
});

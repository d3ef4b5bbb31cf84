import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generateLogKey } from '../../src/index.js';
import { demoSigner, eventMaker } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { vkey } = await demoSigner();

async function run(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [CLI, ...args], { timeout: 10_000 });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  // A command that fails at once may be gone before it has read anything.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code: code as number, out, err };
}

async function log(folder: string): Promise<string> {
  const make = eventMaker('cli');
  const opened = await openIn(folder);
  await Promise.all(Array.from({ length: 5 }, () => opened.append(make())));
  await opened.close();
  return join(folder, 'log');
}

describe('wardseal-audit verify', () => {
  it('exits 0, 1 and 2', () =>
    inFolder(async (folder) => {
      const path = await log(folder);
      const pinned = await run(['verify', path, '--key', vkey, '--secrets', join(folder, 'secrets')]);
      expect(pinned).toMatchObject({ code: 0, err: '' });
      expect(pinned.out).toContain('GOOD');
      expect(pinned.out).not.toContain('beside the log');
      const unpinned = await run(['verify', path]);
      expect(unpinned.code).toBe(0);
      expect(unpinned.out).toContain('not who wrote it');
      await writeFile(join(folder, 'pinned'), vkey);
      const asked = await run(
        ['--stdin'],
        JSON.stringify({ command: 'verify', log: path, key: join(folder, 'pinned') }),
      );
      expect(asked.code).toBe(0);
      expect(JSON.parse(asked.out)).toMatchObject({ verdict: 'good', keyFrom: 'given', checkpoint: { size: 5 } });
      await truncate(join(path, 'tile/entries/000.p/5'), 40);
      const broken = await run(['verify', path, '--key', vkey, '--json']);
      expect(broken.code).toBe(1);
      expect(JSON.parse(broken.out)).toMatchObject({ verdict: 'tampered', findings: [{ code: 'TILE_INVALID' }] });
      await unlink(join(path, 'log.vkey'));
      expect(await run(['verify', path])).toMatchObject({ code: 2, out: '' });
      expect(await run(['verify', folder, '--key', vkey])).toMatchObject({ code: 2 });
      for (const wrong of [join(folder, 'not-there'), join(folder, 'pinned')]) {
        const lost = await run(['verify', wrong, '--key', vkey]);
        expect(lost).toMatchObject({ code: 2, err: expect.stringContaining('there is no such folder') });
      }
    }));

  it('follows no link and waits for no pipe in the folder of a log', () =>
    inFolder(async (folder) => {
      const path = await log(folder);
      for (let i = 0; i < 6; i++) await symlink('.', join(path, `tile/loop-${i}`));
      await symlink('nowhere', join(path, 'tile/dangling'));
      const linked = await run(['verify', path, '--key', vkey, '--json']);
      expect(linked.code).toBe(0);
      expect(JSON.parse(linked.out).strangers).toHaveLength(7);
      for (const name of ['tile/entries/000.p/5', 'private/journal', 'log.vkey', 'checkpoint']) {
        await unlink(join(path, name));
        await once(spawn('mkfifo', [join(path, name)]), 'close');
        expect(await run(['verify', path])).toMatchObject({ code: 2 });
      }
      await unlink(join(path, 'log.vkey'));
      await symlink('/dev/zero', join(path, 'log.vkey'));
      expect(await run(['verify', path])).toMatchObject({ code: 2 });
    }));

  it('shows a hostile file name without obeying it', () =>
    inFolder(async (folder) => {
      const path = await log(folder);
      await writeFile(join(path, 'tile/a\u001b[2K\nGOOD\u202e'), '');
      const { code, out } = await run(['verify', path, '--key', vkey]);
      expect(code).toBe(0);
      expect(out).toContain('stranger    tile/a\\u{1b}[2K\\u{a}GOOD\\u{202e} belongs to no tile\n');
    }));

  it('never says "tampered with" because nobody listens', () =>
    inFolder(async (folder) => {
      const path = await log(folder);
      const into = async (shell: string) => {
        const child = spawn('sh', ['-c', `"$0" "$@" ${shell}`, process.execPath, CLI, 'verify', path, '--key', vkey]);
        return (await once(child, 'close'))[0];
      };
      expect(await into('>/dev/full')).toBe(2);
      await truncate(join(path, 'tile/entries/000.p/5'), 40);
      expect(await into('>/dev/full')).toBe(1);
    }));

  it('says that a folder holds no log, and that a pinned key is the private one', () =>
    inFolder(async (folder) => {
      const { vkey, skey } = await generateLogKey('audit.trust.example/2026');
      const [empty, lost] = [join(folder, 'empty'), join(folder, 'lost')];
      await mkdir(empty);
      const nothing = await run(['verify', '--key', vkey, empty]);
      expect(nothing).toMatchObject({ code: 2, out: expect.stringContaining('there is no log here') });
      expect((await run(['verify', '--key', vkey, '--secrets', lost, empty])).err).toContain(
        'no such folder of secrets',
      );
      await writeFile(join(folder, 'key'), skey);
      expect((await run(['verify', '--key', join(folder, 'key'), await log(folder)])).err).toContain(
        'the key is private',
      );
    }));

  it.each<[string, string[], string]>([
    ['nothing', [], ''],
    ['an unknown command', ['destroy', '.'], ''],
    ['an unknown option', ['verify', '.', '--force'], ''],
    ['a malformed key', ['verify', '.', '--key', 'a+b+c'], ''],
    ['a request that is not JSON', ['--stdin'], '{'],
    ['an unknown field in a request', ['--stdin'], '{"command":"verify","log":".","force":true}'],
    ['an endless request', ['--stdin'], 'x'.repeat(1_100_000)],
  ])('exits 2 on %s, without a stack', async (_, args, input) => {
    const { code, out, err } = await run(args, input);
    expect(code).toBe(2);
    expect(out + err).not.toMatch(/\n\s+at /);
    expect(out + err).not.toBe('');
  });
});

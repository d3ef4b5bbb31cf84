import * as realFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FaultyFs, PowerLoss, seededRandom } from '../../src/node.js';

const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const data = (content: string): Uint8Array => new TextEncoder().encode(content);

/** The way a careful program replaces a file. It takes the real file system as well. */
async function replace(fs: Pick<FaultyFs, 'open' | 'rename'>, folder: string, content: string): Promise<void> {
  const file = await fs.open(`${folder}/new`, 'w');
  await file.writeFile(data(content));
  await file.datasync();
  await file.close();
  await fs.rename(`${folder}/new`, `${folder}/current`);
  const names = await fs.open(folder, 'r');
  await names.sync();
  await names.close();
}

async function prepared(): Promise<FaultyFs> {
  const fs = new FaultyFs();
  await fs.mkdir('/d');
  const root = await fs.open('/', 'r');
  await root.sync();
  await replace(fs, '/d', 'old');
  return fs.reboot();
}

describe('as a file system', () => {
  test('does what node:fs/promises does', async () => {
    const folder = await realFs.mkdtemp(join(tmpdir(), 'faulty-'));
    try {
      const run = async (
        fs: Pick<FaultyFs, 'open' | 'rename' | 'mkdir' | 'readdir' | 'stat' | 'readFile' | 'unlink'>,
        at: string,
      ) => {
        const seen: unknown[] = [];
        const refused = async (step: Promise<unknown>): Promise<void> => {
          seen.push(
            await step.then(
              () => 'done',
              (error: { code: string }) => error.code,
            ),
          );
        };
        await fs.mkdir(`${at}/a/b`, { recursive: true });
        await refused(fs.mkdir(`${at}/a/b`));
        await refused(fs.open(`${at}/a/none`));
        await refused(fs.open(`${at}/a/b`, 'w'));
        const file = await fs.open(`${at}/a/f`, 'wx+');
        await refused(fs.open(`${at}/a/f`, 'wx'));
        seen.push((await file.write(data('hello world'))).bytesWritten);
        await file.write(data('XYZ'), 1, 2, 6);
        await file.truncate(9);
        await file.write(data('!'));
        const into = new Uint8Array(4);
        seen.push((await file.read(into, 1, 3, 5)).bytesRead, [...into]);
        seen.push((await file.stat()).size, (await fs.stat(`${at}/a`)).isDirectory());
        await file.close();
        await refused(file.read(into));
        const appended = await fs.open(`${at}/a/f`, 'a');
        await appended.appendFile(data('more'));
        await appended.write(data('+'), 0, 1, 0);
        await appended.close();
        seen.push([...(await fs.readFile(`${at}/a/f`))]);
        const reader = await fs.open(`${at}/a/f`);
        await refused(reader.write(data('x')));
        seen.push([...(await reader.readFile())]);
        await reader.close();
        await fs.rename(`${at}/a/f`, `${at}/a/b/g`);
        seen.push([...(await fs.readdir(`${at}/a`))], [...(await fs.readdir(`${at}/a/b`))]);
        await fs.unlink(`${at}/a/b/g`);
        await refused(fs.stat(`${at}/a/b/g`));
        return seen;
      };
      const real = realFs as unknown as FaultyFs;
      expect(await run(new FaultyFs(), '')).toEqual(await run(real, folder));
    } finally {
      await realFs.rm(folder, { recursive: true });
    }
  });
});

describe('power loss', () => {
  test('a careful replacement leaves the old content or the new, at every call and 20 seeds', async () => {
    const trial = await prepared();
    await replace(trial, '/d', 'new');
    const calls = trial.calls.length;
    const found = new Set<string>();
    for (let crashAt = 0; crashAt <= calls; crashAt++) {
      for (let seed = 0; seed < 20; seed++) {
        const disk = (await prepared()).reboot({ seed, crashAt });
        const outcome = await replace(disk, '/d', 'new').then(
          () => 'done',
          (error) => error,
        );
        expect(outcome === 'done' || outcome instanceof PowerLoss).toBe(true);
        const after = text(await disk.reboot().readFile('/d/current'));
        found.add(after);
        if (outcome === 'done') expect(after).toBe('new');
      }
    }
    expect([...found].sort()).toEqual(['new', 'old']);
  });

  test('finds out a program that forgets the sync of the file', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const fs = (await prepared()).reboot({ seed });
      const file = await fs.open('/d/new', 'w');
      await file.writeFile(data('new'));
      await fs.rename('/d/new', '/d/current');
      await (await fs.open('/d')).sync();
      outcomes.add(text(await fs.reboot().readFile('/d/current')));
    }
    expect([...outcomes].sort()).toEqual(['', 'new']);
  });

  test('finds out a program that forgets the sync of the folder', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const fs = (await prepared()).reboot({ seed });
      const file = await fs.open('/d/fresh', 'wx');
      await file.writeFile(data('x'));
      await file.datasync();
      outcomes.add((await fs.reboot().readdir('/d')).join());
    }
    expect([...outcomes].sort()).toEqual(['current', 'current,fresh']);
  });

  test('unsynced sectors are kept or dropped one by one; synced ones stay', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(3000), fc.integer({ min: 1, max: 3000 }), async (seed, at, length) => {
        const fs = new FaultyFs({ seed });
        const file = await fs.open('/f', 'w+');
        await (await fs.open('/')).sync();
        const before = seededRandom(1)(4000).map((byte) => byte | 1);
        await file.write(before, 0, 4000, 0);
        await file.datasync();
        const change = seededRandom(2)(length).map((byte) => byte & 0xfe);
        await file.write(change, 0, length, at);
        const cached = await file.readFile();
        const after = await fs.reboot().readFile('/f');
        expect(after.length).toBeGreaterThanOrEqual(4000);
        for (let sector = 0; sector * 512 < after.length; sector++) {
          const cut = (of: Uint8Array): string =>
            of.subarray(sector * 512, Math.min(after.length, sector * 512 + 512)).join();
          const nothing = new Uint8Array(after.length);
          nothing.set(before.subarray(0, after.length));
          expect([cut(nothing), cut(cached)]).toContain(cut(after));
        }
      }),
    );
  });

  test('some power loss tears one write into kept and dropped sectors', async () => {
    const patterns = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const fs = new FaultyFs({ seed });
      const file = await fs.open('/f', 'w');
      await (await fs.open('/')).sync();
      await file.writeFile(new Uint8Array(2048).fill(1));
      const after = await fs.reboot().readFile('/f');
      patterns.add([0, 512, 1024, 1536].map((at) => after[at] ?? '-').join(''));
    }
    expect(patterns).toContain('----');
    expect(patterns).toContain('1111');
    expect([...patterns].some((pattern) => /01/.test(pattern))).toBe(true); // a later sector without an earlier one
  });
});

describe('faults', () => {
  test('each call can be made to fail, with its code', async () => {
    const trial = await prepared();
    await replace(trial, '/d', 'new');
    for (let at = 0; at < trial.calls.length; at++) {
      for (const code of ['EIO', 'ENOSPC'] as const) {
        const fs = (await prepared()).reboot({ faults: [{ at, code }] });
        await expect(replace(fs, '/d', 'new')).rejects.toMatchObject({ code });
      }
    }
  });

  test('after a failed sync a second one succeeds and proves nothing', async () => {
    const outcomes = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const fs = new FaultyFs({ seed, faults: [{ at: 4, code: 'EIO' }] });
      const file = await fs.open('/f', 'w');
      await (await fs.open('/')).sync();
      await file.writeFile(new Uint8Array(512).fill(1));
      await expect(file.datasync()).rejects.toMatchObject({ code: 'EIO' });
      await file.datasync();
      expect((await fs.readFile('/f')).length).toBe(512);
      outcomes.add((await fs.reboot().readFile('/f')).length);
    }
    expect([...outcomes].sort()).toEqual([0, 512]);
  });

  test('a write that fails leaves a part of itself', async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const fs = new FaultyFs({ seed, faults: [{ at: 1, code: 'ENOSPC' }] });
      const file = await fs.open('/f', 'w');
      await expect(file.writeFile(new Uint8Array(100))).rejects.toMatchObject({ code: 'ENOSPC' });
      lengths.add((await fs.readFile('/f')).length);
    }
    expect(lengths.size).toBeGreaterThan(10);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(100);
  });
});

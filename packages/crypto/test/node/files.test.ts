import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, statSync, truncateSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  open as openHandle,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultyFs, PowerLoss } from '@wardseal/testkit/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attachHeader, open, openReader, seal } from '../../src/index.js';
import { type FileSystem, replaceFile } from '../../src/node/disk.js';
import { fileSource, openFile, sealFile } from '../../src/node.js';
import { openUp, rebuild } from '../craft.js';
import { codeOf, content, type World, world } from '../world.js';

const SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_048_576, 1_048_577, 2_500_000];

let w: World;
let root: string;
let folder: string;
let runs = 0;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  w = await world('classic');
  root = await mkdtemp(join(tmpdir(), 'files-'));
});
beforeEach(async () => {
  folder = join(root, `${runs++}`);
  await mkdir(folder);
});
afterAll(() => rm(root, { recursive: true }));

describe('sealFile and openFile', () => {
  it.each(SIZES)('carry %i bytes there and back', async (size) => {
    await writeFile(at('plain'), content(size));
    const { header, ...facts } = await sealFile(at('plain'), at('sealed'), w.sealing);
    const file = new Uint8Array(await readFile(at('sealed')));
    expect(file.subarray(0, header.length)).toEqual(header);
    expect(facts.size).toBe(size);
    const opened = await open(file, w.opening);
    expect(opened.plaintext).toEqual(content(size));
    expect(opened.manifest.id).toBe(facts.manifestId);
    const proven = await openFile(at('sealed'), at('back'), w.opening);
    expect(new Uint8Array(await readFile(at('back')))).toEqual(content(size));
    expect([proven.sender.person, proven.root]).toEqual(['alice', facts.root]);
    await writeFile(at('payload'), file.subarray(header.length));
    await openFile({ header, payload: at('payload') }, at('again'), w.opening);
    expect(new Uint8Array(await readFile(at('again')))).toEqual(content(size));
    expect((await readdir(folder)).sort()).toEqual(['again', 'back', 'payload', 'plain', 'sealed']);
    for (const name of ['sealed', 'back']) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
  });

  it('tell how far they are', async () => {
    await writeFile(at('plain'), content(2_500_000));
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number) => void seen.push([done, total]);
    const told = [1_048_576, 2_097_152, 2_500_000].map((done) => [done, 2_500_000]);
    await sealFile(at('plain'), at('sealed'), { ...w.sealing, onProgress });
    expect(seen).toEqual(told);
    seen.length = 0;
    await openFile(at('sealed'), at('back'), { ...w.opening, onProgress });
    expect(seen).toEqual(told);
  });

  it('stop when told to and leave everything as it was', async () => {
    await writeFile(at('plain'), content(3_000_000));
    await sealFile(at('plain'), at('sealed'), w.sealing);
    await writeFile(at('kept'), 'before');
    const names = (await readdir(folder)).sort();
    const stopAt = (signal: AbortController) => ({ signal: signal.signal, onProgress: () => signal.abort('stopped') });
    await expect(sealFile(at('plain'), at('kept'), { ...w.sealing, ...stopAt(new AbortController()) })).rejects.toBe(
      'stopped',
    );
    await expect(openFile(at('sealed'), at('kept'), { ...w.opening, ...stopAt(new AbortController()) })).rejects.toBe(
      'stopped',
    );
    const broken = new Error('display gone');
    const onProgress = () => {
      throw broken;
    };
    await expect(sealFile(at('plain'), at('kept'), { ...w.sealing, onProgress })).rejects.toBe(broken);
    const before = AbortSignal.abort('never began');
    await expect(sealFile(at('missing'), at('kept'), { ...w.sealing, signal: before })).rejects.toBe('never began');
    await expect(openFile(at('missing'), at('kept'), { ...w.opening, signal: before })).rejects.toBe('never began');
    expect((await readdir(folder)).sort()).toEqual(names);
    expect(await readFile(at('kept'), 'utf8')).toBe('before');
  });

  it('write nothing of a file that is not what was signed', async () => {
    const { bytes, header } = await seal(content(3_000_000), w.sealing);
    await writeFile(at('kept'), 'before');
    const changed = bytes.slice();
    changed[bytes.length - 20]! ^= 1;
    const inside = await openUp(bytes, w.bob.identity);
    const plain = rebuild(inside, { stanzas: inside.stanzas.filter(({ type }) => type === 'X25519') });
    const cases: [string, Uint8Array, object][] = [
      ['PAYLOAD_INVALID', changed, {}],
      ['PAYLOAD_INVALID', bytes.subarray(0, -1), {}],
      ['PAYLOAD_INVALID', attachHeader(bytes.slice(0, header.length), bytes.slice(header.length, -65_552)), {}],
      ['NO_MATCH', bytes, { identities: [w.mallory.identity] }],
      ['UNSIGNED', plain, {}],
      ['HEADER_INVALID', content(100), {}],
    ];
    for (const [code, file, change] of cases) {
      await writeFile(at('sealed'), file);
      expect(await codeOf(() => openFile(at('sealed'), at('kept'), { ...w.opening, ...change }))).toBe(code);
      expect(await readFile(at('kept'), 'utf8')).toBe('before');
      expect((await readdir(folder)).sort()).toEqual(['kept', 'sealed']);
    }
    await writeFile(at('sealed'), plain);
    const unsigned = await openFile(at('sealed'), at('kept'), { identities: [w.bob.identity], allowUnsigned: true });
    expect(unsigned.signed).toBe(false);
    expect(new Uint8Array(await readFile(at('kept')))).toEqual(content(3_000_000));
  });

  it('refuse what is no file, what cannot be written, and a file that changes meanwhile', async () => {
    await writeFile(at('plain'), content(3_000_000));
    const seal3 = (from: string, to: string, more: object = {}) =>
      codeOf(() => sealFile(at(from), at(to), { ...w.sealing, ...more }));
    expect(await seal3('missing', 'sealed')).toBe('ENOENT');
    expect(await seal3('.', 'sealed')).toMatch(/TypeError: source must be a regular file/);
    expect(await seal3('plain', 'no/such/folder')).toBe('ENOENT');
    expect(await seal3('plain', 'sealed', { mediaType: 'not one' })).toMatch(/TypeError/);
    const resized = (size: number) => ({ onProgress: () => truncateSync(at('plain'), size) });
    expect(await seal3('plain', 'sealed2', resized(4_000_000))).toMatch(/RangeError: source changed its size/);
    await writeFile(at('plain'), content(3_000_000));
    expect(await seal3('plain', 'sealed2', resized(1_500_000))).toMatch(/RangeError: source changed its size/);
    expect(existsSync(at('sealed2'))).toBe(false);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('wait for no pipe, and replace no folder, pipe or device', async () => {
    await writeFile(at('plain'), content(100));
    await sealFile(at('plain'), at('sealed'), w.sealing);
    await mkdir(at('folder'));
    execFileSync('mkfifo', [at('pipe')]);
    await symlink('/dev/null', at('device'));
    const names = (await readdir(folder)).sort();
    for (const name of ['pipe', 'folder', 'device']) {
      const path = at(name);
      for (const act of [
        () => sealFile(path, at('new'), w.sealing),
        () => openFile(path, at('new'), w.opening),
        () => fileSource(path),
      ])
        expect(await codeOf(act)).toMatch(/TypeError: source must be a regular file/);
      for (const act of [() => sealFile(at('plain'), path, w.sealing), () => openFile(at('sealed'), path, w.opening)])
        expect(await codeOf(act)).toMatch(/TypeError: target must be a regular file/);
    }
    expect((await readdir(folder)).sort()).toEqual(names);
    expect(lstatSync(at('pipe')).isFIFO() && lstatSync(at('device')).isSymbolicLink()).toBe(true);
  });

  it.skipIf(!existsSync('/proc/self/status'))('take no file that says it is empty and is not', async () => {
    // Files of the kernel's have no size; sealed as they say, they would be lost without a word.
    expect(await codeOf(() => sealFile('/proc/self/status', at('sealed'), w.sealing))).toMatch(/TypeError: source/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('may replace the file they read, and read through a link', async () => {
    await writeFile(at('one'), content(100_000));
    await symlink(at('one'), at('link'));
    await sealFile(at('link'), at('sealed'), w.sealing);
    await sealFile(at('one'), at('one'), w.sealing);
    await openFile(at('one'), at('one'), w.opening);
    expect(new Uint8Array(await readFile(at('one')))).toEqual(content(100_000));
  });

  it('hold little of a large file', async () => {
    // 200 MB without a byte on the disk: a file may have holes.
    const handle = await openHandle(at('plain'), 'w');
    await handle.truncate(200_000_000);
    await handle.close();
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    };
    const idle = process.memoryUsage().arrayBuffers;
    await sealFile(at('plain'), at('sealed'), { ...w.sealing, onProgress });
    await openFile(at('sealed'), at('back'), { ...w.opening, onProgress });
    expect(statSync(at('back')).size).toBe(200_000_000);
    expect(most - idle).toBeLessThan(100_000_000);
  });
});

describe('fileSource', () => {
  it('serves a reader until it is closed', async () => {
    await writeFile(at('sealed'), (await seal(content(500_000), w.sealing)).bytes);
    const source = await fileSource(at('sealed'));
    const reader = await openReader(source, w.opening);
    const parts = await Promise.all([0, 65_530, 499_990].map((start) => reader.range(start, start + 10)));
    expect(parts).toEqual([0, 65_530, 499_990].map((start) => content(500_000).subarray(start, start + 10)));
    await truncate(at('sealed'), 100_000);
    expect(await codeOf(() => reader.range(400_000, 400_001))).toBe('PAYLOAD_INVALID');
    reader.close();
    await source.close();
    await expect(source.read(0, 1)).rejects.toThrow();
    await expect(fileSource(folder)).rejects.toThrow(TypeError);
  });
});

describe('a replaced file', () => {
  const after = content(1300);
  const replace = (fs: FaultyFs) =>
    replaceFile(
      'folder/name',
      async (write) => {
        await write(after.subarray(600), 600);
        await write(after.subarray(0, 600), 0);
      },
      fs as unknown as FileSystem,
    );
  const prepared = async (options: ConstructorParameters<typeof FaultyFs>[0]) => {
    const fs = new FaultyFs({ seed: 1 });
    await fs.mkdir('folder');
    const file = await fs.open('folder/name', 'w');
    await file.writeFile(content(5));
    await file.sync();
    await (await fs.open('folder', 'r')).sync();
    await (await fs.open('.', 'r')).sync();
    return fs.reboot(options);
  };
  const held = async (fs: FaultyFs) => new Uint8Array(await (await fs.open('folder/name')).readFile());

  it('is the old or the new one, whole, whenever the power goes', async () => {
    const seen = new Set<number>();
    for (let crashAt = 0; crashAt < 12; crashAt++) {
      for (let seed = 0; seed < 6; seed++) {
        const fs = await prepared({ seed, crashAt });
        let done = false;
        try {
          await replace(fs);
          done = true;
        } catch (error) {
          expect(error).toBeInstanceOf(PowerLoss);
        }
        const found = await held(fs.reboot());
        expect([content(5), after]).toContainEqual(found);
        if (done) expect(found).toEqual(after);
        seen.add(found.length);
      }
    }
    expect([...seen].sort()).toEqual([1300, 5]);
  });

  it('is there when only its folder cannot be synced', async () => {
    // A folder that may be written and not read; a network share that syncs no folders.
    for (const [call, code] of [
      ['open', 'EACCES'],
      ['sync', 'EINVAL'],
    ] as const) {
      const fs = await prepared({});
      const refuse = () => Promise.reject(Object.assign(new Error(code), { code }));
      const open = async (path: string, flags: string) => {
        if (path !== 'folder') return fs.open(path, flags);
        return call === 'open' ? refuse() : Object.assign(await fs.open(path, flags), { sync: refuse });
      };
      await replace(new Proxy(fs, { get: (of, name) => (name === 'open' ? open : of[name as 'rename'].bind(of)) }));
      expect(await held(fs)).toEqual(after);
    }
  });

  it('is the old one when the disk fails, and nothing else lies there', async () => {
    const calls = (await prepared({})).calls.length;
    expect(calls).toBe(0);
    for (let failing = 0; failing < 7; failing++) {
      for (const code of ['EIO', 'ENOSPC'] as const) {
        const fs = await prepared({ faults: [{ at: failing, code }] });
        const outcome = await codeOf(() => replace(fs));
        expect(outcome).toBe(code);
        expect(await held(fs)).toEqual(content(5));
        expect(await fs.readdir('folder')).toEqual(['name']);
      }
    }
  });
});

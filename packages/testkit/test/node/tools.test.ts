import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bareRealm, compare, photos, vectorSet } from '../../src/node.js';

const machine = vi.hoisted(() => ({ waited: 0 }));
vi.mock('../../src/measure.js', async (original) => ({
  ...(await original<typeof import('../../src/measure.js')>()),
  waitedNanoseconds: Object.assign(() => machine.waited, { exact: true }),
}));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testkit-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('compare', () => {
  test('measures, prints and writes, with ratios the right way round', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const print = vi.spyOn(console, 'log').mockReturnValue();
    // Time passes only in the cases themselves: two million nanoseconds of work, three million of waiting for a processor.
    let now = 0n;
    vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => now);
    const work = (times: number) => () => {
      now += BigInt(times) * 5_000_000n;
      machine.waited += times * 3_000_000;
    };
    const result = await compare(
      'Work: one, four',
      { one: work(1), four: async () => work(4)() },
      { rounds: 3, minMs: 5, unit: 'block' },
    );
    expect(result.cases.map(({ name }) => name)).toEqual(['one', 'four']);
    const [one, four] = result.cases;
    expect(result.baseline).toBe('four');
    expect(one).toMatchObject({ speedToBaseline: 4, oursToThis: 1, unitsPerSecond: 500, callsPerSample: 3 });
    expect(four).toMatchObject({ speedToBaseline: 1, oursToThis: 4, unitsPerSecond: 125, callsPerSample: 1 });
    const ns = 2_000_000;
    expect(one!.nsPerUnit).toEqual({ median: ns, lower: ns, upper: ns, least: ns, most: ns });
    expect(JSON.parse(readFileSync(join(folder, 'bench/results/work-one-four.json'), 'utf8'))).toEqual(result);
    expect(String(print.mock.calls[0]![0])).toContain('speed to four');
  });

  test('names the case that failed, and writes nothing', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const cause = new Error('no');
    const failing = compare('x', { good: () => 1, bad: () => Promise.reject(cause) }, { minMs: 1, rounds: 1 });
    await expect(failing).rejects.toMatchObject({ message: 'case `bad` failed', cause });
    expect(existsSync(join(folder, 'bench'))).toBe(false);
    await expect(compare('x', {})).rejects.toThrow(RangeError);
    await expect(compare('x', { a: () => 1 }, { baseline: 'b' })).rejects.toThrow(RangeError);
    await expect(compare('x', { a: () => 1 }, { rounds: 0 })).rejects.toThrow(RangeError);
  });
});

describe('vectorSet', () => {
  test('reads a file or a folder', () => {
    vi.stubEnv('VECTORS_DIR', folder);
    writeFileSync(join(folder, 'a.json'), '{"n":1}');
    const set = vectorSet('a.json', 1);
    expect(set).toMatchObject({ available: true, title: 'a.json: 1 cases' });
    expect(set.json()).toEqual({ n: 1 });
    expect(vectorSet('.', 1).files()).toEqual(['a.json']);
    expect(vectorSet('.', 1).json('a.json')).toEqual({ n: 1 });
  });

  test('says by name and count what was not run, and gives nothing', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    vi.stubEnv('VECTORS_DIR', join(folder, 'none'));
    const set = vectorSet('wycheproof/x.json', 518);
    expect(set.available).toBe(false);
    expect(set.title).toBe('NOT RUN wycheproof/x.json: 518 cases (VECTORS_DIR names no folder)');
    expect(warn).toHaveBeenCalledWith(set.title);
    expect(() => set.json()).toThrow(set.title);
    expect(() => set.files()).toThrow(set.title);
  });
});

describe('photos', () => {
  test('are there, of the stated type and size, and have a licence line', () => {
    const licences = readFileSync(new URL('../../photos/LICENCES.md', import.meta.url), 'utf8');
    for (const photo of Object.values(photos)) {
      const file = readFileSync(photo.path);
      expect(licences).toContain(photo.path.split('/').at(-1));
      if (photo.type === 'image/png') {
        expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([photo.width, photo.height]);
      } else {
        let at = 2;
        while (file[at + 1]! < 0xc0 || file[at + 1]! > 0xc2) at += 2 + file.readUInt16BE(at + 2);
        expect([file.readUInt16BE(at + 7), file.readUInt16BE(at + 5)]).toEqual([photo.width, photo.height]);
      }
    }
  });
});

describe('bareRealm', () => {
  const write = (name: string, source: string): string => {
    writeFileSync(join(folder, name), source);
    return join(folder, name);
  };

  test('runs a module graph and gives what it computed', async () => {
    write('part.mjs', 'export const twice = (data) => data.map((byte) => byte * 2);');
    const entry = write('entry.mjs', 'export { twice } from "./part.mjs";');
    const found = await bareRealm<{ twice(data: Uint8Array): Uint8Array }>(
      entry,
      async (api, input: { data: Uint8Array }, tools) => ({
        twice: api.twice(input.data),
        own: input.data instanceof Uint8Array && tools.random(3) instanceof Uint8Array,
        random: tools.random(3).length,
      }),
      { input: { data: Uint8Array.of(1, 2) } },
    );
    expect(found).toEqual({ twice: Uint8Array.of(2, 4), own: true, random: 3 });
  });

  test('has the language and no platform', async () => {
    const entry = write('bare.mjs', 'export const names = Object.getOwnPropertyNames(globalThis);');
    const names = (await bareRealm<{ names: string[] }>(entry, (api) => api.names)) as string[];
    const platform = [
      'crypto',
      'TextEncoder',
      'TextDecoder',
      'process',
      'Buffer',
      'Blob',
      'URL',
      'console',
      'setTimeout',
    ];
    expect(platform.filter((name) => names.includes(name))).toEqual([]);
    expect(names).toContain('Uint8Array');
  });

  test('rejects an import of Node, a throwing module, a throwing program and an endless one', async () => {
    const node = write('node.mjs', 'import "node:crypto"; export {};');
    await expect(bareRealm(node, () => 1)).rejects.toThrow('node:crypto is not there');
    const touches = write('touches.mjs', 'export const encoder = new TextEncoder();');
    await expect(bareRealm(touches, () => 1)).rejects.toThrow('TextEncoder is not defined');
    const fine = write('fine.mjs', 'export {};');
    await expect(
      bareRealm(fine, () => {
        throw new TypeError('mine');
      }),
    ).rejects.toThrow('TypeError: mine');
    await expect(bareRealm(fine, () => new Promise(() => {}))).rejects.toThrow('ended early');
    const endless = (): never => {
      for (;;);
    };
    await expect(bareRealm(fine, endless, { timeoutMs: 500 })).rejects.toThrow('ended early (SIGTERM)');
  });
});

import { cp, mkdtemp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderReader } from '../../src/file-store.js';
import { auditLog } from '../../src/index.js';
import { demoSigner, eventMaker } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';
import { askGo, buildVerifier, writeProofs } from '../support/go.js';
import { grow } from '../support/prepared-log.js';

let tools = '';
let program = '';
const { vkey } = await demoSigner();

beforeAll(async () => {
  tools = await mkdtemp(join(tmpdir(), 'wardseal-go-'));
  program = await buildVerifier(tools);
});
afterAll(() => rm(tools, { recursive: true }));

/** A log of `size` entries, closed, with proofs beside it, the last from its first third. */
async function make(folder: string, size: number, seed: string = 'go'): Promise<[log: string, proofs: string]> {
  const event = eventMaker(seed);
  const log = await openIn(folder, { seed });
  const some = Math.floor(size / 3);
  const leaves = await Promise.all(Array.from({ length: some }, () => log.append(event())));
  const older = await log.integrate();
  leaves.push(...(await Promise.all(Array.from({ length: size - some }, () => log.append(event())))));
  await log.integrate();
  const indices = [...new Set([0, 1, some, Math.floor(size / 2), size - 1])].filter((at) => at >= 0 && at < size);
  const bytes = leaves.map(({ leaf }) => leaf);
  await writeProofs(join(folder, 'proofs'), log, bytes, indices, { text: older, size: some });
  await log.close();
  return [join(folder, 'log'), join(folder, 'proofs')];
}

async function change(path: string, edit: (data: Buffer) => unknown): Promise<void> {
  const data = await readFile(path);
  edit(data);
  await writeFile(path, data);
}

const flip = (at: number) => (data: Buffer) => {
  data[at]! ^= 1;
};

/** The files of another history of that size, that the same key signed. */
async function fork(log: string, size: number): Promise<void> {
  await inFolder(async (folder) => {
    const [other] = await make(folder, size, 'fork');
    for (const name of ['checkpoint', 'tile']) {
      await rm(join(log, name), { recursive: true });
      await cp(join(other, name), join(log, name), { recursive: true });
    }
  });
}

/** The log's own checkpoint of an earlier time: to whoever kept the later one, nothing leads. */
async function rollBack(log: string, proofs: string): Promise<void> {
  const { older, ...rest } = JSON.parse(await readFile(proofs, 'utf8')) as { older: string };
  const kept = await readFile(join(log, 'checkpoint'), 'utf8');
  await writeFile(join(log, 'checkpoint'), older);
  await writeFile(proofs, JSON.stringify({ ...rest, inclusions: [], older: kept }));
}

describe("Go's x/mod", () => {
  it.each([0, 1, 2, 255, 256, 257, 600])('accepts checkpoint, proofs and tiles of a log of %i', (size) =>
    inFolder(async (folder) => {
      const [log, proofs] = await make(folder, size);
      expect(await askGo(program, log, vkey, proofs)).toBe('good');
    }),
  );

  it('accepts a log that grows to 65,535, 65,536, 65,537 and 70,000', () =>
    inFolder(async (folder) => {
      const seen: number[] = [];
      await grow(folder, [65_535, 65_536, 65_537, 70_000], async (log, proofs, size) => {
        expect([size, await askGo(program, log, vkey, proofs)]).toEqual([size, 'good']);
        seen.push(size);
      });
      expect(seen).toEqual([65_535, 65_536, 65_537, 70_000]);
      const { verdict, checkpoint } = await auditLog(await folderReader(join(folder, 'log')), { logKey: vkey });
      expect([verdict, checkpoint?.size]).toEqual(['good', 70_000]);
    }));

  it.each<[string, (log: string, proofs: string) => Promise<unknown>]>([
    ['a flipped byte in a tile', (log) => change(join(log, 'tile/0/000'), flip(77))],
    ['a flipped byte in a bundle', (log) => change(join(log, 'tile/entries/001.p/44'), flip(77))],
    ['a flipped byte in the root', (log) => change(join(log, 'checkpoint'), flip(40))],
    ['a deleted tile', (log) => unlink(join(log, 'tile/1/000.p/1'))],
    ['a deleted bundle', (log) => unlink(join(log, 'tile/entries/000'))],
    ['a deleted checkpoint', (log) => unlink(join(log, 'checkpoint'))],
    ['a truncated tile', (log) => truncate(join(log, 'tile/0/000'), 8160)],
    ['a truncated bundle', (log) => truncate(join(log, 'tile/entries/000'), 900)],
    ['a truncated checkpoint', (log) => truncate(join(log, 'checkpoint'), 100)],
    ['a fork of the same size', (log) => fork(log, 300)],
    ['a fork that is longer', (log) => fork(log, 400)],
    ['a checkpoint that was rolled back', rollBack],
    ['a wrong path', (_, proofs) => change(proofs, (data) => data.write('A', data.indexOf('"hashes":["') + 12))],
  ])('refuses %s', (_, damage) =>
    inFolder(async (folder) => {
      const [log, proofs] = await make(folder, 300);
      expect(await askGo(program, log, vkey, proofs)).toBe('good');
      await damage(log, proofs);
      expect(await askGo(program, log, vkey, proofs)).not.toBe('good');
    }),
  );

  it('refuses the key of another log', () =>
    inFolder(async (folder) => {
      const [log, proofs] = await make(folder, 3);
      const { vkey: other } = await demoSigner('other');
      expect(await askGo(program, log, other, proofs)).not.toBe('good');
    }));
});

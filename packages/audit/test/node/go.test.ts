import { mkdtemp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoSigner, eventMaker } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';
import { askGo, buildVerifier, writeProofs } from '../support/go.js';

let tools = '';
let program = '';
const { vkey } = await demoSigner();

beforeAll(async () => {
  tools = await mkdtemp(join(tmpdir(), 'wardseal-go-'));
  program = await buildVerifier(tools);
});
afterAll(() => rm(tools, { recursive: true }));

/** A log of `size` entries, closed, with proofs beside it. */
async function make(folder: string, size: number): Promise<string[]> {
  const event = eventMaker('go');
  const log = await openIn(folder);
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

describe("Go's x/mod", () => {
  it.each([0, 1, 2, 255, 256, 257, 600])('accepts checkpoint, proofs and tiles of a log of %i', (size) =>
    inFolder(async (folder) => {
      const [log, proofs] = await make(folder, size);
      expect(await askGo(program, log!, vkey, proofs!)).toBe('good');
    }),
  );

  it.each<[string, (log: string, proofs: string) => Promise<unknown>]>([
    ['a flipped byte in a tile', (log) => change(join(log, 'tile/0/000'), flip(77))],
    ['a flipped byte in a bundle', (log) => change(join(log, 'tile/entries/001.p/44'), flip(77))],
    ['a flipped byte in the root', (log) => change(join(log, 'checkpoint'), flip(40))],
    ['a missing tile', (log) => unlink(join(log, 'tile/1/000.p/1'))],
    ['a truncated bundle', (log) => truncate(join(log, 'tile/entries/000'), 900)],
    ['a wrong path', (_, proofs) => change(proofs, (data) => data.write('A', data.indexOf('"hashes":["') + 12))],
  ])('refuses %s', (_, damage) =>
    inFolder(async (folder) => {
      const [log, proofs] = await make(folder, 300);
      expect(await askGo(program, log!, vkey, proofs!)).toBe('good');
      await damage(log!, proofs!);
      expect(await askGo(program, log!, vkey, proofs!)).not.toBe('good');
    }),
  );

  it('refuses the key of another log', () =>
    inFolder(async (folder) => {
      const [log, proofs] = await make(folder, 3);
      const { vkey: other } = await demoSigner('other');
      expect(await askGo(program, log!, other, proofs!)).not.toBe('good');
    }));
});

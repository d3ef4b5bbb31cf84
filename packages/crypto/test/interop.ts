import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededNumbers } from '@wardseal/testkit';
import { open, type SealOptions, seal } from '../src/index.js';
import { theyOpen, theySeal } from './differential.js';
import { content, type World, world } from './world.js';

/** At and beside every boundary of age's chunks. */
export const SIZES: readonly number[] = [0, 1, 65_535, 65_536, 65_537, 131_072];

/** The named sizes, then random ones: half of them below a kilobyte, the others up to three chunks. */
export function sizes(count: number): number[] {
  const next = seededNumbers('interoperability');
  const random = () => (next() % 2 === 0 ? next() % 1000 : next() % 200_000);
  return [...SIZES, ...Array.from({ length: count - SIZES.length }, random)];
}

/** Who takes part, and a place for the age command's identity file. */
export interface Table {
  readonly pq: World;
  readonly classic: World;
  readonly identityFile: string;
  close(): void;
}

export async function table(): Promise<Table> {
  const [pq, classic] = [await world('pq'), await world('classic')];
  const folder = mkdtempSync(join(tmpdir(), 'age-'));
  const identityFile = join(folder, 'identity.txt');
  writeFileSync(identityFile, `${classic.bob.identity}\n`);
  return { pq, classic, identityFile, close: () => rmSync(folder, { recursive: true }) };
}

/** Runs the real program; its absence fails the test. */
export function age(args: readonly string[], input: Uint8Array): Promise<Uint8Array> {
  return new Promise((done, failed) => {
    const child = execFile('age', args, { encoding: 'buffer', maxBuffer: 1 << 28 }, (error, stdout) =>
      error === null ? done(new Uint8Array(stdout)) : failed(error),
    );
    child.stdin!.on('error', () => {}); // a program may end without reading its input
    child.stdin!.end(input);
  });
}

/** A file of ours with all its parts, or the least of them. */
function options(w: World, index: number): SealOptions {
  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
  const link = { id: 'link-1', key: new Uint8Array(32).fill(index) };
  return index % 2 === 0 ? { ...w.sealing, guardians, link } : w.sealing;
}

/** Both ways with typage (classic and post-quantum) and with Debian's age (classic). Throws when any content differs. */
export async function bothWays({ pq, classic, identityFile }: Table, size: number, index: number): Promise<void> {
  const data = content(size);
  const same = (got: Uint8Array, who: string) => {
    if (Buffer.compare(got, data) !== 0) throw new Error(`${size} bytes: ${who} reads something else`);
  };
  for (const w of [classic, pq]) {
    const { bob, alice, mallory } = w;
    const { bytes } = await seal(data, options(w, index));
    same(await theyOpen(bytes, { identities: [bob.identity] }), 'typage');
    const people = [alice, mallory, bob].slice(index % 3).map(({ entry }) => entry.recipient);
    const theirs = await theySeal(data, people);
    same((await open(theirs, { identities: [bob.identity], allowUnsigned: true })).plaintext, 'we from typage');
  }
  const { bytes } = await seal(data, options(classic, index));
  same(await age(['-d', '-i', identityFile], bytes), 'age');
  const { alice, bob } = classic;
  const theirs = await age(['-r', alice.entry.recipient, '-r', bob.entry.recipient], data);
  same((await open(theirs, { identities: [bob.identity], allowUnsigned: true })).plaintext, 'we from age');
}

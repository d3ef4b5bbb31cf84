import { seededNumbers } from '@wardseal/testkit';
import { FaultyFs } from '@wardseal/testkit/node';
import { expect } from 'vitest';
import { type FileLogStore, fileStore, folderReader } from '../../src/file-store.js';
import { decodeLeaf, type EntryQuery, type StoredEntry } from '../../src/index.js';
import { matches } from '../../src/log-source.js';
import { entryOf } from './conformance.js';
import { lock } from './crash.js';
import { demoSigner, ORIGIN } from './events.js';

const { vkey } = await demoSigner();

/** Entries for logs that have an index: three blocks of it and some. */
export const ENTRIES: readonly StoredEntry[] = Array.from({ length: 900 }, (_, n) => ({
  ...entryOf(n),
  actor: new Uint8Array(20).fill(n),
}));
const LEAVES = new Map(ENTRIES.map(({ leaf }) => [leaf, decodeLeaf(leaf)]));
const leafOf = (leaf: Uint8Array) => LEAVES.get(leaf) ?? decodeLeaf(leaf);

/** Appends entries in batches of uneven size, each batch with a sync of its own. */
export async function fill(store: FileLogStore, entries: readonly StoredEntry[]): Promise<void> {
  const next = seededNumbers('batches');
  for (let at = 0; at < entries.length; ) {
    const end = at + 1 + (next() % 40);
    await store.append(entries.slice(at, end));
    at = end;
  }
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What a query asks for, by looking at every entry. */
export function expected(query: EntryQuery, entries: readonly StoredEntry[] = ENTRIES): number[] {
  return entries.flatMap(({ leaf }, index) => (matches(leafOf(leaf), query) ? [index] : []));
}

// As one text: comparing array by array takes most of a test's time.
function text(entries: readonly StoredEntry[]): string {
  return Buffer.concat(entries.flatMap(({ leaf, subject, actor }) => [leaf, subject, actor])).toString('base64');
}

/** A life of a log: three times opened, filled beyond a block of its index, closed. What was acknowledged. */
async function life(fs: FaultyFs): Promise<number> {
  let acknowledged = 0;
  try {
    for (const end of [260, 600, 610]) {
      const store = fileStore('/srv', { fs, lock });
      const { size } = await store.open(ORIGIN, vkey);
      for (let at = size; at < end; at += 90) {
        await store.append(ENTRIES.slice(at, Math.min(at + 90, end)));
        acknowledged = Math.min(at + 90, end);
      }
      await store.close();
    }
  } catch {
    // The power is off, or the store refused.
  }
  return acknowledged;
}

/** After the crash the log holds what was acknowledged, answers as a replay does, goes on, and has a right index. */
async function survives(disk: FaultyFs, acknowledged: number): Promise<void> {
  const store = fileStore('/srv', { fs: disk, lock });
  const { size } = await store.open(ORIGIN, vkey);
  expect(size).toBeGreaterThanOrEqual(acknowledged);
  const kept = ENTRIES.slice(0, size);
  expect(text(await all(store.readEntries(0)))).toBe(text(kept));
  const query = { actor: decodeLeaf(ENTRIES[0]!.leaf).actorHandle };
  expect(await all(store.select(query))).toEqual(expected(query, kept));
  await store.append(ENTRIES.slice(size, size + 250));
  await store.close();
  const reader = await folderReader('/srv', { fs: disk });
  expect(await reader.verifyIndex!()).toMatchObject({ entries: size + 250, damaged: 0, wrong: [] });
}

/** The calls of a life without faults. */
export async function indexCalls(): Promise<readonly string[]> {
  const disk = new FaultyFs();
  expect(await life(disk)).toBe(610);
  expect(disk.calls).toContain('write /srv/private/index');
  return disk.calls;
}

/** The power goes off at every call, so many times each. */
export async function indexPowerLoss(seeds: number): Promise<void> {
  const calls = await indexCalls();
  for (let crashAt = 0; crashAt <= calls.length; crashAt++)
    for (let seed = 0; seed < seeds; seed++) {
      const disk = new FaultyFs({ crashAt, seed: `${crashAt} ${seed}` });
      const acknowledged = await life(disk);
      await survives(disk.reboot(), acknowledged);
    }
}

/** A fault at every call that touches the index, then the power goes. */
export async function indexFault(code: 'EIO' | 'ENOSPC'): Promise<void> {
  for (const [at, call] of (await indexCalls()).entries()) {
    if (!call.endsWith('/index')) continue;
    const disk = new FaultyFs({ faults: [{ at, code }], seed: at });
    const acknowledged = await life(disk);
    expect(acknowledged).toBe(610);
    await survives(disk.reboot(), acknowledged);
  }
}

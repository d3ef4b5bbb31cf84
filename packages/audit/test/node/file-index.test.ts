import * as promises from 'node:fs/promises';
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededNumbers } from '@wardseal/testkit';
import { FaultyFs } from '@wardseal/testkit/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileStore, folderReader } from '../../src/file-store.js';
import { auditLog, decodeLeaf, type EntryQuery, openLog, type StoredEntry } from '../../src/index.js';
import { memoryKeyStore } from '../../src/key-store.js';
import { matches } from '../../src/log-source.js';
import { BLOCK_BYTES, BLOCK_ROWS, blockCheck, indexSeed, NO_CHECK } from '../../src/store/index-file.js';
import { ROW_BYTES } from '../../src/store/index-row.js';
import { journalSeed } from '../../src/store/journal.js';
import { entryOf } from '../support/conformance.js';
import { lock } from '../support/crash.js';
import { codeOf, demoSigner, ORIGIN, testClock, UNWITNESSED } from '../support/events.js';
import { inFolder } from '../support/folder.js';
import { all, ENTRIES, expected, fill, indexCalls, indexFault, indexPowerLoss } from '../support/indexed.js';

const { signer, vkey } = await demoSigner();
const keys = memoryKeyStore();
const idOf = ({ leaf }: StoredEntry): Uint8Array => leaf.subarray(4, 20);

async function filled(folder: string, entries: readonly StoredEntry[] = ENTRIES): Promise<void> {
  const store = fileStore(folder);
  await store.open(ORIGIN, vkey);
  await fill(store, entries);
  await store.close();
}

const first = decodeLeaf(ENTRIES[0]!.leaf);
const QUERIES: readonly EntryQuery[] = [
  {},
  { subject: first.subjectHandle! },
  { actor: first.actorHandle, types: ['image.view'] },
  { from: first.recordedAt + 100, until: first.recordedAt + 200 },
  { object: first.objectHandle!, from: first.recordedAt + 100, until: first.recordedAt + 7000 },
];

/** Opens the log and finds in it exactly what was put in: by id, by query, by place. */
async function exact(folder: string, entries: readonly StoredEntry[] = ENTRIES): Promise<void> {
  const reader = await folderReader(folder);
  for (const query of QUERIES) expect(await all(reader.select!(query))).toEqual(expected(query, entries));
  const store = fileStore(folder);
  expect(await store.open(ORIGIN, vkey)).toEqual({ size: entries.length });
  for (const query of QUERIES) expect(await all(store.select(query))).toEqual(expected(query, entries));
  for (const [index, entry] of entries.entries()) expect(await store.find(idOf(entry))).toBe(index);
  for (const index of [0, 255, 256, 298].filter((one) => one < entries.length))
    expect(await all(store.readEntries(index, index + 1))).toEqual([entries[index]]);
  await store.close();
  const report = await (await folderReader(folder)).verifyIndex!();
  const indexed = Math.floor(entries.length / BLOCK_ROWS) * BLOCK_ROWS;
  expect(report).toEqual({ entries: entries.length, indexed, damaged: 0, wrong: [] });
}

describe('the index of a file store', () => {
  it('answers every query as a replay does', () =>
    inFolder(async (folder) => {
      await filled(folder);
      const store = fileStore(folder);
      await store.open(ORIGIN, vkey);
      const reader = await folderReader(folder);
      const handle = (n: number) => fc.option(fc.constantFrom(...handlesOf(n)), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(
          handle(0),
          handle(1),
          handle(2),
          fc.option(fc.subarray(['image.view', 'image.list', 'breakglass.open'] as const), { nil: undefined }),
          fc.option(fc.integer({ min: -10, max: 10_000 }), { nil: undefined }),
          fc.option(fc.integer({ min: -10, max: 10_000 }), { nil: undefined }),
          async (subject, actor, object, types, from, until) => {
            const query: EntryQuery = {
              ...(subject && { subject }),
              ...(actor && { actor }),
              ...(object && { object }),
              ...(types && { types }),
              ...(from !== undefined && { from: first.recordedAt + from }),
              ...(until !== undefined && { until: first.recordedAt + until }),
            };
            const want = expected(query);
            expect(await all(reader.select!(query))).toEqual(want);
            expect(await all(store.select(query))).toEqual(want);
          },
        ),
        { numRuns: 40 },
      );
      await store.close();
    }));

  it('finds any range of entries, by store and by folder, a few and many at a time', () =>
    inFolder(async (folder) => {
      await filled(folder);
      const store = fileStore(folder);
      await store.open(ORIGIN, vkey);
      const reader = await folderReader(folder);
      const place = fc.integer({ min: 0, max: ENTRIES.length + 5 });
      await fc.assert(
        fc.asyncProperty(place, place, async (start, end) => {
          expect(await all(store.readEntries(start, end))).toEqual(ENTRIES.slice(start, Math.max(start, end)));
          expect(await all(reader.readEntries!(start, end))).toEqual(ENTRIES.slice(start, Math.max(start, end)));
        }),
        { numRuns: 60 },
      );
      expect(await all(reader.readEntries!(850))).toEqual(ENTRIES.slice(850));
      await store.close();
    }));

  it('spares opening, a query and one entry the reading of the journal', () =>
    inFolder(async (folder) => {
      // Sides of 16 kB: a journal of 15 MB, of which the last, unfinished block is the smallest part.
      await filled(
        folder,
        ENTRIES.slice(0, 520).map((entry) => ({ ...entry, subject: new Uint8Array(16_000) })),
      );
      let read = 0;
      const open = async (file: string, flags: string, mode?: number) => {
        const handle = await promises.open(file, flags, mode);
        const original = handle.read.bind(handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>;
        const counted = async (...args: unknown[]) => {
          const result = await original(...args);
          read += result.bytesRead;
          return result;
        };
        return Object.assign(handle, { read: counted });
      };
      const store = fileStore(folder, { fs: { ...promises, open } });
      await store.open(ORIGIN, vkey);
      expect(read).toBeLessThan(2_000_000);
      const reader = await folderReader(folder, { fs: { ...promises, open } });
      read = 0;
      await all(reader.readEntries!(300, 301));
      expect(read).toBeLessThan(1_000_000);
      await store.close();
    }));

  it('is made again when it is missing, and grows by whole blocks', () =>
    inFolder(async (folder) => {
      await filled(folder);
      expect((await readFile(join(folder, 'private/index'))).length).toBe(3 * BLOCK_BYTES);
      await rm(join(folder, 'private/index'));
      await exact(folder);
    }));

  it('is private', () =>
    inFolder(async (folder) => {
      await filled(folder, ENTRIES.slice(0, 2));
      expect((await promises.stat(join(folder, 'private/index'))).mode & 0o777).toBe(0o600);
    }));

  it('refuses a query for half a handle', () =>
    inFolder(async (folder) => {
      await filled(folder, ENTRIES.slice(0, 2));
      const reader = await folderReader(folder);
      await expect(all(reader.select!({ actor: new Uint8Array(31) }))).rejects.toThrow(RangeError);
    }));
});

function handlesOf(part: number): Uint8Array[] {
  const found = ENTRIES.flatMap(({ leaf }) => {
    const { subjectHandle, actorHandle, objectHandle } = decodeLeaf(leaf);
    return [subjectHandle, actorHandle, objectHandle][part] ?? [];
  });
  return [...new Map(found.map((one) => [one.join(), one])).values(), new Uint8Array(32).fill(99)];
}

describe('a damaged index', () => {
  const damages: [string, (index: Buffer, next: () => number) => Uint8Array][] = [
    ['with a flipped byte', (index, next) => flipped(index, next() % index.length)],
    [
      'with a flipped byte in its last block',
      (index, next) => flipped(index, 2 * BLOCK_BYTES + (next() % BLOCK_BYTES)),
    ],
    ['cut short', (index, next) => index.subarray(0, next() % index.length)],
    ['with zeros in it', (index, next) => Buffer.from(index).fill(0, next() % index.length)],
    ['with junk behind it', (index, next) => Buffer.concat([index, Buffer.alloc(next() % (3 * BLOCK_BYTES), next())])],
    [
      'with a block missing',
      (index) => Buffer.concat([index.subarray(0, BLOCK_BYTES), index.subarray(2 * BLOCK_BYTES)]),
    ],
    ['with two blocks exchanged', (index) => blocks(index, [1, 0, 2])],
    ['with a block twice', (index) => blocks(index, [0, 1, 1, 2])],
    [
      'with a sector lost',
      (index, next) => {
        const at = 512 * (next() % Math.floor(index.length / 512));
        return Buffer.from(index).fill(0, at, at + 512);
      },
    ],
  ];

  it.each(damages)('%s changes no answer, and is mended', (_, damage) =>
    inFolder(async (folder) => {
      await filled(folder);
      const path = join(folder, 'private/index');
      const whole = await readFile(path);
      const next = seededNumbers(damage.toString());
      for (let round = 0; round < 4; round++) {
        await writeFile(path, damage(whole, next));
        await exact(folder);
        expect(await readFile(path)).toEqual(whole);
      }
    }),
  );

  it('of another log, or of another history of the same log, is not believed', () =>
    inFolder(async (folder) => {
      await filled(join(folder, 'one'));
      // The same entries but one, so that everything else stands where it stood.
      const other = ENTRIES.map((entry, n) => (n === 200 ? { ...entryOf(2000), actor: entry.actor } : entry));
      const subject = other.map((entry) => ({ ...entry, subject: new Uint8Array(3) }));
      for (const entries of [other, subject, [...other].reverse()]) {
        await rm(join(folder, 'two'), { recursive: true, force: true });
        await filled(join(folder, 'two'), entries);
        await cp(join(folder, 'one/private/index'), join(folder, 'two/private/index'));
        const reader = await folderReader(join(folder, 'two'));
        // An index of another history is not followed to an entry that is not the one it names.
        const query = { actor: first.actorHandle };
        for (const index of await all(reader.select!(query)))
          expect(matches(decodeLeaf(entries[index]!.leaf), query)).toBe(true);
      }
      const foreign = fileStore(join(folder, 'three'));
      await foreign.open('elsewhere.example/2026', vkey);
      await fill(foreign, ENTRIES);
      await foreign.close();
      await cp(join(folder, 'three/private/index'), join(folder, 'one/private/index'));
      await exact(join(folder, 'one'));
    }));

  it('newer than the journal that was put back is cut to it, and what comes then is right', () =>
    inFolder(async (folder) => {
      await filled(folder, ENTRIES.slice(0, 300));
      const old = await readFile(join(folder, 'private/journal'));
      await filled(folder, ENTRIES.slice(300));
      await writeFile(join(folder, 'private/journal'), old);
      const now = [...ENTRIES.slice(0, 300), ...ENTRIES.slice(400)];
      await exact(folder, ENTRIES.slice(0, 300));
      await filled(folder, ENTRIES.slice(400));
      await exact(folder, now);
    }));

  it('mixed of two histories, as a power cut may leave it, is seen by the chain of its checks', () =>
    inFolder(async (folder) => {
      await filled(folder, ENTRIES.slice(0, 300));
      await cp(folder, join(folder, '../', 'copy'), { recursive: true });
      await filled(folder, ENTRIES.slice(300));
      const before = await readFile(join(folder, 'private/index'));
      await rm(folder, { recursive: true });
      await cp(join(folder, '../copy'), folder, { recursive: true });
      await rm(join(folder, '../copy'), { recursive: true });
      const now = [...ENTRIES.slice(0, 300), ...[...ENTRIES.slice(300)].reverse()];
      await filled(folder, now.slice(300));
      const after = await readFile(join(folder, 'private/index'));
      await writeFile(
        join(folder, 'private/index'),
        Buffer.concat([before.subarray(0, 2 * BLOCK_BYTES), after.subarray(2 * BLOCK_BYTES)]),
      );
      await exact(folder, now);
    }));

  it('that was forged with right checks is told by verifyIndex and by auditLog', () =>
    inFolder(async (folder) => {
      const log = await openLog({
        origin: ORIGIN,
        store: fileStore(folder),
        keys,
        signer,
        clock: testClock(),
        unwitnessed: UNWITNESSED,
      });
      await log.close();
      await filled(folder, ENTRIES.slice(0, 600));
      const integrated = await openLog({
        origin: ORIGIN,
        store: fileStore(folder),
        keys,
        signer,
        clock: testClock(),
        unwitnessed: UNWITNESSED,
      });
      await integrated.close();
      expect(await auditLog(await folderReader(folder), { logKey: vkey })).toMatchObject({
        verdict: 'good',
        checked: { index: { entries: 600, indexed: 512, damaged: 0, wrong: [] } },
      });
      const path = join(folder, 'private/index');
      const index = await readFile(path);
      // Entry 7 loses its actor.
      index.fill(0, 7 * ROW_BYTES + 31, 7 * ROW_BYTES + 39);
      const seed = indexSeed(journalSeed(ORIGIN));
      let before: Uint8Array = NO_CHECK;
      for (let at = 0; at < index.length; at += BLOCK_BYTES) {
        before = blockCheck(seed, before, index.subarray(at, at + BLOCK_BYTES - 16));
        index.set(before, at + BLOCK_BYTES - 16);
      }
      await writeFile(path, index);
      expect(await (await folderReader(folder)).verifyIndex!()).toMatchObject({ damaged: 0, wrong: [7] });
      expect(await auditLog(await folderReader(folder), { logKey: vkey })).toMatchObject({
        verdict: 'tampered',
        findings: [{ code: 'INDEX_INVALID', index: 7, path: 'private/index' }],
      });
    }));
});

function flipped(data: Buffer, at: number): Buffer {
  const copy = Buffer.from(data);
  copy[at]! ^= 0x10;
  return copy;
}

function blocks(index: Buffer, order: readonly number[]): Buffer {
  return Buffer.concat(order.map((n) => index.subarray(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES)));
}

describe('an index on a failing disk', () => {
  it('that refuses everything stops nothing', async () => {
    const disk = new FaultyFs();
    const refuse = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
    const open = (path: string, flags?: string, mode?: number) =>
      path.endsWith('/index') ? refuse() : disk.open(path, flags, mode);
    const fs = new Proxy(disk, {
      get: (target, name) => (name === 'open' ? open : (target[name as keyof FaultyFs] as () => void).bind?.(target)),
    });
    for (const half of [ENTRIES.slice(0, 600), ENTRIES.slice(600)]) {
      const store = fileStore('/srv', { fs, lock });
      await store.open(ORIGIN, vkey);
      await fill(store, half);
      expect(await store.find(idOf(ENTRIES[3]!))).toBe(3);
      expect(await all(store.readEntries(300, 302))).toEqual(ENTRIES.slice(300, 302));
      const size = half.length === 600 ? 600 : 900;
      expect(await all(store.select(QUERIES[1]!))).toEqual(expected(QUERIES[1]!, ENTRIES.slice(0, size)));
      await store.close();
    }
  });

  it('loses power at any call', () => indexPowerLoss(1));

  it.each(['EIO', 'ENOSPC'] as const)('fails with %s at any call that touches the index', (code) => indexFault(code));

  it('is never synced', async () => {
    expect((await indexCalls()).filter((call) => /sync .*\/index$/.test(call))).toEqual([]);
  });
});

describe('an append that nobody could read again', () => {
  it.each<[string, StoredEntry[]]>([
    ['of 257 entries', ENTRIES.slice(0, 257)],
    ['of a leaf of 257 bytes', [{ ...ENTRIES[0]!, leaf: new Uint8Array(257) }]],
    ['of a side of 20 kB', [{ ...ENTRIES[0]!, actor: new Uint8Array(20_000) }]],
  ])('%s is refused before it is written', (_, batch) =>
    inFolder(async (folder) => {
      const store = fileStore(folder);
      await store.open(ORIGIN, vkey);
      await expect(store.append(batch)).rejects.toThrow(RangeError);
      expect(await store.append(ENTRIES.slice(0, 1))).toEqual([{ index: 0, added: true }]);
      await store.close();
      await exact(folder, ENTRIES.slice(0, 1));
    }),
  );
});

describe('the room ahead of a journal', () => {
  it('is given back on closing, and taken for no damage after a crash', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'private/journal');
      const store = fileStore(folder);
      await store.open(ORIGIN, vkey);
      await store.append(ENTRIES.slice(0, 2));
      const open = await readFile(path);
      expect(open.length).toBeGreaterThan(1 << 18);
      await store.close();
      const { length } = await readFile(path);
      expect(length).toBeLessThan(2000);
      expect(open.subarray(length).every((byte) => byte === 0)).toBe(true);
      await writeFile(path, open);
      expect(await all((await folderReader(folder)).readEntries!(0))).toEqual(ENTRIES.slice(0, 2));
      await filled(folder, ENTRIES.slice(2, 4));
      expect(await all((await folderReader(folder)).readEntries!(0))).toEqual(ENTRIES.slice(0, 4));
      await truncate(path, length);
      expect(await codeOf(all((await folderReader(folder)).readEntries!(0)))).toBe('none');
    }));
});

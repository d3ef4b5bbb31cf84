import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  auditLog,
  decodeLeaf,
  type EntryQuery,
  type KeyStore,
  type LogReader,
  type LogStore,
  memoryKeyStore,
  openLog,
  type StoredEntry,
  verifyCheckpoint,
} from '../../src/index.js';
import { encodeLeaf } from '../../src/leaf.js';
import { TileTree } from '../../src/tile-tree.js';
import { readTile, type Tile, tilesOf } from '../../src/tiles.js';
import { codeOf, demoSigner, eventMaker, hexOf, ORIGIN, START, testClock, UNWITNESSED, uuid7 } from './events.js';

/** One place where a log can live, empty at first. */
export interface Place {
  /** Another handle on the same log. */
  store(): LogStore;
  reader(): Promise<LogReader> | LogReader;
  remove(): Promise<void>;
}

/** How a kind of store is tested. */
export interface Conformance {
  place(): Promise<Place>;
  /** Whether two handles may be open at once. */
  readonly shared: boolean;
}

const { signer, vkey } = await demoSigner();
const types = ['image.view', 'image.list', 'breakglass.open'] as const;

/** An entry whose bytes follow from a number, with few different handles, so that queries find several. */
export function entryOf(n: number): StoredEntry {
  const handle = (kind: number, which: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(16 * kind + which);
  const random = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(length - 5, n);
    return bytes;
  };
  const leaf = encodeLeaf({
    id: uuid7(START, random),
    recordedAt: START + 10 * n,
    type: types[n % 3]!,
    outcome: 'success',
    org: 'RX1',
    actorHandle: handle(1, n % 5),
    ...(n % 2 === 0 && { subjectHandle: handle(2, n % 4), subjectCommitment: handle(3, 0) }),
    ...(n % 7 === 0 && { objectHandle: handle(4, n % 2) }),
    actorCommitment: handle(5, n % 11),
  });
  const side = (length: number): Uint8Array => new Uint8Array(length).map((_, i) => n + i);
  return { leaf, subject: side(n % 2 === 0 ? 33 + n : 0), actor: side(n % 13 === 0 ? 16_000 : 100) };
}

function entriesOf(count: number, first = 0): StoredEntry[] {
  return Array.from({ length: count }, (_, i) => entryOf(first + i));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Entries in one form, whatever kind of Uint8Array a store gives. */
function plain(entries: readonly StoredEntry[]): string[] {
  return entries.map(({ leaf, subject, actor }) => [leaf, subject, actor].map(hexOf).join(' '));
}

/** What every store promises. */
export function storeConformance(name: string, { place, shared }: Conformance): void {
  /** Opens the log, works with it, closes it. */
  async function using<T>(at: Place, work: (store: LogStore, size: number) => Promise<T>): Promise<T> {
    const store = at.store();
    const { size } = await store.open(ORIGIN, vkey);
    try {
      return await work(store, size);
    } finally {
      await store.close();
    }
  }

  async function inPlace<T>(work: (at: Place) => Promise<T>): Promise<T> {
    const at = await place();
    try {
      return await work(at);
    } finally {
      await at.remove();
    }
  }

  describe(`${name}: what every store promises`, () => {
    it('is empty at first', () =>
      inPlace((at) =>
        using(at, async (store, size) => {
          expect(size).toBe(0);
          expect(await store.readCheckpoint()).toBe(null);
          for (const level of ['entries', 0, 1] as const)
            expect(await store.readTile({ level, index: 0, width: 1 })).toBe(null);
          expect(await store.find(new Uint8Array(16))).toBe(null);
          expect(await all(store.readEntries(0))).toEqual([]);
          expect(await all(store.readEntries(0, 5))).toEqual([]);
          expect(await store.append([])).toEqual([]);
        }),
      ));

    it('keeps entries byte for byte, in order, over a restart', () =>
      inPlace(async (at) => {
        const entries = entriesOf(1030);
        await using(at, async (store) => {
          const appended = [];
          for (const [from, to] of [
            [0, 1],
            [1, 3],
            [3, 259],
            [259, 515],
            [515, 771],
            [771, 1027],
            [1027, 1030],
          ] as const)
            appended.push(...(await store.append(entries.slice(from, to))));
          expect(appended).toEqual(entries.map((_, index) => ({ index, added: true })));
          expect(plain(await all(store.readEntries(0)))).toEqual(plain(entries));
        });
        await using(at, async (store, size) => {
          expect(size).toBe(1030);
          expect(plain(await all(store.readEntries(0)))).toEqual(plain(entries));
          for (const [start, end] of [
            [0, 0],
            [5, 6],
            [250, 260],
            [1029, 1030],
            [1029, 5000],
            [1030, undefined],
            [2000, 3000],
            [999, 1001],
          ] as const)
            expect(plain(await all(store.readEntries(start, end)))).toEqual(plain(entries.slice(start, end)));
          for (const index of [0, 2, 258, 1029])
            expect(await store.find(entries[index]!.leaf.slice(4, 20))).toBe(index);
          expect(await store.find(entryOf(1030).leaf.slice(4, 20))).toBe(null);
        });
      }));

    it('takes an event id once, in one batch and in several, and keeps the first entry', () =>
      inPlace(async (at) => {
        const [a, b, c] = entriesOf(3) as [StoredEntry, StoredEntry, StoredEntry];
        const other = { ...a, subject: Uint8Array.of(1), actor: Uint8Array.of(2) };
        await using(at, async (store) => {
          expect(await store.append([a, b, other, b])).toEqual([
            { index: 0, added: true },
            { index: 1, added: true },
            { index: 0, added: false },
            { index: 1, added: false },
          ]);
          expect(await store.append([other])).toEqual([{ index: 0, added: false }]);
        });
        await using(at, async (store, size) => {
          expect(size).toBe(2);
          expect(await store.append([c, other, c])).toEqual([
            { index: 2, added: true },
            { index: 0, added: false },
            { index: 2, added: false },
          ]);
          expect(plain(await all(store.readEntries(0)))).toEqual(plain([a, b, c]));
        });
      }));

    it('does with any batches what a list does', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }), { maxLength: 8 }),
          async (batches) =>
            inPlace((at) =>
              using(at, async (store) => {
                const model: number[] = [];
                for (const batch of batches) {
                  const expected = batch.map((n) => {
                    const index = model.indexOf(n);
                    return index < 0 ? { index: model.push(n) - 1, added: true } : { index, added: false };
                  });
                  expect(await store.append(batch.map(entryOf))).toEqual(expected);
                }
                expect(plain(await all(store.readEntries(0)))).toEqual(plain(model.map(entryOf)));
              }),
            ),
        ),
        { numRuns: 12 },
      ));

    it('puts tiles and checkpoint in place, and gives every width that a checkpoint has had', () =>
      inPlace(async (at) => {
        const entries = entriesOf(600);
        const tree = new TileTree();
        const expected: Tile[][] = [];
        let before: string | null = null;
        for (const size of [1, 2, 255, 256, 257, 600])
          await using(at, async (store) => {
            await store.append(entries.slice(tree.size, size));
            const checkpoint = `${ORIGIN}\n${size}\nroot\n`;
            const previous = before;
            await store.integrate(async (state) => {
              expect(state.size).toBe(size);
              expect(state.checkpoint && new TextDecoder().decode(state.checkpoint)).toBe(previous);
              for (const { leaf } of entries.slice(tree.size, size)) tree.append(new Uint8Array(leaf));
              expected.push(tree.takeTiles());
              return { tiles: expected.at(-1)!, checkpoint };
            });
            before = checkpoint;
            expect(new TextDecoder().decode((await store.readCheckpoint())!)).toBe(checkpoint);
          });
        const reader = await at.reader();
        for (const read of [reader.readTile]) {
          for (const tile of expected.flat()) {
            const data = await readTile((id) => read.call(reader, id), tile);
            expect(hexOf(data ?? new Uint8Array(0))).toBe(hexOf(tile.data));
          }
        }
        await using(at, async (store) => {
          for (const id of tilesOf(600, 0)) expect((await store.readTile(id))?.length).toBe(32 * id.width);
          expect(await store.readTile({ level: 0, index: 2, width: 200 })).toBe(null);
          expect(await store.readTile({ level: 'entries', index: 2, width: 200 })).toBe(null);
        });
      }));

    it('changes nothing when the work gives nothing or fails', () =>
      inPlace((at) =>
        using(at, async (store) => {
          await store.append(entriesOf(3));
          await store.integrate(async () => null);
          const failing = store.integrate(async () => {
            throw new Error('the signer is away');
          });
          await expect(failing).rejects.toThrow('the signer is away');
          expect(await store.readCheckpoint()).toBe(null);
          expect(await store.readTile({ level: 'entries', index: 0, width: 3 })).toBe(null);
          // It is still usable.
          await store.integrate(async ({ size }) => ({ tiles: [], checkpoint: `${ORIGIN}\n${size}\nroot\n` }));
          expect(await store.readCheckpoint()).not.toBe(null);
        }),
      ));

    it('reads and appends while an integration runs', () =>
      inPlace((at) =>
        using(at, async (store) => {
          await store.append(entriesOf(2));
          await store.integrate(async (state) => {
            expect(state.size).toBe(2);
            expect(await store.readCheckpoint()).toBe(null);
            expect(await all(store.readEntries(0))).toHaveLength(2);
            expect(await store.append(entriesOf(1, 2))).toEqual([{ index: 2, added: true }]);
            expect(await store.find(entryOf(2).leaf.slice(4, 20))).toBe(2);
            return null;
          });
        }),
      ));

    it.each([0, 1, 255, 256, 257, 600])('carries a log of %i events that an auditor finds good', (size) =>
      inPlace(async (at) => {
        const keys = memoryKeyStore();
        const make = eventMaker(`conformance ${size}`);
        const open = () =>
          openLog({ origin: ORIGIN, store: at.store(), keys, signer, clock: testClock(), unwitnessed: UNWITNESSED });
        const log = await open();
        const given = Array.from({ length: size }, () => make());
        const results = await Promise.all(given.map((event) => log.append(event)));
        expect(results.map(({ index }) => index)).toEqual(given.map((_, i) => i));
        await log.close();
        const again = await open();
        expect(again.size).toBe(size);
        if (size > 0) expect(await again.append(given[0]!)).toMatchObject({ index: 0, duplicate: true });
        expect((await again.append(make(), { await: 'integrated' })).index).toBe(size);
        expect((await verifyCheckpoint(again.checkpoint(), { logKey: vkey })).size).toBe(size + 1);
        await again.close();
        const report = await auditLog(await at.reader(), { logKey: vkey }, { keys });
        expect(report).toMatchObject({ verdict: 'good', findings: [], strangers: [], unintegrated: 0 });
        expect(report.checked).toMatchObject({ entries: size + 1, journal: true, sidesOpened: 2 * (size + 1) });
      }),
    );

    it('finds by its index what reading everything finds', () =>
      inPlace(async (at) => {
        const entries = entriesOf(1500);
        await using(at, async (store) => {
          for (let i = 0; i < 1500; i += 250) await store.append(entries.slice(i, i + 250));
        });
        const reader = await at.reader();
        // A reader need not have an index.
        if (!reader.select) return;
        const leaves = entries.map(({ leaf }) => decodeLeaf(leaf));
        const same = (wanted: Uint8Array | undefined, handle: Uint8Array | undefined): boolean =>
          wanted === undefined || (handle !== undefined && hexOf(wanted) === hexOf(handle));
        const matches = (query: EntryQuery): number[] =>
          leaves.flatMap((leaf, index) =>
            same(query.subject, leaf.subjectHandle) &&
            same(query.actor, leaf.actorHandle) &&
            same(query.object, leaf.objectHandle) &&
            (query.types?.includes(leaf.type) ?? true) &&
            leaf.recordedAt >= (query.from ?? 0) &&
            leaf.recordedAt < (query.until ?? Number.POSITIVE_INFINITY)
              ? [index]
              : [],
          );
        const handle = (kind: number) =>
          fc.option(
            fc.integer({ min: 0, max: 4 }).map((which) => new Uint8Array(32).fill(16 * kind + which)),
            { nil: undefined },
          );
        const moment = fc.option(fc.double({ min: START - 5, max: START + 15_010, noNaN: true }), { nil: undefined });
        await fc.assert(
          fc.asyncProperty(
            handle(2),
            handle(1),
            handle(4),
            fc.option(fc.subarray([...types]), { nil: undefined }),
            moment,
            moment,
            async (subject, actor, object, wanted, from, until) => {
              const parts = { subject, actor, object, types: wanted, from, until };
              const query: EntryQuery = Object.fromEntries(
                Object.entries(parts).filter(([, part]) => part !== undefined),
              );
              expect(await all(reader.select!(query))).toEqual(matches(query));
            },
          ),
          { numRuns: 60, examples: [[undefined, undefined, undefined, undefined, undefined, undefined]] },
        );
      }));

    it('refuses to work when it is closed', () =>
      inPlace(async (at) => {
        const store = at.store();
        await store.open(ORIGIN, vkey);
        await store.close();
        await store.close();
        expect(await codeOf(store.append(entriesOf(1)))).toBe('LOG_CLOSED');
        expect(await codeOf(store.integrate(async () => null))).toBe('LOG_CLOSED');
      }));

    if (shared)
      it('lets several append at once, each id once, and one integrate at a time', () =>
        inPlace(async (at) => {
          const stores = Array.from({ length: 4 }, () => at.store());
          await Promise.all(stores.map((store) => store.open(ORIGIN, vkey)));
          const batches = await Promise.all(
            stores.map(async (store, which) => {
              const mine: [number, number, boolean][] = [];
              for (let i = 0; i < 20; i++) {
                // Every second entry is one that another appends as well.
                const numbers = [1000 * which + i, 9000 + i];
                const appended = await store.append(numbers.map(entryOf));
                for (const [k, { index, added }] of appended.entries()) mine.push([numbers[k]!, index, added]);
              }
              return mine;
            }),
          );
          const appended = batches.flat();
          const places = new Map(appended.map(([n, index]) => [n, index]));
          for (const [n, index] of appended) expect(places.get(n)).toBe(index);
          expect(new Set(places.values()).size).toBe(100);
          expect(appended.filter(([, , added]) => added)).toHaveLength(100);
          const entries = await all(stores[0]!.readEntries(0));
          expect(entries).toHaveLength(100);
          for (const [n, index] of places) expect(plain([entries[index]!])).toEqual(plain([entryOf(n)]));

          let inside = 0;
          let most = 0;
          let done = 0;
          await Promise.all(
            stores.map((store) =>
              store.integrate(async ({ checkpoint }) => {
                most = Math.max(most, ++inside);
                expect(checkpoint === null).toBe(done === 0);
                await new Promise((resolve) => setTimeout(resolve, 20));
                inside--;
                return { tiles: [], checkpoint: `${ORIGIN}\n100\nroot ${done++}\n` };
              }),
            ),
          );
          expect(most).toBe(1);
          await Promise.all(stores.map((store) => store.close()));
        }));
  });
}

/** What every key store promises. */
export function keyStoreConformance(name: string, place: () => Promise<{ keys(): KeyStore; remove(): Promise<void> }>) {
  describe(`${name}: what every key store promises`, () => {
    const secret = (n: number): Uint8Array => new Uint8Array(32).fill(n);

    it('keeps, refuses what is taken, and destroys', async () => {
      const at = await place();
      try {
        const keys = at.keys();
        expect(await keys.get('log')).toBe(null);
        expect(await keys.put('log', secret(1))).toBe(true);
        expect(await keys.put('log', secret(2))).toBe(false);
        expect([...(await at.keys().get('log'))!]).toEqual([...secret(1)]);
        await keys.delete('log');
        expect(await at.keys().get('log')).toBe(null);
        await keys.delete('log');
        expect(await keys.put('log', secret(3))).toBe(true);
        expect([...(await keys.get('log'))!]).toEqual([...secret(3)]);
        const long = 'subject-'.padEnd(100, 'a');
        expect(await keys.put(long, secret(4))).toBe(true);
        expect([...(await keys.get(long))!]).toEqual([...secret(4)]);
      } finally {
        await at.remove();
      }
    });

    it('lets one of many win a name', async () => {
      const at = await place();
      try {
        const keys = [at.keys(), at.keys(), at.keys()];
        const won = await Promise.all(keys.map((store, n) => store.put('log', secret(n))));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect([...(await at.keys().get('log'))!]).toEqual([...secret(won.indexOf(true))]);
      } finally {
        await at.remove();
      }
    });
  });
}

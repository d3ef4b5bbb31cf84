import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeLeaf, type EntryQuery, type StoredEntry } from '../../src/index.js';
import type { StoreTools } from './conformance.js';
import { all, entriesOf, entryOf, plain, TYPES } from './entries.js';
import { demoSigner, hexOf, ORIGIN, START } from './events.js';

const { vkey } = await demoSigner();

/** Entries: kept, found, each id once. */
export function entriesConformance({ inPlace, using, shared }: StoreTools): void {
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
        for (const index of [0, 2, 258, 1029]) expect(await store.find(entries[index]!.leaf.slice(4, 20))).toBe(index);
        expect(await store.find(entryOf(1030).leaf.slice(4, 20))).toBe(null);
      });
    }));

  it('takes 256 entries in a batch, and no more', () =>
    inPlace((at) =>
      using(at, async (store) => {
        await expect(store.append(entriesOf(257))).rejects.toThrow(RangeError);
        expect(await store.append(entriesOf(256))).toHaveLength(256);
        expect(await all(store.readEntries(0))).toHaveLength(256);
      }),
    ));

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
          (query.objects?.some((one) => same(one, leaf.objectHandle)) ?? true) &&
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
      const some = fc.array(fc.integer({ min: 0, max: 4 }).map((which) => new Uint8Array(32).fill(64 + which)));
      const moment = fc.option(fc.double({ min: START - 5, max: START + 15_010, noNaN: true }), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(
          handle(2),
          handle(1),
          handle(4),
          fc.option(fc.subarray([...TYPES]), { nil: undefined }),
          moment,
          moment,
          fc.option(some, { nil: undefined }),
          async (subject, actor, object, wanted, from, until, objects) => {
            const parts = { subject, actor, object, objects, types: wanted, from, until };
            const query: EntryQuery = Object.fromEntries(
              Object.entries(parts).filter(([, part]) => part !== undefined),
            );
            expect(await all(reader.select!(query))).toEqual(matches(query));
          },
        ),
        { numRuns: 60, examples: [[undefined, undefined, undefined, undefined, undefined, undefined, undefined]] },
      );
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
}

import { expect, it } from 'vitest';
import { auditLog, memoryKeyStore, openLog, verifyCheckpoint } from '../../src/index.js';
import { TileTree } from '../../src/tile-tree.js';
import { readTile, type Tile, tilesOf } from '../../src/tiles.js';
import type { StoreTools } from './conformance.js';
import { all, entriesOf, entryOf } from './entries.js';
import { codeOf, demoSigner, eventMaker, hexOf, ORIGIN, testClock, UNWITNESSED } from './events.js';

const { signer, vkey } = await demoSigner();

/** Tiles and checkpoints, and whole logs. */
export function integrationConformance({ inPlace, using }: StoreTools): void {
  it('puts tiles and checkpoint in place, and gives every width that a checkpoint has had', () =>
    inPlace(async (at) => {
      const entries = entriesOf(600);
      const tree = new TileTree();
      const expected: Tile[][] = [];
      let before: string | null = null;
      for (const size of [1, 2, 255, 256, 257, 500, 600])
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

  it('refuses to work when it is closed', () =>
    inPlace(async (at) => {
      const store = at.store();
      await store.open(ORIGIN, vkey);
      await store.close();
      await store.close();
      expect(await codeOf(store.append(entriesOf(1)))).toBe('LOG_CLOSED');
      expect(await codeOf(store.integrate(async () => null))).toBe('LOG_CLOSED');
    }));
}

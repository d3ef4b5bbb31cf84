import * as promises from 'node:fs/promises';
import { FaultyFs } from '@wardseal/testkit/node';
import { describe, expect, it } from 'vitest';
import { fileStore } from '../../src/file-store.js';
import { journalSeed, readHeader } from '../../src/store/journal.js';
import { scanBatches } from '../../src/store/journal-scan.js';
import { lock } from '../support/crash.js';
import { demoSigner, eventMaker, ORIGIN } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';
import { all, ENTRIES } from '../support/indexed.js';

const { vkey } = await demoSigner();
const JOURNAL = '/srv/log/private/journal';

/** Which batch of the journal each entry came in. */
async function batchOf(fs: FaultyFs): Promise<number[]> {
  const file = await fs.open(JOURNAL, 'r');
  const { end } = (await readHeader(file))!;
  const scan = scanBatches({ file, seed: journalSeed(ORIGIN) }, { offset: end, first: 0 }, (batch) => batch.count);
  const batches: number[] = [];
  let number = 0;
  for await (const { taken } of scan) {
    for (let i = 0; i < taken; i++) batches.push(number);
    number++;
  }
  return batches;
}

describe('an acknowledgement', () => {
  it('comes after the fdatasync of the batch that it is for, whoever else writes', async () => {
    const fs = new FaultyFs();
    const log = await openIn('/srv', { fs, lock });
    const before = fs.calls.length;
    const syncs = () => fs.calls.slice(before).filter((call) => call === `fdatasync ${JOURNAL}`).length;
    const make = eventMaker('acknowledged');
    const told = new Map<number, number>();
    const caller = async (appends: number) => {
      for (let i = 0; i < appends; i++) {
        const { index } = await log.append(make(), { await: i % 3 === 2 ? 'integrated' : 'durable' });
        told.set(index, syncs());
      }
    };
    await Promise.all([caller(9), caller(5), caller(7), caller(1)]);
    await log.close();
    const batches = await batchOf(fs);
    expect(told.size).toBe(22);
    for (const [index, done] of told) expect(done).toBeGreaterThan(batches[index]!);
    // Each batch is written and synced before the next is written.
    const order = fs.calls.slice(before).filter((call) => /^(?:write|fdatasync) .*journal$/.test(call));
    expect(order).toEqual(order.map((_, i) => `${i % 2 === 0 ? 'write' : 'fdatasync'} ${JOURNAL}`));
  });

  it('is not given while the disk has not answered', () =>
    inFolder(async (folder) => {
      let release = (): void => undefined;
      let waits = Promise.resolve();
      const open = async (path: string, flags: string, mode?: number) => {
        const handle = await promises.open(path, flags, mode);
        const datasync = handle.datasync.bind(handle);
        handle.datasync = async () => {
          await waits;
          await datasync();
        };
        return handle;
      };
      const store = fileStore(folder, { fs: { ...promises, open } });
      await store.open(ORIGIN, vkey);
      for (const entry of ENTRIES.slice(0, 3)) {
        waits = new Promise((resolve) => {
          release = resolve;
        });
        let answered = false;
        const appended = store.append([entry]).then((result) => {
          answered = true;
          return result;
        });
        // Everything else that the append could wait for has long been there.
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
        await promises.stat(folder);
        expect(answered).toBe(false);
        expect(await store.find(entry.leaf.subarray(4, 20))).toBeNull();
        release();
        expect((await appended)[0]!.added).toBe(true);
      }
      await store.close();
      expect(await all(store.readEntries(0)).catch((error: { code: string }) => error.code)).toBe('LOG_CLOSED');
    }));

  it('of one caller is not given for another, and an append that is under way is not lost by closing', () =>
    inFolder(async (folder) => {
      const store = fileStore(folder);
      await store.open(ORIGIN, vkey);
      // No caller waits for another: the store keeps them in order.
      const appends = ENTRIES.slice(0, 20).map((entry) => store.append([entry]));
      const closed = store.close();
      const results = await Promise.all(appends);
      await closed;
      expect(results.map(([one]) => one!.index)).toEqual(results.map((_, i) => i));
      const again = fileStore(folder);
      expect(await again.open(ORIGIN, vkey)).toEqual({ size: 20 });
      expect(await all(again.readEntries(0))).toEqual(ENTRIES.slice(0, 20));
      await again.close();
    }));
});

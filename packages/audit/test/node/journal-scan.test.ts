import { describe, expect, it } from 'vitest';
import { encodeBatch, journalHeader, journalSeed } from '../../src/store/journal.js';
import { scanJournal } from '../../src/store/journal-scan.js';
import { codeOf, ORIGIN } from '../support/events.js';
import { all, ENTRIES } from '../support/indexed.js';

const seed = journalSeed(ORIGIN);
const start = journalHeader(ORIGIN).length;
const batches = [0, 10, 20].map((first) => encodeBatch(seed, first, ENTRIES.slice(first, first + 10)));
const journal = Buffer.concat([journalHeader(ORIGIN), ...batches]);

/** A file of which a reader sees the first content until it asks how long it is, and then the second. */
function growing(before: Uint8Array, after: Uint8Array) {
  let now = before;
  const nothing = async () => undefined;
  return {
    async read(into: Uint8Array, offset: number, length: number, position: number) {
      const part = now.subarray(position, position + length);
      into.set(part, offset);
      return { bytesRead: part.length };
    },
    async stat() {
      now = after;
      return { size: after.length };
    },
    write: async () => ({ bytesWritten: 0 }),
    truncate: nothing,
    datasync: nothing,
    sync: nothing,
    close: nothing,
  };
}

const counts = async (before: Uint8Array, after: Uint8Array = before) =>
  (await all(scanJournal({ file: growing(before, after), seed }, { offset: start, first: 0 }))).map(
    ({ taken }) => taken.length,
  );

describe('reading a journal while somebody appends', () => {
  it('takes a batch that was just being written, and the next, for no damage', async () => {
    const torn = journal.subarray(0, journal.length - batches[2]!.length - 40);
    expect(await counts(torn, journal)).toEqual([10, 10, 10]);
    expect(await counts(torn)).toEqual([10]);
  });

  it('looks again at an end that it read long ago', async () => {
    const file = growing(Buffer.concat([journal.subarray(0, -batches[2]!.length), Buffer.alloc(5000)]), journal);
    const scan = scanJournal({ file, seed }, { offset: start, first: 0 });
    expect((await scan.next()).value).toMatchObject({ first: 0 });
    await file.stat();
    expect((await all(scan)).map(({ first }) => first)).toEqual([10, 20]);
  });

  it('still sees damage', async () => {
    const damaged = Buffer.from(journal);
    damaged[start + batches[0]!.length + 50]! ^= 1;
    expect(await codeOf(counts(damaged))).toBe('LOG_CORRUPT');
    expect(await codeOf(counts(damaged, journal))).toBe('none');
  });

  it('ends at zeros, and says whether nothing else follows', async () => {
    const ends = async (tail: Uint8Array) => {
      const data = Buffer.concat([journal, tail]);
      const scan = scanJournal({ file: growing(data, data), seed }, { offset: start, first: 0 });
      for (let step = await scan.next(); ; step = await scan.next()) if (step.done) return step.value;
    };
    expect(await ends(new Uint8Array(3_000_000))).toEqual({ offset: journal.length, first: 30, clean: true });
    const torn = new Uint8Array(3_000_000);
    torn[2_999_999] = 1;
    expect(await ends(torn)).toEqual({ offset: journal.length, first: 30, clean: false });
    expect(await ends(new Uint8Array(0))).toMatchObject({ clean: true });
  });
});

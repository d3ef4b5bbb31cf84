import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededNumbers } from '@wardseal/testkit';
import { fileStore, folderReader } from '../../src/file-store.js';
import { decodeLeaf, type EntryQuery } from '../../src/index.js';
import { demoSigner, ORIGIN } from './events.js';
import { all, ENTRIES, expected, fill } from './indexed.js';
import { mutants } from './mutations.js';

/** Damages the index of a log `count` times, and gives where that changed an answer. */
export async function indexChanges(folder: string, count: number): Promise<string[]> {
  const store = fileStore(folder);
  await store.open(ORIGIN, (await demoSigner()).vkey);
  await fill(store, ENTRIES);
  await store.close();
  const path = join(folder, 'private/index');
  const original = await readFile(path);
  const { subjectHandle, objectHandle, recordedAt } = decodeLeaf(ENTRIES[500]!.leaf);
  const queries: EntryQuery[] = [
    { subject: subjectHandle! },
    { object: objectHandle! },
    { types: ['image.list'], from: recordedAt - 100, until: recordedAt + 100 },
  ];
  const right = queries.map((query) => expected(query).join());
  const changed: string[] = [];
  const next = seededNumbers('changes of an index');
  for (const { what, data } of mutants(original, { kind: 'bytes', next, count })) {
    await writeFile(path, data);
    const reader = await folderReader(folder);
    const which = next() % queries.length;
    const found = (await all(reader.select!(queries[which]!))).join();
    const index = next() % ENTRIES.length;
    const [entry] = await all(reader.readEntries!(index, index + 1));
    if (found !== right[which]) changed.push(`${what}: query ${which} gave ${found}`);
    if (entry === undefined || !Buffer.from(entry.leaf).equals(ENTRIES[index]!.leaf))
      changed.push(`${what}: entry ${index}`);
  }
  return changed;
}

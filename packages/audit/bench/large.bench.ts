// A log of a million entries: opening it, asking it for a patient's entries, reading one entry, and checking all of it.
// WARDSEAL_BENCH_ENTRIES makes a smaller one.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditLog, generateLogKey, logSigner, memoryKeyStore, openLog } from '@wardseal/audit';
import { fileStore, folderReader } from '@wardseal/audit/file-store';
import { compare } from '@wardseal/testkit/node';
import { diskWithSync, preparedEntry, UNWITNESSED } from './prepared.ts';

const ENTRIES = Number(process.env['WARDSEAL_BENCH_ENTRIES'] ?? 1_000_000);
const SUBJECTS = 2000;
// Callers that shared a sync when the entries were written.
const BATCH = 16;

const root = mkdtempSync(join(tmpdir(), 'wardseal-bench-'));
const folder = join(root, 'log');
const origin = 'bench.example/2026';
const { vkey, skey } = await generateLogKey(origin);
const fs = diskWithSync(async () => undefined);
const keys = memoryKeyStore();
const open = async () =>
  openLog({
    origin,
    store: fileStore(folder, { fs }),
    keys,
    signer: await logSigner(skey),
    unwitnessed: UNWITNESSED,
  });

const started = performance.now();
await (await open()).close();
const subjects = Array.from({ length: SUBJECTS }, () => new Uint8Array(randomBytes(32)));
const store = fileStore(folder, { fs });
await store.open(origin, vkey);
for (let i = 0; i < ENTRIES; i += BATCH)
  await store.append(Array.from({ length: BATCH }, (_, j) => preparedEntry(subjects[(i + j) % SUBJECTS]!)));
await store.close();
await (await open()).close();
console.log(`made ${ENTRIES} entries in ${((performance.now() - started) / 1000).toFixed(1)} s`);

const reader = await folderReader(folder);
const matching = async (subject: Uint8Array): Promise<number> => {
  let count = 0;
  for await (const _ of reader.select!({ subject })) count++;
  if (count !== Math.ceil(ENTRIES / SUBJECTS)) throw new Error(`${count} entries`);
  return count;
};
const notes = `${ENTRIES} entries of ${SUBJECTS} subjects, ${BATCH} a batch`;

await compare(
  'open a large log',
  {
    'with its index': async () => {
      const one = fileStore(folder, { fs });
      await one.open(origin, vkey);
      await one.close();
    },
    'without: the journal is read': async () => {
      rmSync(join(folder, 'private/index'), { force: true });
      const one = fileStore(folder, { fs });
      await one.open(origin, vkey);
      await one.close();
    },
  },
  { rounds: 3, unit: 'opening', out: 'large-open', notes },
);
await compare(
  'find all entries of a subject',
  {
    'select, by the index': () => matching(subjects[7]!),
    replay: async () => {
      let count = 0;
      for await (const { leaf } of reader.readEntries!(0)) if (Buffer.from(leaf).includes(subjects[7]!)) count++;
      if (count !== Math.ceil(ENTRIES / SUBJECTS)) throw new Error(`${count} entries`);
    },
  },
  { rounds: 3, unit: 'query', out: 'large-select', notes },
);
let next = 1;
await compare(
  'read one entry',
  {
    'anywhere in the log': async () => {
      next = (next * 48_271) % 2_147_483_647;
      for await (const _ of reader.readEntries!(next % ENTRIES, (next % ENTRIES) + 1)) return;
    },
  },
  { unit: 'entry', out: 'large-read', notes },
);
const { readEntries: _, ...publicFiles } = reader;
await compare(
  'check the whole log',
  {
    'with the journal': async () => {
      const { verdict } = await auditLog(reader, { logKey: vkey });
      if (verdict !== 'good') throw new Error(verdict);
    },
    'public files only': async () => {
      const { verdict } = await auditLog(publicFiles, { logKey: vkey });
      if (verdict !== 'good') throw new Error(verdict);
    },
  },
  { rounds: 3, perCall: ENTRIES, unit: 'entry', out: 'large-audit', notes },
);
rmSync(root, { recursive: true });

// Durable appends to a log in a folder, beside a bare write+fdatasync of as many bytes, and beside node:sqlite with
// synchronous=FULL, which has no tree. First of entries that are ready to be stored: journal, index, Merkle tree, tiles
// and signed checkpoints. Then the whole path of an event: parsing, handles, commitments and sealing as well.
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { generateLogKey, logSigner, memoryKeyStore, openLog, type StoredEntry } from '@wardseal/audit';
import { fileStore } from '@wardseal/audit/file-store';
import { compare } from '@wardseal/testkit/node';
import { freshEvent, journalBytes, preparedEntry, UNWITNESSED } from './prepared.ts';

// A checkpoint comes after so many entries, or a second.
const CHECKPOINT_ENTRIES = 256;

const folder = mkdtempSync(join(tmpdir(), 'wardseal-bench-'));
const origin = 'bench.example/2026';
const { skey } = await generateLogKey(origin);
const store = fileStore(join(folder, 'log'));
const log = await openLog({
  origin,
  store,
  keys: memoryKeyStore(),
  signer: await logSigner(skey),
  unwitnessed: UNWITNESSED,
});
const raw = await open(join(folder, 'raw'), 'w');
const database = new DatabaseSync(join(folder, 'log.sqlite'));
database.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (at INTEGER PRIMARY KEY, data BLOB)',
);
const insert = database.prepare('INSERT INTO entries (data) VALUES (?)');

const subject = new Uint8Array(32).fill(7);
let pool: StoredEntry[] = [];
function take(count: number): StoredEntry[] {
  if (pool.length < count) pool = Array.from({ length: 20_000 }, () => preparedEntry(subject));
  return pool.splice(-count);
}

let unsigned = 0;
/**
 * Appends prepared entries to the very store that the log writes to. After every 256 of them the log itself appends one
 * event: it then finds them all and makes its checkpoint in the background, as it always does.
 */
async function appendPrepared(count: number): Promise<void> {
  await store.append(take(count));
  unsigned += count;
  if (unsigned < CHECKPOINT_ENTRIES) return;
  unsigned = 0;
  await log.append(freshEvent());
}

for (const batch of [1, 32, 256]) {
  const size = journalBytes(take(batch));
  const row = new Uint8Array(Math.round(size / batch)).fill(1);
  const peers = {
    'write + fdatasync': async () => {
      await raw.write(Buffer.alloc(size, 1));
      await raw.datasync();
    },
    'node:sqlite FULL, no tree': () => {
      database.exec('BEGIN');
      for (let i = 0; i < batch; i++) insert.run(row);
      database.exec('COMMIT');
    },
  };
  const options = { rounds: 9, minMs: 100, perCall: batch, unit: 'entry', baseline: 'write + fdatasync' };
  await compare(
    `durable append of prepared entries, ${batch} at a time`,
    { 'wardseal, with tree and checkpoints': () => appendPrepared(batch), ...peers },
    {
      ...options,
      out: `append-prepared-${batch}`,
      notes:
        'ours: journal, index, Merkle tree, tiles, a signed checkpoint every 256 entries in the background, which adds one event of the whole path each time; the others store bytes',
    },
  );
  await compare(
    `durable append of events, ${batch} at a time`,
    {
      'wardseal, the whole path': () => Promise.all(Array.from({ length: batch }, () => log.append(freshEvent()))),
      ...peers,
    },
    {
      ...options,
      out: `append-${batch}`,
      notes:
        'ours also parses, makes handles and commitments, and seals two compartments; the others store as many bytes',
    },
  );
}

await compare(
  'an entry and its receipt',
  {
    'wardseal, await: integrated': () => log.append(freshEvent(), { await: 'integrated' }),
    'write + fdatasync': async () => {
      await raw.write(Buffer.alloc(600, 1));
      await raw.datasync();
    },
  },
  {
    rounds: 9,
    minMs: 100,
    unit: 'entry',
    out: 'append-integrated',
    notes: 'one caller; ours is durable, in the tree, under a signed checkpoint in place, with its proof',
  },
);
await log.close();
await raw.close();
database.close();
rmSync(folder, { recursive: true });

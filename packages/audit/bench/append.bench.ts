// Durable appends, one by one and 32 at a time, beside a bare write+fdatasync of as many bytes and beside node:sqlite
// with synchronous=FULL, which has no tree. Ours does the whole job: parse, handles, commitments, sealing, tree.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type AuditEvent, generateLogKey, logSigner, memoryKeyStore, openLog } from '@wardseal/audit';
import { fileStore } from '@wardseal/audit/file-store';
import { compare } from '@wardseal/testkit/node';

// A journal entry of the event below: leaf, two sealed compartments, their row.
const ENTRY = 600;

function event(): AuditEvent {
  const time = Date.now().toString(16).padStart(12, '0');
  const uuid = randomUUID();
  return {
    id: `${time.slice(0, 8)}-${time.slice(8)}-7${uuid.slice(15)}`,
    occurredAt: new Date().toISOString(),
    type: 'image.view',
    outcome: 'success',
    actor: { id: 'person-doctor-moss', kind: 'practitioner', org: 'RX1' },
    subject: { handle: Buffer.alloc(32, 7).toString('base64url') },
    object: { kind: 'item', id: uuid },
    purpose: 'TREAT',
  };
}

const folder = mkdtempSync(join(tmpdir(), 'wardseal-bench-'));
const origin = 'bench.example/2026';
const { skey } = await generateLogKey(origin);
const log = await openLog({
  origin,
  store: fileStore(join(folder, 'log')),
  keys: memoryKeyStore(),
  signer: await logSigner(skey),
  unwitnessed: { acceptedBy: 'bench', until: '2099-12-31', reason: 'a bench' },
});
const raw = await open(join(folder, 'raw'), 'w');
const database = new DatabaseSync(join(folder, 'log.sqlite'));
database.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (at INTEGER PRIMARY KEY, data BLOB)',
);
const insert = database.prepare('INSERT INTO entries (data) VALUES (?)');

for (const batch of [1, 32]) {
  const bytes = randomBytes(ENTRY);
  await compare(
    `durable append, ${batch} at a time`,
    {
      wardseal: () => Promise.all(Array.from({ length: batch }, () => log.append(event()))),
      'write + fdatasync': async () => {
        await raw.write(Buffer.alloc(ENTRY * batch, 1));
        await raw.datasync();
      },
      'node:sqlite FULL, no tree': () => {
        database.exec('BEGIN');
        for (let i = 0; i < batch; i++) insert.run(bytes);
        database.exec('COMMIT');
      },
    },
    {
      rounds: 7,
      perCall: batch,
      unit: 'entry',
      baseline: 'write + fdatasync',
      out: `append-${batch}`,
      notes:
        'ours includes parsing, handles, commitments, sealing and a checkpoint every second; the others store bytes',
    },
  );
}
await log.close();
await raw.close();
database.close();
rmSync(folder, { recursive: true });
